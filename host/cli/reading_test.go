package cli

import (
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

func TestAValueIsShownAsAPersonWritesIt(t *testing.T) {
	if got, want := compact(map[string]any{"nome": "Empório Pão & Café <ltda>"}), `{"nome":"Empório Pão & Café <ltda>"}`; got != want {
		t.Errorf("shown as %s, want %s", got, want)
	}
	for _, nothing := range []any{nil, map[string]any{}, func() {}} {
		if got := compact(nothing); got != "" {
			t.Errorf("nothing is shown as %q", got)
		}
	}
	if got := []rune(compact(strings.Repeat("ç", 2*compactLimit))); len(got) != compactLimit+1 || got[compactLimit] != '…' {
		t.Errorf("a long one is shown as %d letters", len(got))
	}
}

func TestTheStandardScriptExplainsItsParamsInTheReadersLanguage(t *testing.T) {
	d := newDesk(t)
	d.run("", "init", "--lang", "pt-BR").wants(t, 0)
	d.run("", "docs", "default", "--lang", "pt-BR").wants(t, 0, "para onde vão as cópias", "o arquivo a adotar")
	d.run("", "docs", "default", "--lang", "en").wants(t, 0, "where copies go", "the file to take in")
}

func TestSumsAreOnlyToldWhereThereAreAny(t *testing.T) {
	newDesk(t)
	for _, tt := range []struct {
		language string
		evidence int
		want     string
	}{
		{message.English, 0, "9 rows in 1 tables (2.0 s)"},
		{message.English, 1, "9 rows in 1 tables and 1 sum equal to the source's (2.0 s)"},
		{message.Portuguese, 0, "9 registros em 1 tabelas (2,0 s)"},
		{message.Portuguese, 3, "9 registros em 1 tabelas e 3 somas iguais às da origem (2,0 s)"},
	} {
		if err := message.SetLanguage(tt.language); err != nil {
			t.Fatal(err)
		}
		c := copies.Copy{State: copies.Verified, Proof: &copies.Proof{Rows: map[string]int64{"A": 9}, Seconds: 2, Evidence: make([]copies.Evidence, tt.evidence)}}
		if got := sentenceOf(c); !strings.HasSuffix(got, tt.want) {
			t.Errorf("%d sums: %s", tt.evidence, got)
		}
	}
}

func TestADemonstrationKeepsWhatWasTriedInItsConfiguration(t *testing.T) {
	edited := "# tried: server = \"x\"\r\n[firebird]\r\nserver = \"127.0.0.1:4711\" # its own\r\n[backup]\r\nat = [\"23:00\"]\r\n"
	want := strings.Replace(edited, "4711", "3050", 1)
	if got := string(atServer([]byte(edited), "127.0.0.1:3050")); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCoverageBeginsWithTheStoresOwnScripts(t *testing.T) {
	d := newDesk(t)
	d.run("", "init", "--id", "loja", "--database", "/srv/A.FDB", "--destination", "/mnt/a").wants(t, 0)
	d.write("scripts/mine.lua", "local days = require \"lib.days\"\nreturn dj.script { name = \"mine\", jobs = { only = function(job) return days.weekday(job.day) end } }\n")
	d.write("scripts/closing_test.lua", "dj.test(\"runs\", function(sim)\n  sim:run(\"default:backup\")\n  dj.expect.equal(sim:run(\"mine:only\").exit, 0)\nend)\n")
	var told struct{ Coverage []coveredScript }
	d.run("", "test", "--coverage", "--json").json(t, &told)
	var names []string
	for _, c := range told.Coverage {
		names = append(names, c.Script)
	}
	if got := strings.Join(names, " "); got != "mine.lua default.lua lib/days.lua" && got != "mine.lua lib/days.lua default.lua" {
		t.Errorf("told of %s", got)
	}
}
