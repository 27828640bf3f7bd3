package run

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"context"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
)

// planned is the plan of a job of minha.lua, as its file holds it.
func (h *Host) planned(t *testing.T, body string) *Plan {
	t.Helper()
	h.put(t, "minha", job(body))
	return dry(t, h, "minha")
}

func (h *Host) applies(t *testing.T, p *Plan) *Outcome {
	t.Helper()
	return h.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Apply: p})
}

func TestAPlanHoldsThePolicyThatDrops(t *testing.T) {
	h, s := rotating(t, "")
	last := "7"
	h.World = keeping{shelved{shelf: s}, &last}
	plan := h.planned(t, `dj.copy.prune("local", { last = tonumber(dj.state.get("last")) })`)
	if len(plan.Steps) != 1 || !strings.Contains(plan.Steps[0].String(), `{"last":7}`) {
		t.Errorf("%+v", plan.Steps)
	}
	last = "6"
	if o := h.applies(t, plan); message.Code(o.Err) != "guard.plan" || s.left() != "1 2 3 4 5 6 7 8" {
		t.Errorf("%v, left %s", o.Err, s.left())
	}
	last = "7"
	if o := h.applies(t, plan); o.Err != nil || len(o.Degraded) > 0 || s.left() != "2 3 4 5 6 7 8" {
		t.Errorf("%v, %v, left %s", o.Err, o.Degraded, s.left())
	}
}

// keeping is a world in which a script keeps a number.
type keeping struct {
	shelved
	last *string
}

func (k keeping) Recall(name string) ([]byte, error) {
	if name == closedFile {
		return nil, nil
	}
	return json.Marshal(map[string]string{"last": *k.last})
}

func TestAPlanHoldsTheCopiesThatGo(t *testing.T) {
	for _, body := range []string{
		`dj.copy.prune("local", { last = 6 })`,
		`pcall(dj.copy.prune, "local", { last = 6 })`,
	} {
		h, s := rotating(t, "")
		plan := h.planned(t, body)
		if len(plan.Steps) != 1 || len(plan.Steps[0].Drops) != 2 {
			t.Fatalf("%+v", plan.Steps)
		}
		s.add()
		if o := h.applies(t, plan); message.Code(o.Err) != "guard.plan" || s.left() != "1 2 3 4 5 6 7 8 9" {
			t.Errorf("%s: %v, left %s", body, o.Err, s.left())
		}
	}
}

func TestAPlanThatDropsNothingHoldsThatToo(t *testing.T) {
	h, s := rotating(t, "")
	plan := h.planned(t, `dj.copy.prune("local", { last = 8 })`)
	if o := h.applies(t, plan); o.Err != nil {
		t.Error(o.Err)
	}
	s.add()
	if o := h.applies(t, plan); message.Code(o.Err) != "guard.plan" || s.left() != "1 2 3 4 5 6 7 8 9" {
		t.Errorf("%v, left %s", o.Err, s.left())
	}
}

func TestWhatGoesAfterANewCopyIsNotKnownBefore(t *testing.T) {
	h, s := rotating(t, "")
	plan := h.planned(t, `dj.copy.create { to = "local" } dj.copy.prune("local", { last = 7 })`)
	if len(plan.Steps) != 2 || plan.Steps[1].Drops != nil {
		t.Fatalf("%+v", plan.Steps)
	}
	if o := h.applies(t, plan); o.Err != nil || s.left() != "3 4 5 6 7 8 9" {
		t.Errorf("%v, left %s", o.Err, s.left())
	}
}

func TestACopyThatIsAdoptedMayBePinned(t *testing.T) {
	h, s := rotating(t, "")
	plan := h.planned(t, `local c = dj.copy.adopt("a.fbk", { database = "loja", to = "local", note = "x" }) dj.copy.pin(c, { reason = "y" })`)
	if !plan.Complete || len(plan.Steps) != 2 {
		t.Fatalf("%+v", plan)
	}
	if o := h.applies(t, plan); o.Err != nil || len(o.Degraded) > 0 || s.all[0].Pinned == nil {
		t.Errorf("%v, %v, left %s", o.Err, o.Degraded, s.left())
	}
}

