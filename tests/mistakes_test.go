package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// slip is what a person writes into a first script, and what has to be said of it. The body stands in the job noite of
// politica.lua, from its line 8 on.
type slip struct {
	name, body string
	line       int
	code       string
	pt, en     []string // what was written, what was expected, what to do
}

const policy = `return dj.script {
  name = "politica",
  params = {
    nota = { type = "text", help = "uma nota" },
  },
  jobs = {
    noite = function(job, p)
%s
      return p.nota
    end,
  },
}
`

// written are mistakes that can be seen in the script: they are told before anything runs.
var written = []slip{
	{"a comma is missing", "dj.copy.create {\nto = \"local\"\nverify = \"restore\",\n}", 9, "script.syntax",
		[]string{`"local"`, "falta uma vírgula"}, []string{`"local"`, "a comma is missing"}},
	{"a quote is missing", "dj.copy.create { to = \"local }", 8, "script.syntax",
		[]string{"aspas", "feche"}, []string{"quote", "close"}},
	{"an end is missing", "if job.dry then\nprint(1)", 8, "script.syntax",
		[]string{`"if"`, "nunca é fechado", `"end"`}, []string{`"if"`, "never closed", `"end"`}},
	{"then is missing", "if job.dry\nreturn nil\nend", 8, "script.syntax",
		[]string{`"if"`, `"then"`}, []string{`"if"`, `"then"`}},
	{"one equals sign", "if p.nota = \"x\" then return nil end", 8, "script.syntax",
		[]string{"comparar", "escreva =="}, []string{"compare", "write =="}},
	{"another language's unequal", "if p.nota != \"x\" then return nil end", 8, "script.syntax",
		[]string{`"!="`, "escreva ~="}, []string{`"!="`, "write ~="}},
	{"adding in place", "local n = 1\nn += 1", 9, "script.syntax",
		[]string{`"+="`, "n = n + ..."}, []string{`"+="`, "n = n + ..."}},
	{"else if", "if job.dry then\nreturn 1\nelse if p.nota then\nreturn 2\nend", 10, "script.syntax",
		[]string{`"else if"`, "elseif"}, []string{`"else if"`, "elseif"}},
	{"quotes of a word processor", "dj.copy.create { to = “local” }", 8, "script.syntax",
		[]string{"“", "Word"}, []string{"“", "plain quotes"}},
	{"a comment with slashes", "local n = 1 // um\ndj.log.info(\"\" .. n)", 8, "script.syntax",
		[]string{`"//"`, "escreva --"}, []string{`"//"`, "write --"}},
	{"a decimal comma", "dj.retry({ times = 1, wait = \"1m\", factor = 1,5 }, print)", 8, "script.syntax",
		[]string{"1,5", "escreva 1.5"}, []string{"1,5", "write 1.5"}},
	{"a colon in a table", "dj.copy.create { to: \"local\" }", 8, "script.syntax",
		[]string{"nome = valor"}, []string{"name = value"}},
	{"a variable without local", "total = 1", 8, "script.undeclared",
		[]string{`"total"`, "local total"}, []string{`"total"`, "local total"}},
	{"a misspelt variable", "local copias = 1\nprint(copais)\nprint(copias)", 9, "script.undefined",
		[]string{`"copais"`, `"copias"`}, []string{`"copais"`, `"copias"`}},
	{"null", "if p.nota == null then return nil end", 8, "script.undefined",
		[]string{`"null"`, `"nil"`}, []string{`"null"`, `"nil"`}},
	{"files of Lua", "local f = io.open(\"a.txt\")\nprint(f)", 8, "script.undefined",
		[]string{`"io"`}, []string{`"io"`}},
	{"a misspelt primitive", "dj.copy.creat { to = \"local\" }", 8, "api.unknown",
		[]string{`"creat"`, `"create"`}, []string{`"creat"`, `"create"`}},
	{"a misspelt option", "dj.copy.create { to = \"local\", verifi = \"restore\" }", 8, "option.unknown",
		[]string{`"verifi"`, `"verify"`}, []string{`"verifi"`, `"verify"`}},
	{"an option is missing", "dj.copy.create { verify = \"later\" }", 8, "option.missing",
		[]string{`"to"`, "lista"}, []string{`"to"`, "list"}},
	{"a wrong word", "dj.copy.create { to = \"local\", verify = \"restor\" }", 8, "option.value",
		[]string{`"restor"`, `"restore"`}, []string{`"restor"`, `"restore"`}},
	{"a wrong type", "dj.copy.create { to = 7 }", 8, "option.type",
		[]string{`"to"`, "7", "um texto"}, []string{`"to"`, "7", "a text"}},
	{"a bare number of minutes", "dj.lock(\"a\", { wait = 10 }, print)", 8, "option.type",
		[]string{"10", `"10m"`}, []string{"10", `"10m"`}},
	{"a text for the options", "dj.copy.create(\"local\")", 8, "option.type",
		[]string{"uma tabela", `"local"`}, []string{"one table", `"local"`}},
	{"a colon for a primitive", "dj.copy:create { to = \"local\" }", 8, "arg.type",
		[]string{"com ponto", "dj.copy.create"}, []string{"with a dot", "dj.copy.create"}},
	{"a misspelt param", "dj.log.info(p.notta)", 8, "api.unknown",
		[]string{`"notta"`, `"nota"`}, []string{`"notta"`, `"nota"`}},
	{"plus for texts", "print(\"a\" + \"b\")", 8, "script.failed",
		[]string{`"a"`, ".."}, []string{`"a"`, ".."}},
	{"joining nothing", "print(\"a\" .. nil)", 8, "script.failed",
		[]string{"nil"}, []string{"nil"}},
	{"changing dj", "dj.copy.create = print", 8, "api.frozen",
		[]string{`"dj.copy.create"`, "local"}, []string{`"dj.copy.create"`, "local"}},
	{"a misspelt method of the job", "job:degradd(\"x\")", 8, "api.unknown",
		[]string{`"degradd"`, `"degraded"`}, []string{`"degradd"`, `"degraded"`}},
}

