package loader_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/loader"
)

const stock = `create table SALDO (ID integer not null primary key, QTD integer);
commit;
insert into SALDO values (1, 0);
insert into SALDO values (2, 0);
insert into SALDO values (3, 0);
commit;
`

func balance() loader.Target {
	return loader.Target{Record: "SALDO", Table: "SALDO", Key: []string{"ID"}, Columns: []loader.Assign{{Column: "ID"}, {Column: "QTD", Value: 1, Field: "qtd"}}}
}

func addBalances(n int64) func(ctx context.Context, l *loader.Loader) error {
	return func(ctx context.Context, l *loader.Loader) error {
		for id := int64(1); id <= n; id++ {
			if err := l.Add(ctx, row(id, num(id, 0), num(10*id, 0))); err != nil {
				return err
			}
		}
		return nil
	}
}

// hold runs a statement in a transaction of somebody else's, which ends when release is called.
func (w *world) hold(statement string) (release func()) {
	w.t.Helper()
	held, free, ended := make(chan error), make(chan struct{}), make(chan error)
	go func() {
		ended <- w.conn.Transaction(context.Background(), func(tx *firebird.Transaction) error {
			_, err := tx.Exec(context.Background(), statement)
			held <- err
			<-free
			return err
		})
	}()
	if err := <-held; err != nil {
		w.t.Fatal(err)
	}
	return func() {
		close(free)
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
}

func TestRowsThatOthersHoldAreWaitedFor(t *testing.T) {
	for name, statement := range map[string]string{
		"a row that is there": "update SALDO set QTD = -1 where ID = 2", "a row that is put in meanwhile": "insert into SALDO values (4, -1)",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "WIN1252", stock)
			release := w.hold(statement)
			time.AfterFunc(300*time.Millisecond, release)
			counts, refused := w.load([]loader.Target{balance()}, loader.Options{Wait: 20 * time.Millisecond, Tries: 500}, addBalances(4))
			if len(refused) > 0 {
				t.Fatalf("%+v: %v", refused[0], refused[0].Err)
			}
			if c := counts[0]; c.Inserted+c.Updated != 4 || c.Kept != 0 {
				t.Errorf("counted %+v", c)
			}
			if got := fmt.Sprint(w.rows("select ID, QTD from SALDO order by ID")); got != "[1|10 2|20 3|30 4|40]" {
				t.Error(got)
			}
		})
	}
}

func TestARowThatIsHeldForTooLongIsRefusedAndTheOthersAreWritten(t *testing.T) {
	w := newWorld(t, "WIN1252", stock)
	defer w.hold("update SALDO set QTD = -1 where ID = 2")()
	counts, refused := w.load([]loader.Target{balance()}, loader.Options{Wait: time.Millisecond, Tries: 3}, addBalances(4))
	if len(refused) != 1 || refused[0].Line != 2 || refused[0].Err.Code() != "db.busy" {
		t.Fatalf("refused %+v", refused)
	}
	if c := counts[0]; c.Inserted != 1 || c.Updated != 2 || c.Kept != 0 {
		t.Errorf("counted %+v", c)
	}
}

func TestWaitingForARowEndsWithTheContext(t *testing.T) {
	w := newWorld(t, "WIN1252", stock)
	defer w.hold("update SALDO set QTD = -1 where ID = 2")()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := w.conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
		l, err := loader.New(ctx, tx, []loader.Target{balance()}, loader.Options{Tries: 1_000_000, Wait: time.Millisecond})
		if err != nil {
			return err
		}
		defer l.Close()
		if err := addBalances(4)(ctx, l); err != nil {
			return err
		}
		return l.Flush(ctx)
	})
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got := fmt.Sprint(w.rows("select ID, QTD from SALDO order by ID")); got != "[1|0 2|0 3|0]" {
		t.Error(got)
	}
}

func TestWhenTheServerGoesTheLoadEndsWithAnErrorAndNothingIsWritten(t *testing.T) {
	w := newWorld(t, "WIN1252", stock)
	err := w.conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
		l, err := loader.New(t.Context(), tx, []loader.Target{balance()}, loader.Options{})
		if err != nil {
			return err
		}
		defer l.Close()
		w.exec1("delete from MON$ATTACHMENTS where MON$ATTACHMENT_ID <> CURRENT_CONNECTION and MON$USER = 'SYSDBA'")
		if err := addBalances(4)(t.Context(), l); err != nil {
			return err
		}
		return l.Flush(t.Context())
	})
	if err == nil {
		t.Fatal("no error")
	}
	t.Log(err)
	if got := fmt.Sprint(w.rows("select ID, QTD from SALDO order by ID")); got != "[1|0 2|0 3|0]" {
		t.Error(got)
	}
}
