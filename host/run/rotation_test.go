package run

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// shelf is a destination whose copies lie nowhere: what rotation asks of a store, and no Firebird.
type shelf struct {
	primitive.Copies // what is not asked
	all              []copies.Copy
	history          []copies.Change
	refuses          error
	spare            copies.Spare // of the last copies that were made
	sent             []string
	missed           []error // of what is sent
	dropped          map[string]string
}

func (s *shelf) Sweep() error { return nil }

func (s *shelf) List(context.Context, copies.Filter) ([]copies.Copy, []error, error) {
	return slices.Clone(s.all), nil, nil
}

func (s *shelf) Find(_ context.Context, ref string) (copies.Copy, error) {
	i := slices.IndexFunc(s.all, func(c copies.Copy) bool { return c.ID == ref || c.Seq == ref })
	if i < 0 {
		return copies.Copy{}, message.New("copy.not_found", "copies.not_found", message.Args{"copy": ref})
	}
	return s.all[i], nil
}

func (s *shelf) Send(_ context.Context, c copies.Copy, to []copies.Destination) (copies.Copy, []error, error) {
	for _, d := range to {
		s.sent = append(s.sent, c.Seq+" "+d.Name)
	}
	return c, s.missed, nil
}

func (s *shelf) Create(_ context.Context, o copies.Options) (copies.Set, error) {
	s.spare = o.Spare
	s.add()
	return copies.Set{Copies: s.all[:1]}, nil
}

func (s *shelf) Adoptable(path string) error {
	if path == "nada.fbk" {
		return message.New("copy.not_found", "copies.no_file", message.Args{"path": path})
	}
	return nil
}

// Adopt makes what it is told to make, as the real one does.
func (s *shelf) Adopt(_ context.Context, path string, o copies.Options) (copies.Set, error) {
	if err := s.Adoptable(path); err != nil {
		return copies.Set{}, err
	}
	s.add()
	made := &s.all[0]
	made.Store, made.Database, made.Class, made.Verify, made.Note = "loja", o.Databases[0].Name, o.Class, o.Verify, o.Note
	for i, to := range o.To {
		made.Places = append(made.Places[:i], copies.Place{Destination: to.Name, State: copies.Present, ReadBack: "cache", Path: "x", Bytes: 1, SHA256: "x"})
	}
	return copies.Set{Copies: s.all[:1]}, nil
}

func (s *shelf) Hold(_ context.Context, _ string, fn func() error) error { return fn() }

func (s *shelf) Approved(context.Context, string) (string, error) { return "", nil }

func (s *shelf) History(context.Context, string) ([]copies.Change, error) { return s.history, nil }

func (s *shelf) GivenUp(context.Context, string) (map[string]bool, error) {
	gone := map[string]bool{}
	for id := range s.dropped {
		gone[id] = true
	}
	return gone, nil
}

func (s *shelf) Drop(_ context.Context, where string, why map[string]string) ([]copies.Copy, error) {
	if s.refuses != nil {
		return nil, s.refuses
	}
	var gone []copies.Copy
	s.all = slices.DeleteFunc(s.all, func(c copies.Copy) bool {
		_, asked := why[c.ID]
		if asked {
			gone = append(gone, c.At(where))
			s.dropped[c.Seq] = why[c.ID]
		}
		return asked
	})
	return gone, nil
}

func (s *shelf) Pin(_ context.Context, c copies.Copy, pin copies.Pin) (copies.Copy, error) {
	c.Pinned = &pin
	s.all[slices.IndexFunc(s.all, func(own copies.Copy) bool { return own.ID == c.ID })] = c
	return c, nil
}

func (s *shelf) Unpin(_ context.Context, c copies.Copy) (copies.Copy, error) {
	c.Pinned = nil
	s.all[slices.IndexFunc(s.all, func(own copies.Copy) bool { return own.ID == c.ID })] = c
	return c, nil
}

