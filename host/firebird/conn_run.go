package firebird

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Run runs statements one after the other, each in a transaction of its own, and gives what those answered that do, ""
// for NULL. It is for a scratch database on the store's server, that nobody else has open. It stops at the first that
// fails; the error is a *StatementError. done is told how many are through.
func (c *Conn) Run(ctx context.Context, statements []Statement, done func(n int)) ([][]string, error) {
	results := make([][]string, len(statements))
	for i, one := range statements {
		if done != nil {
			done(i)
		}
		values, err := c.runOne(ctx, one)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, &StatementError{Index: i, SQL: one.SQL, Err: told(ctx, err, c.database)}
		}
		results[i] = values
	}
	if done != nil {
		done(len(statements))
	}
	return results, nil
}

func (c *Conn) runOne(ctx context.Context, one Statement) ([]string, error) {
	statement, bound, err := c.bind(one.SQL, one.Args)
	if err != nil {
		return nil, err
	}
	tx, err := c.pool.BeginTx(ctx, &sql.TxOptions{Isolation: readCommittedNoWait})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	var values []string
	if one.Answers {
		values, err = firstColumn(ctx, tx, statement, bound)
	} else {
		_, err = tx.ExecContext(ctx, statement, bound...)
	}
	if err != nil {
		return nil, err
	}
	return values, tx.Commit()
}

func firstColumn(ctx context.Context, tx *sql.Tx, statement string, bound []any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, statement, bound...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	result, err := readRows(rows, 0)
	if err != nil {
		return nil, err
	}
	return result.firstColumn(), nil
}

// firstColumn are the values of the first column as text, "" for NULL.
func (r *Rows) firstColumn() []string {
	values := make([]string, len(r.Values))
	for i, row := range r.Values {
		switch v := row[0].(type) {
		case nil:
		case []byte:
			values[i] = decoded(string(v))
		default:
			values[i] = strings.TrimRight(fmt.Sprint(v), " ")
		}
	}
	return values
}

// Ask gives the values of the first column of each query, "" for NULL, all of one snapshot.
func (c *Conn) Ask(ctx context.Context, queries ...string) (answers [][]string, err error) {
	err = c.Snapshot(ctx, func(s *Snapshot) error {
		answers, err = s.Ask(ctx, queries...)
		return err
	})
	return answers, err
}

// Ask gives the values of the first column of each query, "" for NULL.
func (s *Snapshot) Ask(ctx context.Context, queries ...string) ([][]string, error) {
	answers := make([][]string, len(queries))
	for i, one := range queries {
		rows, err := s.Query(ctx, one, nil, 0)
		if err != nil {
			return nil, err
		}
		answers[i] = rows.firstColumn()
	}
	return answers, nil
}

// Reach comes to the database from another one on the same server. The password is bound, so that no list of
// statements shows it.
func (c *Conn) Reach() Reach {
	return Reach{
		Params: "(DJ_AT VARCHAR(1000) CHARACTER SET UTF8 = ?, DJ_USER VARCHAR(128) CHARACTER SET UTF8 = ?, DJ_WORD VARCHAR(128) CHARACTER SET UTF8 = ?)",
		Clause: "ON EXTERNAL :DJ_AT AS USER :DJ_USER PASSWORD :DJ_WORD",
		Args:   []any{c.database.Path, c.database.User, c.database.Password.Reveal()},
	}
}
