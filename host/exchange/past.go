package exchange

import (
	"context"
	"fmt"

	"github.com/djscript/djscript/host/firebird"
)

// Range is a range of numbers, both ends included.
type Range struct{ First, Last int64 }

// String is the range as people write it: "501" or "501-520".
func (r Range) String() string {
	if r.First == r.Last {
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// Past is what was imported under the numbers of a sequence; see Ledger.
type Past interface {
	// Highest is the largest number that was imported, and whether there was one.
	Highest(ctx context.Context, sequence string) (int64, bool, error)
	// Under are the imports under a number, oldest first.
	Under(ctx context.Context, sequence string, number int64) ([]Import, error)
}

// PastOf is what a database knows, asked outside of any import.
func PastOf(conn *firebird.Conn) Past { return past{conn} }

type past struct{ conn *firebird.Conn }

// Highest asks the ledger.
func (p past) Highest(ctx context.Context, sequence string) (number int64, known bool, err error) {
	err = p.conn.Transaction(ctx, func(tx *firebird.Transaction) (err error) {
		number, known, err = LedgerIn(tx).Highest(ctx, sequence)
		return err
	})
	return number, known, err
}

// Under asks the ledger.
func (p past) Under(ctx context.Context, sequence string, number int64) (found []Import, err error) {
	err = p.conn.Transaction(ctx, func(tx *firebird.Transaction) (err error) {
		found, err = LedgerIn(tx).Under(ctx, sequence, number)
		return err
	})
	return found, err
}
