package tests

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// clock TIME: what the clock of the story's PC shows from now on, wherever the real one is: "2027-02-01 22:00", as people
// read it in São Paulo. clock +3d, clock -10y: it is set that much ahead or back.
func cmdClock(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: clock TIME, clock +3d")
	}
	shop := time.FixedZone("", -3*60*60)
	if by := 0; strings.HasPrefix(args[0], "+") || strings.HasPrefix(args[0], "-") {
		unit := ""
		if _, err := fmt.Sscanf(args[0], "%d%s", &by, &unit); err != nil || unit != "d" && unit != "y" {
			ts.Fatalf("%q is neither days nor years", args[0])
		}
		if unit == "d" {
			shift(ts, time.Duration(by)*24*time.Hour)
		} else {
			now := time.Now().Add(ahead(ts))
			shift(ts, now.AddDate(by, 0, 0).Sub(now))
		}
		return
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", args[0], shop)
	ts.Check(err)
	shift(ts, time.Until(at)-ahead(ts))
}

// ahead is how far the story's clock is from the real one.
func ahead(ts *testscript.TestScript) time.Duration {
	d, _ := time.ParseDuration(ts.Getenv(clockVariable)) // none: it is right
	return d
}

func shift(ts *testscript.TestScript, by time.Duration) {
	ts.Setenv(clockVariable, (ahead(ts) + by).String())
}

// nights STORE N EXIT: so many nights, each with the store's backup, which ends so; the clock goes on by a day each.
func cmdNights(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: nights STORE N EXIT")
	}
	for range number(ts, args[1]) {
		shift(ts, 24*time.Hour)
		r := start(ts, "djscript", "-C", args[0], "backup")
		<-r.over
		if got := exitOf(r.exit); got != args[2] {
			ts.Fatalf("%s: exit code %s, want %s\n%s%s", time.Now().Add(ahead(ts)), got, args[2], r.out.String(), r.err.String())
		}
	}
}

// explained STORE N: the store has so many copies that can be restored, and "copies why" explains each copy to a shop owner,
// at each destination where it lies: in one sentence, without a word of the program's own. Of what is in the trash it says
// how it comes back.
func cmdExplained(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: explained STORE N")
	}
	var all struct {
		Copies []struct {
			Seq, State string
			Places     []struct{ Destination string }
		}
	}
	ts.Check(json.Unmarshal([]byte(ended(ts, "-C", args[0], "copies", "list", "--json")), &all))
	good := 0
	for _, c := range all.Copies {
		if c.State == "verified" {
			good++
		}
		var told struct {
			Why []struct{ Destination, Sentence, Fate string }
		}
		ts.Check(json.Unmarshal([]byte(ended(ts, "-C", args[0], "copies", "why", c.Seq, "--json")), &told))
		at := map[string]bool{}
		for _, one := range told.Why {
			at[one.Destination] = true
			if back := "djscript copies untrash " + c.Seq + " --from " + one.Destination; one.Fate == "trash" && !strings.HasSuffix(one.Sentence, back) ||
				one.Fate != "trash" && !plain(one.Sentence, one.Destination) {
				ts.Fatalf("copy %s is explained so: %q", c.Seq, one.Sentence)
			}
			ts.Logf("copy %s, %s: %s", c.Seq, c.State, one.Sentence)
		}
		for _, p := range c.Places {
			if !at[p.Destination] {
				ts.Fatalf("nothing explains copy %s at %s: %+v", c.Seq, p.Destination, told.Why)
			}
		}
		if said := ended(ts, "-C", args[0], "copies", "why", c.Seq); strings.Count(said, "\n") != 1+len(told.Why) {
			ts.Fatalf("copy %s is explained so:\n%s", c.Seq, said)
		}
	}
	if want := number(ts, args[1]); good != want {
		ts.Fatalf("%d copies can be restored, want %d", good, want)
	}
}

// byTheWay is what a sentence says by the way.
var byTheWay = regexp.MustCompile(`\([^()]*\)`)

// plain tells a sentence that a shop owner can read: one, which names the place, with no key and no id of a program in it.
func plain(sentence, where string) bool {
	whole, ends := strings.CutSuffix(byTheWay.ReplaceAllString(sentence, ""), ".")
	return ends && strings.Contains(whole, where) && !strings.Contains(whole, ". ") && !strings.ContainsAny(whole, "_{}<>;\n") &&
		!strings.Contains(whole, "retention")
}
