package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/recovery"
	"github.com/djscript/djscript/host/schedule"
	"github.com/djscript/djscript/host/secret"
	"github.com/djscript/djscript/lua"
)

// Engines are what works for a store: ready to make, find and prove its copies.
type Engines struct {
	Copies       primitive.Copies
	Firebird     primitive.Firebird
	Drives       primitive.Drives
	Restores     primitive.Restores
	Texts        primitive.Texts
	Outbox       Outbox // nil: nobody is told anything
	Databases    []copies.Database
	Destinations []copies.Destination
	// Places are where the destinations of a simulated store are now, so that a run says of its drives, remembers of them and
	// ejects what it would in a real one.
	Places []Place
	Mask   func(string) string // takes the store's secrets out of a text
	// Serve tells the engines which script they work for, and whom to tell how far they are. It may be nil.
	Serve func(script copies.Script, progress func(copies.Progress))
	// Around stands around every call of a primitive, Decided is told of what each rotation decided, and Cover counts the lines
	// of the script: for simulated stores. They may be nil.
	Around  func(c *lua.Call, next func() (any, error)) (any, error)
	Decided func(primitive.Decision)
	Cover   *lua.Coverage

	visit    *visit     // of the store's drives; nil where there are none
	restorer *restorer  // nil: of a simulated store
	texts    *textFiles // nil: of a simulated store
}

// Catalogue is the catalogue of the store; it needs no Firebird.
func (h *Host) Catalogue() *copies.Catalogue {
	return h.catalogue(h.places(context.Background()))
}

func (h *Host) catalogue(p *places) *copies.Catalogue {
	return &copies.Catalogue{Store: h.Config.Store.ID, Destinations: p.destinations(), Now: h.now}
}

// Bench is where the store's copies are proven; it needs Firebird's tools and nothing else.
func (h *Host) Bench(ctx context.Context) (copies.Bench, error) {
	tools, err := firebird.FindTools(ctx, h.Config.Firebird.Bin)
	return copies.Bench{Dir: h.benchDir(), Tools: tools}, err
}

func (h *Host) benchDir() string { return filepath.Join(h.dir(), "work") }

// Engines builds the engines: it finds Firebird's tools and opens the secrets, but touches no server yet. Everything
// that is wrong is told at once.
func (h *Host) Engines(ctx context.Context) (*Engines, error) {
	bench, noTools := h.Bench(ctx)
	e, err := h.engines(ctx, bench)
	if err := errors.Join(noTools, err); err != nil {
		return nil, err
	}
	return e, nil
}

// engines are as ready as they can be: an error tells what only those lack who make or prove a copy.
func (h *Host) engines(ctx context.Context, bench copies.Bench) (*Engines, error) {
	databases, secrets, noSecrets := h.Databases()
	secrets = append(secrets, h.sharePasswords()...)
	setup, withheld, err := h.setup(append(h.secrets(), secrets...))
	lacking := errors.Join(noSecrets, err, os.MkdirAll(h.dir(), 0o755))
	p := h.places(ctx)
	to := p.destinations()
	e := &engine{
		bench: bench, Catalogue: h.catalogue(p), withheld: withheld,
		prover: &copies.Prover{Bench: bench, Databases: databases, Destinations: to, Now: h.now, Entropy: h.Entropy},
		maker: &copies.Maker{
			Store: h.store(), Destinations: to, Tools: bench.Tools, Bench: bench, State: h.dir(), Config: setup,
			Silence: h.Config.Limits.Silence, Version: h.Version, Built: h.Built, Now: h.now, Entropy: h.Entropy,
		},
	}
	e.restorer = h.restorer(e.maker, e.prover)
	t := h.textFiles()
	return &Engines{
		Texts: t, texts: t, Restores: e.restorer, restorer: e.restorer, Copies: e, Firebird: e, Drives: drives{h, p, e.Catalogue}, Outbox: h.Outbox(), Databases: databases, Destinations: to, Mask: secret.Mask(secrets), Serve: e.serve,
		visit: &visit{places: p, catalogue: e.Catalogue},
	}, lacking
}

