package run

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// shop is a store with a folder and a set of three drives, which a test plugs in and pulls out; its copies are files of
// no content.
type shop struct {
	*Host
	t       *testing.T
	now     time.Time
	roots   map[string]string // of each drive, by its slot; "" is the one of no set
	plugged []string
	state   map[string]string // of a plugged drive that is not right
	lie     map[string][]copies.Copy
	seq     int
	bad     bool // copies are not proven
	fails   error
	said    []string
	ejected []string
	vetoes  error
}

const drivenStore = `[store]
id = "loja"
timezone = "America/Sao_Paulo"
[database.loja]
path = "/x.fdb"
[destination.local]
path = "%s"
[destination.pendrive]
drive = { enrolled = "AZUL" }
path = "Loja/Copias"
set = ["mon", "tue", "wed"]
optional = true
max_absent = "3d"
eject = true
[encryption]
recipients = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]
[script.minha]
grants = ["copy.read", "copy.write", "copy.destroy"]
`

// monday is 2 November 2026, 22:00 in the shop.
var monday = time.Date(2026, 11, 3, 1, 0, 0, 0, time.UTC)

func newShop(t *testing.T, text string) *shop {
	t.Helper()
	dir := t.TempDir()
	local := filepath.Join(dir, "local")
	path := filepath.Join(dir, "djscript.toml")
	defaults, err := os.ReadFile("../../djscript.toml")
	if err = errors.Join(err, os.Mkdir(local, 0o755), os.WriteFile(path, []byte(fmt.Sprintf(text, filepath.ToSlash(local))), 0o600), os.Mkdir(filepath.Join(dir, "scripts"), 0o755)); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, defaults, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, now: monday, roots: map[string]string{}, state: map[string]string{}, lie: map[string][]copies.Copy{}}
	for _, slot := range []string{"mon", "tue", "wed"} {
		s.roots[slot] = t.TempDir()
	}
	s.Host = &Host{
		Config: c, Builtin: builtin.Files, Version: "test", Now: func() time.Time { return s.now }, Entropy: rand.Reader, KeyDir: t.TempDir(),
		Watch: func(e Event) {
			if e.Kind == "log" || e.Kind == "degraded" {
				s.said = append(s.said, e.Text)
			}
		},
		seek: s.seek, ejects: func(_ context.Context, d drive.Drive) error {
			s.ejected = append(s.ejected, filepath.Base(d.Path))
			return s.vetoes
		},
	}
	s.World = driven{World: disk{s.Host}, shop: s}
	s.put(t, "minha", job(`return #dj.copy.create { to = { "local", "pendrive" } }`))
	return s
}

// mark is what is written on the drive of a slot.
func mark(slot string) drive.Mark {
	return drive.Mark{ID: strings.ToUpper(slot) + strings.Repeat("A", 23), Name: "AZUL", Store: "loja", Destination: "pendrive", Slot: slot}
}

func (s *shop) seek(spec drive.Spec) ([]drive.Sighting, error) {
	var all []drive.Sighting
	for _, slot := range spec.Set {
		one := drive.Sighting{Slot: slot, State: drive.Absent, Mark: mark(slot), Err: errors.New("away")}
		if slices.Contains(s.plugged, slot) {
			one.State, one.Err, one.Drive = drive.OK, nil, drive.Drive{Path: s.roots[slot]}
			if s.state[slot] != "" {
				one.State, one.Err = s.state[slot], message.New("drive."+s.state[slot], "run.no_job", nil)
			}
		}
		if known, err := drive.LoadKnown(s.Config.Dir); err == nil {
			one.Day = known.Drives[one.Mark.ID].Day
		}
		all = append(all, one)
	}
	return all, nil
}

// driven is a world with the shop's folders and drives and nothing else.
type driven struct {
	World
	*shop
}

func (w driven) Engines(ctx context.Context) (*Engines, error) {
	p := w.places(ctx)
	e := &Engines{Databases: []copies.Database{{Name: "loja"}}, Destinations: p.destinations(), Mask: func(text string) string { return text }}
	lying := lying{shop: w.shop, to: p.destinations()}
	e.Copies, e.visit = lying, &visit{places: p, catalogue: lying}
	e.Drives = ports{drives{w.Host, p, w.Catalogue()}, w.shop}
	return e, nil
}

// ports are where the drives of a shop are plugged in.
type ports struct {
	drives
	*shop
}

