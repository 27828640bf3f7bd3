package lua

import (
	"regexp"
	"strings"
	"testing"
)

// firstMistakes are what a person writes in the first weeks: the script, the line that is named, the code, and words that
// must stand in the sentence or its cure, in English and in Portuguese.
var firstMistakes = []struct {
	name, source string
	line         int
	code         string
	en, pt       []string
}{
	{"another language's unequal", "local a = 1\nif a != 2 then print(a) end", 2, "script.syntax", []string{`"!="`, "write ~="}, []string{`"!="`, "escreva ~="}},
	{"adding in place", "local n = 1\nn += 1\nprint(n)", 2, "script.syntax", []string{`"+="`, "n = n + ..."}, []string{`"+="`, "escreva n = n + ..."}},
	{"joining in place", "local s = 'a'\ns ..= 'b'\nprint(s)", 2, "script.syntax", []string{`"..="`, "s = s .. ..."}, []string{`"..="`, "s = s .. ..."}},
	{"counting up", "local n = 1\nn++\nprint(n)", 2, "script.syntax", []string{`"++"`, "n = n + 1"}, []string{`"++"`, "n = n + 1"}},
	{"counting down", "local n = 1\nn--\nprint(n)", 2, "script.syntax", []string{`"--"`, "n = n - 1"}, []string{`"--"`, "n = n - 1"}},
	{"two ampersands", "local a, b = 1, 2\nif a && b then print(1) end", 2, "script.syntax", []string{`"&&"`, "write and"}, []string{`"&&"`, "escreva and"}},
	{"two bars", "local a, b = 1, 2\nprint(a || b)", 2, "script.syntax", []string{`"||"`, "write or"}, []string{`"||"`, "escreva or"}},
	{"exclamation mark", "local a = 1\nif !a then print(1) end", 2, "script.syntax", []string{`"!"`, "write not"}, []string{`"!"`, "escreva not"}},
	{"question mark", "local a = 1\nlocal b = a ? 1 : 2\nprint(b)", 2, "script.syntax", []string{`"?"`, "and one or other"}, []string{`"?"`, "condição and um or outro"}},
	{"else if", "local a = 1\nif a == 1 then\n  print(1)\nelse if a == 2 then\n  print(2)\nend\nprint(3)", 4, "script.syntax", []string{`"else if"`, "elseif"}, []string{`"else if"`, "elseif"}},
	{"elif", "local a = 1\nif a == 1 then\n  print(1)\nelif a == 2 then\n  print(2)\nend", 4, "script.syntax", []string{`"elif"`, "write elseif"}, []string{`"elif"`, "escreva elseif"}},
	{"if without then", "local a = 1\nif a == 1\n  print(a)\nend", 2, "script.syntax", []string{`"if" of line 2`, `"then"`}, []string{`falta o "then"`, "linha 2"}},
	{"for without do", "for n = 1, 3\n  print(n)\nend", 1, "script.syntax", []string{`"for" of line 1`, `"do"`}, []string{`falta o "do"`, "linha 1"}},
	{"while without do", "local n = 1\nwhile n < 3\n  n = n + 1\nend", 2, "script.syntax", []string{`"while" of line 2`, `"do"`}, []string{`falta o "do"`, "linha 2"}},
	{"if without end", "local a = 1\nif a then\n  print(a)\n", 2, "script.syntax", []string{`"if" opened at line 2`, `"end"`}, []string{`"if" aberto na linha 2`, `"end"`}},
	{"function without end", "local function f()\n  print(1)\nf()\n", 1, "script.syntax", []string{`"function" opened at line 1`}, []string{`"function" aberto na linha 1`}},
	{"one equals sign in a condition", "local a = 1\nif a = 2 then print(a) end", 2, "script.syntax", []string{"must compare", "write =="}, []string{"precisa comparar", "escreva =="}},
	{"two equals signs that give a value", "local a = 1\na == 2\nprint(a)", 2, "script.syntax", []string{`"==" compares`, "write ="}, []string{`"==" compara`, "escreva ="}},
	{"colon for a field", "local p = { to = 1 }\nprint(p:to)", 2, "script.syntax", []string{`":to"`, ".to"}, []string{`":to"`, ".to"}},
	{"colon in a table", "dj.copy.create {\n  to: \"local\",\n}", 2, "script.syntax", []string{`"="`, "name = value"}, []string{`"="`, "nome = valor"}},
	{"colon and a name in a table", "local a = 1\nprint({ to: a })", 2, "script.syntax", []string{"name = value"}, []string{"nome = valor"}},
	{"quotes around a key", "dj.copy.create {\n  \"to\" = \"local\",\n}", 2, "script.syntax", []string{"without quotes"}, []string{"sem aspas"}},
	{"quotes of Word", "dj.copy.create { to = “local” }", 1, "script.syntax", []string{"“", `plain quotes`}, []string{"“", "Word"}},
	{"a quote of Word at the end", "dj.copy.create { to = \"local” }", 1, "script.syntax", []string{"”", "plain quotes"}, []string{"”", "Word"}},
	{"quotes of Word in the code page of Windows", "dj.copy.create { to = \x93local\x94 }", 1, "script.syntax", []string{"“", "plain quotes"}, []string{"“", "Word"}},
	{"a long dash", "local n = 3 – 1\nprint(n)", 1, "script.syntax", []string{`"–"`, "write -"}, []string{`"–"`, "escreva -"}},
	{"a space of Word", "local a\u00a0= 1\nprint(a)", 1, "script.syntax", []string{"invisible"}, []string{"invisível"}},
	{"an accent in a name", "local preço = 1\nprint(1)", 1, "script.syntax", []string{`"ç"`, "preço"}, []string{`"ç"`, "preço", "sem acento"}},
	{"forgotten comma", "dj.copy.create {\n  to = \"local\"\n  verify = \"restore\",\n}", 2, "script.syntax", []string{"comma is missing", `"local"`}, []string{"falta uma vírgula", `"local"`}},
	{"forgotten comma after a table", "return dj.script {\n  name = \"n\", params = {\n  }\n  jobs = {},\n}", 3, "script.syntax", []string{"comma is missing", "}"}, []string{"falta uma vírgula", "}"}},
	{"forgotten comma between arguments", "print(1 2)", 1, "script.syntax", []string{"comma is missing after 1"}, []string{"falta uma vírgula depois de 1"}},
	{"forgotten quote", "dj.copy.create { to = \"local }", 1, "script.syntax", []string{"no closing quote"}, []string{"falta fechar as aspas"}},
	{"comment with a hash", "# backup\nprint(1)\n  # again\n", 1, "script.syntax", []string{`"#"`, "write --"}, []string{`"#"`, "escreva --"}},
	{"comment with slashes", "local a = 1 // one\nprint(a)", 1, "script.syntax", []string{`"//"`, "write --"}, []string{`"//"`, "escreva --"}},
	{"comment with slash and star", "/* one */\nprint(1)", 1, "script.syntax", []string{"--[[ ]]"}, []string{"--[[ ]]"}},
	{"var", "var a = 1\nprint(a)", 1, "script.syntax", []string{`"var"`, "write local"}, []string{`"var"`, "escreva local"}},
	{"after return", "local function f()\n  return 1\n  print(2)\nend\nf()", 3, "script.syntax", []string{`"return" of line 2`}, []string{`"return" da linha 2`}},
	{"thousands", "local n = 1.234.567\nprint(n)", 1, "script.syntax", []string{"1.234.567 is no number"}, []string{"1.234.567 não é um número"}},
	{"decimal comma", "dj.retry({ times = 1, wait = \"1m\", factor = 1,5 }, print)", 1, "script.syntax", []string{"1,5", "write 1.5"}, []string{"1,5", "escreva 1.5"}},
	{"decimal comma of a variable", "local n = 1,5\nprint(n)", 1, "script.syntax", []string{"1,5", "write 1.5"}, []string{"1,5", "escreva 1.5"}},
	{"decimal comma in an argument", "print(math.floor(2), dj.copy.open(\"a\", 1,5))", 1, "script.syntax", []string{"write 1.5"}, []string{"escreva 1.5"}},
	{"an argument too many", "dj.copy.open(\"a\", 2)", 1, "arg.count", []string{"too many arguments", "copy.open(path)"}, []string{"vieram 2", "copy.open(path)"}},
	{"nothing between the brackets", "local t = { 1 }\nprint(t[nil])", 2, "script.suspect", []string{"under nil"}, []string{"com nil"}},
	{"number and text below", "local n = 7\nprint(n < \"8\")", 2, "script.failed", []string{"the number 7", "\"8\""}, []string{"o número 7", "\"8\""}},
	{"null", "local a = null\nprint(a)", 1, "script.undefined", []string{`"null"`, `"nil"`}, []string{`"null"`, `"nil"`}},
	{"None", "print(None)", 1, "script.undefined", []string{`"None"`, `"nil"`}, []string{`"None"`, `"nil"`}},
	{"True", "dj.copy.list(True)", 1, "script.undefined", []string{`"true"`}, []string{`"true"`}},
	{"plus for texts", "print(\"a\" + \"b\")", 1, "script.failed", []string{`"a" is no number`, ".."}, []string{`"a" não é um número`, ".."}},
	{"a misspelt variable", "local copies = 1\nprint(copeis)", 2, "script.undefined", []string{`"copeis"`, `"copies"`}, []string{`"copeis"`, `"copies"`}},
	{"a variable without local", "total = 0\nprint(total)", 1, "script.undeclared", []string{`"total"`, "local total"}, []string{`"total"`, "local total"}},
	{"a function without local", "function tell() end\ntell()", 1, "script.undeclared", []string{"local function tell"}, []string{"local function tell"}},
	{"a misspelt primitive", "dj.copy.creat { to = \"local\" }", 1, "api.unknown", []string{"dj.copy", `"creat"`, `"create"`}, []string{"dj.copy", `"creat"`, `"create"`}},
	{"a misspelt noun", "dj.copi.create { to = \"local\" }", 1, "api.unknown", []string{`"copi"`, `"copy"`}, []string{`"copi"`, `"copy"`}},
	{"a misspelt function of Lua", "print(string.fromat(\"%d\", 1))", 1, "api.unknown", []string{`"fromat"`, `"format"`}, []string{`"fromat"`, `"format"`}},
	{"a misspelt option", "dj.copy.create {\n  to = \"local\",\n  verfy = \"restore\",\n}", 3, "option.unknown", []string{`"verfy"`, `"verify"`}, []string{`"verfy"`, `"verify"`}},
	{"a missing option", "dj.copy.create { verify = \"later\" }", 1, "option.missing", []string{`"to" is missing`, "a text, or a list"}, []string{`falta "to"`, "um texto, ou uma lista"}},
	{"a wrong word", "dj.copy.create { to = \"local\", verify = \"restor\" }", 1, "option.value", []string{`"restor"`, `"restore"`}, []string{`"restor"`, `"restore"`}},
	{"a bare number of minutes", "dj.lock(\"a\", { wait = 10 }, print)", 1, "option.type", []string{"the bare number 10", `"10m"`}, []string{"só com o número 10", `"10m"`}},
	{"a duration in words", "dj.lock(\"a\", { wait = \"10 minutes\" }, print)", 1, "option.value", []string{`"10 minutes"`, `"10m"`}, []string{`"10 minutes"`, `"10m"`}},
	{"a number in quotes", "dj.retry({ times = \"3\", wait = \"1m\" }, print)", 1, "option.type", []string{"a whole number", `"3"`}, []string{"um número inteiro", `"3"`}},
	{"a text for the options", "dj.copy.create(\"local\")", 1, "option.type", []string{"one table", `"local"`}, []string{"uma tabela", `"local"`}},
	{"options for a subject", "dj.copy.open { path = \"a.zip\" }", 1, "option.type", []string{`"path" must be a text`}, []string{`"path" deve ser um texto`}},
	{"no subject", "dj.copy.open()", 1, "arg.missing", []string{`"path" is missing`}, []string{`falta "path"`}},
	{"colon for a primitive", "dj.copy:create { to = \"local\" }", 1, "arg.type", []string{"with a dot", "dj.copy.create(...)"}, []string{"com ponto", "dj.copy.create(...)"}},
	{"a noun that is called", "dj.copy { to = \"local\" }", 1, "api.unknown", []string{"dj.copy is no function", "create"}, []string{"dj.copy não é uma função", "create"}},
	{"changing dj", "dj.copy.create = print", 1, "api.frozen", []string{`"dj.copy.create" can not be changed`}, []string{`"dj.copy.create" não pode ser alterado`}},
	{"files of Lua", "local f = io.open(\"a.txt\")\nprint(f)", 1, "script.undefined", []string{`"io"`}, []string{`"io"`}},
	{"text and number", "local n = 7\nif n == \"7\" then print(n) end", 2, "script.suspect", []string{"never equal", "tonumber"}, []string{"nunca é igual", "tonumber"}},
	{"nought is true", "if 0 then print(1) end", 1, "script.suspect", []string{"0 is always true"}, []string{"0 é sempre verdadeiro"}},
	{"the first of a list", "local t = { \"a\" }\nprint(t[0])", 2, "script.suspect", []string{"begin at 1"}, []string{"começam em 1"}},
	{"a variable called dj", "local dj = {}\nprint(dj)", 1, "script.suspect", []string{`"dj"`, "another name"}, []string{`"dj"`, "outro nome"}},
	{"a variable for nothing", "local total = 1", 1, "script.unused", []string{`"total"`, "never used"}, []string{`"total"`, "nunca é usado"}},
	{"a name that is worked out", "local noun = \"copy\"\ndj[noun].create { to = \"local\" }", 2, "script.opaque", []string{"dj", "write the name out"}, []string{"dj", "por extenso"}},
	{"joining nothing", "print(\"a\" .. nil)", 1, "script.failed", []string{"can not join nil"}, []string{"juntar nil"}},
	{"a misspelt method of the job", "return dj.script { name = \"n\", jobs = {\n  go = function(job)\n    job:degradd(\"x\")\n  end,\n} }", 3, "api.unknown", []string{"job", `"degradd"`, `"degraded"`}, []string{"job", `"degraded"`}},
	{"a misspelt param", "return dj.script { name = \"n\", params = { to = { type = \"text\" } }, jobs = {\n  go = function(_, p)\n    print(p.to, p.too)\n  end,\n} }", 3, "api.unknown", []string{`no param "too"`, `"to"`}, []string{`parâmetro "too"`, `"to"`}},
	{"a param that nothing reads", "return dj.script { name = \"n\", params = {\n  to = { type = \"text\" } }, jobs = { go = function() end } }", 2, "script.unused_param", []string{`nothing reads the param "to"`}, []string{`ninguém lê o parâmetro "to"`}},
	{"a default in quotes", "return dj.script { name = \"n\", params = {\n  n = { type = \"integer\",\n    default = \"7\" } }, jobs = { go = function(_, p) print(p.n) end } }", 3, "option.type", []string{`"params.n.default"`, "a whole number"}, []string{`"params.n.default"`, "um número inteiro"}},
	{"a type that no param has", "return dj.script { name = \"n\", params = { n = { type = \"number\" } }, jobs = { go = function(_, p) print(p.n) end } }", 1, "option.value", []string{`"params.n.type"`, `"integer"`}, []string{`"params.n.type"`, `"integer"`}},
	{"a path of Windows", "print(\"C:\\DJ\\Copias\")", 1, "script.syntax", []string{`"\D"`, `"C:/DJ/`}, []string{`"\D"`, "escreva / ou"}},
	{"a path of Windows that begins with n", "print(\"c:\\nova\")", 1, "script.syntax", []string{`"\n"`, "/"}, []string{`"\n"`, "/"}},
	{"a for over a list", "for c in dj.copy.list() do print(c) end", 1, "script.failed", []string{"ipairs", "copy.list", "for _, c in ipairs(list) do"}, []string{"ipairs", "o resultado de dj.copy.list", "for _, c in ipairs(lista) do"}},
	{"a for over a variable", "local all = { 1, 2 }\nfor n, v in all do print(n, v) end", 2, "script.failed", []string{"ipairs", "a table"}, []string{"uma tabela"}},
	{"division of whole numbers", "local a = 7 // 2\nprint(a)", 1, "script.syntax", []string{"math.floor(a / b)"}, []string{"math.floor(a / b)"}},
	{"bits", "local a = 5 & 3\nprint(a)", 1, "script.syntax", []string{`"&"`, "bits"}, []string{`"&"`, "bits"}},
	{"an end too many", "return dj.script { name = \"n\", jobs = {\n  go = function()\n    if true then print(1) end\n    end\n  end,\n} }", 5, "script.syntax", []string{`"end" closes nothing`}, []string{`este "end" não fecha nada`}},
	{"an end too many at the end", "local function f()\n  print(1)\nend\nend\nf()", 4, "script.syntax", []string{`"end" closes nothing`}, []string{`este "end" não fecha nada`}},
	{"an end within a bracket", "local function f()\n  print({ 1\nend\nf()", 2, "script.syntax", []string{`"{" opened at line 2`}, []string{`"{" aberto na linha 2`}},
	{"a list among the options", "dj.copy.create { to = \"local\", \"pen\" }", 1, "option.unknown", []string{"value 1", `to = { "a", "b" }`}, []string{"valor 1", "está sem nome", `to = { "a", "b" }`}},
	{"a text for the options", "dj.copy.create(\"local\")", 1, "option.type", []string{"dj.copy.create({ ... })", "{ name = value }"}, []string{"dj.copy.create({ ... })", "{ nome = valor }"}},
	{"plain quotes", "dj.copy.create { to = “local” }", 1, "script.syntax", []string{"plain quotes"}, []string{"aspas retas"}},
	{"a label that is not there", "for n = 1, 2 do\n  goto fim\nend", 2, "script.syntax", []string{`label "fim"`, "::fim::"}, []string{`rótulo "fim"`, "::fim::"}},
	{"a break outside", "break", 1, "script.syntax", []string{"no loop"}, []string{"laço"}},
	{"an ANSI file", "print(1)\nprint(\"Jo\xe3o\")", 2, "script.suspect", []string{"UTF-8", "Notepad"}, []string{"UTF-8", "Bloco de Notas"}},
	{"a misspelt part of a script", "return dj.script { name = \"n\", job = {} }", 1, "option.unknown", []string{`"job"`, `"jobs"`}, []string{`"job"`, `"jobs"`}},
}

