package copies

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/firebird"
)

func TestJudgeFindsEachContradictionAndNothingElse(t *testing.T) {
	manifest := func() *Manifest {
		return &Manifest{
			Rows:     map[string]int64{"VENDA": 10, "VAZIA": 0},
			Evidence: []Evidence{{Query: "sum", Before: "10.00", After: "12.50"}, {Query: "fix", Before: "7", After: "7"}},
			Database: Origin{InactiveIndexes: []string{"OFF"}},
		}
	}
	seen := func() firebird.Inspection {
		return firebird.Inspection{Rows: map[string]int64{"VENDA": 10, "VAZIA": 0}, Evidence: []string{"11.00", "7"}, InactiveIndexes: []string{"OFF"}}
	}
	if evidence, against := judge(manifest(), seen()); len(against) > 0 || evidence[0].Holds != bracketed || evidence[1].Holds != exact {
		t.Fatalf("a good restore: %v, %+v", against, evidence)
	}
	for name, spoil := range map[string]func(*firebird.Inspection){
		"shutdown mode":    func(i *firebird.Inspection) { i.ShutdownMode = 2 },
		"index":            func(i *firebird.Inspection) { i.InactiveIndexes = append(i.InactiveIndexes, "PK") },
		"validation":       func(i *firebird.Inspection) { i.ValidationErrors = []string{"page 7 is an orphan"} },
		"a row less":       func(i *firebird.Inspection) { i.Rows["VENDA"] = 9 },
		"a table less":     func(i *firebird.Inspection) { delete(i.Rows, "VENDA") },
		"a table too many": func(i *firebird.Inspection) { i.Rows["NOVA"] = 1 },
		"evidence outside": func(i *firebird.Inspection) { i.Evidence[0] = "12.51" },
		"evidence changed": func(i *firebird.Inspection) { i.Evidence[1] = "8" },
		"evidence missing": func(i *firebird.Inspection) { i.Evidence = i.Evidence[:1] },
	} {
		spoiled := seen()
		spoil(&spoiled)
		if _, against := judge(manifest(), spoiled); len(against) != 1 {
			t.Errorf("%s: %d contradictions: %s", name, len(against), strings.Join(against, "; "))
		}
	}
}

func TestBetweenIsSymmetricAndKeepsItsEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{1,4})?`)
		a, x, b := number.Draw(t, "a"), number.Draw(t, "x"), number.Draw(t, "b")
		if between(a, x, b) != between(b, x, a) {
			t.Fatalf("between(%s, %s, %s) depends on the order", a, x, b)
		}
		if !between(a, a, b) || !between(a, b, b) {
			t.Fatalf("an end is not between %s and %s", a, b)
		}
	})
}

func TestBetweenComparesNumbersAsNumbersAndDatesAsText(t *testing.T) {
	for _, c := range []struct {
		a, x, b string
		want    bool
	}{
		{"9", "10", "11", true}, {"9", "100", "11", false}, {"2026-01-31", "2026-02-01", "2026-02-02", true},
		{"2026-01-31", "2025-02-01", "2026-02-02", false}, {"", "x", "y", true}, {"-5.00", "-4.99", "0", true},
	} {
		if got := between(c.a, c.x, c.b); got != c.want {
			t.Errorf("between(%q, %q, %q) = %v", c.a, c.x, c.b, got)
		}
	}
}