// computed are mistakes that only the run meets. Where there is nothing to advise, the line itself is shown.
var computed = []slip{
	{"a number for a destination", "local to = #job.name\ndj.copy.create { to = to }", 9, "option.type",
		[]string{`"to"`, "5", "um texto"}, []string{`"to"`, "5", "a text"}},
	{"a destination that there is not", "dj.copy.create { to = \"lo\" .. job.name }", 8, "option.value",
		[]string{"lonoite", "local, pendrive"}, []string{"lonoite", "local, pendrive"}},
	{"a word that is worked out", "dj.copy.create { to = \"local\", verify = job.name }", 8, "option.value",
		[]string{`"noite"`, `"restore"`}, []string{`"noite"`, `"restore"`}},
	{"joining what is not given", "dj.log.info(\"nota: \" .. p.nota)", 8, "script.failed",
		[]string{"nil"}, []string{"nil"}},
	{"calling what is not there", "local t = { job.name }\nt.go()", 9, "script.failed",
		[]string{`"go"`}, []string{`"go"`}},
	{"a field of nothing", "local t = { job.name }\nprint(t.a.b)", 9, "script.failed",
		[]string{`"b"`, "nil"}, []string{`"b"`, "nil"}},
	{"adding to a text", "print(job.name + 1)", 8, "script.failed",
		[]string{`"noite"`}, []string{`"noite"`}},
	{"comparing what can not be compared", "local t = { job.name }\nprint(t < 1)", 9, "script.failed",
		[]string{"comparar"}, []string{"compare"}},
	{"a table that is thrown", "error({ job.name })", 8, "script.failed", nil, nil},
	{"a text that is thrown", "error(\"sem \" .. job.name)", 8, "script.failed", []string{"sem noite"}, []string{"sem noite"}},
	{"a table in a text", "error(\"veja \" .. tostring({ job.name }))", 8, "script.failed", []string{"veja"}, []string{"veja"}},
	{"a function in a text", "error(tostring(dj.copy.create) .. tostring(job))", 8, "script.failed", nil, nil},
	{"nothing asserted", "assert(p.nota, \"falta a nota\")", 8, "script.failed", []string{"falta a nota"}, []string{"falta a nota"}},
	{"a call without an end", "local function f(n) return 1 + f(n) end\nprint(f(1))", 8, "script.failed", nil, nil},
	{"a text for a number in a format", "print(string.format(\"%d\", job.name))", 8, "arg.type", []string{`"noite"`}, []string{`"noite"`}},
}

