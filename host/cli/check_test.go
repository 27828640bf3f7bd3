package cli

import (
	"testing"
)

const sound = `
[store]
id = "loja"
[database.loja]
path = "/srv/LOJA.FDB"
[destination.local]
path = "/mnt/a"
`

func TestCheckTellsEveryMistakeAtOnce(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+`[[cron]]
name = "night"
schedule = ["61 * * * *"]
run = "nothing:here"
[backup]
too = ["local"]
`)
	d.write("scripts/bad.lua", "return dj.script {\n  name = \"bad\",\n  jobs = { a = function()\n}\n")
	d.write("scripts/systems/mine.toml", "title = \"x\"\nzzz = 1\n")
	s := d.run("", "check")
	s.wants(t, 2, "cron.night.schedule", "cron.night.run", "backup.too", "mine.toml:2: zzz", "bad.lua:", "error:", "→")
	var told struct {
		OK       bool
		Mistakes []mistake
		Checked  []string
	}
	d.run("", "check", "--json").json(t, &told)
	if told.OK || len(told.Mistakes) < 5 || len(told.Checked) != 3 {
		t.Errorf("told %+v", told)
	}
	for _, m := range told.Mistakes {
		if m.File == "" || m.Line == 0 || m.Code == "" || m.Message == "" || m.Hint == "" {
			t.Errorf("a mistake is not whole: %+v", m)
		}
	}
}

func TestCheckTakesSinglePaths(t *testing.T) {
	d := newDesk(t)
	good := d.write("here/good.lua", "return 1\n")
	profile := d.write("here/mine.toml", "title = \"Mine\"\ncompanies = \"delete from x\"\n")
	d.run("", "check", good).wants(t, 0, "1 file checked")
	d.run("", "check", "here").wants(t, 0, "1 file checked")
	d.run("", "check", profile).wants(t, 2, profile+":2: companies")
	d.run("", "check", "here/none.lua", good).wants(t, 2, "none.lua: can not be read")
	d.run("", "check", d.write("notes.txt", "x")).wants(t, 2, "nothing that can be checked")
}

func TestCheckSpeaksPortugueseOfScripts(t *testing.T) {
	d := newDesk(t)
	bad := d.write("ruim.lua", "local x = {\n")
	d.run("", "check", bad, "--lang", "pt-BR").wants(t, 2, "erro:", `"{" aberto`)
}
