package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// witness is a world in which nothing is there, and in which nothing may be asked for that was not granted.
type witness struct {
	World
	primitive.Copies
	primitive.Firebird
	primitive.Drives
	asked []string
	ended journal.End
}

func (w *witness) Engines(context.Context) (*Engines, error) {
	return &Engines{
		Copies: w, Firebird: w, Drives: w.Drives, Databases: []copies.Database{{Name: "loja"}},
		Destinations: []copies.Destination{{Name: "local"}, {Name: "pen"}}, Mask: func(s string) string { return s },
	}, nil
}

func (w *witness) Begin(journal.Start) (Record, error) { return w, nil }
func (w *witness) Write(journal.Event) error           { return nil }
func (w *witness) Finish(end journal.End) error        { w.ended = end; return nil }
func (w *witness) Sweep() error                        { return nil }
func (w *witness) Recall(string) ([]byte, error)       { return nil, nil }

func (w *witness) Lock(context.Context, string, string, time.Duration) (func() error, error) {
	return func() error { return nil }, nil
}

func (w *witness) Sleep(context.Context, time.Duration) error { return nil }

func (w *witness) Create(_ context.Context, o copies.Options) (copies.Set, error) {
	for _, to := range o.To {
		w.asked = append(w.asked, "create "+to.Name)
	}
	return copies.Set{}, nil
}

func (w *witness) List(context.Context, copies.Filter) ([]copies.Copy, []error, error) {
	w.asked = append(w.asked, "list")
	return []copies.Copy{}, nil, nil
}

// witnessed is a store with one script, own.lua, and these grants for it; nil where djscript.toml says nothing of it.
func witnessed(t *testing.T, script string, grants []string) (*Host, *witness) {
	t.Helper()
	h := patient(t, script)
	w := &witness{}
	h.World = w
	h.Config.Destinations = append(h.Config.Destinations, config.Destination{Name: "pen", Path: "/elsewhere"})
	if grants != nil {
		h.Config.Scripts["own"] = config.Script{Grants: &grants}
	}
	return h, w
}

// errs are the errors of a tree.
func errs(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, errs(one)...)
		}
		return all
	}
	return []error{err}
}

func TestWhatIsNotGrantedIsToldBeforeAnythingRuns(t *testing.T) {
	h, w := witnessed(t, `return dj.script {
  name = "own",
  jobs = {
    a = function()
      dj.copy.list()
      dj.copy.create { to = { "local", "pen" } }
      if false then dj.drive.of("/") end
    end,
  },
}`, []string{"copy.write:local"})
	o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"})
	var told []string
	for _, err := range errs(o.Err) {
		denied, ok := errors.AsType[*DeniedError](err)
		if !ok {
			t.Fatalf("%T: %v", err, err)
		}
		told = append(told, denied.Where()+" "+denied.Need.String()+" "+denied.Excerpt())
		if want := `[script.own]: grants = ["copy.write:local", "copy.write:pen", "drive.read"]`; !strings.Contains(message.Hint(err), want) {
			t.Errorf("hint %q, want %q", message.Hint(err), want)
		}
	}
	want := []string{
		`own.lua:6 copy.write:pen dj.copy.create { to = { "local", "pen" } }`,
		`own.lua:7 drive.read if false then dj.drive.of("/") end`,
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	if len(w.asked) != 0 || o.Result != journal.Refused || ExitCode(o) != ExitRefused || message.Code(o.Err) != "cap.denied" {
		t.Errorf("asked %v, %s, exit %d, %v", w.asked, o.Result, ExitCode(o), o.Err)
	}
	if w.ended.Result != journal.Refused {
		t.Errorf("the journal says %+v", w.ended)
	}
}

// What a line will be done to is not always written in it: the call itself is asked too, and no pcall hides it.
func TestACallIsRefusedByWhatItIsReallyDoneTo(t *testing.T) {
	script := `return dj.script {
  name = "own",
  params = { to = { type = "text", default = "local" } },
  jobs = {
    a = function(_, p)
      dj.copy.create { to = "local" }
      local where = ("p" .. "en")
      local ok = pcall(dj.copy.create, { to = { "local", where } })
      dj.copy.create { to = "local", note = tostring(ok) }
    end,
  },
}`
	h, w := witnessed(t, script, []string{"copy.write:local"})
	o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"})
	if message.Code(o.Err) != "cap.denied" || !strings.Contains(o.Err.Error(), "own.lua:8: copy.create: ") || !strings.Contains(o.Err.Error(), "copy.write:pen") {
		t.Errorf("%v", o.Err)
	}
	if !strings.Contains(message.Hint(o.Err), `grants = ["copy.write:local", "copy.write:pen"]`) {
		t.Errorf("hint %q", message.Hint(o.Err))
	}
	if diff := cmp.Diff([]string{"create local"}, w.asked); diff != "" {
		t.Error(diff)
	}
}

func TestParamsSayWhatACallIsDoneTo(t *testing.T) {
	script := `return dj.script {
  name = "own",
  params = { to = { type = "destination", list = true, help = "where" } },
  jobs = { a = function(_, p) return dj.copy.create { to = p.to } end },
}`
	for _, c := range []struct {
		layers func(*Host)
		given  map[string]any
		code   string
	}{
		{given: map[string]any{"to": "local"}},
		{given: map[string]any{"to": "pen"}, code: "cap.denied"},
		{given: map[string]any{"to": "local,pen"}, code: "cap.denied"},
		{code: "cap.denied"}, // all that the store has
		{layers: func(h *Host) {
			s := h.Config.Scripts["own"]
			s.Params = map[string]any{"to": []any{"local"}}
			h.Config.Scripts["own"] = s
		}},
		{layers: func(h *Host) {
			h.Config.Cron = []config.Cron{{Name: "night", Run: "own:a", Params: map[string]any{"to": []any{"local"}}}}
		}},
	} {
		h, w := witnessed(t, script, []string{"copy.write:local"})
		target := "own"
		if c.layers != nil {
			c.layers(h)
			if len(h.Config.Cron) > 0 {
				target = "night"
			}
		}
		o := h.Run(t.Context(), Request{Target: target, Params: c.given, Trigger: "manual"})
		if message.Code(o.Err) != c.code || (c.code == "") != slices.Equal(w.asked, []string{"create local"}) {
			t.Errorf("%v: %v, asked %v", c.given, o.Err, w.asked)
		}
		if _, before := errors.AsType[*DeniedError](o.Err); before != (c.code != "") {
			t.Errorf("%v: %v is not told before it runs", c.given, o.Err)
		}
	}
}

func TestWithoutGrantsAScriptLooksAndMakesCopiesAndWithNoneItDoesNothing(t *testing.T) {
	script := `return dj.script { name = "own", jobs = { a = function()
  dj.copy.list()
  dj.copy.create { to = "pen" }
end } }`
	h, w := witnessed(t, script, nil)
	if o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"}); o.Err != nil || len(w.asked) != 2 {
		t.Errorf("%v, asked %v", o.Err, w.asked)
	}
	h, w = witnessed(t, script, []string{})
	if o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"}); len(errs(o.Err)) != 2 || len(w.asked) != 0 {
		t.Errorf("%v, asked %v", o.Err, w.asked)
	}
	h, _ = witnessed(t, `return dj.script { name = "own", jobs = { a = function() dj.log.info("x") end } }`, []string{})
	if o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"}); o.Err != nil {
		t.Error(o.Err)
	}
}

