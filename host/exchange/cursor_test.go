package exchange

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

func TestAnExportGoesFromItsIntentToItsCursor(t *testing.T) {
	conn := ledgerOf(t)
	intent := Intent{Number: 1, File: "00000001.djm", Content: "abc", Cursor: json.RawMessage(`{"id":7}`)}
	within(t, conn, func(l Ledger) error {
		e, err := l.Cursor(t.Context(), "movimento")
		if diff := cmp.Diff(Progress{Name: "movimento"}, e); diff != "" {
			t.Error(diff)
		}
		if err != nil {
			return err
		}
		return l.Intend(t.Context(), "movimento", intent)
	})
	within(t, conn, func(l Ledger) error {
		e, err := l.Cursor(t.Context(), "movimento")
		number, open, _ := e.Next(Given{})
		if diff := cmp.Diff(&intent, open); diff != "" || number != 1 || e.Number != 0 || e.Cursor != nil {
			t.Errorf("%d, %+v, %s", number, e, diff)
		}
		if err != nil {
			return err
		}
		return l.Settle(t.Context(), "movimento", intent.Cursor, 1, monday)
	})
	within(t, conn, func(l Ledger) error {
		e, err := l.Cursor(t.Context(), "movimento")
		if diff := cmp.Diff(Progress{Name: "movimento", Number: 1, Cursor: intent.Cursor, At: monday}, e); diff != "" {
			t.Error(diff)
		}
		if err := l.Intend(t.Context(), "movimento", intent); message.Code(err) != "txt.sequence" {
			t.Errorf("a number twice: %v", err)
		}
		if known, _, err := l.Highest(t.Context(), "movimento"); known != 0 || err != nil {
			t.Errorf("an export is no import: %d, %v", known, err)
		}
		return err
	})
}

// exporter writes files as an export does, and dies between any two of its steps. The database may be an old one again at any
// time; what went out never is.
type exporter struct {
	e     Progress // what the database knows
	given Given    // what is kept beside the store
	out   map[int64]string
}

func (x *exporter) run(steps int, content string) error {
	number, open, out := x.e.Next(x.given)
	step := func() bool { steps--; return steps < 0 }
	if open == nil {
		if step() {
			return nil
		}
		open = &Intent{Number: number, Content: content}
		x.e.Intent = open
	}
	if !out {
		if step() {
			return nil
		}
		if number < x.given.Number {
			return fmt.Errorf("number %d after %d", number, x.given.Number)
		}
		x.given = Given{Number: number, Content: open.Content}
		if step() {
			return nil
		}
		if there, ok := x.out[number]; ok && there != open.Content {
			return fmt.Errorf("number %d names %s and %s", number, there, open.Content)
		}
		x.out[number] = open.Content
		if step() {
			return nil
		}
		x.given.Out = true
	}
	if step() {
		return nil
	}
	x.e = Progress{Number: max(x.e.Number, number)}
	return nil
}

func TestANumberNeverNamesTwoFiles(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		x := exporter{out: map[int64]string{}}
		var copies []Progress
		restored := false
		for n := range rapid.IntRange(1, 40).Draw(r, "events") {
			switch rapid.IntRange(0, 5).Draw(r, "event") {
			case 0:
				copies = append(copies, x.e)
			case 1:
				if len(copies) > 0 {
					x.e = rapid.SampledFrom(copies).Draw(r, "restored")
					restored = true
				}
			default:
				if err := x.run(rapid.IntRange(0, 6).Draw(r, "steps"), fmt.Sprint("content ", n)); err != nil {
					r.Fatal(err)
				}
			}
		}
		if restored { // only then may numbers be left out
			return
		}
		for n := int64(1); n <= int64(len(x.out)); n++ {
			if _, ok := x.out[n]; !ok {
				r.Fatalf("number %d is missing among %v", n, x.out)
			}
		}
	})
}

func TestNumbersBesideTheStoreOnlyRise(t *testing.T) {
	n := Numbers{Path: filepath.Join(t.TempDir(), ".djscript", "numbers.json")}
	if last, err := n.Last("movimento"); last != (Given{}) || err != nil {
		t.Fatal(last, err)
	}
	var over sync.WaitGroup
	for i := range int64(20) {
		over.Go(func() {
			if err := n.Give(t.Context(), fmt.Sprint("e", i%3), Given{Number: i}); err != nil && message.Code(err) != "txt.sequence" {
				t.Error(err)
			}
		})
	}
	over.Wait()
	for name, want := range map[string]int64{"e0": 18, "e1": 19, "e2": 17, "e3": 0} {
		if last, err := n.Last(name); last.Number != want || err != nil {
			t.Errorf("%s: %v, %v", name, last, err)
		}
	}
	for _, one := range []struct {
		given Given
		ok    bool
		want  Given
	}{
		{Given{20, "a", false}, true, Given{20, "a", false}},
		{Given{20, "b", false}, true, Given{20, "b", false}}, // it had not gone out
		{Given{20, "b", true}, true, Given{20, "b", true}},
		{Given{20, "b", false}, true, Given{20, "b", true}},
		{Given{20, "c", false}, false, Given{20, "b", true}},
		{Given{19, "b", true}, false, Given{20, "b", true}},
	} {
		err := n.Give(t.Context(), "e0", one.given)
		if last, failed := n.Last("e0"); (err == nil) != one.ok || last != one.want || failed != nil {
			t.Errorf("%v: %v, %v, %v", one.given, last, err, failed)
		}
	}
	for _, damaged := range []string{"", "{", "null", `{"movimento":"x"}`} {
		if err := os.WriteFile(n.Path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := n.Last("movimento")
		if given := n.Give(t.Context(), "movimento", Given{Number: 9}); message.Code(err) != "txt.sequence" || message.Code(given) != "txt.sequence" || !strings.Contains(err.Error(), n.Path) {
			t.Errorf("%q: %v, %v", damaged, err, given)
		}
	}
}
