package grant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/grant"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// primitives are a few, with every effect that there is.
func primitives() []lua.Func {
	return []lua.Func{
		{Name: "step", Effect: "flow"},
		{Name: "copy.create", Effect: "write", Power: "copy.write", Object: "to"},
		{Name: "copy.prove", Effect: "write", Power: "copy.write"},
		{Name: "copy.list", Effect: "read", Power: "copy.read"},
		{Name: "copy.unpin", Effect: "write", Power: "copy.destroy"},
		{Name: "copy.prune", Effect: "destroy", Power: "copy.destroy", Object: "where"},
		{Name: "db.info", Effect: "read", Power: "db.read", Object: "database"},
		{Name: "db.exec", Effect: "write", Power: "db.write", Object: "database"},
		{Name: "exec", Effect: "external", Power: "exec", Object: "program"},
		{Name: "drive.list", Effect: "read", Power: "drive.read"},
	}
}

var powers = grant.Of(primitives())

func grants(t *testing.T, texts ...string) []grant.Grant {
	t.Helper()
	var all []grant.Grant
	for _, text := range texts {
		g, err := powers.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

func TestAPowerThatThereIsNotOffersWhatWasMeant(t *testing.T) {
	for _, language := range []string{message.Portuguese, message.English} {
		speak(t, language)
		for name, near := range map[string]string{
			"copy.delete": "copy.destroy", "copy.drop:local": "copy.destroy", "copy.create": "copy.write", "db.query": "db.read", "Copy.List": "copy.read", "copy.wrte": "copy.write",
		} {
			_, err := powers.Parse(name)
			if !strings.Contains(message.Hint(err), near+"?") {
				t.Errorf("%s (%s): %s", name, language, message.Hint(err))
			}
		}
	}
}

// need is "copy.write:local"; "copy.write:?" is open.
func need(text string) grant.Need {
	text, open := strings.CutSuffix(text, ":?")
	power, object, _ := strings.Cut(text, ":")
	return grant.Need{Power: power, Object: object, Open: open}
}

func TestPowersAreWhatThePrimitivesNeed(t *testing.T) {
	want := grant.Powers{
		{Name: "copy.destroy", Effect: "destroy", Over: grant.Destination, Funcs: []string{"copy.prune", "copy.unpin"}},
		{Name: "copy.read", Effect: "read", Funcs: []string{"copy.list"}},
		{Name: "copy.write", Effect: "write", Over: grant.Destination, Funcs: []string{"copy.create", "copy.prove"}},
		{Name: "db.read", Effect: "read", Over: grant.Database, Funcs: []string{"db.info"}},
		{Name: "db.write", Effect: "write", Over: grant.Database, Funcs: []string{"db.exec"}},
		{Name: "drive.read", Effect: "read", Funcs: []string{"drive.list"}},
		{Name: "exec", Effect: "external", Over: "program", Funcs: []string{"exec"}},
	}
	if diff := cmp.Diff(want, powers); diff != "" {
		t.Error(diff)
	}
}

func TestGrantsAreReadAndMisspeltOnesAreTold(t *testing.T) {
	for text, want := range map[string]grant.Grant{
		"copy.write":       {Power: "copy.write"},
		"copy.write:local": {Power: "copy.write", Object: "local"},
		"exec:C:/DJ/a.exe": {Power: "exec", Object: "C:/DJ/a.exe"},
	} {
		got, err := powers.Parse(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s is %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"copy.wirte":         "did you mean copy.write?",
		"copy.creat":         "did you mean copy.read?",
		"everything":         "the powers are: copy.destroy, copy.read,",
		"":                   "the powers are:",
		"copy.write:":        `write "copy.write:NAME"`,
		"copy.write: local":  `write "copy.write:NAME"`,
		"drive.read:pen":     `write "drive.read"`,
		"copy.write.local":   "did you mean copy.write?",
		"copy.destory:local": "did you mean copy.destroy?",
	} {
		_, err := powers.Parse(text)
		if message.Code(err) != "option.value" || !strings.Contains(message.Hint(err), want) {
			t.Errorf("%q: %v, hint %q, want %q", text, err, message.Hint(err), want)
		}
	}
}

func TestAGrantCoversWhatItNamesAndTheReadingOfItsNoun(t *testing.T) {
	for _, c := range []struct {
		granted, needed string
		covered         bool
	}{
		{"copy.write", "copy.write", true},
		{"copy.write", "copy.write:local", true},
		{"copy.write:local", "copy.write:local", true},
		{"copy.write:local", "copy.write:pen", false},
		{"copy.write:local", "copy.write", true}, // over what is not known before it runs
		{"copy.write", "copy.destroy", false},
		{"copy.destroy", "copy.write", false},
		{"copy.read", "copy.write", false},
		{"copy.destroy:local", "copy.read", true},
		{"db.write:loja", "db.read:loja", true},
		{"db.write:loja", "db.read:pdv", false},
		{"db.read:loja", "db.write:loja", false},
		{"copy.write", "db.read", false},
		{"exec:a", "exec:b", false},
	} {
		if got := powers.Covers(grants(t, c.granted), need(c.needed)); got != c.covered {
			t.Errorf("%s covers %s: %v", c.granted, c.needed, got)
		}
	}
	if powers.Covers(nil, need("copy.read")) {
		t.Error("nothing covers something")
	}
}

func TestWithoutGrantsAScriptMayLookAndMakeCopies(t *testing.T) {
	var usual []string
	for _, g := range powers.Usual() {
		usual = append(usual, g.String())
	}
	if diff := cmp.Diff([]string{"copy.read", "copy.write", "db.read", "drive.read"}, usual); diff != "" {
		t.Error(diff)
	}
	if denied := powers.Denied(powers.Whole(), []grant.Need{need("exec:x"), need("copy.destroy:a")}); len(denied) != 0 {
		t.Errorf("who may do all may not do %v", denied)
	}
}

func TestASuggestionIsTheLeastThatCoversAndKeepsWhatIsWritten(t *testing.T) {
	for _, c := range []struct {
		written, needs []string
		want           string
	}{
		{nil, []string{"copy.read", "copy.write:local", "copy.write:pen"}, `grants = ["copy.write:local", "copy.write:pen"]`},
		{nil, []string{"copy.destroy:local", "copy.destroy"}, `grants = ["copy.destroy:local"]`},
		{nil, []string{"copy.write", "copy.write:local"}, `grants = ["copy.write:local"]`},
		{nil, []string{"copy.destroy:local", "copy.destroy:?"}, `grants = ["copy.destroy"]`},
		{[]string{"copy.destroy:local"}, []string{"copy.destroy:?", "drive.read"}, `grants = ["copy.destroy:local", "drive.read"]`},
		{[]string{"drive.read"}, []string{"copy.destroy:local"}, `grants = ["copy.destroy:local", "drive.read"]`},
		{[]string{"copy.write:pen", "copy.write:local"}, nil, `grants = ["copy.write:local", "copy.write:pen"]`},
		{nil, nil, `grants = []`},
	} {
		var needs []grant.Need
		for _, text := range c.needs {
			needs = append(needs, need(text))
		}
		if got := grant.Line(powers.Suggest(grants(t, c.written...), needs)); got != c.want {
			t.Errorf("%v with %v: %s, want %s", c.written, c.needs, got, c.want)
		}
	}
}

func TestWhateverIsSuggestedCoversAllAndNothingOfItIsTooMuch(t *testing.T) {
	texts := rapid.SampledFrom([]string{
		"copy.read", "copy.write", "copy.write:?", "copy.write:a", "copy.write:b", "copy.destroy", "copy.destroy:a", "db.read", "db.read:x", "db.write:x", "exec:y",
	})
	rapid.Check(t, func(t *rapid.T) {
		var needs []grant.Need
		for _, text := range rapid.SliceOf(texts).Draw(t, "needs") {
			needs = append(needs, need(text))
		}
		suggested := powers.Suggest(nil, needs)
		if denied := powers.Denied(suggested, needs); len(denied) != 0 {
			t.Fatalf("%v leaves %v", suggested, denied)
		}
		for i := range suggested {
			if less := slices.Delete(slices.Clone(suggested), i, i+1); len(powers.Denied(less, needs)) == 0 {
				t.Fatalf("%v has %v to spare for %v", suggested, suggested[i], needs)
			}
		}
	})
}

func TestNeedsNameWhatTheScriptNamesOrAllThatTheStoreHas(t *testing.T) {
	byName := map[string]lua.Func{}
	for _, f := range primitives() {
		byName[f.Name] = f
	}
	given := grant.Given{
		Params: map[string][]string{"to": {"local", "pen"}, "empty": nil},
		All:    map[string][]string{grant.Destination: {"local", "pen"}, grant.Database: {"loja"}},
	}
	for name, c := range map[string]struct {
		use  lua.Use
		want []string
	}{
		"flow":          {lua.Use{Func: byName["step"], Called: true}, nil},
		"literal":       {lua.Use{Func: byName["copy.create"], Called: true, Objects: []string{"a", "b"}}, []string{"copy.write:a", "copy.write:b"}},
		"param":         {lua.Use{Func: byName["copy.create"], Called: true, Param: "to"}, []string{"copy.write:local", "copy.write:pen"}},
		"unknown param": {lua.Use{Func: byName["copy.create"], Called: true, Param: "empty"}, []string{"copy.write:?"}},
		"open":          {lua.Use{Func: byName["copy.prune"], Called: true, Open: true}, []string{"copy.destroy:?"}},
		"left out":      {lua.Use{Func: byName["db.info"], Called: true}, []string{"db.read:loja"}},
		"handed on":     {lua.Use{Func: byName["db.info"]}, []string{"db.read:?"}},
		"no object":     {lua.Use{Func: byName["copy.prove"], Called: true}, []string{"copy.write"}},
		"no name":       {lua.Use{Func: byName["exec"], Called: true}, []string{"exec:?"}},
	} {
		var got []string
		for _, n := range grant.Needs("x.lua", []lua.Use{c.use}, given) {
			text := n.String()
			if n.Open {
				text += ":?"
			}
			got = append(got, text)
			if n.File != "x.lua" || n.Func != c.use.Func.Name {
				t.Errorf("%s: %+v", name, n)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func speak(t *testing.T, language string) {
	t.Helper()
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	if err := message.SetLanguage(language); err != nil {
		t.Fatal(err)
	}
}

func TestASentenceSaysWhatAScriptDoesAndNeverDoes(t *testing.T) {
	for _, c := range []struct {
		needs    []string
		pt, said string
	}{
		{
			[]string{"copy.write:pen", "copy.write:local", "copy.read"},
			"faz cópias em local e pen, consulta as cópias; nunca apaga cópias",
			"makes copies on local and pen, looks at the copies; never drops copies",
		},
		{
			[]string{"copy.destroy:Copias", "copy.write:a", "copy.write:b", "copy.write:c"},
			"faz cópias em a, b e c, apaga cópias em Copias",
			"makes copies on a, b and c, drops copies in Copias",
		},
		{[]string{"copy.destroy:a", "copy.destroy:?"}, "apaga cópias", "drops copies"},
		{[]string{"copy.write:a", "copy.write"}, "faz cópias em a; nunca", "makes copies on a; never"},
		{[]string{"db.read:loja"}, "lê o banco de dados loja; nunca apaga cópias", "reads the database loja; never drops copies"},
		{[]string{"db.read:loja", "db.read:pdv"}, "lê os bancos de dados loja e pdv; nunca", "reads the databases loja and pdv; never"},
		{nil, "só calcula e escreve no histórico; nunca apaga cópias", "only computes and writes to the history; never drops copies"},
	} {
		var needs []grant.Need
		for _, text := range c.needs {
			needs = append(needs, need(text))
		}
		for language, want := range map[string]string{message.Portuguese: c.pt, message.English: c.said} {
			speak(t, language)
			if got := powers.Sentence(needs); !strings.HasPrefix(got, want) {
				t.Errorf("%v: %q, want %q", c.needs, got, want)
			}
		}
	}
}

// A power that can hurt a store or leave it is named where a script has it not, too.
func TestEveryPowerHasItsWordsInBothLanguages(t *testing.T) {
	all := grant.Of((&primitive.Host{}).All())
	for _, language := range []string{message.Portuguese, message.English} {
		speak(t, language)
		none := all.Sentence(nil)
		for _, p := range all {
			has := all.Sentence([]grant.Need{{Power: p.Name}})
			if p.Says() == "" || !strings.HasPrefix(has, p.Says()) || has == none || strings.Contains(has, "grant.") || strings.Contains(has, "<") || strings.HasPrefix(has, ";") {
				t.Errorf("%s (%s): %q", p.Name, language, has)
			}
			dangerous := p.Effect != "read" && !slices.Contains(all.Usual(), grant.Grant{Power: p.Name})
			if without := strings.Count(has, " nev") + strings.Count(has, " nunca"); dangerous && without+1 != strings.Count(none, " nev")+strings.Count(none, " nunca") {
				t.Errorf("%s (%s) is not denied in %q", p.Name, language, none)
			}
		}
	}
}
