package exchange

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
)

// till is a connection of its own whose transaction stays open from one step to the next.
type till struct {
	work  chan func(*firebird.Transaction) error
	ended chan error
	ids   []int64 // that were written and are not committed
}

var errRolledBack = errors.New("rolled back")

func (s *outgoingStore) open(t testing.TB, conn *firebird.Conn) *till {
	one := &till{work: make(chan func(*firebird.Transaction) error), ended: make(chan error, 1)}
	go func() {
		one.ended <- conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
			for do := range one.work {
				if do == nil {
					return nil
				}
				if err := do(tx); err != nil {
					return err
				}
			}
			return errRolledBack
		})
	}()
	return one
}

type fataler interface{ Fatal(args ...any) }

// do runs in the till's transaction.
func (o *till) do(t fataler, do func(*firebird.Transaction) error) {
	done := make(chan error, 1)
	o.work <- func(tx *firebird.Transaction) error {
		done <- do(tx)
		return nil
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func (o *till) commit() error {
	o.work <- nil
	return <-o.ended
}

func (o *till) rollback() error {
	close(o.work)
	if err := <-o.ended; !errors.Is(err, errRolledBack) {
		return err
	}
	return nil
}

// flat is an export of sales alone.
func (s *outgoingStore) flat(name, column string) *Outgoing {
	o := s.outgoing()
	o.Name = name
	o.Records = map[string]Source{"TUR": {SQL: fmt.Sprintf(`select v.ID, v.TURNO_ID as CAIXA, v.QUANDO, cast(v.QUANDO as date) as DIA from VENDA v where %s > :from and %s <= :until`, column, column)}}
	o.Records["TUR"] = Source{SQL: o.Records["TUR"].SQL, Map: func(row map[string]any) (map[string]any, error) {
		return map[string]any{"id": row["id"]}, nil
	}}
	o.Folder = filepath.Join(s.dir, "out")
	o.File = name + "-{number:8}.djm"
	o.Cursor = &Cursor{Record: "TUR", Column: "ID", Late: -1}
	if column == "v.QUANDO" {
		o.Cursor = &Cursor{Record: "TUR", Column: "QUANDO", Key: []string{"ID"}, Late: -1}
	}
	return o
}

// A till that is left open for hours holds up no other, its rows go out when it commits, and then the set is small again.
func TestATillThatStaysOpenForHoursHoldsUpNothing(t *testing.T) {
	for name, column := range map[string]string{"id": "v.ID", "timestamp": "v.QUANDO"} {
		s := newOutgoingStore(t)
		o := s.flat(name, column)
		const sale = `insert into VENDA values (gen_id(G, 1), 1, cast('now' as timestamp), 1)`
		idle, lost := s.open(t, connect(t, s.db)), s.open(t, connect(t, s.db))
		for _, one := range []*till{idle, lost} {
			one.do(t, func(tx *firebird.Transaction) error {
				_, err := tx.Exec(t.Context(), sale)
				return err
			})
		}
		if err := lost.rollback(); err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			s.exec(t, sale)
			if x := s.must(t, o); x.Records["TUR"] != 1 || x.Gone != int64(n) {
				t.Errorf("%s: %+v", name, x)
			}
		}
		if err := idle.commit(); err != nil {
			t.Fatal(err)
		}
		if x := s.must(t, o); x.Records["TUR"] != 1 || x.Gone != 5 {
			t.Errorf("%s: %+v", name, x)
		}
		s.exec(t, sale)
		if x := s.must(t, o); x.Records["TUR"] != 1 || x.Gone != 0 {
			t.Errorf("%s: %+v", name, x)
		}
		if got := s.out(t, name); !slices.Equal(got, []string{"3", "4", "5", "6", "7", "1", "8"}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// out are all ids that went out under a name, in the order of the files.
func (s *outgoingStore) out(t testing.TB, name string) (ids []string) {
	t.Helper()
	for _, file := range s.left(t) {
		if !strings.HasPrefix(file, name+"-") {
			continue
		}
		for line := range strings.SplitSeq(s.text(t, filepath.Join(s.folder(), file)), "¶") {
			if rest, ok := strings.CutPrefix(line, "TUR|"); ok {
				id, _, _ := strings.Cut(rest, "|")
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// histories are as many as are played of each kind: each takes a second or two.
const histories = 12

// Tills write and commit in any order, some stay open over exports, some are rolled back; whatever was committed goes out once.
func TestEveryCommittedRowGoesOutOnce(t *testing.T) {
	for _, kind := range []string{"id", "timestamp", "date"} {
		t.Run(kind, func(t *testing.T) {
			s := newOutgoingStore(t)
			tills := make([]*firebird.Conn, 4)
			for i := range tills {
				tills[i] = connect(t, s.db)
			}
			round := 0
			settled := 0
			rapid.Check(t, func(r *rapid.T) {
				if round++; round > histories {
					return
				}
				s.exec(t, `delete from VENDA`)
				name := fmt.Sprintf("%s%d", kind, round)
				o := s.flat(name, map[string]string{"id": "v.ID", "timestamp": "v.QUANDO", "date": "cast(v.QUANDO as date)"}[kind])
				when := `cast('now' as timestamp)`
				if kind == "date" {
					o.Cursor = &Cursor{Record: "TUR", Column: "DIA", Key: []string{"ID"}, Late: 48 * time.Hour}
					when = `dateadd(day, -mod(gen_id(G, 0), 3), cast('now' as timestamp))`
				}
				open := make([]*till, len(tills))
				var committed []string
				commit := func(i int) {
					if err := open[i].commit(); err != nil {
						r.Fatal(err)
					}
					for _, id := range open[i].ids {
						committed = append(committed, fmt.Sprint(id))
					}
					open[i] = nil
				}
				defer func() {
					for _, one := range open {
						if one != nil {
							_ = one.rollback()
						}
					}
				}()
				till := rapid.IntRange(0, len(tills)-1)
				r.Repeat(map[string]func(*rapid.T){
					"sell": func(r *rapid.T) {
						i := till.Draw(r, "till")
						if open[i] == nil {
							open[i] = s.open(t, tills[i])
						}
						open[i].do(r, func(tx *firebird.Transaction) error {
							rows, err := tx.Query(t.Context(), `select gen_id(G, 0) + 1 from RDB$DATABASE`, nil, 1)
							if err != nil {
								return err
							}
							id := whole(rows.Values[0][0])
							open[i].ids = append(open[i].ids, id)
							_, err = tx.Exec(t.Context(), `insert into VENDA values (gen_id(G, 1), 1, `+when+`, 1)`)
							return err
						})
					},
					"commit": func(r *rapid.T) {
						if i := till.Draw(r, "till"); open[i] != nil {
							commit(i)
						}
					},
					"roll back": func(r *rapid.T) {
						if i := till.Draw(r, "till"); open[i] != nil {
							if err := open[i].rollback(); err != nil {
								r.Fatal(err)
							}
							open[i] = nil
						}
					},
					"export": func(r *rapid.T) { s.must(t, o) },
				})
				for i := range open {
					if open[i] != nil {
						commit(i)
					}
				}
				s.must(t, o)
				got := s.out(t, name)
				slices.Sort(got)
				slices.Sort(committed)
				if !slices.Equal(got, committed) {
					r.Fatalf("went out %v, committed %v", got, committed)
				}
				if err := s.conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
					e, err := LedgerIn(tx).Cursor(t.Context(), name)
					if err == nil && e.Cursor != nil {
						var tr trail
						if tr, err = readTrail(e.Cursor); tr.Settled != nil {
							settled++
						}
					}
					return err
				}); err != nil {
					r.Fatal(err)
				}
			})
			if settled == 0 && kind != "date" {
				t.Error("nothing was ever settled")
			}
		})
	}
}

// The clock of a server is years ahead for a moment: what is sold afterwards is not taken for settled.
func TestNothingIsSettledBeyondWhatWasSeen(t *testing.T) {
	seen := instant(monday).N
	for ahead, want := range map[time.Duration]int64{36 * 8760 * time.Hour: seen, -time.Hour: instant(monday.Add(-time.Hour - tick)).N} {
		x := &export{Outgoing: &Outgoing{Cursor: &Cursor{Late: -1}, Now: func() time.Time { return monday }}}
		c := &composer{opening: &opening{kind: layout.Instant}, keys: make([]byte, keySize), seen: seen}
		written, err := x.moved(c, 1, monday.Add(ahead))
		if err != nil {
			t.Fatal(err)
		}
		if moved, err := readTrail(written); err != nil || moved.Pending[0].Until != want {
			t.Errorf("%v: %s, %v, want %d", ahead, written, err, want)
		}
	}
}
