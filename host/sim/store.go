package sim

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/notify"
	"github.com/djscript/djscript/host/run"
)

// Store is one simulated store.
type Store struct {
	program *Program
	folder  string // of the scripts
	config  *config.Config
	layers  layer.Layers

	now       time.Time     // as the PC's clock shows it
	skew      time.Duration // how far that is ahead of the world
	deadline  time.Time     // of the run that goes on; zero: none
	entropy   *rand.ChaCha8
	databases map[string]*database
	drives    []*simulated
	absent    map[string]bool       // destinations that can not be reached, whatever their drive
	handled   map[string]bool       // destinations by a set of drives, which the test changes itself
	careless  int                   // faults that leave the wrong drive of a set in its slot
	homes     map[string]*simulated // the drives that folders lie on, by their destinations, as far as they were looked for
	proofs    map[string]bool       // that the ledgers know of, by copy and destination
	swept     map[string]int        // how many there were when the trash of a destination was last looked through
	approved  map[string]string
	files     map[string]string
	imports   []imported         // into its databases
	exports   map[string]outgone // by their names
	layouts   func() (*layout.Set, document.Mistakes)
	copies    []*copies.Copy  // in the order in which they were made
	changes   []happened      // what became of them
	spoilt    map[string]bool // paths where the bytes are no longer those that were written
	flawed    int             // faults that make every new copy a bad one, which nobody can prove yet
	unsound   map[string]bool // ids of those copies
	seq       uint64
	halves    int // copies that a power cut left unfinished
	locks     map[string]string
	kept      map[string][]byte // what runs keep for those after them, by its name
	journal   []*journal.Entry
	faults    []*planned

	runs      []*ran
	calls     []call     // of the run that goes on, or of the last
	keeping   bool       // the store as it was before a run, for torture
	weighing  bool       // what each call and each run made and dropped, for torture
	diary     *diary     // of a simulation; nil elsewhere
	injection *injection // what torture does to one of them
	dead      bool       // the power was cut
	cut       context.CancelCauseFunc
	notices   []notify.Notice
}

// database is what a database of the store holds.
type database struct {
	companies []firebird.Company
	rows      map[string]int64
	grow      map[string]int64 // rows a day
	since     time.Time        // when rows was true
	sessions  []firebird.Session
	answers   map[string]any // of SQL: the rows, or how many it touches, by what the statement holds
	tables    tables
	given     map[string]bool // of the tables, those whose rows the test said
	closed    bool            // to all but the run that closed it
}

// ran is one run, and what torture asks of it.
type ran struct {
	request run.Request
	outcome *run.Outcome
	said    []string // what it told on the way
	calls   []call
	before  census
	after   census
	locks   []string
	store   *Store // as it was before; nil where nobody asks
}

// A test begins on a Monday morning.
const firstMorning = "2026-03-02 08:00"

const gigabyte = 1 << 30

func newStore(p *Program, folder string, c *config.Config) *Store {
	s := &Store{
		program: p, folder: folder, entropy: rand.NewChaCha8([32]byte{}), absent: map[string]bool{}, handled: map[string]bool{}, files: map[string]string{},
		locks: map[string]string{}, kept: map[string][]byte{}, spoilt: map[string]bool{}, unsound: map[string]bool{}, approved: map[string]string{}, homes: map[string]*simulated{}, swept: map[string]int{}, proofs: map[string]bool{}, databases: map[string]*database{},
		drives: []*simulated{
			{Drive: drive.Drive{Path: "C:/", Label: "WINDOWS", Serial: "1C0A-77E2", Filesystem: "NTFS", Free: 200 * gigabyte, Total: 500 * gigabyte}, plugged: true},
			{Drive: drive.Drive{Path: "E:/", Label: "DJ-BACKUP", Serial: "5A3C-19F0", Filesystem: "exFAT", Removable: true, Free: 60 * gigabyte, Total: 64 * gigabyte}, plugged: true},
		},
	}
	s.use(c)
	return s
}

// use makes the store one of that configuration.
func (s *Store) use(c *config.Config) {
	s.config, s.layers = c, layer.Of(c.Dir, c.Base, s.program.Builtin)
	if s.folder != "" {
		s.layers = s.program.layers(s.folder, c)
	}
	s.layouts = sync.OnceValues((&run.Host{Config: c, Builtin: s.program.Builtin, Layers: s.layers}).Layouts)
	if s.now.IsZero() {
		s.now, _ = time.ParseInLocation("2006-01-02 15:04", firstMorning, c.Store.Location)
	}
	s.now = s.now.In(c.Store.Location)
	clear(s.homes)
	s.enrol()
	for _, d := range c.Databases {
		if s.databases[d.Name] == nil {
			s.databases[d.Name] = &database{
				companies: []firebird.Company{{ID: "1", Name: "Matriz", CNPJ: "11222333000181"}, {ID: "2", Name: "Filial", CNPJ: "11222333000262"}},
				rows:      map[string]int64{"EMPRESA": 2, "PRODUTO": 4000, "VENDA": 20000},
				since:     s.now,
			}
		}
	}
}