// add puts a newer copy on the shelf, of the next day.
func (s *shelf) add() {
	n := len(s.all) + len(s.dropped) + 1
	day := time.Date(2026, 10, n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	c := copies.Copy{
		ID: fmt.Sprintf("01J%023d", n), Seq: strconv.Itoa(n), Name: fmt.Sprintf("%d.zip", n), Store: "loja", Database: "loja", Created: day + "T22:00:00-03:00",
		Day: day, Class: copies.Routine, State: copies.Verified, Places: []copies.Place{{Destination: "local", Path: "/x", SHA256: "a", State: copies.Present}},
	}
	c.Proof = &copies.Proof{OK: true, SHA256: "a"}
	s.history = append(s.history, copies.Change{Database: "loja"})
	s.all = slices.Insert(s.all, 0, c)
}

func (s *shelf) left() string {
	var all []string
	for _, c := range slices.Backward(s.all) {
		all = append(all, c.Seq)
	}
	return strings.Join(all, " ")
}

// shelved is a world with that shelf and nothing else; its runs are told to nobody.
type shelved struct {
	World
	*shelf
}

func (w shelved) Recall(string) ([]byte, error) { return nil, nil }

func (w shelved) Engines(context.Context) (*Engines, error) {
	return &Engines{
		Copies: w.shelf, Drives: drives{}, Databases: []copies.Database{{Name: "loja"}}, Destinations: []copies.Destination{{Name: "local"}, {Name: "rede"}},
		Mask: func(text string) string { return text },
	}, nil
}
func (shelved) Begin(journal.Start) (Record, error) { return silent{}, nil }
func (shelved) Lock(context.Context, string, string, time.Duration) (func() error, error) {
	return func() error { return nil }, nil
}
func (shelved) Sleep(context.Context, time.Duration) error { return nil }

type silent struct{}

func (silent) Write(journal.Event) error { return nil }
func (silent) Finish(journal.End) error  { return nil }

// rotating is a store with eight verified copies, one a day.
func rotating(t *testing.T, keep string) (*Host, *shelf) {
	t.Helper()
	dir := t.TempDir()
	text := "[store]\nid = \"loja\"\n[database.loja]\npath = \"/x.fdb\"\n[destination.local]\npath = \"/local\"\n" + keep + "\n[destination.rede]\npath = \"/rede\"\n" +
		"[script.minha]\ngrants = [\"copy.read\", \"copy.write\", \"copy.destroy\"]\n"
	path := filepath.Join(dir, "djscript.toml")
	defaults, err := os.ReadFile("../../djscript.toml")
	if err = errors.Join(err, os.WriteFile(path, []byte(text), 0o600), os.Mkdir(filepath.Join(dir, "scripts"), 0o755)); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, defaults, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{dropped: map[string]string{}}
	for range 8 {
		s.add()
	}
	at := time.Date(2026, 10, 8, 22, 0, 0, 0, time.UTC)
	return &Host{Config: c, Builtin: builtin.Files, Version: "test", Now: func() time.Time { return at }, Entropy: rand.Reader, World: shelved{shelf: s}}, s
}

func (h *Host) does(t *testing.T, body string, dry bool) *Outcome {
	t.Helper()
	h.put(t, "minha", job(body))
	return h.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Dry: dry})
}

func TestAPolicyMayBeATableAListOrAFunction(t *testing.T) {
	for policy, want := range map[string]string{
		`{ last = 6 }`:                      "3 4 5 6 7 8",
		`{ last = 1 }`:                      "4 5 6 7 8", // no more than three at a time
		`{ within = "5d" }`:                 "2 3 4 5 6 7 8",
		`{ { last = 5 }, { monthly = 1 } }`: "4 5 6 7 8",
		`{ last = 1, min = 7 }`:             "2 3 4 5 6 7 8",
		`{ weekdays = { "sex" }, min = 6 }`: "2 3 4 5 6 7 8",
		`{ class = { "extra" }, last = 1 }`: "1 2 3 4 5 6 7 8",
		`function() return {} end`:          "4 5 6 7 8",
		`function(copies) return { [copies[#copies].id] = { "a primeira" } } end`:                             "1 5 6 7 8",
		`function(copies, day) return { [copies[day == "2026-10-08" and 8 or 7].id] = { "a primeira" } } end`: "1 5 6 7 8",
		`function(copies)
			local keep = dj.copy.keep({ last = 6 }, copies)
			keep[copies[8].id] = { "a primeira" }
			return keep
		end`: "1 3 4 5 6 7 8",
	} {
		h, s := rotating(t, "")
		o := h.does(t, `return dj.copy.prune("local", `+policy+`)`, false)
		if o.Err != nil || len(o.Degraded) > 0 || s.left() != want {
			t.Errorf("%s: left %s, want %s; %v %v", policy, s.left(), want, o.Err, o.Degraded)
		}
	}
}

