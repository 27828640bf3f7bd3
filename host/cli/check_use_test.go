package cli

import (
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

// own is a script with one job, and what its table says besides.
func own(more, body string) string {
	return "return dj.script { name = \"own\", " + more + " jobs = {\n  go = function(job, p)\n    " + body + "\n    return { job.name, p }\n  end,\n} }\n"
}

const granted = "[script.own]\ngrants = [\"copy.write\", \"copy.destroy\", \"db.read\", \"calendar.read\"]\n"

func TestCheckFindsWhatAScriptNamesAndTheStoreHasNot(t *testing.T) {
	for _, c := range []struct{ toml, more, body, pt, en string }{
		{granted, "", `dj.copy.create { to = "locla" }`, `não há o destino "locla"`, `no destination "locla"`},
		{granted, "", "dj.copy.create {\n to = { \"local\", \"Pen\" } }", `não há o destino "Pen"`, `no destination "Pen"`},
		{granted, "", `dj.copy.create { to = "local, pen" }`, `não há o destino "local, pen"`, `no destination "local, pen"`},
		{granted, "", `dj.copy.prune("Local")`, `você quis dizer "local"?`, `did you mean "local"?`},
		{"", "", `dj.copy.prune("Local")`, `você quis dizer "local"?`, `did you mean "local"?`},
		{granted, "", `dj.calendar.on("feriado", job.day)`, "não há o calendário feriado", "no calendar feriado"},
		{granted, "", `dj.db.info("Lojinha")`, `não há o banco "Lojinha"`, `no database "Lojinha"`},
		{granted, "", "job:super()", `nenhum script que own estende tem um trabalho "go"`, `no script that own extends has a job "go"`},
		{granted, `policies = { a = { diario = 7 } },`, "", `opção desconhecida "policies.a.diario"`, `unknown option "policies.a.diario"`},
		{granted, `policies = { a = { daily = "sete" } },`, "", `daily" deve ser um número inteiro`, `daily" must be a whole number`},
		{granted, `policies = { a = 3 },`, "", "e não o número 3", "not the number 3"},
		{granted, `params = { x = { type = "enum" } },`, "", `o parâmetro "x", do tipo "enum", não diz`, `the param "x" of type "enum" does not say`},
		{granted + "[destination.pen]\npath = \"/mnt/p\"\nkeep = \"own:none\"\n", "", "", "não tem políticas", "has no policies"},
	} {
		for language, want := range map[string]string{message.Portuguese: c.pt, message.English: c.en} {
			d := newDesk(t)
			d.write("djscript.toml", sound+c.toml)
			d.write("scripts/own.lua", "-- "+language+"\n"+own(c.more, c.body)) // a text that was read once is not read again
			s := d.run("", "check", "--lang", language)
			s.wants(t, 2, want)
			if n := strings.Count(s.err, want); n != 1 || strings.Contains(s.err, "copy.destroy:Local") {
				t.Errorf("%s (%s) is told %d times:\n%s", c.body, language, n, s.err)
			}
		}
	}
}

func TestCheckWarnsOfTablesOfScriptsThatAreNotThere(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+"[script.defaut]\ngrants = [\"copy.read\"]\n")
	d.run("", "check").wants(t, 0, "warning: ", "script.defaut", `there is no script "defaut"`, `did you mean "default"?`)
	d.run("", "check", "--lang", "pt-BR").wants(t, 0, `não há o script "defaut"`, `você quis dizer "default"?`)
}

func TestCheckTellsOfFilesThatAreNotInUTF8(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+granted)
	path := d.write("scripts/own.lua", own("", `dj.log.info("Jo`+"\xe3"+`o")`))
	d.run("", "check").wants(t, 0, "warning: "+path+":3: ", "not in UTF-8")
	d.write("scripts/own.lua", own("", `dj.log.info("Ma`+"\xe7"+`a")`))
	d.run("", "check", "--lang", "pt-BR").wants(t, 0, "o arquivo não está em UTF-8", "Bloco de Notas")
	d.write("scripts/own.lua", "\xff\xfer\x00e\x00t\x00")
	d.run("", "check").wants(t, 2, "UTF-16")
	d.run("", "check", "--lang", "pt-BR").wants(t, 2, "o arquivo está em UTF-16")
}