func (p ports) List(context.Context) (all []drive.Drive, err error) {
	for _, slot := range p.plugged {
		all = append(all, drive.Drive{Path: p.roots[slot], Name: "AZUL", Enrolled: mark(slot).ID, Set: slot})
	}
	return all, nil
}
func (driven) Begin(journal.Start) (Record, error) { return silent{}, nil }
func (driven) Lock(context.Context, string, string, time.Duration) (func() error, error) {
	return func() error { return nil }, nil
}
func (driven) Sleep(context.Context, time.Duration) error { return nil }

// lying are the copies of a shop as one run finds them.
type lying struct {
	primitive.Copies
	*shop
	to []copies.Destination
}

func (l lying) Sweep() error { return nil }

func (l lying) Create(_ context.Context, o copies.Options) (copies.Set, error) {
	if l.fails != nil {
		return copies.Set{}, l.fails
	}
	l.seq++
	c := copies.Copy{
		ID: fmt.Sprintf("01J%023d", l.seq), Seq: fmt.Sprint(l.seq), Store: "loja", Database: "loja", Created: l.host().now().Format(time.RFC3339),
		Day: l.host().now().Format(time.DateOnly), Class: copies.Routine, State: copies.Verified, Proof: &copies.Proof{OK: true, SHA256: "x"},
	}
	if l.bad {
		c.State, c.Proof = copies.Sealed, nil
	}
	var set copies.Set
	for _, d := range o.To {
		if err := d.There(); err != nil {
			set.Degraded = append(set.Degraded, &copies.MissedError{Destination: d.Name, Err: err})
			continue
		}
		p := copies.Place{Destination: d.Name, Path: filepath.Join(d.Path, c.Seq+".zip"), SHA256: "x", State: copies.Present, Drive: d.Drive}
		c.Places = append(c.Places, p)
		lies := c
		lies.Places = []copies.Place{p}
		l.lie[d.Path] = append([]copies.Copy{lies}, l.lie[d.Path]...)
	}
	set.Copies = []copies.Copy{c}
	return set, nil
}

func (l lying) host() *Host { return l.Host }

func (l lying) List(_ context.Context, _ copies.Filter) (all []copies.Copy, problems []error, err error) {
	for _, d := range l.to {
		all = append(all, l.lie[d.Path]...)
	}
	slices.SortFunc(all, func(a, b copies.Copy) int { return int(b.Number()) - int(a.Number()) })
	return all, nil, nil
}

// evening is one run on that day after monday, with those drives plugged in; it gives the exit code.
func (s *shop) evening(day int, plugged ...string) (*Outcome, int) {
	s.t.Helper()
	s.now, s.plugged, s.said, s.ejected = monday.AddDate(0, 0, day), plugged, nil, nil
	o := s.Run(s.t.Context(), Request{Target: "minha", Trigger: "manual"})
	return o, ExitCode(o)
}

func (s *shop) heard(part string) bool {
	return slices.ContainsFunc(s.said, func(text string) bool { return strings.Contains(text, part) })
}

func TestADriveIsItsDestinationWhereverItIsPluggedIn(t *testing.T) {
	s := newShop(t, drivenStore)
	if o := s.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Dry: true}); o.Err != nil {
		t.Fatal(o.Err)
	}
	s.plugged = []string{"mon"}
	s.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Dry: true})
	if left, _ := os.ReadDir(s.roots["mon"]); len(left) > 0 {
		t.Errorf("a rehearsal made %v", left)
	}
	if kept, _ := os.ReadDir(s.dir()); len(kept) > 0 {
		t.Errorf("a rehearsal remembers %v", kept)
	}
	o, code := s.evening(0, "mon")
	if code != ExitDone || len(s.lie[filepath.Join(s.roots["mon"], "Loja", "Copias")]) != 1 {
		t.Errorf("exit %d, %v, %v", code, o.Err, o.Degraded)
	}
	all, problems := s.Places(t.Context())
	if len(problems) > 0 || len(all) != 2 {
		t.Fatalf("%v %v", all, problems)
	}
	pen := all[1]
	pen.Away = nil
	want := copies.Destination{
		Name: "pendrive", Path: filepath.Join(s.roots["mon"], "Loja", "Copias"), Drive: mark("mon").ID, Slot: "mon", Removable: true,
		Recipients: []string{"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"},
	}
	if diff := cmp.Diff(want, pen.Destination, cmpopts.IgnoreUnexported(copies.Destination{})); diff != "" || pen.Today != "mon" {
		t.Errorf("today %q: %s", pen.Today, diff)
	}
	if local := all[0]; local.Removable || local.Recipients != nil || local.Path == "" {
		t.Errorf("the folder is %+v", local.Destination)
	}
}