// What a person must never be shown: addresses, types of Go, frames of its stack, places that were not filled.
var internals = regexp.MustCompile(`0x[0-9a-f]{4}|\*?(glua|lua|ast|reflect|parse)\.[A-Z]|LString|LNumber|goroutine|\.go:\d|%!|<nil>|\{\{|<no value>|\\x`)

func TestTheMistakesOfAFirstTimeWriterAreNamed(t *testing.T) {
	for _, c := range firstMistakes {
		t.Run(c.name, func(t *testing.T) {
			for language, words := range map[string][]string{"en": c.en, "pt-BR": c.pt} {
				found := inspect(t, deskKnown(catalogue(t, language)), c.source)
				var told []string
				ok := false
				for _, m := range found.Mistakes {
					text := m.Message + "\n" + m.Hint
					told = append(told, m.String()+" → "+m.Hint)
					if m.File != "store.lua" || m.Message == "" || m.Hint == "" || m.SourceLine == "" || internals.MatchString(text) {
						t.Errorf("%s: %#v", language, m)
					}
					ok = ok || m.Line == c.line && m.Code == c.code && holds(text, words)
				}
				if !ok {
					t.Errorf("%s: wanted line %d, %s, %q; got\n%s", language, c.line, c.code, words, strings.Join(told, "\n"))
				}
			}
		})
	}
}

func holds(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func TestASyntaxErrorIsStillToldOnce(t *testing.T) {
	for _, c := range firstMistakes {
		if c.code != "script.syntax" || strings.HasPrefix(c.name, "decimal") {
			continue
		}
		if found := inspect(t, deskKnown(nil), c.source); len(found.Mistakes) != 1 || found.Mistakes[0].Column < 1 {
			t.Errorf("%s: %d mistakes, the first %#v", c.name, len(found.Mistakes), found.Mistakes[0])
		}
	}
}