func TestAMistakeInAPolicyIsToldWhereItStands(t *testing.T) {
	for policy, want := range map[string]string{
		`{}`: "option.value", `{ daly = 7 }`: "option.unknown", `{ daily = "7" }`: "option.type", `{ daily = -1 }`: "option.value", `{ daily = 0 }`: "option.value",
		`{ within = "36h" }`: "option.value", `{ within = 30 }`: "option.type", `{ weekdays = { "sexta" } }`: "option.value", `{ last = 1, min = 0 }`: "option.value",
		`{ last = 1, class = { "rotina" } }`: "option.value", `{ { last = 1 }, 7 }`: "option.type", `7`: "option.type", `"7d"`: "option.type", `nil`: "option.missing",
	} {
		h, s := rotating(t, "")
		o := h.does(t, `return dj.copy.prune("local", `+policy+`)`, false)
		if message.Code(o.Err) != want || message.Hint(o.Err) == "" || s.left() != "1 2 3 4 5 6 7 8" {
			t.Errorf("%s: %v, left %s", policy, o.Err, s.left())
		}
	}
}

func TestAPolicyFunctionThatCanNotBeTrustedDropsNothing(t *testing.T) {
	for name, policy := range map[string]string{
		"random":        `function(copies) return { [copies[math.random(#copies)].id] = { tostring(math.random()) } } end`,
		"remembers":     `(function() local n = 0 return function(copies) n = n + 1 return { [copies[n].id] = { "x" } } end end)()`,
		"calls":         `function(copies) dj.copy.list() return {} end`,
		"logs":          `function(copies) dj.log.info("x") return {} end`,
		"prunes":        `function(copies) dj.copy.prune("local", { last = 1 }) return {} end`,
		"catches":       `function(copies) pcall(dj.copy.list) return {} end`,
		"never ends":    `function(copies) while true do end end`,
		"fails":         `function(copies) error("x") end`,
		"nothing":       `function(copies) end`,
		"false":         `function(copies) return false end`,
		"a list":        `function(copies) return { copies[1].id } end`,
		"no reasons":    `function(copies) return { [copies[1].id] = {} } end`,
		"foreign":       `function(copies) return { [copies[1].id] = { "x" }, foto = { "y" } } end`,
		"a text":        `function(copies) return { [copies[1].id] = "x" } end`,
		"not the given": `function(copies) return dj.copy.keep({ last = 1 }, { { id = "x" } }) end`,
	} {
		h, s := rotating(t, "")
		o := h.does(t, `local dropped = dj.copy.prune("local", `+policy+`) return #dropped`, false)
		if o.Err != nil || len(o.Degraded) != 1 || message.Code(o.Degraded[0]) != "guard.policy" || s.left() != "1 2 3 4 5 6 7 8" || o.Value != int64(0) {
			t.Errorf("%s: %v, degraded %v, left %s, value %v", name, o.Err, o.Degraded, s.left(), o.Value)
		}
		if o := h.does(t, `return dj.copy.plan("local", `+policy+`)`, false); message.Code(o.Err) != "guard.policy" || message.Hint(o.Err) == "" {
			t.Errorf("%s: the plan: %v", name, o.Err)
		}
	}
}

func TestTheStepsOfAPolicyAreItsOwn(t *testing.T) {
	h, s := rotating(t, "")
	h.Config.Limits.Steps = 100_000
	o := h.does(t, `return #dj.copy.prune("local", function() for _ = 1, 200000 do end return {} end)`, false)
	if o.Err != nil || len(o.Degraded) > 0 || o.Value != int64(3) {
		t.Errorf("%v, %v, %v, left %s", o.Err, o.Degraded, o.Value, s.left())
	}
}

func TestEachUnitIsAskedByItself(t *testing.T) {
	h, s := rotating(t, "")
	for i := range 2 {
		s.all[i].Partial = true
	}
	o := h.does(t, `
		local plan = dj.copy.plan("local", function(copies, day)
			local keep = {}
			for _, c in ipairs(copies) do keep[c.id] = { #copies .. " " .. day .. " " .. tostring(c.partial) } end
			return keep
		end)
		local seen = {}
		for _, reasons in pairs(plan.keep) do seen[reasons[1]] = true end
		return seen`, false)
	want := map[string]any{"6 2026-10-06 false": true, "2 2026-10-08 true": true}
	if diff := cmp.Diff(want, o.Value); diff != "" || o.Err != nil {
		t.Error(diff, o.Err)
	}
	o = h.does(t, `
		local seen = {}
		dj.copy.plan("local", function(copies)
			for _, c in ipairs(copies) do seen[c.id] = { "x" } end
			return seen
		end)`, false)
	if message.Code(o.Err) != "guard.policy" {
		t.Errorf("a unit keeps the copies of another: %v", o.Err)
	}
}

