package primitive

import (
	"context"
	"errors"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/restore"
)

// gates are how a database is closed while another takes its place.
func (h *Host) gates(o firebird.Closing) func(copies.Database) restore.Gate {
	return func(d copies.Database) restore.Gate { return &gate{host: h, database: d, closing: o} }
}

// gate keeps everybody out of one database, as dj.db.exclusive does.
type gate struct {
	host     *Host
	database copies.Database
	closing  firebird.Closing
	ended    func(open bool) error // nil where it is not closed
}

// Close closes the database. Should the run die, the next one opens it.
func (g *gate) Close(ctx context.Context) (at firebird.Database, err error) {
	leave, err := g.host.enter(g.database)
	if err != nil {
		return at, err
	}
	defer leave() // whoever restores gets in by what this gives
	ended, err := g.host.Env.Closes(ctx, g.database)
	if err != nil {
		return at, err
	}
	if err := g.host.Firebird.CloseDatabase(ctx, g.database, g.closing); err != nil {
		return at, errors.Join(err, ended(!errors.Is(err, firebird.ErrStaysClosed)))
	}
	g.ended = ended
	return g.host.own(g.database).At, nil
}

// Open opens it, and fails where its server does not open what is there.
func (g *gate) Open(ctx context.Context) error {
	err := g.host.Firebird.OpenDatabase(ctx, g.database)
	if g.ended == nil {
		return err
	}
	err = errors.Join(err, g.ended(err == nil))
	g.ended = nil
	return err
}
