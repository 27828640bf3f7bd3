package run

import (
	"context"
	"errors"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
)

// The ways of a sequence.
const (
	WayIn  = "in"
	WayOut = "out"
)

// Sequence are the numbers of files that came in, or went out.
type Sequence struct {
	Database string
	Name     string
	Way      string
	Numbers  []exchange.Range // smallest first; of what went out there is one, up to the last
}

// Sequences are those of all databases. One that can not be asked is told beside the others.
func (h *Host) Sequences(ctx context.Context) ([]Sequence, error) {
	databases, _, err := h.Databases()
	if err != nil {
		return nil, err
	}
	var all []Sequence
	var errs []error
	for _, d := range databases {
		errs = append(errs, connected(ctx, d, func(c *firebird.Conn) error {
			made, err := exchange.Prepared(ctx, c)
			if err != nil || !made {
				return err
			}
			return c.Transaction(ctx, func(tx *firebird.Transaction) error {
				found, err := sequencesOf(ctx, exchange.LedgerIn(tx))
				for _, s := range found {
					s.Database = d.Name
					all = append(all, s)
				}
				return err
			})
		}))
	}
	return all, errors.Join(errs...)
}

func sequencesOf(ctx context.Context, l exchange.Ledger) (all []Sequence, err error) {
	in, err := l.Sequences(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range in {
		numbers, err := l.Last(ctx, name)
		if err != nil {
			return nil, err
		}
		all = append(all, Sequence{Name: name, Way: WayIn, Numbers: numbers})
	}
	out, err := l.Exports(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range out {
		p, err := l.Cursor(ctx, name)
		if err != nil {
			return nil, err
		}
		s := Sequence{Name: name, Way: WayOut}
		if p.Number > 0 {
			s.Numbers = []exchange.Range{{First: 1, Last: p.Number}}
		}
		all = append(all, s)
	}
	return all, nil
}
