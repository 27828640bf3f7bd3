package run

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
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

func speak(t *testing.T, language string) {
	t.Helper()
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	if err := message.SetLanguage(language); err != nil {
		t.Fatal(err)
	}
}
