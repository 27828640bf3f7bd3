package cli

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

func TestSecretsComeFromAPipeAndAreNeverShown(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", "half a file")
	d.run("s3cret\r\nmore\n", "secret", "set", "firebird").wants(t, 0, "password firebird kept")
	d.run("", "secret", "set", "Bad Name").wants(t, 2, "Bad Name")
	d.run("", "secret", "set", "empty").wants(t, 2)
	list := d.run("", "secret", "list")
	if list.out != "firebird\n" || strings.Contains(list.err, "s3cret") {
		t.Errorf("list says %q, %q", list.out, list.err)
	}
	a := d.app("", nil, nil)
	a.dir = d.dir
	kept, err := a.secrets()
	if err != nil {
		t.Fatal(err)
	}
	if value, err := kept.Get("firebird"); err != nil || value.Reveal() != "s3cret" {
		t.Errorf("kept %q, %v", value.Reveal(), err)
	}
	d.run("", "secret", "remove", "firebird").wants(t, 0)
	d.run("", "secret", "list").wants(t, 0, "no password is kept")
}

func TestNextSaysWhenNothingIsScheduled(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.run("", "next").wants(t, 0, "nothing is scheduled")
	d.write("djscript.toml", sound+"[backup]\nto = [\"local\"]\nat = [\"22:00\", \"01:00\"]\ndays = [\"sat\"]\n")
	var told struct {
		Zone string
		Due  []occurrence
	}
	d.run("", "next", "-n", "3", "--json").json(t, &told)
	var got []string
	for _, due := range told.Due {
		got = append(got, due.Due.Format("Mon 02 15:04")+" "+due.Day)
	}
	// One in the morning of Sunday is still the business day of Saturday.
	want := []string{"Sat 21 22:00 2026-11-21", "Sun 22 01:00 2026-11-21", "Sat 28 22:00 2026-11-28"}
	if !slices.Equal(got, want) {
		t.Errorf("due %q, want %q", got, want)
	}
}

func TestDocsFindsNounsFunctionsClassesAndScripts(t *testing.T) {
	d := newDesk(t)
	for name, want := range map[string]string{
		"": "dj.copy.create(opts)", "copy": "dj.copy.prove(copy)", "copy.create": "Makes one zip per database", "dj.copy.create": "-> dj.Copy[]",
		"dj.Copy": "business day of the data", "Job": "Job:degraded", "job.degraded": "Marks the run as degraded", "default": "djscript run default:prove",
		"script": "Declares the script",
	} {
		d.run("", strings.Fields("docs "+name)...).wants(t, 0, want)
	}
	d.run("", "docs", "copy.craete").wants(t, 2, "did you mean copy.create?")
	d.run("", "docs", "qqqqqqqq").wants(t, 2, "djscript docs")
}

func TestEveryFunctionHasALineInDocs(t *testing.T) {
	known, err := readStubs(primitive.Stubs(message.English))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range known.functions {
		if line := firstSentence(f.Prose); line == "" || strings.Contains(line, "\n") || len([]rune(line)) > 100 {
			t.Errorf("%s: %q", f.Name, line)
		}
	}
}

func TestDocsRefusesAScriptThatDoesMoreThanDeclareItself(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.write("scripts/eager.lua", "local all = dj.copy.list()\nreturn dj.script { name = \"eager\" }\n")
	d.run("", "docs", "eager").wants(t, 1, "eager calls copy.list while it is loaded")
}