func TestWhatIsOddAboutADriveIsSaidAndKeepsNoCopyFromBeingMade(t *testing.T) {
	for language, words := range map[string][3]string{
		message.Portuguese: {"hoje é terça-feira, e a unidade do destino pendrive que está em ", " é a de segunda-feira", "há 4 dias seguidos a unidade do destino pendrive é a mesma, AZUL (segunda-feira)"},
		message.English:    {"today is Tuesday, and the drive of the destination pendrive at ", " is the one of Monday", "for 4 days in a row the drive of the destination pendrive has been the same, AZUL (Monday)"},
	} {
		speak(t, language)
		s := newShop(t, drivenStore)
		if _, code := s.evening(0, "mon"); code != ExitDone || len(s.said) != 1 { // that it may be pulled out
			t.Errorf("exit %d, said %q", code, s.said)
		}
		if _, code := s.evening(1, "mon"); code != ExitDone || !s.heard(words[0]+s.roots["mon"]+words[1]) {
			t.Errorf("exit %d, said %q", code, s.said)
		}
		s.evening(2, "mon")
		if len(s.said) != 2 { // that it is another day's, and that it may be pulled out
			t.Errorf("three days of three are no more than the set has: %q", s.said)
		}
		if _, code := s.evening(3, "mon"); code != ExitDone || !s.heard(words[2]) || s.heard(words[0]) {
			t.Errorf("on a day without a drive: exit %d, said %q", code, s.said)
		}
		if _, code := s.evening(7, "wed", "mon"); code != ExitDone || s.ejected[0] != filepath.Base(s.roots["mon"]) || len(s.said) != 2+1 {
			t.Errorf("two at once: exit %d, said %q, %v", code, s.said, s.ejected)
		}
		if s.evening(8, "wed", "mon"); s.ejected[0] != filepath.Base(s.roots["wed"]) {
			t.Errorf("the one that waited longest is not taken: %v", s.ejected)
		}
	}
}

func TestADriveThatIsNotThereIsNamedAndDegrades(t *testing.T) {
	speak(t, message.Portuguese)
	s := newShop(t, drivenStore)
	s.evening(0, "mon")
	o, code := s.evening(2)
	if code != ExitDegraded || len(o.Degraded) != 1 || message.Code(o.Degraded[0]) != "drive.not_found" {
		t.Fatalf("exit %d, %v", code, o.Degraded)
	}
	if got := o.Degraded[0].Error(); !strings.Contains(got, "a unidade AZUL (quarta-feira) do destino pendrive não está conectada") || !strings.Contains(message.Hint(o.Degraded[0]), "conecte a unidade AZUL (quarta-feira)") {
		t.Errorf("it says %s; %s", got, message.Hint(o.Degraded[0]))
	}
	for _, state := range []string{drive.Clone, drive.Foreign, drive.ReadOnly} {
		s.state["tue"] = state
		if o, code := s.evening(2, "tue"); code != ExitDegraded || message.Code(o.Degraded[0]) != "drive."+state {
			t.Errorf("%s: exit %d, %v", state, code, o.Degraded)
		}
		if left, _ := os.ReadDir(s.roots["tue"]); len(left) > 0 {
			t.Errorf("%s: a folder was made: %v", state, left)
		}
		if _, code := s.evening(2, "tue", "wed"); code != ExitDone {
			t.Errorf("%s beside a right one: exit %d, %v", state, code, o.Degraded)
		}
	}
}

func TestALinkOnADriveLeadsNoCopyOffIt(t *testing.T) {
	s := newShop(t, drivenStore)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(s.roots["mon"], "Loja")); err != nil {
		t.Fatal(err)
	}
	if o, code := s.evening(0, "mon"); code != ExitDegraded || message.Code(o.Degraded[0]) != "drive.foreign" {
		t.Errorf("exit %d, %v", code, o.Degraded)
	}
	if left, _ := os.ReadDir(outside); len(left) > 0 || len(s.ejected) > 0 {
		t.Errorf("it was followed: %v, ejected %v", left, s.ejected)
	}
}

