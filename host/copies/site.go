package copies

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Site is where databases are built of copies, and worked on before anybody sees them, all under one engine: one of our own,
// or where none fits, the store's server. It must be left.
type Site struct {
	Owner string // whom the databases are to belong to, where an engine of our own builds; "" is SYSDBA

	prover   *Prover
	own      *scratch           // nil: the server does it
	server   firebird.Database  // it sees every database that is built here
	services *firebird.Services // of the server
	conns    []*firebird.Conn
	built    []*building
	scrap    []string // databases that go when the site is left
}

// building is a database of a site.
type building struct {
	stage
	fdb string
}

// Built is a database that was built of a copy and stays.
type Built struct {
	Proof    *Proof
	Restored time.Duration // what gbak took; the rest of the proof's time is looking at what it built
}

// Site opens a site. A server without an address is none.
func (p *Prover) Site(ctx context.Context, server firebird.Database) (*Site, error) {
	if err := p.Bench.Make(); err != nil {
		return nil, err
	}
	s := &Site{prover: p, server: server}
	own, err := p.Bench.engine(ctx)
	if err == nil {
		s.own = own
		return s, nil
	}
	if !isNoEngine(err) || server.Server == "" {
		return nil, err
	}
	s.services, err = firebird.ConnectServices(ctx, server)
	return s, err
}

// Build restores a copy into a new database file, where nothing may lie, and judges it as every proof does: only what holds
// stays. Where the server builds, fdb has to be a path of its machine. What the copy's own restore contradicts is copy.bad.
func (s *Site) Build(ctx context.Context, w *Whole, fdb string) (*Built, error) {
	clock := &timed{stage: s.begin(fdb), now: s.prover.Now, began: s.prover.Now()}
	proof, err := s.prover.restoreFrom(ctx, clock, w, "restoring", clock.began)
	if err == nil && !proof.OK {
		err = message.New("copy.bad", "copies.contradicted", message.Args{
			"name": filepath.Base(w.Place.Path), "against": strings.Join(proof.Against, "; "),
		})
	}
	if err != nil {
		return nil, err
	}
	return &Built{Proof: proof, Restored: clock.took}, nil
}

// begin is where a database is built.
func (s *Site) begin(fdb string) stage {
	b := &building{fdb: fdb}
	if s.own != nil {
		b.stage = &scratch{dir: s.own.dir, engine: s.own.engine, fdb: fdb, owner: s.Owner}
	} else {
		b.stage = &guest{at: s.at(fdb), tools: s.prover.Bench.Tools, services: s.services}
	}
	s.built = append(s.built, b)
	return b.stage
}

func (s *Site) at(fdb string) firebird.Database {
	at := s.server
	at.Path, at.Charset, at.Alone = fdb, "", false
	return at
}

// Scrap names a database that goes when the site is left.
func (s *Site) Scrap() (string, error) {
	name := make([]byte, 8)
	if _, err := io.ReadFull(s.prover.Entropy, name); err != nil {
		return "", fmt.Errorf("name scratch database: %w", err)
	}
	dir := folderOf(s.server.Path)
	if s.own != nil {
		dir = s.own.dir + string(filepath.Separator)
	}
	fdb := dir + "djscript-proof-" + hex.EncodeToString(name) + ".fdb"
	s.scrap = append(s.scrap, fdb)
	return fdb, nil
}

// Open opens a database that was built here, to work on. Nobody else has it open.
func (s *Site) Open(ctx context.Context, fdb string) (company.Runner, error) {
	if s.own != nil {
		return firebird.File{Engine: s.own.engine, Path: fdb}, nil
	}
	conn, err := firebird.Connect(ctx, s.at(fdb))
	if err != nil {
		return nil, err
	}
	s.conns = append(s.conns, conn)
	return conn, nil
}

// shut closes what was opened to work on.
func (s *Site) shut() error {
	var failed []error
	for _, conn := range s.conns {
		failed = append(failed, conn.Close())
	}
	s.conns = nil
	return errors.Join(failed...)
}

// Inspect looks at a database that was built here and worked on since. What was opened to work on is shut.
func (s *Site) Inspect(ctx context.Context, fdb string) (seen firebird.Inspection, err error) {
	if err := s.shut(); err != nil {
		return seen, err
	}
	for _, b := range s.built {
		if b.fdb == fdb {
			return b.inspect(ctx, firebird.Questions{})
		}
	}
	return seen, fmt.Errorf("inspect %s: nothing was built there", fdb)
}

// Leave shuts everything and takes away what is not to stay: the scrap, or with discard all that was built.
func (s *Site) Leave(discard bool) error {
	failed := []error{s.shut()}
	for _, b := range s.built {
		if discard || slices.Contains(s.scrap, b.fdb) {
			failed = append(failed, b.take())
		}
	}
	if s.own != nil {
		failed = append(failed, s.own.remove())
	}
	return errors.Join(failed...)
}

// take takes a database away.
func (b *building) take() error {
	if _, ours := b.stage.(*scratch); !ours {
		return b.remove()
	}
	if err := os.Remove(b.fdb); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// timed is a stage of which one knows how long its restore took.
type timed struct {
	stage
	now   func() time.Time
	began time.Time
	took  time.Duration
}

func (t *timed) through(ctx context.Context, stream io.Reader) (firebird.Log, error) {
	log, err := t.stage.through(ctx, stream)
	t.took = t.now().Sub(t.began)
	return log, err
}
