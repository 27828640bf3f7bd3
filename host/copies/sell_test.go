package copies

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"

	_ "github.com/nakagami/firebirdsql"

	"github.com/djscript/djscript/host/firebird"
)

// sell adds a sale every few milliseconds until the context ends; began is closed at the first.
func sell(ctx context.Context, at firebird.Database, began chan<- struct{}) error {
	user := url.UserPassword(at.User, at.Password.Reveal())
	db, err := sql.Open("firebirdsql", fmt.Sprintf("%s@%s/%s?charset=WIN1252&timezone=UTC", user, at.Server, at.Path))
	if err != nil {
		return err
	}
	defer db.Close()
	for id := 100000; ctx.Err() == nil; id++ {
		tx, err := db.BeginTx(context.Background(), nil)
		if err != nil {
			return err
		}
		if _, err := tx.Exec("insert into VENDA values (?, date '2026-11-21', 9.99)", id); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		if id == 100000 {
			close(began)
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil
}
