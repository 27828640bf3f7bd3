package firebird

import (
	"context"
	"database/sql"
)

// Prepared is a statement that the server has understood once, to be run many times within its transaction; see
// Transaction.Prepare. It is of no use after the transaction.
type Prepared struct {
	conn *Conn
	stmt *sql.Stmt
}

// Prepare has the server understand a statement. Close gives it back.
func (t *Transaction) Prepare(ctx context.Context, statement string) (*Prepared, error) {
	if _, err := encode(statement, t.conn.connection); err != nil {
		return nil, err
	}
	stmt, err := t.tx.PrepareContext(ctx, statement)
	if err != nil {
		return nil, told(ctx, err, t.conn.database)
	}
	return &Prepared{conn: t.conn, stmt: stmt}, nil
}

// Each runs the statement, one that answers, and gives row every row of the answer as it comes; the slice is row's only
// until it returns. The args are those of Snapshot.Query, but that []byte reaches a column of any character set as it is:
// what it holds is the caller's affair.
func (p *Prepared) Each(ctx context.Context, args []any, row func(values []any) error) error {
	rows, err := p.run(ctx, args)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return told(ctx, err, p.conn.database)
	}
	values, places := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return told(ctx, err, p.conn.database)
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return told(ctx, rows.Err(), p.conn.database)
}

// Query is Each for the whole answer, with the values of Snapshot.Query.
func (p *Prepared) Query(ctx context.Context, args []any) (*Rows, error) {
	rows, err := p.run(ctx, args)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	result, err := readRows(rows, 0)
	if err != nil {
		return nil, told(ctx, err, p.conn.database)
	}
	return result, nil
}

func (p *Prepared) run(ctx context.Context, args []any) (*sql.Rows, error) {
	bound := make([]any, len(args))
	for i, arg := range args {
		value, err := p.conn.bindOne(arg)
		if err != nil {
			return nil, err
		}
		bound[i] = value
	}
	rows, err := p.stmt.QueryContext(ctx, bound...)
	if err != nil {
		return nil, told(ctx, err, p.conn.database)
	}
	return rows, nil
}

// Close gives the statement back to the server.
func (p *Prepared) Close() error { return p.stmt.Close() }
