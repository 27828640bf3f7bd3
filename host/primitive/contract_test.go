package primitive

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/djscript/djscript/lua"
)

// The stub files are one stub: a class of one noun is used by another.
func stub(t *testing.T) *lua.Stub {
	t.Helper()
	names, err := fs.Glob(Stubs, "*.lua")
	if err != nil || len(names) == 0 {
		t.Fatalf("no stubs: %v", err)
	}
	var all bytes.Buffer
	for _, name := range names {
		text, err := fs.ReadFile(Stubs, name)
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
	for _, difference := range stub(t).Compare(append(h.All(), h.Job()...)) {
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
	for _, f := range stub(t).Functions {
		if f.Prose == "" {
			t.Errorf("%s has no words", f.Name)
		}
	}
}
