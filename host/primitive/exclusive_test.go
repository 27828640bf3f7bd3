package primitive

import (
	"context"
	"slices"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// door is a Firebird that only closes and opens.
type door struct {
	Firebird
	close, open error
}

func (d *door) CloseDatabase(context.Context, copies.Database, firebird.Closing) error {
	return d.close
}
func (d *door) OpenDatabase(context.Context, copies.Database) error { return d.open }

// notes are what a run is told of the databases that it closes: of each that ended, whether it is open.
type notes struct {
	Env
	ended []bool
}

func (n *notes) Closes(context.Context, copies.Database) (func(open bool) error, error) {
	return func(open bool) error { n.ended = append(n.ended, open); return nil }, nil
}

func (n *notes) Degrade(error) {}

// at is a host with that door.
func at(d *door) (*Host, *notes, copies.Database) {
	n := &notes{}
	return &Host{Env: n, Firebird: d}, n, copies.Database{Name: "loja"}
}

// A database that could not be closed is open, and its note goes; one that not even that can be said of stays noted.
func TestWhatCouldNotBeClosed(t *testing.T) {
	for refused, open := range map[error]bool{message.New("db.busy", "firebird.shutdown", nil): true, firebird.ErrStaysClosed: false} {
		h, n, d := at(&door{close: refused})
		if err := h.exclusively(t.Context(), d, firebird.Closing{}, func(copies.Database) error { return nil }); message.Code(err) != message.Code(refused) {
			t.Error(err)
		}
		g := h.gates(firebird.Closing{})(d)
		if _, err := g.Close(t.Context()); message.Code(err) != message.Code(refused) {
			t.Error(err)
		}
		if !slices.Equal(n.ended, []bool{open, open}) || len(h.held) > 0 {
			t.Errorf("%v: ended %v, held %v", refused, n.ended, h.held)
		}
	}
}

// What a restore could not open stays noted, so that the next run opens it.
func TestAGateThatCanNotBeOpenedStaysNoted(t *testing.T) {
	shut := &door{open: message.New("db.closed", "firebird.stays_closed", nil)}
	h, n, d := at(shut)
	g := h.gates(firebird.Closing{})(d)
	own, err := g.Close(t.Context())
	if err != nil || !own.Alone || len(n.ended) > 0 {
		t.Fatalf("%+v, %v, ended %v", own, err, n.ended)
	}
	if err := g.Open(t.Context()); message.Code(err) != "db.closed" || !slices.Equal(n.ended, []bool{false}) {
		t.Errorf("%v, ended %v", err, n.ended)
	}
	shut.open = nil
	if _, err := g.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.Open(t.Context()); err != nil || !slices.Equal(n.ended, []bool{false, true}) {
		t.Errorf("%v, ended %v", err, n.ended)
	}
}
