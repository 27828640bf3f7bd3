package firebird

import (
	"context"
	"database/sql"

	"github.com/nakagami/firebirdsql"
)

const readCommittedNoWait = sql.IsolationLevel(firebirdsql.LevelReadCommittedNoWait)

// Transaction writes; see Conn.Transaction.
type Transaction struct {
	conn *Conn
	tx   *sql.Tx
}

// Exec runs one statement of any kind and tells how many rows it touched. The args are those of Snapshot.Query.
func (t *Transaction) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	statement, bound, err := t.conn.bind(statement, args)
	if err != nil {
		return 0, err
	}
	result, err := t.tx.ExecContext(ctx, statement, bound...)
	if err != nil {
		return 0, told(ctx, err, t.conn.database)
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return 0, nil //nolint:nilerr // it ran; only the count is not known
	}
	return rows, nil
}