func (s *Store) clock() time.Time { return s.now }

// rowsNow are the rows of each table, as they have grown.
func (d *database) rowsNow(now time.Time) map[string]int64 {
	rows := maps.Clone(d.rows)
	days := max(now.Sub(d.since).Hours()/24, 0)
	for table, daily := range d.grow {
		rows[table] += int64(days * float64(daily))
	}
	return rows
}

// bytes are about what such a database takes.
func (d *database) bytes(now time.Time) int64 {
	var rows int64
	for _, n := range d.rowsNow(now) {
		rows += n
	}
	return 32<<20 + rows<<10
}

// Run runs a job in the store, as the real program would.
func (s *Store) Run(ctx context.Context, request run.Request) *run.Outcome {
	if s.dead { // the PC was started again: what the dead held is free
		s.dead = false
		clear(s.locks)
	}
	s.swap()
	ctx, s.cut = context.WithCancelCause(ctx)
	defer s.cut(nil)
	s.calls, s.deadline = nil, s.deadlineOf(request.Target)
	this := &ran{request: request, store: s.keep(request)}
	if s.weighing {
		this.before = s.census()
	}
	host := &run.Host{Config: s.config, Builtin: s.program.Builtin, Version: "sim", Now: s.clock, Entropy: s.entropy, World: s, Layers: s.layers}
	host.Watch = func(e run.Event) {
		if e.Kind == "log" {
			this.said = append(this.said, e.Text)
		}
	}
	this.outcome = host.Run(ctx, request)
	this.calls = s.calls
	for name := range s.locks {
		this.locks = append(this.locks, name)
	}
	if !s.weighing {
		s.runs = nil // nobody asks for more than the last
	} else {
		this.after = s.census()
	}
	s.runs = append(s.runs, this)
	return this.outcome
}

// keep is the store as it is before a run that is to be tortured: the first of its kind, the second, the fourth, and so
// on. A month of nights is not thirty times as much to know as one.
func (s *Store) keep(request run.Request) *Store {
	if !s.keeping {
		return nil
	}
	before := 1
	for _, r := range s.runs {
		if r.request.Target == request.Target && maps.EqualFunc(r.request.Params, request.Params, func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
			before++
		}
	}
	if before&(before-1) != 0 {
		return nil
	}
	return s.clone()
}

// clone is a store of its own in the same state.
func (s *Store) clone() *Store {
	other := *s
	random := *s.entropy
	other.entropy, other.keeping, other.runs, other.calls = &random, false, nil, nil
	other.databases, other.absent, other.locks = maps.Clone(s.databases), maps.Clone(s.absent), maps.Clone(s.locks)
	for name, d := range s.databases {
		own := *d
		other.databases[name] = &own
	}
	other.proofs, other.handled = maps.Clone(s.proofs), maps.Clone(s.handled)
	other.approved, other.homes, other.swept = maps.Clone(s.approved), map[string]*simulated{}, map[string]int{}
	other.kept, other.spoilt, other.unsound = maps.Clone(s.kept), maps.Clone(s.spoilt), maps.Clone(s.unsound)
	other.drives, other.copies, other.faults = each(s.drives), each(s.copies), each(s.faults)
	other.files, other.imports, other.exports = maps.Clone(s.files), slices.Clone(s.imports), maps.Clone(s.exports)
	other.changes, other.notices, other.journal = slices.Clone(s.changes), slices.Clone(s.notices), slices.Clone(s.journal)
	return &other
}

// each copies what the pointers point to.
func each[T any](all []*T) []*T {
	var copied []*T
	for _, one := range all {
		own := *one
		copied = append(copied, &own)
	}
	return copied
}

// last is the last run; nil before the first.
func (s *Store) last() *ran {
	if len(s.runs) == 0 {
		return nil
	}
	return s.runs[len(s.runs)-1]
}

func (s *Store) deadlineOf(target string) time.Time {
	for _, e := range run.Entries(s.config) {
		if e.Name == target && e.Timeout > 0 {
			return s.now.Add(e.Timeout)
		}
	}
	return time.Time{}
}