func TestASetThatIsAwayTooLongFailsTheRunAfterItsCopies(t *testing.T) {
	speak(t, message.Portuguese)
	s := newShop(t, drivenStore)
	s.evening(0, "mon")
	var codes []int
	for day := 1; day <= 5; day++ {
		_, code := s.evening(day)
		codes = append(codes, code)
	}
	if diff := cmp.Diff([]int{3, 3, 3, 1, 1}, codes); diff != "" {
		t.Fatal(diff)
	}
	o, _ := s.evening(5)
	if got := o.Err.Error(); !strings.Contains(got, "nenhuma unidade do destino pendrive é vista desde 2026-11-02: é mais do que max_absent = 3d") || message.Code(o.Err) != "drive.not_found" {
		t.Errorf("it says %s", got)
	}
	if n := len(s.lie[s.Config.Destinations[0].Path]); n != 7 {
		t.Errorf("the folder got %d copies of 7", n)
	}
	// Any drive of the set ends it.
	if _, code := s.evening(6, "wed"); code != ExitDone {
		t.Errorf("exit %d when a drive is back", code)
	}
	if _, code := s.evening(7); code != ExitDegraded {
		t.Errorf("exit %d the day after", code)
	}
	// What does not want the set is not failed by it.
	s.put(t, "minha", job(`return #dj.copy.create { to = "local" }`))
	for day := 8; day < 20; day++ {
		if o, code := s.evening(day); code != ExitDone {
			t.Errorf("exit %d of a run without the set: %v", code, o.Err)
		}
	}
	// A clock that leaps and comes back accuses nobody.
	s = newShop(t, drivenStore)
	s.evening(0, "mon")
	for _, day := range []int{1, 300, 2, -4000, 3} {
		if _, code := s.evening(day); code != ExitDegraded {
			t.Errorf("exit %d on day %d", code, day)
		}
	}
	// Unproven copies are no witness.
	s = newShop(t, drivenStore)
	s.evening(0, "mon")
	s.bad = true
	for _, day := range []int{1, 5, 9} {
		if _, code := s.evening(day); code != ExitDegraded {
			t.Errorf("exit %d on day %d", code, day)
		}
	}
}

func TestASetThatWasNeverThereIsWaitedForSinceTheFirstRun(t *testing.T) {
	speak(t, message.English)
	s := newShop(t, drivenStore)
	var codes []int
	for day := range 6 {
		_, code := s.evening(day)
		codes = append(codes, code)
	}
	if diff := cmp.Diff([]int{3, 3, 3, 3, 1, 1}, codes); diff != "" {
		t.Error(diff)
	}
	if o, _ := s.evening(6); !strings.Contains(o.Err.Error(), "no drive of the destination pendrive was ever seen; it has been waited for since 2026-11-02") {
		t.Errorf("it says %v", o.Err)
	}
}