// engine is what works for a real store.
type engine struct {
	*copies.Catalogue
	bench    copies.Bench
	maker    *copies.Maker
	prover   *copies.Prover
	restorer *restorer
	withheld []error // what a new PC needs, and no copy may hold
}

func (e *engine) serve(script copies.Script, progress func(copies.Progress)) {
	e.maker.Script, e.maker.Progress, e.prover.Progress, e.Progress = script, progress, progress, progress
	e.restorer.Progress = progress
}

// Create makes copies.
func (e *engine) Create(ctx context.Context, o copies.Options) (copies.Set, error) {
	set, err := e.maker.Create(ctx, o)
	if o.WithSetup {
		set.Degraded = append(set.Degraded, e.withheld...)
	}
	return set, err
}

// Adopt takes in a copy that something else made.
func (e *engine) Adopt(ctx context.Context, path string, o copies.Options) (copies.Set, error) {
	return e.maker.Adopt(ctx, path, o)
}

// Adoptable looks at a file that is to be adopted.
func (e *engine) Adoptable(path string) error { return copies.Adoptable(path) }

// Sweep takes away what a maker that died left, and ends what a restore had begun.
func (e *engine) Sweep() error {
	ctx, cancel := context.WithTimeout(context.Background(), finishing)
	defer cancel()
	return errors.Join(e.maker.Sweep(), e.restorer.Finish(ctx))
}

// Open reads a copy by its path alone.
func (e *engine) Open(path string) (copies.Copy, error) { return copies.Open(path) }

// Prove restores a copy and compares.
func (e *engine) Prove(ctx context.Context, c copies.Copy) (copies.Copy, []error, error) {
	return e.prover.Prove(ctx, c)
}

// Info is what a database says of itself.
func (e *engine) Info(ctx context.Context, d copies.Database) (info firebird.Info, err error) {
	err = connected(ctx, d, func(c *firebird.Conn) error { info, err = c.Info(ctx); return err })
	return info, err
}

// Companies are those of a database.
func (e *engine) Companies(ctx context.Context, d copies.Database) (found []firebird.Company, err error) {
	err = connected(ctx, d, func(c *firebird.Conn) error { found, err = c.Companies(ctx, d.System.Companies); return err })
	return found, err
}

// Sessions are who is connected to a database.
func (e *engine) Sessions(ctx context.Context, d copies.Database) (found []firebird.Session, err error) {
	err = connected(ctx, d, func(c *firebird.Conn) error { found, err = c.Sessions(ctx); return err })
	return found, err
}

// Query answers a SELECT.
func (e *engine) Query(ctx context.Context, d copies.Database, statement string, args []any, maxRows int) (rows *firebird.Rows, err error) {
	err = connected(ctx, d, func(c *firebird.Conn) error {
		return c.Snapshot(ctx, func(s *firebird.Snapshot) (err error) {
			rows, err = s.Query(ctx, statement, args, maxRows)
			return err
		})
	})
	return rows, err
}

// Transact runs fn in one transaction.
func (e *engine) Transact(ctx context.Context, d copies.Database, fn func(primitive.Work) error) error {
	return connected(ctx, d, func(c *firebird.Conn) error {
		return c.Transaction(ctx, func(t *firebird.Transaction) error { return fn(t) })
	})
}

// Inspect validates a database file.
func (e *engine) Inspect(ctx context.Context, path string, closed bool) (firebird.Inspection, error) {
	return e.bench.Inspect(ctx, path, closed)
}

// CloseDatabase closes a database to everybody.
func (e *engine) CloseDatabase(ctx context.Context, d copies.Database, o firebird.Closing) error {
	return firebird.CloseDatabase(ctx, d.At, o)
}

// OpenDatabase opens it again.
func (e *engine) OpenDatabase(ctx context.Context, d copies.Database) error {
	return firebird.OpenDatabase(ctx, d.At)
}

// Recover saves what can be saved of a damaged database file.
func (e *engine) Recover(ctx context.Context, path string, o recovery.Options) (recovery.Report, error) {
	tell := func(p recovery.Progress) {
		if e.Progress != nil {
			e.Progress(copies.Progress{Step: p.Step, Database: filepath.Base(path), Done: p.Done, Total: p.Total})
		}
	}
	return recovery.Recovery{Tools: e.bench.Tools, Work: e.bench.Dir, Now: e.Now, Tell: tell}.Recover(ctx, path, o)
}

