package primitive

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
)

func TestRulesAreReadAsAPersonTypesThem(t *testing.T) {
	for text, want := range map[string]*Keep{
		"daily=7 weekly=4":                       {Policies: []retention.Policy{{Daily: 7, Weekly: 4}}},
		" daily=7,  min=5 ":                      {Policies: []retention.Policy{{Daily: 7, Min: 5}}},
		"within=30d":                             {Policies: []retention.Policy{{Within: 30}}},
		"weekdays=sex,mon":                       {Policies: []retention.Policy{{Weekdays: []time.Weekday{time.Friday, time.Monday}}}},
		"last=3; class=closing,extra monthly=60": {Policies: []retention.Policy{{Last: 3}, {Class: []string{"closing", "extra"}, Monthly: 60}}},
		"fiscal:ano":                             {Script: "fiscal:ano"},
	} {
		got, err := ParseKeep(text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v %s", text, err, diff)
		}
	}
}

// A slip of the pen must not be a policy that keeps nothing.
func TestRulesThatSayNothingAreRefusedWithTheirCure(t *testing.T) {
	for _, text := range []string{
		"", " ", ";", "daily=0", "daily=7;", "daily", "daily=", "daily=-1", "daily=1.5", "daily=7d", "daily=1e9", "daily=NaN", "daily=999999", "within=0d", "within=36h", "within=30",
		"daily=7 daily=8", "diario=7", "min=3", "daily=7 min=0", "weekdays=x", "class=rotina daily=1", "a:b:c", "=7", "daily==7", "daily=٧",
	} {
		if got, err := ParseKeep(text); message.Code(err) != "option.value" || message.Hint(err) == "" || got != nil {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
}

// What is wrong with a rule is told as what it is.
func TestASlipInRulesIsTold(t *testing.T) {
	for text, want := range map[string]string{
		"daily=7 weekly": "the value of weekly is missing", "daily=": "the value of daily is missing", "daily=7 daily=8": "daily is written twice", "diário=7": "daily=...",
		"semanal=4": "weekly=...", "dayly=7": "daily=...", "daily=x": "from 1 to 100000",
	} {
		_, err := ParseKeep(text)
		if said := fmt.Sprint(err, " ", message.Hint(err)); !strings.Contains(said, want) {
			t.Errorf("%q: %s, want %q", text, said, want)
		}
	}
}

func FuzzRules(f *testing.F) {
	for _, text := range []string{"daily=7 weekly=4; within=30d", "fiscal:ano", "weekdays=mon,,", "min=0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseKeep(text)
		if err != nil {
			return
		}
		for _, p := range got.Policies {
			if err := p.Check(); err != nil {
				t.Errorf("%q was taken: %v", text, err)
			}
		}
		if got.Script == "" && len(got.Policies) == 0 {
			t.Errorf("%q keeps by nothing", text)
		}
	})
}