func TestAStepWhoseRehearsalFailsWouldDoNothing(t *testing.T) {
	h, s := rotating(t, "")
	plan := h.planned(t, `
		pcall(dj.copy.adopt, "nada.fbk", { database = "loja", to = "local" })
		pcall(dj.copy.create, { to = "nada" })
		pcall(dj.copy.prune, "local", "minha:nada")
		dj.copy.create { to = "local" }`)
	if would := Effective(plan.Steps); !plan.Complete || len(would) != 1 || would[0].Where != "minha.lua:6" {
		t.Fatalf("%+v", plan)
	}
	if o := h.applies(t, plan); o.Err != nil || len(o.Degraded) > 0 || s.left() != "1 2 3 4 5 6 7 8 9" {
		t.Errorf("%v, %v, left %s", o.Err, o.Degraded, s.left())
	}
	h.put(t, "minha", job(`dj.copy.create { to = "nada" }`))
	o := h.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Dry: true})
	if o.Err == nil || len(Effective(o.Plan.Steps)) != 0 {
		t.Errorf("%v, %+v", o.Err, o.Plan)
	}
}

func TestWhatIsDeferredIsAPartOfThePlan(t *testing.T) {
	h, s := rotating(t, "")
	plan := h.planned(t, `dj.defer(function() dj.copy.pin("3", { reason = "at the end" }) end) dj.copy.pin("4", { reason = "first" })`)
	if o := h.applies(t, plan); o.Err != nil || len(o.Degraded) > 0 || s.all[5].Pinned == nil {
		t.Errorf("%v, %v", o.Err, o.Degraded)
	}
}

// unlucky is a shelf whose first copy is not made.
type unlucky struct {
	*shelf
	failed bool
}

func (u *unlucky) Create(ctx context.Context, o copies.Options) (copies.Set, error) {
	if !u.failed {
		u.failed = true
		return copies.Set{}, message.New("db.unavailable", "copies.not_found", message.Args{"copy": "x"})
	}
	return u.shelf.Create(ctx, o)
}

type unluckily struct {
	shelved
	u *unlucky
}

func (w unluckily) Engines(ctx context.Context) (*Engines, error) {
	e, err := w.shelved.Engines(ctx)
	e.Copies = w.u
	return e, err
}

func TestAStepThatFailedMayBeTriedAgain(t *testing.T) {
	for body, want := range map[string]string{
		`dj.retry({ times = 3, wait = "1s", on = { "db.unavailable" } }, function() dj.copy.create { to = "local" } end)`: "9",
		`pcall(dj.copy.create, { to = "local" }) dj.copy.create { to = "rede" }`:                                          "9",
	} {
		h, s := rotating(t, "")
		plan := h.planned(t, body)
		h.World = unluckily{shelved{shelf: s}, &unlucky{shelf: s}}
		if o := h.applies(t, plan); o.Err != nil || !strings.HasSuffix(s.left(), want) {
			t.Errorf("%s: %v, left %s", body, o.Err, s.left())
		}
	}
	h, s := rotating(t, "")
	plan := h.planned(t, `dj.copy.create { to = "local" }`)
	h.put(t, "minha", job(`dj.copy.create { to = "local" } dj.copy.create { to = "local" }`))
	plan.Source = mustScript(t, h).Hash()
	if o := h.applies(t, plan); message.Code(o.Err) != "guard.plan" || s.left() != "1 2 3 4 5 6 7 8 9" {
		t.Errorf("twice without a failure: %v, left %s", o.Err, s.left())
	}
}

