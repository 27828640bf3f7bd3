package cli

import (
	"strings"
	"testing"
)

// Every line that is marked with "!" is granted by the line that is advised. A place that the store has not can be
// granted by nobody, and is marked otherwise.
func TestTheAdvisedLineCoversAllThatIsMarked(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", strings.ReplaceAll(sound, "local", "pen"))
	d.write("scripts/own.lua", own("", "dj.copy.prune(\"local\")\n    dj.notify(\"info\", \"x\")"))
	s := d.run("", "check", "--explain")
	s.wants(t, 2, "? copy.destroy:local", "! notify ", "the lines with ? name what djscript.toml does not have", `grants = ["notify"]`)
	d.run("", "check", "--explain", "--lang", "pt-BR").wants(t, 2, "as linhas com ? citam o que o djscript.toml não tem")
	d.run("", "check", "--explain", "--json").wants(t, 2, `"unknown"`)
	d.write("scripts/own.lua", own("", "dj.copy.prune(\"local\")"))
	if s = d.run("", "check", "--explain"); strings.Contains(s.out+s.err, "the lines with !") {
		t.Errorf("a line is advised that helps nobody:\n%s%s", s.out, s.err)
	}
	d.write("djscript.toml", sound)
	d.run("", "check", "--explain").wants(t, 2, "! copy.destroy:local", `grants = ["copy.destroy:local"]`)
}
