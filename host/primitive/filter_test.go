package primitive

import (
	"context"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// desk is a run that lets everything pass.
type desk struct{ Env }

func (desk) Allow(*lua.Call) error             { return nil }
func (desk) Called(*lua.Call) func(any, error) { return func(any, error) {} }
func (desk) Log(_, _ string, _ map[string]any) {}
func (desk) Declare(Script)                    {}

// shelf holds one copy, of a database that the store has no more.
type shelf struct{ Copies }

func (shelf) List(_ context.Context, f copies.Filter) (all []copies.Copy, _ []error, _ error) {
	if one := (copies.Copy{ID: "1", Database: "antiga", Day: "2026-10-01"}); f.Lets(one) {
		all = append(all, one)
	}
	return all, nil, nil
}

// said is what a script's one line gives, or the one line of its error and the hint.
func said(t *testing.T, line string) string {
	t.Helper()
	h := &Host{
		Env: desk{}, Copies: shelf{}, Destinations: []copies.Destination{{Name: "local"}, {Name: "pendrive"}},
		Databases: []copies.Database{{Name: "loja"}},
	}
	chunk, err := lua.Parse("test.lua", []byte("return "+line))
	if err != nil {
		t.Fatal(err)
	}
	values, err := lua.New(t.Context(), lua.Options{Modules: map[string][]lua.Func{"dj": h.All()}, Wrap: h.Wrap(), Say: message.Say}).Eval(chunk)
	if err != nil {
		return strings.TrimPrefix(err.Error(), "test.lua:1: ") + " → " + message.Hint(err)
	}
	return values[0].String()
}

func TestAFilterThatNoCopyCanPassIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		`#dj.copy.list()`: "1", `#dj.copy.list { database = "antiga" }`: "1", `#dj.copy.list { database = "loja" }`: "0",
		`#dj.copy.list { class = "pre_restore" }`: "0", `#dj.copy.list { where = "local" }`: "0", `#dj.copy.list { since = "" }`: "1",
		`#dj.copy.list { since = "2026-10-02" }`: "0", `dj.copy.newest { since = "2026-10-02" }`: "nil", `#dj.copy.list { company = "9" }`: "0",
		`dj.copy.newest { class = "closng" }`:   `copy.newest: "class" can not be "closng" (option.value) → did you mean "closing"?`,
		`dj.copy.list { class = "fechamento" }`: `copy.list: "class" can not be "fechamento" (option.value) → it may be one of "routine", "intraday", "extra", "pre_update", "pre_restore", "closing"`,
		`dj.copy.newest { since = "ontem" }`:    `copy.newest: "since" can not be "ontem": it is no day of the calendar (option.value) → write year-month-day, "2026-12-31"; dj.time.add(job.day, "-7d") counts back`,
		`dj.copy.list { since = "2026-02-30" }`: `copy.list: "since" can not be "2026-02-30": it is no day of the calendar (option.value) → write year-month-day, "2026-12-31"; dj.time.add(job.day, "-7d") counts back`,
		`dj.copy.list { where = "pendriv" }`:    `copy.list: there is no destination "pendriv"; this store has: local, pendrive (option.value) → did you mean "pendrive"?`,
		`dj.copy.newest { where = "nuvem" }`:    `copy.newest: there is no destination "nuvem"; this store has: local, pendrive (option.value) → name one of [destination.*] in djscript.toml`,
		`dj.copy.newest { database = "lojas" }`: `copy.newest: there is no database "lojas"; this store has: loja (option.value) → did you mean "loja"?`,
	} {
		if got := said(t, line); got != want {
			t.Errorf("%s\n  got %s\n want %s", line, got, want)
		}
	}
}

func TestAPolicyThatCanNotBeUsedIsToldOnce(t *testing.T) {
	for line, want := range map[string]string{
		`dj.copy.keep({ daily = 7 }, {})`:                                "{}",
		`dj.copy.keep({ daily = 7, weekli = 4 }, {})`:                    `copy.keep: unknown option "policy.weekli" (option.unknown) → did you mean "weekly"?`,
		`dj.copy.keep({ within = "1h" }, {})`:                            `copy.keep: "policy": within counts whole days, not 1h (option.value) → write the days like this: within = "30d"`,
		`dj.copy.prune("local", { daily = "7" })`:                        `copy.prune: "policy.daily" must be a whole number, but it is "7" (option.type) → give it as a whole number`,
		`dj.copy.plan("local", { diario = 7 })`:                          `copy.plan: unknown option "policy.diario" (option.unknown) → the options are: class, last, hourly, daily, weekly, monthly, yearly, within, weekdays, min`,
		`dj.copy.keep(print, {})`:                                        `copy.keep: a policy is a table of rules, a list of them, or a function, not a function (option.type) → write { daily = 7, weekly = 4, monthly = 12 }`,
		`dj.script { name = "n", policies = { two = { daily = "7" } } }`: `script: "policies.two.daily" must be a whole number, but it is "7" (option.type) → give it as a whole number`,
		`dj.script { name = "n", policies = { two = { dayly = 7 } } }`:   `script: unknown option "policies.two.dayly" (option.unknown) → did you mean "daily"?`,
	} {
		if got := said(t, line); got != want {
			t.Errorf("%s\n  got %s\n want %s", line, got, want)
		}
	}
}

// The same is seen in the text of a script, before anything runs.
func TestAPolicyAndAFilterAreReadBeforeARun(t *testing.T) {
	known := lua.Known{Modules: map[string][]lua.Func{"dj": (&Host{}).All()}, Say: message.Say}
	for source, want := range map[string]string{
		`dj.copy.keep({ daily = 7, weekli = 4 }, {})`:                                                                 `option.unknown did you mean "weekly"?`,
		`dj.copy.plan("local", { diario = 7 })`:                                                                       "option.unknown",
		`dj.copy.prune("local", { { daily = 7 }, { daily = "7" } })`:                                                  "option.type",
		`dj.copy.prune("local", { daily = 7, class = { "closng" } })`:                                                 `option.value did you mean "closing"?`,
		`dj.copy.prune("local", { weekdays = { "funday" } })`:                                                         "option.value",
		`dj.copy.newest { class = "fechamento" }`:                                                                     "option.value",
		`dj.copy.list { since = "ontem" }`:                                                                            "option.value",
		`print(dj.copy.list()[1].dia)`:                                                                                "script.suspect",
		`local made = dj.copy.create { to = "local" } print(made.state)`:                                              "script.suspect",
		`local one = dj.copy.open("a.zip") print(one.dai)`:                                                            `script.suspect did you mean "day"?`,
		`dj.copy.prune("local", function() return {} end)`:                                                            "",
		`dj.copy.prune("local", { weekdays = { "Sex", "mon" }, class = { "pre_restore" }, within = "30d", min = 1 })`: "",
		`dj.copy.newest { class = "pre_restore", since = "2026-12-31" }`:                                              "",
		`print(dj.copy.list()[1].left_out, dj.db.list()[1].system, dj.history.list()[1].result)`:                      "",
	} {
		chunk, err := lua.Parse("test.lua", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		found, ok := chunk.Inspect(known).Mistakes, want == ""
		for _, m := range found {
			ok = strings.HasPrefix(m.Code+" "+m.Hint, want) && want != ""
		}
		if !ok || len(found) > 1 {
			t.Errorf("%s: want %q, got %v", source, want, found)
		}
	}
}