// Recoverable looks at a file that is to be recovered, and at where it is to go.
func (e *engine) Recoverable(path string, o recovery.Options) error {
	return recovery.Recovery{Tools: e.bench.Tools, Work: e.bench.Dir, Now: e.Now}.Check(path, o)
}

// Backup makes a raw backup of a database.
func (e *engine) Backup(ctx context.Context, d copies.Database, o copies.RawOptions) (copies.RawBackup, []error, error) {
	return e.maker.Backup(ctx, d, o)
}

// Restore makes a new database file of a raw backup.
func (e *engine) Restore(ctx context.Context, fbk, to string, o firebird.RestoreOptions) (copies.RawDatabase, error) {
	return e.bench.Restore(ctx, fbk, to, o)
}

// Vacant tells why no new file can be made at a path.
func (e *engine) Vacant(path string) error { return drive.Vacant(path) }

func connected(ctx context.Context, d copies.Database, fn func(*firebird.Conn) error) error {
	conn, err := firebird.Connect(ctx, d.At)
	if err != nil {
		return err
	}
	return errors.Join(fn(conn), conn.Close())
}

// now is the clock as the store's copies and ledgers write it: with the store's offset.
func (h *Host) now() time.Time { return h.Now().In(h.Config.Store.Location) }

func (h *Host) store() copies.Store {
	s := h.Config.Store
	return copies.Store{
		ID: s.ID, Name: s.Name, CNPJ: s.CNPJ, Location: s.Location, DayStarts: s.DayStarts,
		Day: func(t time.Time) string { return schedule.BusinessDay(t, s.Location, s.DayStarts) },
	}
}

// Databases are the store's databases with their passwords, and the passwords themselves, for masking.
func (h *Host) Databases() ([]copies.Database, []secret.Text, error) {
	kept := secret.Open(h.dir(), h.KeyDir)
	var all []copies.Database
	var known []secret.Text
	var failed []error
	for _, d := range h.Config.Databases {
		at := firebird.Database{Server: d.Server, Path: d.Path, User: d.User}
		if name := d.Password.Name(); name != "" {
			password, err := kept.Get(name)
			if err != nil {
				failed = append(failed, err)
				continue
			}
			at.Password = password
			known = append(known, password)
		}
		system, err := h.system(d.System)
		failed = append(failed, err)
		all = append(all, copies.Database{Name: d.Name, At: at, System: system, Files: d.Files})
	}
	return all, known, errors.Join(dedupe(failed)...)
}

// dedupe tells the same missing secret once, however many databases use it.
func dedupe(all []error) []error {
	seen := map[string]bool{}
	var kept []error
	for _, err := range all {
		if err != nil && !seen[err.Error()] {
			seen[err.Error()] = true
			kept = append(kept, err)
		}
	}
	return kept
}

func (h *Host) system(name string) (copies.System, error) {
	if name == "" {
		return copies.System{}, nil
	}
	s, err := h.Config.System(name)
	return copies.System{
		Name: s.Name, Companies: s.Companies, Newest: s.Newest, Evidence: s.Evidence,
		Column: s.CompanyColumn, Shared: s.SharedTables, Archive: s.ArchiveTables,
	}, err
}

// primitives lends the engines to one run.
func (e *Engines) primitives(r *running) *primitive.Host {
	if e.Serve != nil {
		e.Serve(copies.Script{Name: r.target.script, Hash: r.target.program.Hash()}, r.progress)
	}
	if e.texts != nil {
		e.texts.run, e.texts.tell = r.outcome.Run, r.progress
	}
	e.visit.arrive(r)
	return &primitive.Host{
		Env: r, Dry: r.request.Dry, Store: r.host.Config.Store.ID, Location: r.host.Config.Store.Location, Databases: e.Databases, Destinations: e.Destinations,
		Copies: e.Copies, Firebird: e.Firebird, Drives: e.Drives, Restores: e.Restores, Texts: e.Texts, Around: e.Around, Decided: e.Decided, Keep: r.host.keep,
		Day: r.host.store().Day,
	}
}