// Each database, and each set of companies, is a question of its own, at each destination; it brings plain copies and the newest
// day that proven copies swear to. That of the PC says nothing, nor that of a copy that is not proven or whose clock was wrong.
func TestAPolicyFunctionIsAskedOncePerDatabaseCompaniesAndDestination(t *testing.T) {
	h, s := rotating(t, "")
	h.Now = func() time.Time { return time.Date(2031, 1, 1, 12, 0, 0, 0, time.UTC) }
	s.number("8").Proof = nil
	s.number("7").Suspect = "the clock went back"
	for _, seq := range []string{"2", "4"} {
		s.number(seq).Companies = []firebird.Company{{ID: "2"}, {ID: "1"}}
	}
	for _, seq := range []string{"1", "3"} {
		s.number(seq).Database = "pdv"
		s.number(seq).Places = append(s.number(seq).Places, copies.Place{Destination: "rede", Path: "/y", SHA256: "a", State: copies.Present})
	}
	var asked []string
	h.Watch = func(e Event) {
		if e.Kind == "log" {
			asked = append(asked, e.Text)
		}
	}
	o := h.does(t, `
		local function policy(copies, day)
			local seqs = {}
			for i, c in ipairs(copies) do
				seqs[i] = c.seq
				for name, value in pairs(c) do
					if type(value) == "function" or getmetatable(value) and type(value) == "table" then error(name) end
				end
			end
			print(copies[1].database, #copies[1].companies, table.concat(seqs, " "), day)
			return {}
		end
		dj.copy.plan("local", policy)
		dj.copy.plan("rede", policy)`, false)
	want := []string{"loja\t0\t8 7 6 5\t2026-10-06", "loja\t2\t4 2\t2026-10-04", "pdv\t0\t3 1\t2026-10-03", "pdv\t0\t3 1\t2026-10-03"}
	if diff := cmp.Diff(want, asked); diff != "" || o.Err != nil {
		t.Error(diff, o.Err)
	}
}

func TestADryRunDropsAndPinsNothing(t *testing.T) {
	h, s := rotating(t, "")
	o := h.does(t, `
		local dropped = dj.copy.prune("local", { last = 6 })
		return { n = #dropped, first = dropped[1].seq, why = dj.copy.pin("4", { reason = "x", last_day = "2027-01-31" }).pinned.reason }`, true)
	if diff := cmp.Diff(map[string]any{"n": int64(2), "first": "2", "why": "x"}, o.Value); diff != "" || o.Err != nil {
		t.Error(diff, o.Err)
	}
	if s.left() != "1 2 3 4 5 6 7 8" || s.all[4].Pinned != nil || len(o.Steps) != 2 {
		t.Errorf("left %s, pinned %v, steps %v", s.left(), s.all[4].Pinned, o.Steps)
	}
}

func TestWhatIsPinnedStaysUntilItIsFree(t *testing.T) {
	h, s := rotating(t, "")
	o := h.does(t, `
		dj.copy.pin(dj.copy.list()[7], { reason = "auditoria" })
		dj.copy.prune("local", { last = 6 })`, false)
	if o.Err != nil || s.left() != "2 3 4 5 6 7 8" {
		t.Fatalf("%v, left %s", o.Err, s.left())
	}
	if o := h.does(t, `dj.copy.pin("8", {})`, false); message.Code(o.Err) != "option.missing" {
		t.Errorf("pinned for no reason: %v", o.Err)
	}
	before := s.left()
	s.add()
	if o := h.does(t, `dj.copy.unpin("2") return #dj.copy.prune("local", { last = 7 })`, false); o.Err != nil || o.Value != int64(len(strings.Fields(before))+1-7) {
		t.Errorf("%v, %v, left %s", o.Err, o.Value, s.left())
	}
}

func TestCopiesThatNothingPaidForStay(t *testing.T) {
	h, s := rotating(t, "")
	s.history = append(s.history, copies.Change{Database: "loja", Dropped: true})
	o := h.does(t, `
		local plan = dj.copy.plan("local", { last = 6 })
		local waiting = 0
		for _ in pairs(plan.deferred) do waiting = waiting + 1 end
		return { #dj.copy.prune("local", { last = 6 }), waiting, #plan.guards }`, false)
	if diff := cmp.Diff([]any{int64(0), int64(2), int64(1)}, o.Value); diff != "" || o.Err != nil || s.left() != "1 2 3 4 5 6 7 8" {
		t.Error(diff, o.Err, s.left())
	}
}

