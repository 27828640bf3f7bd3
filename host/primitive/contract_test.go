package primitive

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// The stub files are one stub: a class of one noun is used by another.
func stub(t *testing.T, language string) *lua.Stub {
	t.Helper()
	names, err := fs.Glob(Stubs(language), "*.lua")
	if err != nil || len(names) == 0 {
		t.Fatalf("no stubs: %v", err)
	}
	var all bytes.Buffer
	for _, name := range names {
		text, err := fs.ReadFile(Stubs(language), name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lua.ParseStub(name, text); err != nil {
			t.Error(err)
		}
		all.Write(text)
		all.WriteByte('\n')
	}
	read, err := lua.ParseStub("dj.lua", all.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func TestStubsAndGoSayTheSame(t *testing.T) {
	h := &Host{}
	for _, difference := range stub(t, message.English).Compare(append(h.All(), h.Job()...)) {
		t.Error(difference)
	}
}

func TestEveryPrimitiveHasAnEffectAndAWritingOneAPlan(t *testing.T) {
	h := &Host{}
	plans := h.plans()
	for _, f := range h.All() {
		switch f.Effect {
		case Read, Flow:
		case Write, Destroy, External:
			if plans[f.Name] == nil {
				t.Errorf("%s writes, and has nothing to answer in a dry run", f.Name)
			}
		default:
			t.Errorf("%s has the effect %q", f.Name, f.Effect)
		}
	}
}

func TestEveryPrimitiveIsDescribed(t *testing.T) {
	for _, f := range stub(t, message.English).Functions {
		if f.Prose == "" {
			t.Errorf("%s has no words", f.Name)
		}
	}
}

func TestBothLanguagesDescribeTheSame(t *testing.T) {
	english, portuguese := stub(t, message.English), stub(t, message.Portuguese)
	if diff := cmp.Diff(bare(english), bare(portuguese)); diff != "" {
		t.Errorf("en, pt-BR: %s", diff)
	}
	for i, f := range portuguese.Functions {
		if i < len(english.Functions) && f.Prose == english.Functions[i].Prose {
			t.Errorf("%s is described in English", f.Name)
		}
	}
}

// bare is what a stub says without its prose: names, types, what may be left out, and the examples.
func bare(s *lua.Stub) []string {
	var lines []string
	field := func(of string, f lua.StubField) {
		described := of + " " + f.Name
		if f.Optional {
			described += "?"
		}
		if f.Type != nil {
			described += " " + f.Type.String()
		}
		lines = append(lines, fmt.Sprint(described, f.Prose == ""))
	}
	for _, f := range s.Functions {
		lines = append(lines, f.Signature())
		for _, param := range f.Params {
			field(f.Name, param)
		}
		for _, result := range f.Returns {
			lines = append(lines, result.Type.String())
		}
		for _, example := range f.Examples {
			lines = append(lines, example.Code)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Classes)) {
		for _, f := range s.Classes[name].Fields {
			field(name, f)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Aliases)) {
		lines = append(lines, name+" "+s.Aliases[name].Type.String())
	}
	return lines
}