func TestABuiltInScriptMayWhatItDoesUnlessTheStoreSaysLess(t *testing.T) {
	h, w := witnessed(t, "", nil)
	if o := h.Run(t.Context(), Request{Target: "default:backup", Trigger: "manual"}); o.Err != nil || len(w.asked) != 2 {
		t.Errorf("%v, asked %v", o.Err, w.asked)
	}
	h, w = witnessed(t, "", nil)
	h.Config.Scripts["default"] = config.Script{Grants: &[]string{"db.read"}}
	if o := h.Run(t.Context(), Request{Target: "default:backup", Trigger: "manual"}); message.Code(o.Err) != "cap.denied" || len(w.asked) != 0 {
		t.Errorf("%v, asked %v", o.Err, w.asked)
	}
}

// What a built-in script does in its own lines is ours, also where a script of the store stands on it.
func TestAScriptMayStandOnABuiltInOneThatMayMore(t *testing.T) {
	builtin := fstest.MapFS{"grand.lua": {Data: []byte(`return dj.script { name = "grand", jobs = { a = function()
  dj.copy.list()
  dj.notify("info", "done")
end } }`)}}
	own := `return dj.script { name = "own", extends = "grand", jobs = { a = function(job) job:super() end } }`
	h, w := witnessed(t, own, nil)
	h.Builtin = builtin
	if o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"}); o.Err != nil || len(w.asked) != 1 {
		t.Errorf("%v, asked %v", o.Err, w.asked)
	}
	h, w = witnessed(t, strings.Replace(own, "job:super()", `dj.notify("info", "more")`, 1), nil)
	h.Builtin = builtin
	o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"})
	if all := errs(o.Err); len(all) != 1 || !strings.Contains(o.Err.Error(), "own.lua:1: notify: ") || len(w.asked) != 0 {
		t.Errorf("%v, asked %v", o.Err, w.asked)
	}
	if want := `grants = ["copy.read", "notify"]`; !strings.Contains(message.Hint(o.Err), want) {
		t.Errorf("hint %q, want %q", message.Hint(o.Err), want)
	}
	h, w = witnessed(t, own, []string{"copy.read"})
	h.Builtin = builtin
	o = h.Run(t.Context(), Request{Target: "own", Trigger: "manual"})
	if !strings.Contains(o.Err.Error(), "grand.lua:3: notify: ") || len(w.asked) != 0 {
		t.Errorf("%v, asked %v", o.Err, w.asked)
	}
}

