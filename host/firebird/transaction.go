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

// Query runs a single SELECT or WITH within the transaction: it sees what the transaction has changed. See Snapshot.Query.
func (t *Transaction) Query(ctx context.Context, statement string, args []any, maxRows int) (*Rows, error) {
	return (&Snapshot{conn: t.conn, tx: t.tx}).Query(ctx, statement, args, maxRows)
}

// Check has the server understand a statement, and does not run it; arg.sql where it does not.
func (t *Transaction) Check(ctx context.Context, statement string, args []any) error {
	statement, _, err := t.conn.bind(statement, args)
	if err != nil {
		return err
	}
	prepared, err := t.tx.PrepareContext(ctx, statement)
	if err != nil {
		return told(ctx, err, t.conn.database)
	}
	return prepared.Close()
}