func TestTheLimitOfDropsHolds(t *testing.T) {
	h, s := rotating(t, "")
	h.Config.Limits.FilesDropped = 1
	if o := h.does(t, `dj.copy.prune("local", { last = 6 })`, false); message.Code(o.Err) != "run.limit" || s.left() != "1 2 3 4 5 6 7 8" {
		t.Errorf("%v, left %s", o.Err, s.left())
	}
}

func TestTheStandardScriptRotatesAfterAProvenBackup(t *testing.T) {
	backup := func(h *Host) *Outcome {
		return h.Run(t.Context(), Request{Target: "default:backup", Trigger: "manual", Params: map[string]any{"to": "local,rede"}})
	}
	h, s := rotating(t, `keep = { last = 7 }`)
	if o := backup(h); o.Err != nil || len(o.Degraded) > 0 || s.left() != "3 4 5 6 7 8 9" {
		t.Errorf("%v, %v, left %s", o.Err, o.Degraded, s.left())
	}
	if want := "no rule keeps it; there are 8 newer proven copies"; s.dropped["1"] != want {
		t.Errorf("dropped because of %v", s.dropped)
	}
	h, s = rotating(t, "")
	if o := backup(h); o.Err != nil || len(o.Degraded) > 0 || s.left() != "1 2 3 4 5 6 7 8 9" {
		t.Errorf("nobody said what stays: %v, %v, left %s", o.Err, o.Degraded, s.left())
	}
	for name, refusal := range map[string]error{
		"refused":  message.New("guard.newest", "copies.drop_newest", nil),
		"no drive": message.New("drive.not_found", "copies.destination_absent", nil),
		"half":     message.New("copy.degraded", "copies.not_dropped", nil),
	} {
		h, s = rotating(t, `keep = { last = 7 }`)
		s.refuses = refusal
		if o := backup(h); o.Err != nil || len(o.Degraded) != 1 || ExitCode(o) != 3 {
			t.Errorf("%s: %v, %v", name, o.Err, o.Degraded)
		}
	}
}

// What a destination had and gave up for want of room is not brought there night after night.
func TestWhatADestinationGaveUpIsNotMissingThere(t *testing.T) {
	h, s := rotating(t, "")
	s.add()
	s.all[0].To, s.all[0].Places[0].Destination = []string{"local", "rede"}, "rede"
	for _, gaveUp := range []bool{false, true} {
		want := "1"
		if gaveUp {
			s.dropped[s.all[0].ID], want = "no room", "0"
		}
		if o := h.does(t, `return tostring(#dj.copy.missing("local"))`, false); o.Err != nil || o.Value != want {
			t.Errorf("given up %v: %v are missing, want %s, %v", gaveUp, o.Value, want, o.Err)
		}
	}
}

// Rotation at a destination speaks of what lies there, and of nothing else.
func TestAPlanSpeaksOfWhatLiesThere(t *testing.T) {
	h, s := rotating(t, "")
	s.add()
	s.all[0].Places[0].Destination = "rede"
	o := h.does(t, `local n = 0 for _ in pairs(dj.copy.plan("local", { last = 9 }).keep) do n = n + 1 end return tostring(n)`, false)
	if o.Err != nil || o.Value != "8" {
		t.Errorf("the plan keeps %v, %v", o.Value, o.Err)
	}
}

func TestADestinationMayKeepByAPolicyOfAScript(t *testing.T) {
	const fiscal = `return dj.script { name = "fiscal", policies = {
		ano = function(copies) return { [copies[8].id] = { "fiscal" } } end,
		semana = { last = 7 },
	} }`
	for keep, want := range map[string]string{"fiscal:ano": "1 5 6 7 8", "fiscal:semana": "2 3 4 5 6 7 8", "minha:propria": "3 4 5 6 7 8"} {
		h, s := rotating(t, `keep = "`+keep+`"`)
		h.put(t, "fiscal", fiscal)
		h.put(t, "minha", `return dj.script { name = "minha", policies = { propria = { last = 6 } }, jobs = { only = function(job)
			assert(dj.copy.rotates("local") and not dj.copy.rotates("rede"))
			dj.copy.prune("local")
			return job.name
		end } }`)
		o := h.Run(t.Context(), Request{Target: "minha", Trigger: "manual"})
		if o.Err != nil || len(o.Degraded) > 0 || s.left() != want || o.Value != "only" {
			t.Errorf("%s: left %s, %v, %v, %v", keep, s.left(), o.Err, o.Degraded, o.Value)
		}
	}
}
