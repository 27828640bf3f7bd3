package cli

import (
	"slices"
	"strings"
	"testing"
)

// Whoever mends what a refused run told finds no other mistake in the next run: it tells what check tells.
func TestARefusedRunTellsAllThatCheckTells(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+"[script.own]\ngrants = [\"copy.write\"]\n")
	d.write("scripts/broken.lua", "return dj.script {\n  name = = \"broken\",\n}\n")
	d.write("scripts/typo.lua", "return dj.script { name = \"typo\", jobs = { go = function(job)\n  dj.copy.lst()\n  return job.nmae\nend } }\n")
	d.write("scripts/loud.lua", "error(\"no\")\nreturn dj.script { name = \"loud\", jobs = {} }\n")
	d.write("scripts/own.lua", own("", strings.Join([]string{
		`dj.copy.create { to = "locla" }`, `dj.copy.prune("local")`, `dj.copy.prune("Local")`, `dj.calendar.on("feriado", job.day)`, "job:super()", `dj.notify("info", "x")`,
	}, "\n    ")))
	sentences := func(text string) []string {
		var all []string
		for line := range strings.Lines(text) {
			said, ok := strings.CutPrefix(strings.TrimSpace(line), "error: ")
			if !ok {
				continue
			}
			if _, beneath, ok := strings.Cut(said, "scripts/"); ok {
				said = beneath
			}
			if i := strings.LastIndex(said, " ("); i > 0 && strings.HasSuffix(said, ")") && strings.Contains(said[i:], ".") {
				said = said[:i] // its code
			}
			all = append(all, said)
		}
		slices.Sort(all)
		return all
	}
	checked, ran := d.run("", "check"), d.run("", "run", "own:go")
	want, got := sentences(checked.err+checked.out), sentences(ran.err)
	if len(want) < 9 || !slices.Equal(want, got) {
		t.Errorf("check tells\n%s\nrun tells\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
	ran.wants(t, 2)
}

// What check alone finds keeps no version from being used: a run that never comes to it is none the worse.
func TestANameThatIsMissingInAnotherScriptRefusesNothing(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.write("scripts/own.lua", own("", ""))
	d.write("scripts/other.lua", strings.Replace(own("", `dj.copy.create { to = "locla" }`), `"own"`, `"other"`, 1))
	d.run("", "check").wants(t, 2, "locla")
	if ran := d.run("", "run", "own:go"); strings.Contains(ran.err, "locla") {
		t.Errorf("the run is refused:\n%s", ran.err)
	}
}
