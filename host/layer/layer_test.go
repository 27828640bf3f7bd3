package layer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// stack makes layers of texts by "store/default.lua".
func stack(files map[string]string) Layers {
	all := Layers{{Name: Store}, {Name: Reseller, Dir: "revenda/scripts"}, {Name: Builtin}}
	for i := range all {
		sub := fstest.MapFS{}
		for name, text := range files {
			if file, ok := strings.CutPrefix(name, all[i].Name+"/"); ok {
				sub[file] = &fstest.MapFile{Data: []byte(text)}
			}
		}
		all[i].Files = sub
	}
	return all
}

// program is the chain and the libraries of a script, or what is wrong with it.
func program(all Layers, name string) string {
	f, err := all.Find(name)
	if err != nil {
		return err.Error()
	}
	p, err := all.Program(f)
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, c := range p.Chunks() {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

func extends(name string) string { return fmt.Sprintf("return dj.script {\n  extends = %q,\n}", name) }

func TestAScriptAndAllThatItStandsOn(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"the top layer wins":                    {map[string]string{"store/a.lua": "return 1", "reseller/a.lua": "return 2", "builtin/a.lua": "return 3"}, "a.lua"},
		"the reseller's is named by its folder": {map[string]string{"reseller/a.lua": "return 2", "builtin/a.lua": "return 3"}, "revenda/scripts/a.lua"},
		"a built-in one is named alone":         {map[string]string{"builtin/a.lua": "return 3"}, "a.lua"},
		"its own name is the layer below's": {
			map[string]string{"store/a.lua": extends("a"), "reseller/a.lua": extends("a"), "builtin/a.lua": "return 3"},
			"a.lua revenda/scripts/a.lua builtin/a.lua",
		},
		"its own name passes over a layer without it": {
			map[string]string{"store/a.lua": extends("a"), "builtin/a.lua": "return 3"}, "a.lua builtin/a.lua",
		},
		"another name is its own layer's first": {
			map[string]string{"store/a.lua": extends("b"), "store/b.lua": "return 1", "builtin/b.lua": "return 3"}, "a.lua b.lua",
		},
		"a reseller's script never finds the store's": {
			map[string]string{"reseller/a.lua": extends("b"), "store/b.lua": "return 1", "builtin/b.lua": "return 3"},
			"revenda/scripts/a.lua builtin/b.lua",
		},
		"nothing to extend": {
			map[string]string{"store/a.lua": extends("b"), "builtin/c.lua": "return 3"},
			`a.lua:2: there is no script "b" to extend, in this layer or below (a.lua → b)`,
		},
		"below the last layer there is nothing": {
			map[string]string{"store/a.lua": extends("a")}, `a.lua:2: there is no script "a" to extend, in this layer or below (a.lua → a)`,
		},
		"a circle": {
			map[string]string{"store/a.lua": extends("b"), "store/b.lua": extends("c"), "store/c.lua": extends("a")},
			`c.lua:2: a script can not extend itself: a.lua → b.lua → c.lua → a`,
		},
		"a name that is none": {
			map[string]string{"store/a.lua": "local base = 'b'\nreturn dj.script { extends = base }"},
			`a.lua:2: extends names a script by a text in quotes`,
		},
		"a lib is no script": {
			map[string]string{"store/a.lua": extends("lib.x"), "store/lib/x.lua": "return {}"}, `a.lua:2: extends names a script by a text in quotes`,
		},
		"libraries, each once": {
			map[string]string{
				"store/a.lua":     "require 'lib.x' require 'lib.y' return dj.script { extends = 'b' }",
				"store/lib/x.lua": "return require 'lib.y'", "builtin/lib/y.lua": "return 1", "builtin/b.lua": "return require 'lib.y'",
			},
			"a.lua b.lua lib/x.lua lib/y.lua",
		},
		"each file sees what lies at its own height": {
			map[string]string{
				"store/a.lua": "require 'lib.x' return dj.script { extends = 'b' }", "store/lib/x.lua": "return 1",
				"builtin/b.lua": "return require 'lib.x'", "builtin/lib/x.lua": "return 2",
			},
			"a.lua b.lua builtin/lib/x.lua lib/x.lua",
		},
		"no library of a layer above": {
			map[string]string{"reseller/a.lua": "return require 'lib.x'", "store/lib/x.lua": "return 1"},
			`revenda/scripts/a.lua:1: "lib.x" lies in a layer above (lib/x.lua), and may not be used here (revenda/scripts/a.lua → lib.x)`,
		},
		"no library at all": {
			map[string]string{"store/a.lua": "return 1,\nrequire 'lib.x'"}, `a.lua:2: there is no library "lib.x", in this layer or below (a.lua → lib.x)`,
		},
		"a circle of libraries": {
			map[string]string{"store/a.lua": "return require 'lib.x'", "store/lib/x.lua": "return require 'lib.y'", "store/lib/y.lua": "return require 'lib.x'"},
			`lib/y.lua:1: libraries require one another in a circle: a.lua → lib/x.lua → lib/y.lua → lib.x`,
		},
		"only libraries":       {map[string]string{"store/a.lua": "return require 'os'"}, `a.lua:1: require finds libraries only, not "os"`},
		"no way out of lib":    {map[string]string{"store/a.lua": "return require 'lib.../b'"}, `a.lua:1: require finds libraries only, not "lib.../b"`},
		"every mistake":        {map[string]string{"store/a.lua": "require 'x'\nrequire 'lib.y'\nreturn dj.script { extends = 'z' }"}, "a.lua:1: require finds libraries only, not \"x\"\na.lua:2: there is no library \"lib.y\", in this layer or below (a.lua → lib.y)\na.lua:3: there is no script \"z\" to extend, in this layer or below (a.lua → z)"},
		"what can not be read": {map[string]string{"store/a.lua": extends("b"), "store/b.lua": "return ="}, "b.lua:1: \"=\" was not expected here"},
	} {
		if got := program(stack(test.files), "a"); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// Whatever lies in the layers: the first script is the topmost, every next one lies below the one before, and none is
// there twice.
func TestEachLinkLeadsDownAndNothingIsVisitedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"a", "b", "c"}
		files := map[string]string{}
		for _, l := range []string{Store, Reseller, Builtin} {
			for _, name := range names {
				if rapid.Bool().Draw(t, l+name) {
					files[l+"/"+name+".lua"] = extends(rapid.SampledFrom(names).Draw(t, l+name+" extends"))
				}
			}
		}
		all := stack(files)
		f, err := all.Find("a")
		if err != nil {
			return
		}
		if top := slices.IndexFunc(all, func(l Layer) bool { return files[l.Name+"/a.lua"] != "" }); f.Layer != all[top].Name {
			t.Fatalf("found that of %s", f.Layer)
		}
		p, err := all.Program(f)
		seen, at := map[string]bool{}, 0
		for _, s := range p.Scripts {
			if seen[s.Chunk.Name] || s.at < at {
				t.Fatalf("%s after %v", s.Chunk.Name, seen)
			}
			seen[s.Chunk.Name], at = true, s.at
		}
		// Everything here extends something: the end is a circle or nothing.
		if err == nil {
			t.Fatal("a chain without an end")
		}
	})
}

