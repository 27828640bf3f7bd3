package run

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

func TestAPartGoesWhereItsNameSaysAndNowhereElse(t *testing.T) {
	for _, c := range []struct{ kind, original, want string }{
		{copies.PartConfig, "djscript.toml", "djscript.toml"},
		{copies.PartConfig, "scripts/lib/a.lua", "scripts/lib/a.lua"},
		{copies.PartConfig, `scripts\política.lua`, "scripts/política.lua"},
		{copies.PartConfig, "scripts/../djscript.toml", "djscript.toml"},
		{copies.PartConfig, "../x.lua", ""},
		{copies.PartConfig, `..\x.lua`, ""},
		{copies.PartConfig, "/etc/passwd", ""},
		{copies.PartConfig, "", ""},
		{copies.PartConfig, ".djscript/secrets.age", ""},
		{copies.PartConfig, ".DJSCRIPT/sequence", ""},
		{copies.PartConfig, "scripts/aux.lua", ""},
		{copies.PartState, "state/a.json", ".djscript/state/a.json"},
		{copies.PartState, "once.json", ".djscript/once.json"},
		{copies.PartState, "sequence", ""},
		{copies.PartState, "restores.json", ""},
		{copies.PartState, "state/a/b.json", ""},
		{copies.PartState, "state/../restores.json", ""},
		{copies.PartFiles, "modelos/a.txt", ""},
		{copies.PartDatabase, "djscript.toml", ""},
	} {
		if got := setupFile(copies.Part{Kind: c.kind, Original: c.original}); got != c.want {
			t.Errorf("%s %q goes to %q, want %q", c.kind, c.original, got, c.want)
		}
	}
}

func FuzzAPartStaysInTheStore(f *testing.F) {
	for _, name := range []string{"djscript.toml", "../x", `a\..\..\b`, "C:/x", "state/a.json", ".djscript"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, kind := range []string{copies.PartConfig, copies.PartState} {
			got := setupFile(copies.Part{Kind: kind, Original: name})
			inState := got == stateFolder || strings.HasPrefix(strings.ToLower(got), stateFolder+"/")
			if got != "" && (!filepath.IsLocal(filepath.FromSlash(got)) || inState != (kind == copies.PartState)) {
				t.Errorf("%s %q goes to %q", kind, name, got)
			}
		}
	})
}

// In a store that is there the reseller's files go back to where he keeps them, and nothing is forgotten that was done once.
func TestWhereAPartGoesInAStoreThatIsThere(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	for _, c := range []struct{ base, kind, original, want string }{
		{"", copies.PartConfig, "djscript.toml", filepath.Join(dir, "djscript.toml")},
		{"", copies.PartState, "state/a.json", filepath.Join(dir, ".djscript", "state", "a.json")},
		{"", copies.PartState, "once.json", ""},
		{"", copies.PartConfig, "elsewhere/a.txt", ""},
		{filepath.Join(out, "r.toml"), copies.PartConfig, "reseller/scripts/a.lua", filepath.Join(out, "scripts", "a.lua")},
		{filepath.Join(dir, "reseller", "r.toml"), copies.PartConfig, "reseller/r.toml", filepath.Join(dir, "reseller", "r.toml")},
	} {
		s := setupOf{&Host{Config: &config.Config{Dir: dir, Path: filepath.Join(dir, "djscript.toml"), Base: c.base}}}
		if got := s.Place(copies.Part{Kind: c.kind, Original: c.original}); got != c.want {
			t.Errorf("%s with %q goes to %q, want %q", c.original, c.base, got, c.want)
		}
	}
}

// What lay outside of the store's folder lies in it on a new PC, and djscript.toml says so; what lay inside stays.
func TestWhatLayOutsideIsAtHome(t *testing.T) {
	for name, c := range map[string]struct {
		toml  string
		files []string
		want  string
	}{
		"a base elsewhere":     {"[store]\nid = \"a\"\nbase = 'C:\\Revenda\\r.toml'\n", []string{"reseller/r.toml"}, "[store]\nid = \"a\"\nbase = \"reseller/r.toml\"\n"},
		"a base above":         {"[store]\nbase = \"../revenda/r.toml\"\n", []string{"reseller/r.toml"}, "[store]\nbase = \"reseller/r.toml\"\n"},
		"a base inside":        {"[store]\nbase = \"revenda/r.toml\"\n", []string{"revenda/r.toml"}, "[store]\nbase = \"revenda/r.toml\"\n"},
		"a base not in a copy": {"[store]\nbase = \"C:/r.toml\"\n", nil, "[store]\nbase = \"C:/r.toml\"\n"},
		"a calendar":           {"[calendar.feriados]\nfile = \"D:/x.txt\"\n", []string{"elsewhere/feriados.txt"}, "[calendar.feriados]\nfile = \"elsewhere/feriados.txt\"\n"},
		"neither":              {"[store]\nid = \"a\"\n", []string{"scripts/a.lua"}, "[store]\nid = \"a\"\n"},
	} {
		files := map[string][]byte{configName: []byte(c.toml)}
		for _, f := range c.files {
			files[f] = nil
		}
		got, err := atHome(files)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, string(got[configName])); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(got))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A configuration that would not work is told with all its mistakes, and by the names that its files have in the copy.
func TestAConfigurationOfACopyIsTriedBeforeItIsPutBack(t *testing.T) {
	load := func(path string) (*config.Config, error) { return config.Load(path, nil, nil) }
	h := &Host{Config: &config.Config{Store: config.Store{ID: "minha"}}, Load: load}
	for name, c := range map[string]struct{ toml, code, words string }{
		"another store": {"[store]\nid = \"outra\"\n" + scalars, "copy.foreign", "outra"},
		"mistakes":      {"[store]\nid = \"minha\"\nnada = 1\n" + scalars + "[database.x]\npath = 3\n", "option", "djscript.toml:3"},
		"sound":         {"[store]\nid = \"minha\"\n" + scalars, "", ""},
	} {
		err := setupOf{h}.Check(map[string][]byte{configName: []byte(c.toml)})
		switch {
		case c.code == "" && err == nil:
		case err == nil || !strings.HasPrefix(message.Code(err), c.code) || !strings.Contains(err.Error(), c.words):
			t.Errorf("%s: %v", name, err)
		case strings.Contains(err.Error(), "djscript-setup-"):
			t.Errorf("%s names a place that is gone: %v", name, err)
		}
	}
}

// scalars are those that djscript.toml has by default.
const scalars = "timezone = \"America/Sao_Paulo\"\nday_starts = \"04:00\"\nlanguage = \"en\"\n"
