package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

const rotating = `[store]
id = "a"
[database.loja]
path = "/dados/loja.fdb"
[destination.local]
path = "/local"
keep = { daily = 7, weekly = 4, monthly = 12, min = 2 }
[destination.rede]
path = "/rede"
keep = [
  { hourly = 24, class = ["intraday"] },
  { class = ["closing"], yearly = 5, last = 1, within = "90d", weekdays = ["sex"] },
]
[destination.nuvem]
path = "/nuvem"
keep = "minha:fiscal"
[destination.pendrive]
path = "/pendrive"
[destination.outro]
path = "/outro"
[backup]
to = ["local", "pendrive"]
delete_after = "30d"
min_copies = 5
`

func TestADestinationSaysWhatItKeeps(t *testing.T) {
	c := loaded(t, rotating, defaults(t))
	for name, want := range map[string]*Keep{
		"local": {Policies: []Policy{{Daily: 7, Weekly: 4, Monthly: 12, Min: 2}}},
		"rede": {Policies: []Policy{
			{Hourly: 24, Class: []string{"intraday"}},
			{Class: []string{"closing"}, Yearly: 5, Last: 1, Within: 90, Weekdays: []time.Weekday{time.Friday}},
		}},
		"nuvem":    {Script: "minha:fiscal"},
		"pendrive": {Policies: []Policy{{Within: 30, Min: 5}}},
		"outro":    nil,
		"marte":    nil,
	} {
		if diff := cmp.Diff(want, c.KeepOf(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	c = loaded(t, strings.ReplaceAll(rotating, "delete_after = \"30d\"\nmin_copies = 5\n", ""), defaults(t))
	if got := c.KeepOf("pendrive"); got != nil {
		t.Errorf("nobody said anything, and %+v", got)
	}
}

func TestASlipInARotationIsTold(t *testing.T) {
	const right = `keep = { daily = 7, weekly = 4, monthly = 12, min = 2 }`
	for wrong, want := range map[string]string{
		`keep = 7`:                                  "destination.local.keep config.want_keep",
		`keep = []`:                                 "destination.local.keep document.empty_list",
		`keep = {}`:                                 "destination.local.keep config.no_rule",
		`keep = { min = 3 }`:                        "destination.local.keep config.no_rule",
		`keep = { daily = 0, last = 0 }`:            "destination.local.keep config.no_rule",
		`keep = { daily = -1 }`:                     "destination.local.keep.daily config.count",
		`keep = { daily = 1000000000000 }`:          "destination.local.keep.daily config.count",
		`keep = { daily = 7.5 }`:                    "destination.local.keep.daily document.want_integer",
		`keep = { daily = "7" }`:                    "destination.local.keep.daily document.want_integer",
		`keep = { daily = 7, min = 0 }`:             "destination.local.keep.min config.at_least_one",
		`keep = { daly = 7 }`:                       "destination.local.keep.daly document.unknown_key",
		`keep = { daily = 7, class = ["rotina"] }`:  "destination.local.keep.class document.one_of",
		`keep = { daily = 7, class = [] }`:          "destination.local.keep.class document.empty_list",
		`keep = { within = "36h" }`:                 "destination.local.keep.within config.days",
		`keep = { within = "30" }`:                  "destination.local.keep.within config.days",
		`keep = { within = "30 dias" }`:             "destination.local.keep.within config.days",
		`keep = { weekdays = ["sexta"] }`:           "destination.local.keep.weekdays config.weekday",
		`keep = [{ daily = 7 }, 3]`:                 "destination.local.keep config.want_keep",
		`keep = [{ daily = 7 }, { wekly = 1 }]`:     "destination.local.keep[1].wekly document.unknown_key",
		`keep = "fiscal"`:                           "destination.local.keep config.keep_script",
		right + "\n[destination.pen2]":              "destination.pen2.path document.missing",
		right + "\n#" + "\nkeeep = { daily = 7 }":   "destination.local.keeep document.unknown_key",
		"keep = { weekdays = [], daily = 1 } # dia": "destination.local.keep.weekdays document.empty_list",
	} {
		slipped(t, strings.Replace(rotating, right, wrong, 1), wrong, want)
	}
	for wrong, want := range map[string]string{
		`delete_after = "0d"`:                 "backup.delete_after config.days",
		`delete_after = "12h"`:                "backup.delete_after config.days",
		`delete_after = 30`:                   "backup.delete_after document.want_text",
		``:                                    "backup.min_copies config.min_copies_alone",
		"delete_after = \"1d\"\nmin_copy = 1": "backup.min_copy document.unknown_key",
	} {
		slipped(t, strings.Replace(rotating, `delete_after = "30d"`, wrong, 1), wrong, want)
	}
	slipped(t, strings.Replace(rotating, `min_copies = 5`, `min_copies = 0`, 1), "min_copies = 0", "backup.min_copies config.at_least_one")
}

// slipped compares all that is said of a text with "key sentence".
func slipped(t *testing.T, text, name, want string) {
	t.Helper()
	key, sentence, _ := strings.Cut(want, " ")
	all := mistakesIn(t, text)
	if len(all) != 1 || all[0].Key != key || !errors.Is(all[0].Err, message.New(all[0].Code, sentence, nil)) || all[0].Hint() == "" || all[0].Line == 0 {
		t.Errorf("%s: told %v, want %s", name, all, want)
	}
}

// Whoever calls a rule by its Portuguese name is told the one that it has here.
func TestAPortugueseRuleIsToldByItsName(t *testing.T) {
	for word, want := range map[string]string{"diario": "daily", "Diária": "daily", "semanal": "weekly", "mensais": "monthly", "minimo": "min"} {
		if got := document.Offer(word, []string{"last", "daily", "weekly", "monthly", "yearly", "min"})["near"]; got != want {
			t.Errorf("%s: near %v, want %s", word, got, want)
		}
	}
	if got := document.Offer("diario", []string{"path", "set"})["near"]; got != "" {
		t.Errorf("near %v where there is no such rule", got)
	}
}