func TestHistoryTellsOneRunStepByStep(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.run("", "history").wants(t, 0, "nothing has run yet")
	kept := journal.In(run.Dir(d.dir) + "/runs")
	due := d.now
	begun, err := kept.Begin(journal.Start{Run: "01ABCDEFGHJKMNPQRSTVWXYZ00", At: d.now, Due: &due, Script: "default", Job: "backup", Trigger: "cron", Day: "2026-11-21"})
	if err != nil {
		t.Fatal(err)
	}
	failed := &journal.Failure{Code: "drive.full", Message: "the drive is full", Hint: "free some space", Stack: []journal.Frame{
		{Where: "default.lua:30", Function: "backup", Locals: map[string]string{"p": "{}"}},
	}}
	events := []journal.Event{
		{At: d.now.Add(2 * time.Second), Kind: "call", Name: "copy.create", Effect: "write", Seconds: 3, Where: "default.lua:30", Error: failed},
		{At: d.now.Add(time.Second), Kind: "step", Name: "the whole", Seconds: 4},
		{At: d.now.Add(5 * time.Second), Kind: "log", Level: "warning", Text: "look out"},
	}
	for _, e := range events {
		if err := begun.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	d.run("", "history").wants(t, 0, "TVWXYZ00", "cut off", "schedule", "default:backup")
	if err := begun.Finish(journal.End{At: d.now.Add(6 * time.Second), Result: journal.Failed, Exit: 1, Error: failed, Degraded: []string{"one more thing"}}); err != nil {
		t.Fatal(err)
	}
	one := d.run("", "history", "wxyz00")
	one.wants(t, 0, "FAILED", "12:30:02  copy.create", "3.0 s", "warning: look out", "the drive is full (drive.full)", "→ free some space",
		"default.lua:30  backup", "p = {}", "one more thing", "exit 1")
	if strings.Index(one.out, "the whole") > strings.Index(one.out, "copy.create") {
		t.Errorf("a step does not stand before what it holds:\n%s", one.out)
	}
	d.write("djscript.toml", "broken = [")
	d.run("", "history").wants(t, 0, "FAILED")
}

func TestCopiesListSaysThatThereAreNone(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.run("", "copies").wants(t, 0, "there are no copies", "warning:", "destination local is not there")
	d.run("", "copies", "check").wants(t, 1, "there are no copies", "djscript backup")
	d.run("", "copies", "prove", d.dir+"/none.zip").wants(t, 1, "there is no copy at")
	d.run("", "copies", "list", "--state", "good").wants(t, 2, "verified, sealed or bad")
	d.run("", "copies", "list", "--since", "yesterday").wants(t, 2, "2026-12-31")
	d.run("", "copies", "extract", "newest").wants(t, 2, "--to")
}

func TestAZipThatIsNoCopyIsRefused(t *testing.T) {
	d := newDesk(t)
	path := d.write("x.zip", "PK no zip at all")
	for _, line := range [][]string{{"show", path}, {"check", path}, {"extract", path, "--to", d.dir + "/out"}} {
		d.run("", append([]string{"copies"}, line...)...).wants(t, 1, "x.zip")
	}
	if _, err := os.Stat(d.dir + "/out"); err == nil {
		t.Error("something was unpacked")
	}
}

func TestWhereNamesWhatIsNotAsItShouldBe(t *testing.T) {
	newDesk(t).run("", "version") // English
	c := copies.Copy{Places: []copies.Place{
		{Destination: "local", State: copies.Present}, {Destination: "pen", State: copies.Missing}, {Path: "/x.zip", State: copies.Bad},
	}}
	if got, want := whereOf(c), "local, pen (missing), /x.zip (BAD)"; got != want {
		t.Errorf("whereOf = %q, want %q", got, want)
	}
}

func TestTheWorstExitCodeWins(t *testing.T) {
	order := []int{run.ExitDone, run.ExitDegraded, run.ExitBusy, run.ExitCancelled, run.ExitFailed}
	for i, a := range order {
		for j, b := range order {
			if got, want := worse(a, b), order[max(i, j)]; got != want {
				t.Errorf("worse(%d, %d) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestCNPJsAreMasked(t *testing.T) {
	for text, want := range map[string]string{"12ABC34501DE35": "12.ABC.345/01DE-35", "": "-", "123": "123"} {
		if got := cnpj(text); got != want {
			t.Errorf("cnpj(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestEveryWayHasAWord(t *testing.T) {
	for _, way := range []firebird.Way{firebird.WayFIFO, firebird.WayTCP, firebird.WayEmbedded, firebird.WayFile} {
		if wayWord(way) == string(way) {
			t.Errorf("%s has no words", way)
		}
	}
}

func TestEveryLibraryHasALicence(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	tests := []string{"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "go.uber.org/goleak", "golang.org/x/tools", "pgregory.net/rapid"}
	for _, m := range regexp.MustCompile(`(?m)^\s*([\w./-]+\.[\w./-]+) v\d`).FindAllStringSubmatch(string(text), -1) {
		if licence(m[1]) == "" && !slices.Contains(tests, m[1]) {
			t.Errorf("%s has no licence in version.go", m[1])
		}
	}
	newDesk(t).run("", "version").wants(t, 0, "djscript 1.2.3", "MIT")
}