func TestDrivesOfASetThatAreAwayCountAsTheyWereSeen(t *testing.T) {
	s := newShop(t, drivenStore)
	s.evening(0, "mon")
	s.evening(1, "tue")
	s.evening(2, "tue")
	if err := os.MkdirAll(filepath.Join(s.roots["wed"], "Loja", "Copias"), 0o755); err != nil {
		t.Fatal(err)
	}
	away := func(plugged ...string) (map[string]string, []error) {
		s.plugged = plugged
		all, problems, err := s.Catalogue().List(t.Context(), copies.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, c := range all {
			for _, p := range c.Places {
				found[c.Seq+" "+p.Drive[:3]] = c.State + " " + p.State
			}
		}
		return found, problems
	}
	found, problems := away("tue") // what lies on it is no zip: the truth is that it is empty
	if diff := cmp.Diff(map[string]string{"1 MON": "verified offline"}, found); diff != "" || len(problems) > 0 {
		t.Errorf("%v: %s", problems, diff)
	}
	found, _ = away()
	want := map[string]string{"1 MON": "verified offline", "2 TUE": "verified offline", "3 TUE": "verified offline"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
	// One that another drive's mark is on is not believed; one that is lost or torn is told and no more.
	file := func(slot string) string { return filepath.Join(s.dir(), awayFolder, mark(slot).ID+".json") }
	if err := os.WriteFile(file("mon"), []byte(`{"copies": [{"id":`), 0o600); err != nil {
		t.Fatal(err)
	}
	found, problems = away("wed")
	delete(want, "1 MON")
	if diff := cmp.Diff(want, found); diff != "" || len(problems) != 1 || !strings.Contains(problems[0].Error(), file("mon")) {
		t.Errorf("%v: %s", problems, diff)
	}
	if o, code := s.evening(3, "mon"); code != ExitDone {
		t.Errorf("exit %d: %v", code, o.Err)
	}
	if _, problems := away("wed"); len(problems) > 0 {
		t.Errorf("it was not mended: %v", problems)
	}
	s.state["mon"] = drive.Clone
	if found, _ := away("mon"); slices.ContainsFunc(slices.Collect(maps.Keys(found)), func(key string) bool { return strings.HasSuffix(key, "MON") }) {
		t.Errorf("a clone counts: %v", found)
	}
}

// A copy may lie in the folder, on the drive that is there, and on another of the set, where it may be bad.
func TestOfADriveIsRememberedWhatLiesOnIt(t *testing.T) {
	s := newShop(t, drivenStore)
	on := func(slot, state string) copies.Place {
		return copies.Place{Destination: "pendrive", Drive: mark(slot).ID, State: state}
	}
	local := copies.Place{Destination: "local", State: copies.Present}
	all := []copies.Copy{
		{ID: "both", Places: []copies.Place{local, on("mon", copies.Present), on("tue", copies.Bad)}},
		{ID: "bad here", Places: []copies.Place{on("tue", copies.Offline), on("mon", copies.Bad)}},
		{ID: "missing here", Places: []copies.Place{local, on("mon", copies.Missing)}},
		{ID: "elsewhere", Places: []copies.Place{local, on("tue", copies.Bad)}},
	}
	if err := s.keepMember(Place{Destination: copies.Destination{Name: "pendrive", Drive: mark("mon").ID, Slot: "mon"}}, all); err != nil {
		t.Fatal(err)
	}
	var got member
	if err := s.recall(&got, awayFolder, mark("mon").ID); err != nil {
		t.Fatal(err)
	}
	want := member{Destination: "pendrive", Slot: "mon", Seen: got.Seen, Copies: []copies.Copy{
		{ID: "both", Places: []copies.Place{on("mon", copies.Present)}}, {ID: "bad here", Places: []copies.Place{on("mon", copies.Bad)}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADriveIsEjectedWhenTheRunHasEnded(t *testing.T) {
	speak(t, message.Portuguese)
	s := newShop(t, drivenStore)
	const free = "a unidade AZUL do destino pendrive foi ejetada: pode remover"
	s.evening(0, "mon")
	if len(s.ejected) != 1 || !s.heard(free) {
		t.Errorf("ejected %v, said %q", s.ejected, s.said)
	}
	s.vetoes = message.New("drive.busy", "run.no_job", nil)
	if o, code := s.evening(0, "mon"); code != ExitDegraded || s.heard("pode remover") || !s.heard("não a retire ainda") || message.Hint(o.Degraded[0]) == "" {
		t.Errorf("exit %d, said %q", code, s.said)
	}
	s.vetoes, s.fails = nil, message.New("gbak.failed", "run.no_job", nil)
	if o, code := s.evening(0, "mon"); code != ExitFailed || len(s.ejected) != 1 || !s.heard(free) || message.Code(o.Err) != "gbak.failed" {
		t.Errorf("after a failure: exit %d, ejected %v, said %q", code, s.ejected, s.said)
	}
	s.vetoes = message.New("drive.busy", "run.no_job", nil)
	if o, code := s.evening(0, "mon"); code != ExitFailed || message.Code(o.Err) != "gbak.failed" {
		t.Errorf("a veto hides the failure: exit %d %v", code, o.Err)
	}
	s.vetoes, s.fails = nil, nil
	s.put(t, "minha", job(`dj.log.info("nada") return dj.copy.list()[1] == nil`))
	if s.evening(1, "mon"); len(s.ejected) > 0 {
		t.Errorf("a run that makes no copies ejects %v", s.ejected)
	}
	s.put(t, "minha", job(`return #dj.copy.create { to = "local" }`))
	if s.evening(1, "mon"); len(s.ejected) > 0 {
		t.Errorf("no copy was meant for it, and it is ejected: %v", s.ejected)
	}
	s.put(t, "minha", job(`return #dj.copy.create { to = { "local", "pendrive" } }`))
	s.Config.Destinations[1].Eject = false
	if s.evening(1, "mon"); len(s.ejected) > 0 {
		t.Errorf("nobody asked for it: %v", s.ejected)
	}
	s.Config.Destinations[1].Eject = true
	s.ejected = nil
	s.plugged = []string{"mon"}
	if s.Run(t.Context(), Request{Target: "minha", Trigger: "manual", Dry: true}); len(s.ejected) > 0 {
		t.Errorf("a rehearsal ejects %v", s.ejected)
	}
}

// What a script ejects by itself is out already when the run ends: that is what was wanted, and no trouble. What lies there
// was noted before.
func TestADriveThatTheScriptEjectedIsLeftAlone(t *testing.T) {
	speak(t, message.Portuguese)
	s := newShop(t, strings.Replace(drivenStore, "grants = [", `grants = ["drive.write", `, 1))
	s.ejects = func(_ context.Context, d drive.Drive) error {
		if slices.Contains(s.ejected, filepath.Base(d.Path)) {
			return message.New("drive.not_found", "drive.none_plugged", nil)
		}
		s.ejected = append(s.ejected, filepath.Base(d.Path))
		return os.Rename(d.Path, d.Path+".out")
	}
	s.put(t, "minha", job(`dj.copy.create { to = { "local", "pendrive" } } dj.drive.eject("AZUL") return 1`))
	o, code := s.evening(0, "mon")
	if code != ExitDone || len(s.ejected) != 1 || !s.heard("ejetada: pode remover") {
		t.Errorf("exit %d, %v %v, ejected %v, said %q", code, o.Err, o.Degraded, s.ejected, s.said)
	}
	var kept stay
	if err := s.recall(&kept, staysFolder, "pendrive"); err != nil || !kept.Seen || kept.Drive != mark("mon").ID {
		t.Errorf("remembers %+v, %v", kept, err)
	}
	if err := os.Rename(s.roots["mon"]+".out", s.roots["mon"]); err != nil {
		t.Fatal(err)
	}
	s.put(t, "minha", job(`local ok = pcall(dj.drive.eject, "AZUL") dj.copy.create { to = { "local", "pendrive" } } return ok`))
	s.ejects = func(context.Context, drive.Drive) error { return message.New("drive.busy", "drive.held", nil) }
	if _, code := s.evening(0, "mon"); code != ExitDegraded || s.heard("pode remover") {
		t.Errorf("one that could not be ejected: exit %d, said %q", code, s.said)
	}
}

func TestACallIsAboutTheDestinationsThatItNamesOrAboutEach(t *testing.T) {
	for _, one := range []struct {
		name string
		args any
		want map[string]bool
	}{
		{"copy.create", &struct {
			To []string `lua:"to"`
		}{[]string{"local", "pendrive"}}, map[string]bool{"local": true, "pendrive": true}},
		{"copy.prune", &struct {
			Where string `lua:"where"`
		}{"local"}, map[string]bool{"local": true}},
		{"copy.prove", &struct {
			Copy string `lua:"copy"`
		}{"12"}, map[string]bool{"": true}},
		{"notify", nil, nil},
	} {
		r := &running{}
		if r.means(&lua.Call{Func: lua.Func{Name: one.name}, Args: one.args}); !maps.Equal(r.meant, one.want) {
			t.Errorf("%s is about %v, want %v", one.name, r.meant, one.want)
		}
	}
}

func TestAMemoryOfDrivesThatIsBrokenIsToldAndBeginsAnew(t *testing.T) {
	s := newShop(t, drivenStore)
	s.evening(0, "mon")
	path := filepath.Join(s.dir(), staysFolder, "pendrive.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, code := s.evening(1, "tue"); code != ExitDone || !s.heard(path) {
		t.Errorf("exit %d, said %q", code, s.said)
	}
	if _, code := s.evening(2, "wed"); code != ExitDone || s.heard(path) {
		t.Errorf("exit %d, said %q", code, s.said)
	}
}

func TestAFolderOfTheNetworkIsMountedByTheSystem(t *testing.T) {
	s := newShop(t, strings.Replace(drivenStore, "[encryption]", "[destination.rede]\npath = '\\\\servidor\\copias'\nuser = \"b\"\npassword = \"secret:rede\"\n[encryption]", 1))
	all, _ := s.Places(t.Context())
	if err := all[2].There(); message.Code(err) != "secret.missing" || all[2].Path != "" {
		t.Errorf("without its password: %v", err)
	}
	s.Config.Destinations[2].User = ""
	all, _ = s.Places(t.Context())
	if err := all[2].There(); message.Code(err) != "drive.not_found" || !strings.Contains(message.Hint(err), "fstab") {
		t.Errorf("told %v; %s", err, message.Hint(err))
	}
}

func speak(t *testing.T, language string) {
	t.Helper()
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	if err := message.SetLanguage(language); err != nil {
		t.Fatal(err)
	}
}
