package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nakagami/firebirdsql"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

var monday = time.Date(2026, 11, 23, 8, 30, 0, 0, time.Local)

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
	if err := Prepare(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	return conn
}

// within runs one transaction that has to commit.
func within(t *testing.T, conn *firebird.Conn, do func(l Ledger) error) {
	t.Helper()
	if err := conn.Transaction(t.Context(), func(tx *firebird.Transaction) error { return do(LedgerIn(tx)) }); err != nil {
		t.Fatal(err)
	}
}

func of(content byte, into string) Import {
	return Import{Into: into, Content: strings.Repeat(string(content), 64), File: "00000500.djp", Sequence: "pré-vendas", Number: 500, At: monday, Run: "01JD"}
}

func TestAnImportIsKnownByItsContentAndItsTarget(t *testing.T) {
	conn := ledgerOf(t)
	first := of('a', "djp")
	first.Counts = Counts{Records: 3, Inserted: 2, Updated: 1}
	within(t, conn, func(l Ledger) error {
		written, err := l.Record(t.Context(), of('a', "djp"), false)
		written.Counts = first.Counts
		return errors.Join(err, l.Count(t.Context(), written))
	})
	within(t, conn, func(l Ledger) error {
		found, err := l.Imported(t.Context(), "djp", first.Content)
		if err != nil || found == nil || cmp.Diff(first, *found) != "" {
			t.Errorf("%+v, %v", found, err)
		}
		for _, other := range []Import{of('b', "djp"), of('a', "produto")} {
			if found, err := l.Imported(t.Context(), other.Into, other.Content); found != nil || err != nil {
				t.Errorf("%+v, %v", found, err)
			}
		}
		_, err = l.Record(t.Context(), of('a', "djp"), false)
		if before, ok := ImportedBefore(fmt.Errorf("x: %w", err)); !ok || before.File != first.File || message.Code(err) != "txt.file" || message.Hint(err) == "" {
			t.Errorf("%v", err)
		}
		return nil
	})
}

func TestANumberIsImportedWithOneContent(t *testing.T) {
	conn := ledgerOf(t)
	record := func(i Import, again bool) (err error) {
		within(t, conn, func(l Ledger) error {
			_, err = l.Record(t.Context(), i, again)
			return nil
		})
		return err
	}
	other := of('c', "djp")
	other.Number++
	for _, i := range []Import{of('a', "djp"), of('b', "prices"), other} {
		if err := record(i, false); err != nil {
			t.Error(err)
		}
	}
	if err := record(of('b', "djp"), false); message.Code(err) != "txt.sequence" || message.Hint(err) == "" {
		t.Errorf("%v", err)
	}
	if err := record(of('b', "djp"), true); err != nil {
		t.Error(err)
	}
}

func TestAnImportThatIsAskedForAgainIsALineOfItsOwn(t *testing.T) {
	conn := ledgerOf(t)
	for n := range 3 {
		within(t, conn, func(l Ledger) error {
			written, err := l.Record(t.Context(), of('a', "djp"), n > 0)
			if written.Again != n {
				t.Errorf("%+v", written)
			}
			return err
		})
	}
	within(t, conn, func(l Ledger) error {
		all, err := l.Under(t.Context(), "pré-vendas", 500)
		if len(all) != 3 || all[0].Again != 0 || all[2].Again != 2 {
			t.Errorf("%+v", all)
		}
		return err
	})
}

// What was rolled back, with the rows or because the run died, was not imported.
func TestAnImportIsKnownOnlyWhenItsRowsAre(t *testing.T) {
	conn := ledgerOf(t)
	failed := errors.New("failed")
	err := conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
		_, err := LedgerIn(tx).Record(t.Context(), of('a', "djp"), false)
		return errors.Join(err, failed)
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	within(t, conn, func(l Ledger) error {
		found, err := l.Imported(t.Context(), "djp", of('a', "djp").Content)
		if found != nil {
			t.Errorf("%+v", found)
		}
		return err
	})
}

func TestOfTwoImportsOfOneContentOneCommits(t *testing.T) {
	conn := ledgerOf(t)
	for round := range 6 {
		content := strings.Repeat(fmt.Sprintf("%02d", round), 32)
		var start, over sync.WaitGroup
		start.Add(1)
		errs := make(chan error, 4)
		for n := range 4 {
			over.Go(func() {
				other, err := firebird.Connect(t.Context(), conn.Database())
				if err != nil {
					errs <- err
					return
				}
				defer other.Close()
				start.Wait()
				errs <- other.Transaction(t.Context(), func(tx *firebird.Transaction) error {
					_, err := LedgerIn(tx).Record(t.Context(), Import{Into: "djp", Content: content, File: fmt.Sprint(n), At: monday}, false)
					return err
				})
			})
		}
		start.Done()
		over.Wait()
		close(errs)
		committed := 0
		for err := range errs {
			_, known := ImportedBefore(err)
			switch {
			case err == nil:
				committed++
			case !known && message.Code(err) != "db.busy":
				t.Errorf("%v (%s)", err, message.Code(err))
			}
		}
		if committed != 1 {
			t.Fatalf("round %d: %d committed", round, committed)
		}
	}
}