func TestTheHashIsOfEveryFileThatTookPart(t *testing.T) {
	files := map[string]string{
		"store/a.lua": "require 'lib.x' return dj.script { extends = 'b' }", "store/lib/x.lua": "return 1", "builtin/b.lua": "return 1",
		"builtin/c.lua": "return 1",
	}
	hash := func() string {
		f, err := stack(files).Find("a")
		if err != nil {
			t.Fatal(err)
		}
		p, err := stack(files).Program(f)
		if err != nil {
			t.Fatal(err)
		}
		return p.Hash()
	}
	before := hash()
	for name, counts := range map[string]bool{"store/a.lua": true, "store/lib/x.lua": true, "builtin/b.lua": true, "builtin/c.lua": false} {
		kept := files[name]
		files[name] += " "
		if (hash() != before) != counts {
			t.Errorf("%s: counts %v", name, !counts)
		}
		files[name] = kept
	}
}

func TestAFolderOfItsOwnLiesOverTheLayers(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"scripts/a.lua": extends("b"), "scripts/b.lua": "return 1", "loose/a.lua": extends("b"), "loose/b_test.lua": "return"} {
		write(t, filepath.Join(dir, name), text)
	}
	all := Of(dir, "", fstest.MapFS{})
	if got := program(all.Below(filepath.Join(dir, "loose")), "a"); got != "a.lua b.lua" {
		t.Errorf("loose: %s", got)
	}
	write(t, filepath.Join(dir, "loose/b.lua"), extends("b"))
	if got := program(all.Below(filepath.Join(dir, "loose")), "a"); got != "a.lua b.lua scripts/b.lua" {
		t.Errorf("loose: %s", got)
	}
	if below := all.Below(filepath.Join(dir, "scripts")); len(below) != 2 || below[0].Name != Store {
		t.Errorf("the store's own folder: %+v", below)
	}
	if diff := cmp.Diff([]string{"a", "b"}, all.Below(filepath.Join(dir, "loose"))[:1].Scripts()); diff != "" {
		t.Error(diff)
	}
	if _, err := all.Find("../loose/a"); !errors.Is(err, ErrNone) {
		t.Errorf("out of the folder: %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
