package lua

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func stub(t *testing.T, text string) *Stub {
	t.Helper()
	s, err := ParseStub("demo.lua", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const demoStub = `---@meta dj
-- A comment that belongs to nothing.

---@class dj.Copy       a copy
---@field id string      its id
---@field parts {name: string, kind: "a"|"b"}[]
---@field note? string

---@alias dj.Level "info"|"warning"

---@alias dj.Verify
---| "restore"   # now
---| "later"
---| false

--- Makes a copy. Effect: write.
---
--- Of everything:
--- ` + "```lua" + `
--- local copies = dj.copy.create { to = "local" }
---   print(copies)
--- ` + "```" + `
---@class dj.copy.create.Opts
---@field to string|string[]       where copies go
---@field verify? dj.Verify
---@field wait? string
---@field max_bytes? string
---@field level? integer
---@field keep? {daily?: integer, min: integer}
---@param opts dj.copy.create.Opts
---@return dj.Copy[]   newest first
function dj.copy.create(opts) end

--- Opens.
---
--- Example:
---   local c = dj.copy.open("x.zip")
---   print(c)
---
--- And more prose.
---@param path string
---@return dj.Copy|nil copy
function dj.copy.open(path) end

---@param title string
---@param fn fun(word: string): any
function dj.step(title, fn) end
function dj.boom() end
dj.guard = function() end
--- Fails.
---@param code string
function dj.fail(code) end
`

func TestAStubGivesNounsFunctionsOptionsAndExamples(t *testing.T) {
	s := stub(t, demoStub)
	if diff := cmp.Diff([]string{"copy", ""}, s.Nouns()); diff != "" {
		t.Error(diff)
	}
	create := s.Function("dj.copy.create")
	if create == nil || s.Function("copy.create") != create || create.Effect != "write" || create.Line != 32 {
		t.Fatalf("%+v", create)
	}
	want := "Makes a copy. Effect: write.\n\nOf everything:"
	if create.Prose != want {
		t.Errorf("prose %q, want %q", create.Prose, want)
	}
	if diff := cmp.Diff([]Example{{"local copies = dj.copy.create { to = \"local\" }\n  print(copies)\n", 20}}, create.Examples); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Example{{"local c = dj.copy.open(\"x.zip\")\nprint(c)\n", 37}}, s.Function("copy.open").Examples); diff != "" {
		t.Error(diff)
	}
	if got := create.Returns[0].Type.String() + ", " + create.Returns[0].Prose; got != "dj.Copy[], newest first" {
		t.Error(got)
	}
	for _, f := range s.Functions {
		for _, example := range f.Examples {
			if _, err := Parse("example.lua", []byte(example.Code)); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAStubThatFitsTheGoFunctionsHasNoDifferences(t *testing.T) {
	for _, difference := range stub(t, demoStub).Compare(demo()) {
		t.Error(difference)
	}
}

func TestEveryDifferenceBetweenStubAndGoIsFound(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"---@field verify? dj.Verify\n", "", "option verify is in Go and not in the stub"},
		{"---@field wait? string\n", "---@field wait? string\n---@field speed? integer\n", "option speed is in the stub and not in Go"},
		{"---@field wait? string", "---@field wait string", "wait is required in the stub and optional in Go"},
		{"---@field to string|string[]", "---@field to? string|string[]", "to is optional in the stub and required in Go"},
		{"---@field to string|string[]", "---@field to string[]", "to is string[] in the stub and string|string[] in Go"},
		{"---@field level? integer", "---@field level? number", "level is number in the stub and integer in Go"},
		{`---| "later"` + "\n", "", `verify is "restore"|false in the stub and "restore"|"later"|false in Go`},
		{"keep? {daily?: integer, min: integer}", "keep? {daily?: integer, min?: integer}", "keep.min is optional in the stub and required in Go"},
		{"keep? {daily?: integer, min: integer}", "keep? {min: integer}", "option keep.daily is in Go and not in the stub"},
		{"keep? {daily?: integer, min: integer}", "keep? table", "keep is table in the stub and a table with known keys in Go"},
		{"---@param opts dj.copy.create.Opts", "---@param opts? dj.copy.create.Opts", "opts is optional in the stub and required in Go"},
		{"---@param opts dj.copy.create.Opts\n", "", "the stub does not say which options opts has"},
		{"dj.copy.open(path)", "dj.copy.open(path, opts)", "parameter opts is not in Go"},
		{"---@param path string\n---@return dj.Copy|nil copy\nfunction dj.copy.open(path)", "function dj.copy.open(file)", "the stub calls the argument file, Go calls it path"},
		{"---@param path string", "---@param path integer", "path is integer in the stub and string in Go"},
		{"---@param fn fun(word: string): any\nfunction dj.step(title, fn)", "function dj.step(title)", "argument fn is not in the stub"},
		{"function dj.boom() end\n", "", "is bound in Go and not described in the stub"},
		{"function dj.boom() end\n", "function dj.boom() end\nfunction dj.bang() end\n", "is described in the stub and not bound in Go"},
	} {
		changed := strings.Replace(demoStub, c.from, c.to, 1)
		if changed == demoStub {
			t.Fatalf("%q is not in the stub", c.from)
		}
		differences := stub(t, changed).Compare(demo())
		if len(differences) != 1 || differences[0].Text != c.want {
			t.Errorf("%q -> %q:\n got %v\nwant %s", c.from, c.to, differences, c.want)
		}
	}
	f := demo()
	f[0].Effect = "read"
	if differences := stub(t, demoStub).Compare(f); len(differences) != 1 {
		t.Errorf("the effect: %v", differences)
	}
}

func TestTypesAreComparedByMeaning(t *testing.T) {
	type target struct {
		Table string `lua:"table,required"`
	}
	type opts struct {
		Lookup map[string]target    `lua:"lookup"`
		List   []target             `lua:"list"`
		Files  *union               `lua:"files"`
		Map    map[string][]string  `lua:"map"`
		Fns    map[string]*Function `lua:"fns"`
		Wait   time.Duration        `lua:"wait"`
		Any    any                  `lua:"any"`
		Self   *opts                `lua:"self"`
	}
	f := Bind("x", func(*Call, *opts) (any, error) { return nil, nil })
	s := stub(t, `---@class dj.Target
---@field table string
---@class dj.Base
---@field lookup? table<string, dj.Target>
---@class dj.Opts: dj.Base
---@field list? dj.Target[]
---@field files? string[]|boolean
---@field map? {[string]: string[]}
---@field fns? table<string, fun(a: string): string|nil>
---@field wait? string|nil
---@field any? "whatever"|fun()
---@field self? dj.Opts
---@param opts? dj.Opts
function dj.x(opts) end
`)
	for _, difference := range s.Compare([]Func{f}) {
		t.Error(difference)
	}
}

func TestAStubThatCanNotBeReadSaysWhere(t *testing.T) {
	for text, line := range map[string]int{
		"---@field x string\n": 1,
		"---@class\n":          1,
		"\n---@class dj.A\n---@field x {a: string\n":                  3,
		"---@class dj.A\n---@field x \"open\n":                        2,
		"---@param x string\nfunction dj.f(y) end\n":                  2,
		"function dj.f() end\nfunction dj.f() end\n":                  2,
		"---@meta dj\nfunction other.f() end\n":                       2,
		"---| \"a\"\n":                                                1,
		"---@alias a.B table<string\n":                                1,
		"---@class dj.A\n---@class dj.A\n":                            2,
		"---@return " + strings.Repeat("(", 100) + "string" + "\n":    1,
		"---@class dj.A\n---@field x fun(a: string, : integer\n---\n": 2,
	} {
		_, err := ParseStub("demo.lua", []byte(text))
		var broken *StubError
		if !errors.As(err, &broken) || broken.Line != line {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAFunctionsTextIsWhatDocsShows(t *testing.T) {
	want := `dj.copy.create(opts)

  Makes a copy. Effect: write.

  Of everything:

  opts
    to          string|string[]                 where copies go
    verify?     dj.Verify
    wait?       string
    max_bytes?  string
    level?      integer
    keep?       {daily?: integer, min: integer}

  -> dj.Copy[]  newest first
    id     string                                its id
    parts  {name: string, kind: "a"|"b"}[]
    note?  string

      local copies = dj.copy.create { to = "local" }
        print(copies)
`
	got := stub(t, demoStub).Function("copy.create").Text()
	if diff := cmp.Diff(strings.Fields(want), strings.Fields(got)); diff != "" {
		t.Error(diff)
	}
	for line := range strings.Lines(got) {
		if strings.TrimRight(line, " \n")+"\n" != line && line != "\n" {
			t.Errorf("blanks at the end of %q", line)
		}
	}
}

func TestEveryStubOfTheHostCanBeRead(t *testing.T) {
	files, err := os.ReadDir("../host/primitive")
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".lua") {
			continue
		}
		text, err := os.ReadFile("../host/primitive/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseStub(file.Name(), text); err != nil {
			t.Error(err)
		}
	}
}
