package loader_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

const orders = `create table CLIENTE (ID integer not null primary key, DOC varchar(14) not null unique);
create table PRE (ID bigint not null primary key, NUMERO integer not null, DIA date, CLIENTE_ID integer references CLIENTE (ID), constraint UQ_PRE unique (NUMERO));
create table PIT (PRE_ID bigint not null, SEQ integer not null, PRODUTO varchar(2000) not null, QTD numeric(9,3) check (QTD > 0),
	constraint PK_PIT primary key (PRE_ID, SEQ), constraint FK_PIT foreign key (PRE_ID) references PRE (ID));
create table PIM (PRE_ID bigint not null, SEQ integer not null, IMPOSTO char(3) not null, VALOR double precision,
	constraint PK_PIM primary key (PRE_ID, SEQ, IMPOSTO), constraint FK_PIM foreign key (PRE_ID, SEQ) references PIT (PRE_ID, SEQ));
create generator GEN_PRE;
create generator GEN_CLIENTE;
set term ^;
create trigger TR_CLIENTE for CLIENTE before insert as begin if (new.ID is null) then new.ID = gen_id(GEN_CLIENTE, 1); end^
set term ;^
commit;
`

// documents are targets for pre-sales, their items, and the taxes of these.
func documents() []loader.Target {
	return []loader.Target{
		{
			Record: "PRE", Table: "PRE", Key: []string{"NUMERO"}, ReplaceChildren: true, Generate: map[string]string{"ID": "GEN_PRE"},
			Columns: []loader.Assign{{Column: "NUMERO", Value: 0, Field: "numero"}, {Column: "DIA", Value: 1, Field: "dia"}},
			Lookup: map[string]loader.Lookup{"CLIENTE_ID": {Table: "CLIENTE", Take: "ID", Missing: loader.MissingCreate,
				By: []loader.Assign{{Column: "DOC", Value: 2, Field: "cliente"}}}},
		},
		{
			Record: "PIT", Table: "PIT", Key: []string{"PRE_ID", "SEQ"}, Under: 0, Parent: map[string]string{"PRE_ID": "ID"},
			Columns: []loader.Assign{{Column: "SEQ", Value: 0, Field: "seq"}, {Column: "PRODUTO", Value: 1, Field: "produto"}, {Column: "QTD", Value: 2, Field: "qtd"}},
		},
		{
			Record: "PIM", Table: "PIM", Under: 1, Parent: map[string]string{"PRE_ID": "PRE_ID", "SEQ": "SEQ"},
			Columns: []loader.Assign{{Column: "IMPOSTO", Value: 0, Field: "imposto"}, {Column: "VALOR", Value: 1, Field: "valor"}},
		},
	}
}

// What is left in the database after random documents with random mistakes is exactly what the last good document of each number
// said.
func TestOfDocumentsWithMistakesJustTheGoodOnesAreThere(t *testing.T) {
	w := newWorld(t, "WIN1252", orders)
	rapid.Check(t, func(t *rapid.T) {
		w.exec("delete from PIM", "delete from PIT", "delete from PRE", "delete from CLIENTE")
		was := map[string][]string{} // what is there, by number: rows of all tables
		for range rapid.IntRange(1, 2).Draw(t, "files") {
			// A file holds a number once: that is seen before it comes here.
			numbers := rapid.SliceOfNDistinct(rapid.IntRange(1, 60), 0, 40, rapid.ID).Draw(t, "numbers")
			var bad []int64
			var units [][]loader.Row
			wrong := map[int64]bool{}
			line := int64(0)
			for _, number := range numbers {
				first := line + 1
				rows, expected, broken := document(t, number, &line)
				units = append(units, rows)
				if broken {
					wrong[first] = true
				} else {
					was[fmt.Sprint(number)] = expected
				}
			}
			_, refused := w.load(documents(), loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
				for _, rows := range units {
					if err := l.Add(ctx, rows); err != nil {
						return err
					}
				}
				return nil
			})
			for _, r := range refused {
				bad = append(bad, r.Unit)
			}
			slices.Sort(bad)
			bad = slices.Compact(bad)
			for _, unit := range bad {
				if !wrong[unit] {
					t.Fatalf("the good unit of line %d was refused: %+v: %v", unit, refused[0], refused[0].Err)
				}
				delete(wrong, unit)
			}
			if len(wrong) > 0 {
				t.Fatalf("nobody said that these were wrong: %v", wrong)
			}
			var all []string
			for _, rows := range was {
				all = append(all, rows...)
			}
			slices.Sort(all)
			if got := w.documents(); !slices.Equal(got, all) {
				t.Fatalf("there is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(all, "\n"))
			}
		}
	})
}

// document draws a document with the rows that it will be, and whether something is wrong with it.
func document(t *rapid.T, number int, line *int64) (rows []loader.Row, expected []string, broken bool) {
	next := func(target int, values ...layout.Value) {
		*line++
		rows = append(rows, loader.Row{Target: target, Line: *line, Values: values})
	}
	client := rapid.SampledFrom([]string{"", "111", "222", "333"}).Draw(t, "client")
	who := layout.Value{}
	if client != "" {
		who = str(client)
	}
	next(0, num(int64(number), 0), day(20260131), who)
	expected = append(expected, fmt.Sprintf("PRE %d 2026-01-31 %s", number, cmp.Or(client, "-")))
	items := rapid.SampledFrom([]int{0, 1, 2, 5, 40}).Draw(t, "items")
	at := rapid.IntRange(-3*items-1, items).Draw(t, "mistake")
	name := rapid.SampledFrom([]string{"Arroz", strings.Repeat("ç", 900), strings.Repeat("x", 1500)}).Draw(t, "name")
	for i := range items {
		qty, product := num(1500, 3), layout.Value{Kind: layout.String, Encoding: layout.UTF8, Bytes: []byte(name)}
		seq := i
		if i == at {
			broken = true
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				qty = num(0, 3) // the CHECK
			case 1:
				product = layout.Value{} // NOT NULL
			case 2:
				seq = -1
				next(1, num(-1, 0), product, qty) // the same key twice: the second one only changes the first
				next(2, str("ABCD"), num(1, 0))
			}
		}
		next(1, num(int64(seq), 0), product, qty)
		expected = append(expected, fmt.Sprintf("PIT %d %d %d 1.500", number, seq, len([]rune(name))))
		if i%2 == 0 {
			next(2, str("ICM"), num(int64(i), 1))
			expected = append(expected, fmt.Sprintf("PIM %d %d ICM %v", number, seq, float64(i)/10))
		}
	}
	return rows, expected, broken
}

func (w *world) documents() []string {
	rows := w.rows("select 'PRE ' || p.NUMERO || ' ' || p.DIA || ' ' || coalesce(c.DOC, '-') from PRE p left join CLIENTE c on c.ID = p.CLIENTE_ID")
	rows = append(rows, w.rows("select 'PIT ' || p.NUMERO || ' ' || i.SEQ || ' ' || char_length(i.PRODUTO) || ' ' || i.QTD from PIT i join PRE p on p.ID = i.PRE_ID")...)
	for _, one := range w.rows("select p.NUMERO, m.SEQ, m.IMPOSTO, m.VALOR from PIM m join PRE p on p.ID = m.PRE_ID") {
		v := strings.Split(one, "|")
		rows = append(rows, "PIM "+strings.Join(v, " "))
	}
	slices.Sort(rows)
	return rows
}