// The second comes while the first has not ended: it may not wait, and may not be told that the file is in.
func TestAnImportThatMeetsOneThatHasNotEndedIsBusy(t *testing.T) {
	conn := ledgerOf(t)
	within(t, conn, func(l Ledger) error {
		if _, err := l.Record(t.Context(), of('a', "djp"), false); err != nil {
			return err
		}
		err := conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
			_, err := LedgerIn(tx).Record(t.Context(), of('a', "djp"), false)
			return err
		})
		if message.Code(err) != "db.busy" || message.Hint(err) == "" {
			t.Errorf("%v (%s)", err, message.Code(err))
		}
		return nil
	})
}

func TestTheTableIsMadeOnceHoweverManyMakeIt(t *testing.T) {
	for range 3 {
		conn := connect(t, firebirdtest.Database(t))
		var start, over sync.WaitGroup
		start.Add(1)
		errs := make(chan error, 6)
		for range 6 {
			over.Go(func() {
				other, err := firebird.Connect(t.Context(), conn.Database())
				if err != nil {
					errs <- err
					return
				}
				defer other.Close()
				start.Wait()
				errs <- Prepare(t.Context(), other)
			})
		}
		start.Done()
		over.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		within(t, conn, func(l Ledger) error {
			_, err := l.Record(t.Context(), of('a', "djp"), false)
			return err
		})
	}
}

// What a server of Firebird 3 answers whose users are not all SYSDBA, as those of the server for tests are: to a CREATE TABLE,
// and to a SELECT.
func TestAUserWithoutTheRightIsToldWhoGivesIt(t *testing.T) {
	for _, codes := range [][]int{{335544351, 336397286, 335545094}, {335544352}} {
		answer := fmt.Errorf("x: %w", &firebirdsql.FbError{GDSCodes: codes, Message: "no"})
		for _, err := range []error{refused(answer), notMade(answer, "CAIXA")} {
			if message.Code(err) != "db.denied" || !strings.Contains(message.Hint(err), "GRANT") || !errors.Is(err, answer) {
				t.Errorf("%v (%s)", err, message.Hint(err))
			}
		}
	}
	if err := notMade(errors.New("x"), "CAIXA"); err != nil {
		t.Error(err)
	}
	if err := refused(nil); err != nil {
		t.Error(err)
	}
}

// Whatever the character set of the database: names have to be found again, and a file's name must not stand in the way.
func TestNamesAreKeptInAnyCharacterSet(t *testing.T) {
	s := firebirdtest.Server(t)
	for _, charset := range []string{"WIN1252", "NONE", "UTF8", "ISO8859_1", "DOS850"} {
		path := t.TempDir() + "/x.fdb"
		if err := s.CreateDatabase(t.Context(), path, charset, 4096); err != nil {
			t.Fatal(err)
		}
		conn := connect(t, s.Database(path))
		if err := Prepare(t.Context(), conn); err != nil {
			t.Fatalf("%s: %v", charset, err)
		}
		name := "PREÇOS Ω " + strings.Repeat("ã", 300) + "\x01.TXT"
		within(t, conn, func(l Ledger) error {
			i := of('a', "preços")
			i.File = name
			_, err := l.Record(t.Context(), i, false)
			return errors.Join(err, l.Settle(t.Context(), "movimentação", json.RawMessage(`{"até":"ção 😀"}`), 7, monday))
		})
		within(t, conn, func(l Ledger) error {
			found, err := l.Under(t.Context(), "pré-vendas", 500)
			if err != nil || len(found) != 1 || found[0].Into != "preços" || !strings.HasPrefix(found[0].File, "PRE") || len([]rune(found[0].File)) != 255 {
				t.Errorf("%s: %+v, %v", charset, found, err)
			}
			e, err := l.Cursor(t.Context(), "movimentação")
			var cursor map[string]string
			if err != nil || json.Unmarshal(e.Cursor, &cursor) != nil || cursor["até"] != "ção 😀" {
				t.Errorf("%s: %+v, %v", charset, e, err)
			}
			return nil
		})
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheNumbersThatWereDoneAreRanges(t *testing.T) {
	conn := ledgerOf(t)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		sequence := fmt.Sprint("s", round)
		numbers := rapid.SliceOfN(rapid.Int64Range(0, 40), 0, 25).Draw(r, "numbers")
		var ranges []Range
		var highest int64
		var known bool
		err := conn.Transaction(t.Context(), func(tx *firebird.Transaction) (err error) {
			l := LedgerIn(tx)
			for n, number := range numbers { // the same number may have been imported more than once
				if _, err := l.Record(t.Context(), Import{Into: fmt.Sprint(sequence, n), Content: fmt.Sprint(n), Sequence: sequence, Number: number, At: monday}, false); err != nil {
					return err
				}
			}
			if ranges, err = l.Last(t.Context(), sequence); err != nil {
				return err
			}
			highest, known, err = l.Highest(t.Context(), sequence)
			return err
		})
		if err != nil {
			r.Fatal(err)
		}
		slices.Sort(numbers)
		numbers = slices.Compact(numbers)
		var back []int64
		for i, one := range ranges {
			if i > 0 && one.First <= ranges[i-1].Last+1 {
				r.Errorf("ranges that touch: %v", ranges)
			}
			for n := one.First; n <= one.Last; n++ {
				back = append(back, n)
			}
		}
		if !slices.Equal(back, numbers) || len(Gaps(ranges)) != max(0, len(ranges)-1) {
			r.Errorf("%v, want %v", ranges, numbers)
		}
		if known != (len(numbers) > 0) || known && highest != numbers[len(numbers)-1] {
			r.Errorf("highest %d, %v of %v", highest, known, numbers)
		}
	})
}
