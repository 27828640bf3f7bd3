package inbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// store is a database that a child of the test can open.
type store struct{ Server, Path, User, Password string }

// imports is a worker's handler on a real database: the line of the ledger and the row commit together.
func (w *worker) imports(ctx context.Context, conn *firebird.Conn, c Claimed) Outcome {
	content, err := contentOf(ctx, c.Path)
	if err != nil {
		return Outcome{Verdict: Left, Reason: err}
	}
	err = conn.Transaction(ctx, func(tx *firebird.Transaction) error {
		l := exchange.LedgerIn(tx)
		i, err := l.Record(ctx, exchange.Import{Into: "djp", Content: content, File: c.Name, Sequence: w.Sequence, Number: c.Number, At: monday}, false)
		if err != nil {
			return err
		}
		w.at("recorded in the ledger")
		_, err = tx.Exec(ctx, "insert into CAME (CONTENT) values (?)", content)
		i.Counts.Inserted = 1
		err = errors.Join(err, l.Count(ctx, i))
		w.at("written")
		return err
	})
	w.at("committed")
	_, before := exchange.ImportedBefore(err)
	switch {
	case err == nil:
		return Outcome{Verdict: Done}
	case before:
		return Outcome{Verdict: Repeated, Reason: err}
	case message.Code(err) == "txt.sequence":
		return Outcome{Verdict: Rejected, Reason: err}
	}
	return Outcome{Verdict: Left, Reason: err}
}

func (w *worker) at(step string) {
	if w.step != nil {
		w.step(step)
	}
}

// connect opens the database of a child.
func (s store) connect(ctx context.Context) (*firebird.Conn, error) {
	conn, err := firebird.Connect(ctx, firebird.Database{Server: s.Server, Path: s.Path, User: s.User, Password: secret.Text(s.Password)})
	if err != nil {
		return nil, err
	}
	return conn, exchange.Prepare(ctx, conn)
}

func TestKilledAtEveryStepARowIsThereOnce(t *testing.T) {
	db := firebirdtest.Database(t)
	firebirdtest.Script(t, db, "create table CAME (CONTENT varchar(64)); commit;")
	steps := 0
	for at, dies := 1, true; dies && !t.Failed(); at++ {
		w := newWorker(t, "{number}.djp")
		w.Sequence = fmt.Sprint("djp", at)
		w.Store = &store{Server: db.Server, Path: db.Path, User: db.User, Password: db.Password.Reveal()}
		delivered := []string{fmt.Sprint(at, " one"), fmt.Sprint(at, " two")}
		w.deliver(t, "1.djp", delivered[0])
		w.deliver(t, "2.djp", delivered[1])
		dies = w.dies(t, at)
		if w.dies(t, 0) {
			t.Fatal("killed")
		}
		w.nothingBetween(t)
		if got := len(lying(t, w.within("done"))); got != 2 {
			t.Errorf("step %d: %d files are done", at, got)
		}
		steps = at
	}
	conn := connect(t, db)
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		rows, err := s.Query(t.Context(), `select count(*), count(distinct CONTENT), (select count(*) from DJSCRIPT_EXCHANGE where INSERTED = 1),
			(select count(*) from DJSCRIPT_EXCHANGE e where not exists (select 1 from CAME c where c.CONTENT = e.CONTENT)) from CAME`, nil, 0)
		if err != nil {
			return err
		}
		if got, want := fmt.Sprint(rows.Values[0]), fmt.Sprint([]int{2 * steps, 2 * steps, 2 * steps, 0}); got != want {
			t.Errorf("rows, contents, imports, imports without a row: %s, want %s", got, want)
		}
		return nil
	})
	if err != nil || steps < 20 {
		t.Errorf("%d steps, %v", steps, err)
	}
}

// The database goes away in the midst of an inbox: what was not imported stays, and nothing is said to be done.
func TestADatabaseThatIsGoneLeavesTheFiles(t *testing.T) {
	conn := ledgerOf(t)
	w := newWorker(t, "{number}.djp")
	w.Sequence = "djp"
	w.deliver(t, "1.djp", "one")
	w.deliver(t, "2.djp", "two")
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	in.Past = exchange.PastOf(conn)
	if err := os.WriteFile(w.Log, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := in.Take(t.Context(), func(context.Context, Claimed) Outcome {
		// Whatever the handler did: the next question to the ledger has no answer.
		in.Past = pastOfNobody{}
		return Outcome{Verdict: Done}
	})
	if got := said(taken); err != nil || len(got) != 2 || got[0] != "done 1.djp" || got[1] != "left 2.djp" || message.Code(taken.Files[1].Reason) != "db.server" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := in.Take(t.Context(), w.handle); message.Code(err) != "db.server" {
		t.Errorf("%v", err)
	}
}

// pastOfNobody is a ledger whose server does not answer.
type pastOfNobody struct{}

func (pastOfNobody) Highest(ctx context.Context, _ string) (int64, bool, error) {
	_, err := firebird.Connect(ctx, firebird.Database{Server: "127.0.0.1:1", Path: "/x.fdb"})
	return 0, false, err
}

func (p pastOfNobody) Under(ctx context.Context, sequence string, _ int64) ([]exchange.Import, error) {
	_, _, err := p.Highest(ctx, sequence)
	return nil, err
}

func connect(t *testing.T, db firebird.Database) *firebird.Conn {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// ledgerOf is a new database in which the ledger was made.
func ledgerOf(t *testing.T) *firebird.Conn {
	t.Helper()
	conn := connect(t, firebirdtest.Database(t))
	if err := exchange.Prepare(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	return conn
}
