package loader_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

// The engine compares keys: letters of a column that does not tell them apart, numbers as a text has them, blanks behind. The
// rows have every type, and are those of a query.
func TestTheRowsThatAreThereAreThoseOfAQuery(t *testing.T) {
	w := newWorld(t, "WIN1252", `
		create table KEPT (NAME varchar(20) not null collate WIN_PTBR, SHELF integer not null, ON_DAY date not null, PRICE numeric(15,2), COST numeric(15,4),
			BIG bigint, SMALL smallint, REAL_ONE double precision, AT_ONE timestamp, OCLOCK time, LETTERS char(5), MEMO blob sub_type text,
			MARGIN computed by (PRICE - COST), primary key (NAME, SHELF, ON_DAY));
		commit;
		insert into KEPT values (_utf8 x'41C3874F55475545', 7, date '2026-03-02', 1.50, 0.1234, 9007199254740993, -3, 0.5, timestamp '2026-03-02 08:00:01', time '09:30:00', 'AB', 'long text');
		insert into KEPT (NAME, SHELF, ON_DAY) values ('SAL', 8, date '1999-12-31');
		commit;`)
	target := loader.Target{Record: "KEPT", Table: "kept", Key: []string{"SHELF", "NAME", "ON_DAY"}, Columns: []loader.Assign{
		{Column: "NAME", Value: 0}, {Column: "SHELF", Value: 1}, {Column: "ON_DAY", Value: 2}, {Column: "PRICE", Value: 3},
	}}
	key := func(shelf, name string, day layout.Value) []layout.Value { return vals(str(shelf), str(name), day) }
	keys := [][]layout.Value{
		key("007", "Açougue  ", day(20260302)), key("7", "SAL", day(19991231)), key("8", "sal", day(19991231)), key("x", "SAL", day(19991231)),
		vals(num(8, 0), str("SAL"), layout.Value{}), key("9", "NOVO", day(20260101)), key("7", "a name longer than the column is", day(20260302)), key("8.0", "SAL", day(19991231)),
	}
	var got []string
	_, refused := w.load([]loader.Target{target}, loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
		if err := l.Add(ctx, row(1, str("NOVO"), num(9, 0), day(20260101), num(250, 2))); err != nil {
			return err
		}
		found, err := l.Current(ctx, 0, keys)
		if err != nil {
			return err
		}
		for i, one := range found {
			if one != nil {
				got = append(got, fmt.Sprint(i, named(&firebird.Rows{Columns: one.Columns, Values: [][]any{one.Values}})))
			}
		}
		return nil
	})
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	asked, err := w.asked("select * from KEPT order by SHELF")
	if err != nil {
		t.Fatal(err)
	}
	all := named(asked)
	want := []string{fmt.Sprint(0, all[:1]), fmt.Sprint(2, all[1:2]), fmt.Sprint(5, all[2:]), fmt.Sprint(7, all[1:2])}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// More keys than one call takes, each with its row.
func TestAThousandRowsThatAreThere(t *testing.T) {
	w := newWorld(t, "UTF8", "create table WIDE (NAME varchar(200) not null primary key, N integer); commit;")
	target := loader.Target{Record: "WIDE", Table: "WIDE", Key: []string{"NAME"}, Columns: []loader.Assign{{Column: "NAME", Value: 0}, {Column: "N", Value: 1}}}
	name := func(i int) layout.Value { return layout.NewString(strings.Repeat("é", 60) + fmt.Sprint(i)) }
	w.load([]loader.Target{target}, loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
		var keys [][]layout.Value
		for i := range 2000 { // every other one is there
			keys = append(keys, vals(name(i)))
			if i%2 == 0 {
				if err := l.Add(ctx, row(int64(i), name(i), num(int64(i), 0))); err != nil {
					return err
				}
			}
		}
		found, err := l.Current(ctx, 0, keys)
		for i, one := range found {
			if (one != nil) != (i%2 == 0) || one != nil && one.Values[1] != int64(i) {
				t.Fatalf("key %d has %+v", i, one)
			}
		}
		return err
	})
}

// asked is what a query gives.
func (w *world) asked(query string) (rows *firebird.Rows, err error) {
	err = w.conn.Snapshot(w.t.Context(), func(s *firebird.Snapshot) error {
		rows, err = s.Query(w.t.Context(), query, nil, 0)
		return err
	})
	return rows, err
}

// named are rows with the names and types of their columns.
func named(rows *firebird.Rows) (all []string) {
	for _, row := range rows.Values {
		text := ""
		for i, c := range rows.Columns {
			text += fmt.Sprintf("%s %s %d = %T %v\n", c.Name, c.Type, c.Scale, row[i], row[i])
		}
		all = append(all, text)
	}
	return all
}
