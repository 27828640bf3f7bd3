package lua

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheEnglishSentencesAreThoseOfTheCatalogue(t *testing.T) {
	text, err := os.ReadFile("../host/message/catalogue/lua.en.toml")
	if err != nil {
		t.Fatal(err)
	}
	catalogue := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		name, err := strconv.Unquote(key)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if catalogue[name], err = strconv.Unquote(value); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	if diff := cmp.Diff(catalogue, english); diff != "" {
		t.Error(diff)
	}
}

func TestEveryKeyThatIsUsedHasASentence(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`"(lua\.[a-z_]+)"`)
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			if english[m[1]] == "" {
				t.Errorf("%s says %q, which has no sentence", file.Name(), m[1])
			}
		}
	}
}

func TestNoSentenceIsLeftWithAnEmptyPlace(t *testing.T) {
	var said []string
	o := host()
	o.Say = func(key string, args map[string]any) string {
		text, ok := english[key]
		if !ok {
			return key
		}
		filled := fill(text, args)
		said = append(said, filled)
		return "T(" + filled + ")"
	}
	for _, source := range []string{
		"jobb()", "x = 1", "dj.x = 1", "dj.copy.creat()", `dj.copy.create { too = 1 }`, `dj.copy.create { to = 1 }`, `dj.copy.create {}`,
		`dj.copy.create { to = "x", verify = "n" }`, `dj.copy.create { to = "x", wait = 1 }`, `dj.copy.create(1)`, `dj.copy.open(1, 2, 3)`,
		`dj.boom()`, `while true do end`, `return ("x"):rep(1e9)`, `return ("x"):rep()`, `return "a" + 1`, `return nil + 1`, `return "a" .. nil`,
		`return 1 < "x"`, `local t t.x = 1`, `local t t()`, `return string.format("%d")`, `return ("x"):find("[")`, `local function f() return 1 + f() end f()`,
	} {
		o.Steps = 10000
		run := fails(t, o, source)
		if !strings.Contains(run.Error(), "T(") {
			t.Errorf("%s was not put into words by the host: %v", source, run)
		}
	}
	for _, text := range said {
		if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") {
			t.Errorf("an empty place: %s", text)
		}
	}
}

func TestTheNearestNameIsTheOneThatWasMeant(t *testing.T) {
	names := []string{"create", "open", "list", "newest", "check", "prove", "verify", "to"}
	for name, want := range map[string]string{
		"creat": "create", "craete": "create", "opne": "open", "lst": "list", "verfy": "verify", "too": "to", "xyz": "", "": "",
		"bananas": "", "proof": "prove", "newset": "newest", "foo": "", "t": "", "tp": "to", "opan": "open", "opxx": "",
	} {
		if got := nearest(name, names); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	if got := editDistance("ab", "ba"); got != 1 {
		t.Errorf("a swap counts %d", got)
	}
}