func TestHealthIsAskedForItsPowersToo(t *testing.T) {
	script := `return dj.script { name = "own", health = function(h) h:check("copies", #dj.copy.list() == 0) end }`
	h, w := witnessed(t, script, []string{})
	if _, err := h.Health(t.Context(), "own"); message.Code(err) != "cap.denied" || len(w.asked) != 0 {
		t.Errorf("%v, asked %v", err, w.asked)
	}
	h, w = witnessed(t, script, []string{"copy.read"})
	if checks, err := h.Health(t.Context(), "own"); err != nil || len(checks) != 1 || len(w.asked) != 1 {
		t.Errorf("%v, %v, asked %v", checks, err, w.asked)
	}
}

func TestGrantsOfDjscriptTomlAreChecked(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "djscript.toml")
	text := patientStore + `
[script.own]
grants = ["copy.write:local", "copy.wirte", "db.read:lojja", "copy.write:lokal",
  "drive.read:x"]
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	defaults, err := os.ReadFile("../../djscript.toml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = config.Load(path, defaults, nil, CheckGrants)
	var all config.Mistakes
	if !errors.As(err, &all) || len(all) != 4 {
		t.Fatalf("%v", err)
	}
	line := strings.Count(patientStore, "\n") + 3
	for i, want := range []string{"did you mean copy.write?", "loja", "local", `write "drive.read"`} {
		if all[i].Key != "script.own.grants" || all[i].Line != line+i/3 || !strings.Contains(all[i].Hint(), want) {
			t.Errorf("%v, hint %q, want %q", all[i], all[i].Hint(), want)
		}
	}
}

// What the inspection knows of job and h is what a script finds there.
func TestScriptsFindTheFieldsThatAreKnown(t *testing.T) {
	h, _ := witnessed(t, `return dj.script { name = "own", jobs = { a = function(job)
  local names = {}
  for name in pairs(job) do names[#names + 1] = name end
  return names
end } }`, nil)
	o := h.Run(t.Context(), Request{Target: "own", Trigger: "manual"})
	var got []string
	names, _ := o.Value.([]any)
	for _, name := range names {
		got = append(got, name.(string))
	}
	want := slices.Clone(jobFields)
	for _, f := range (&primitive.Host{}).Job() {
		_, method, _ := strings.Cut(f.Name, ":")
		want = append(want, method)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%v: %s", o.Err, diff)
	}
}

// The example of the documented configuration grants what there is.
func TestTheDocumentedGrantsAreTaken(t *testing.T) {
	text, err := os.ReadFile("../../djscript.toml")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for line := range strings.Lines(string(text)) {
		list, ok := strings.CutPrefix(line, "#grants = [")
		if !ok {
			continue
		}
		for grant := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(list), "]"), ", ") {
			found = true
			if _, err := Powers().Parse(strings.Trim(grant, `"`)); err != nil {
				t.Error(err)
			}
		}
	}
	if !found {
		t.Error("djscript.toml grants nothing")
	}
}

// What was granted to a script of the store is not for a file that somebody sent, by the same name.
func TestAFileByTheNameOfAScriptOfTheStoreHasNotItsGrants(t *testing.T) {
	h, w := witnessed(t, "", []string{"notify", "copy.write:local"})
	sent := t.TempDir()
	script := func(name, body string) string {
		path := filepath.Join(sent, name+".lua")
		if err := os.WriteFile(path, []byte(job(body)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, body := range []string{`dj.notify("info", "x")`, `dj.copy.create { to = "pen" }`, `local to = "pen" dj.copy.create { to = to }`} {
		o := h.Run(t.Context(), Request{Target: script("own", body), Trigger: "manual"})
		if message.Code(o.Err) != "cap.denied" || strings.Contains(message.Hint(o.Err), "grants =") || len(w.asked) != 0 {
			t.Errorf("%s: %v, asked %v, hint %s", body, o.Err, w.asked, message.Hint(o.Err))
		}
	}
	if o := h.Run(t.Context(), Request{Target: script("own", `dj.copy.create { to = "local" }`), Trigger: "manual"}); o.Err != nil || len(w.asked) != 1 {
		t.Errorf("what any script may: %v, asked %v", o.Err, w.asked)
	}
	h.Config.Scripts["sent"] = config.Script{Grants: &[]string{"notify"}}
	if o := h.Run(t.Context(), Request{Target: script("sent", `dj.notify("info", "x")`), Trigger: "manual"}); o.Err != nil {
		t.Errorf("by a name of its own: %v", o.Err)
	}
	own := filepath.Join(h.Config.Dir, "scripts", "own.lua")
	if err := os.WriteFile(own, []byte(job(`dj.notify("info", "x")`)), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := h.Run(t.Context(), Request{Target: own, Trigger: "manual"}); o.Err != nil {
		t.Errorf("the store's own, by its path: %v", o.Err)
	}
}