// indented is the body as it stands in the job: where an "end" is missing, that tells which.
func (s slip) indented() string { return "      " + strings.ReplaceAll(s.body, "\n", "\n      ") }

// What a person must never be shown: addresses, types of Go, frames of its stack, places that were not filled.
var internals = regexp.MustCompile(`(table|function|userdata): 0x|0x[0-9a-f]{6}|map\[|\*?(glua|lua|ast|reflect|primitive|run)\.[A-Z]\w+[{( ]|\[\]string|\binterface\b|LString|LNumber|goroutine|\.go:\d|%!|<nil>|\{\{|<no value>`)

// mistakes STORE written|computed: every slip of that table, each in politica.lua of the store, checked and run in both
// languages. Nothing may be done.
func cmdMistakes(ts *testscript.TestScript, args []string) {
	tables := map[string][]slip{"written": written, "computed": computed}
	if len(args) != 2 || tables[args[1]] == nil {
		ts.Fatalf("usage: mistakes STORE written|computed")
	}
	store := args[0]
	before := content(ts, []string{store + "/copias"})
	var failed []string
	for _, s := range tables[args[1]] {
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(store), "scripts", "politica.lua"), fmt.Appendf(nil, policy, s.indented()), 0o644))
		commands := [][]string{{"run", "politica"}}
		if args[1] == "written" {
			commands = append(commands, []string{"check"})
		}
		for language, words := range map[string][]string{"pt-BR": s.pt, "en": s.en} {
			for _, command := range commands {
				line := append([]string{"-C", store, "--lang", language}, command...)
				err := ts.Exec("djscript", line...)
				if wrong := s.wrong(exitOf(err), ts.ReadFile("stdout"), ts.ReadFile("stderr"), command[0], words); wrong != "" {
					failed = append(failed, fmt.Sprintf("%s: %s %s: %s\n%s%s", s.name, command[0], language, wrong, ts.ReadFile("stdout"), ts.ReadFile("stderr")))
				}
			}
		}
	}
	ts.Check(ts.Exec("djscript", "-C", store, "--lang", "en", "history", "--json"))
	if strings.Contains(ts.ReadFile("stdout"), `"result": "done"`) {
		failed = append(failed, "a run is said to be done")
	}
	for path, now := range content(ts, []string{store + "/copias"}) {
		if before[path] != now {
			failed = append(failed, path+" was made")
		}
	}
	if len(failed) > 0 {
		slices.Sort(failed)
		ts.Fatalf("%s", strings.Join(failed, "\n"))
	}
}

// wrong is what is wrong with what a command said of a slip; "" where all is well.
func (s slip) wrong(exit, out, errs, command string, words []string) string {
	code := strings.Contains(errs, "("+s.code+")") || strings.HasPrefix(s.code, "script.syntax") || command == "check"
	shown := strings.TrimSpace(strings.Split(s.body, "\n")[min(s.line-8, strings.Count(s.body, "\n"))])
	switch {
	case exit != "1" && exit != "2":
		return "exit code " + exit
	case internals.MatchString(out + errs):
		return fmt.Sprintf("it shows %q", internals.FindString(out+errs))
	case !strings.Contains(errs, fmt.Sprintf("politica.lua:%d: ", s.line)):
		return fmt.Sprintf("it does not name line %d", s.line)
	case !code:
		return "it does not say " + s.code
	case !strings.Contains(errs, shown) && !strings.Contains(errs, "→"):
		return "it shows neither the line nor what to do"
	case len(words) > 0 && !strings.Contains(errs, "→") && s.code != "script.failed":
		return "it does not say what to do"
	case strings.TrimSpace(out) != "":
		return "it says something on stdout"
	}
	for _, word := range words {
		if !strings.Contains(errs, word) {
			return fmt.Sprintf("it does not say %q", word)
		}
	}
	return ""
}
