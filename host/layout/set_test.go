package layout

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// files is a folder of layouts: what each file says beside what every layout says.
func files(all map[string]string) fstest.MapFS {
	folder := fstest.MapFS{"README.md": {Data: []byte("not a layout")}}
	for name, text := range all {
		folder[name] = &fstest.MapFile{Data: []byte(text + "\ntitle = \"x\"\norigin = \"ours\"\nencoding = \"utf-8\"\n[[record]]\nname = \"A\"\nfields = [ { name = \"a\", at = [1, 3] } ]\n")}
	}
	return folder
}

func shown(all []*Layout) string {
	var names []string
	for _, l := range all {
		names = append(names, strings.Join(append([]string{l.Name + "@" + l.Version}, l.Also...), "+")+":"+l.Source)
	}
	return strings.Join(names, " ")
}

func TestTheStoresLayoutsLieOverTheResellersAndTheseOverWhatShips(t *testing.T) {
	s, mistakes := Load(
		Layer{files(map[string]string{"a.toml": `source = "built-in"`, "b@1.toml": `source = "built-in"`, "b@2.toml": "source = \"built-in\"\nalso = [\"3\", \"4\"]\ndefault = true"}), "builtin/"},
		Layer{files(map[string]string{"a.toml": `source = "reseller"`, "b@3.toml": `source = "reseller"`}), "reseller/"},
		Layer{files(map[string]string{"b@1.toml": `source = "store"`, "b@10.toml": `source = "store"`, "c.toml": `source = "store"`}), "store/"},
	)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	want := "a@:reseller b@1:store b@2+4:built-in b@3:reseller b@10:store c@:store"
	if got := shown(s.All()); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for name, want := range map[string]string{"a": "", "b": "2", "b@1": "1", "b@4": "2", "b@3": "3", "b@10": "10", "c": ""} {
		if l, err := s.Find(name); err != nil || l.Version != want {
			t.Errorf("%s is %+v, %v", name, l, err)
		}
	}
	for name, want := range map[string]string{"bb": "there is no layout", "b@7": "has no version 7", "a@1": "there is no layout"} {
		if _, err := s.Find(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANameWithoutAVersionIsTheDefaultElseThePlainOneElseTheHighest(t *testing.T) {
	for _, one := range []struct {
		files []string
		want  string
	}{
		{[]string{"x@2.toml", "x@10.toml", "x@9.toml"}, "10"}, {[]string{"x@2.toml", "x.toml", "x@9.toml"}, ""},
		{[]string{"x@2.toml default", "x.toml", "x@9.toml"}, "2"}, {[]string{"x@11.9.toml", "x@11.82.toml"}, "11.82"},
	} {
		all := map[string]string{}
		for _, file := range one.files {
			name, marked := strings.CutSuffix(file, " default")
			if all[name] = ""; marked {
				all[name] = "default = true"
			}
		}
		s, mistakes := Load(Layer{files(all), ""})
		if l, err := s.Find("x"); err != nil || l.Version != one.want || len(mistakes) > 0 {
			t.Errorf("%q is %+v %v %v", one.files, l, err, mistakes)
		}
	}
}

func TestMistakesOfAllLayersAreToldAndWhatTheyHideStaysHidden(t *testing.T) {
	s, mistakes := Load(
		Layer{files(map[string]string{"a.toml": "", "b@1.toml": "default = true", "b@2.toml": "default = true", "c@1.toml": "also = [\"2\"]", "c@2.toml": "", "con.toml": "", "d.toml": `version = "1"`, "d@1.toml": ""}), "builtin/"},
		Layer{files(map[string]string{"a.toml": "nonsense = 1", "e@x y.toml": ""}), "store/"},
	)
	var got []string
	for _, m := range mistakes {
		got = append(got, m.Error())
	}
	want := []string{
		"builtin/b@2.toml: version 1 of b is the default already",
		"builtin/c@2.toml: another file of this folder is version 2 of c already",
		"builtin/con.toml: the name con can not be used",
		"builtin/d@1.toml: another file of this folder is version 1 of d already",
		"store/a.toml:1: nonsense: there is no key nonsense here",
		"store/e@x y.toml: version: the version x y can not be used",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := s.Find("a"); err == nil {
		t.Error("what ships is used in place of the store's own, which is wrong")
	}
}