func mustScript(t *testing.T, h *Host) interface{ Hash() string } {
	t.Helper()
	p, err := h.Program("minha")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// recording keeps the journal, and says which locks were taken.
type recording struct {
	shelved
	events *[]journal.Event
	locks  *[]string
}

func (w recording) Begin(journal.Start) (Record, error) { return w, nil }
func (w recording) Finish(journal.End) error            { return nil }
func (w recording) Write(e journal.Event) error {
	*w.events = append(*w.events, e)
	return nil
}

func (w recording) Lock(_ context.Context, name, _ string, _ time.Duration) (func() error, error) {
	*w.locks = append(*w.locks, name)
	return func() error { return nil }, nil
}
func (w recording) Recall(string) ([]byte, error) { return []byte(`{"k": {"a": [1, 2]}}`), nil }
func (w recording) Remember(string, []byte) error { return nil }

func TestTheJournalHoldsTheValuesThatAScriptGaveAndGot(t *testing.T) {
	h, s := rotating(t, "")
	events, locks := []journal.Event{}, []string{}
	h.World = recording{shelved{shelf: s}, &events, &locks}
	o := h.does(t, `
		local known = dj.state.get("k")
		dj.state.set("k", { b = known.a })
		dj.copy.plan("local", { { last = 6 }, { class = { "closing" }, monthly = 2 } })
		dj.copy.plan("local", function(copies) return { [copies[1].id] = { "x" } } end)`, false)
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	var told []string
	for _, e := range events {
		if e.Kind == "call" && e.Name != "script" {
			args, err := json.Marshal(e.Args)
			result, bad := json.Marshal(e.Result)
			if err = errors.Join(err, bad); err != nil {
				t.Fatal(err)
			}
			told = append(told, e.Name+" "+string(args)+" "+string(result[:min(len(result), 11)]))
		}
	}
	want := []string{
		`state.get {"key":"k"} {"a":[1,2]}`,
		`state.set {"key":"k","value":{"b":[1,2]}} null`,
		`copy.plan {"policy":[{"last":6},{"class":["closing"],"monthly":2}],"where":"local"} {"deferred"`,
		`copy.plan {"policy":"function minha.lua:6","where":"local"} {"deferred"`,
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

func TestADryRunHoldsNoLock(t *testing.T) {
	h, s := rotating(t, "")
	events, locks := []journal.Event{}, []string{}
	h.World = recording{shelved{shelf: s}, &events, &locks}
	body := `dj.lock("x", function() end) dj.once("y", function() end)`
	if o := h.does(t, body, true); o.Err != nil || len(locks) > 0 {
		t.Errorf("%v, %v", o.Err, locks)
	}
	if o := h.does(t, body, false); o.Err != nil || !slices.Contains(locks, "script-x") {
		t.Errorf("%v, %v", o.Err, locks)
	}
}

func TestWhateverAJobReturnsIsTold(t *testing.T) {
	h, _ := rotating(t, "")
	for body, want := range map[string]any{
		`return 0/0 ~= 0/0 and { n = 0/0, i = 1/0, m = -1/0, f = function() end }`: map[string]any{
			"n": "nan", "i": "inf", "m": "-inf", "f": "function minha.lua:2",
		},
		`return function() end`: "function minha.lua:2",
	} {
		o := h.does(t, body, false)
		if diff := cmp.Diff(want, o.Value); diff != "" || o.Err != nil {
			t.Errorf("%s: %v %s", body, o.Err, diff)
		}
	}
	if o := h.does(t, `local t = {} t.t = t return t`, false); message.Code(o.Err) != "script.failed" || !strings.Contains(o.Err.Error(), "minha") {
		t.Errorf("%v", o.Err)
	}
}

// full is a journal on a disk without room.
type full struct{ shelved }

func (w full) Begin(journal.Start) (Record, error) { return w, nil }
func (w full) Finish(journal.End) error            { return nil }
func (w full) Write(journal.Event) error           { return errors.New("no room") }

func TestAJournalThatCanNotBeWrittenIsToldOnce(t *testing.T) {
	h, s := rotating(t, "")
	h.World = full{shelved{shelf: s}}
	if o := h.does(t, `dj.copy.list() dj.copy.list() return 1`, false); o.Err != nil || len(o.Degraded) != 1 || o.Value != int64(1) {
		t.Errorf("%v, %v", o.Err, o.Degraded)
	}
}

func TestATargetIsAScriptAndAJob(t *testing.T) {
	for target, want := range map[string][2]string{
		"a": {"a", ""}, "a:b": {"a", "b"}, "own:b": {"own", "b"}, "own:": {"own", ""}, "C:/x.lua": {"C:/x.lua", ""}, `C:\x.lua:b`: {`C:\x.lua`, "b"},
		"c:x.lua": {"c:x.lua", ""}, "./x.lua:b": {"./x.lua", "b"}, ":": {":", ""}, "": {"", ""},
	} {
		if script, job := splitTarget(target); [2]string{script, job} != want {
			t.Errorf("%s: %q and %q", target, script, job)
		}
	}
}
