package loader_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/message"
)

func TestEveryMistakeInTargetsIsToldBeforeTheFirstRow(t *testing.T) {
	w := newWorld(t, "WIN1252", products+orders)
	field := func(column string, kind layout.Type) loader.Assign {
		return loader.Assign{Column: column, Field: "campo", Type: kind}
	}
	err := w.conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
		_, err := loader.New(t.Context(), tx, []loader.Target{
			{Record: "A", Table: "PRODUTOS"},
			{Record: "B", Table: "produto", Key: []string{"DESCRICAO", "OBS"}, Exists: "merge", Empty: "zero", Under: 5,
				Columns: []loader.Assign{field("CODGIO", ""), field("DOBRO", ""), field("PRECO", layout.Date), field("OBS", layout.Text), field("obs", layout.Text), field("GRUPO_ID", layout.CNPJ)},
				Parent:  map[string]string{"UNIDADE": "X"}, Generate: map[string]string{"ID": "GEN_PRODUTOS", "ATIVO": "GEN_PRE"}},
			{Record: "C", Table: "PRE", Columns: []loader.Assign{field("NUMERO", layout.Integer)}, Lookup: map[string]loader.Lookup{
				"CLIENTE_ID": {Table: "CLIENTX"}, "DIA": {Table: "CLIENTE", Take: "NOME", Missing: "guess"},
			}},
			{Record: "D", Table: "PIM", Under: 2, Parent: map[string]string{"PRE_ID": "CODIGO"}},
			{Record: "E", Table: "GRUPO", Columns: []loader.Assign{field("NOME", "")}},
		}, loader.Options{})
		return err
	})
	if err == nil {
		t.Fatal("no error")
	}
	said := err.Error()
	for _, want := range []string{
		"A: the database has no table PRODUTOS", "B: the table PRODUTO has no column CODGIO", "B: the database itself computes the column DOBRO of PRODUTO",
		"B: campo does not go into the column PRECO of PRODUTO, which is NUMERIC(18,2)", "B: campo does not go into the column GRUPO_ID", "B: columns of PRODUTO come from the record above",
		"B: the database has no generator GEN_PRODUTOS for the column ID", "B: GEN_PRE does not go into the column ATIVO", "B: exists is \"merge\"", "B: empty is \"zero\"",
		"B: rows of PRODUTO are known by DESCRICAO, and no field", "B: rows of PRODUTO can not be found by OBS", "B: the column OBS of PRODUTO is filled in two ways",
		"C: the database has no table CLIENTX", "C: the table CLIENTE has no column NOME", "C: nothing says by which columns of CLIENTE", "C: missing is \"guess\"",
		"C: the table PRE has no column CODIGO", "E: the column ID of GRUPO must not be empty",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s", want)
		}
	}
	if message.Code(err) != "option.value" || !strings.Contains(message.Hint(err), "PRODUTO") {
		t.Errorf("code %s, hint %s", message.Code(err), message.Hint(err))
	}
	if t.Failed() {
		t.Log(said)
	}
}

// file adds rows of one record each.
func file(rows ...loader.Row) func(ctx context.Context, l *loader.Loader) error {
	return func(ctx context.Context, l *loader.Loader) error {
		for i, r := range rows {
			r.Line = int64(i + 1)
			if err := l.Add(ctx, []loader.Row{r}); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestARowThatExistsIsKeptOrRejectedOrDeletedAsItIsSaid(t *testing.T) {
	for _, unique := range []bool{true, false} {
		t.Run(fmt.Sprint("unique ", unique), func(t *testing.T) {
			ddl := stock
			if !unique {
				ddl = strings.Replace(stock, " primary key", "", 1)
			}
			w := newWorld(t, "WIN1252", ddl)
			target := balance()
			target.Exists = loader.Keep
			counts, refused := w.load([]loader.Target{target}, loader.Options{}, addBalances(4))
			if c := counts[0]; len(refused) > 0 || c.Kept != 3 || c.Inserted != 1 || c.Updated != 0 {
				t.Errorf("keep: %+v, refused %+v", c, refused)
			}
			target.Exists = loader.Reject
			counts, refused = w.load([]loader.Target{target}, loader.Options{}, addBalances(5))
			if c := counts[0]; len(refused) != 4 || c.Kept != 0 || c.Inserted != 1 || refused[0].Err.Code() != "db.constraint" || refused[0].Value != "1" {
				t.Errorf("reject: %+v, refused %+v", c, refused)
			}
			counts, refused = w.load([]loader.Target{target}, loader.Options{}, file(
				loader.Row{Values: vals(num(1, 0)), Delete: true}, loader.Row{Values: vals(num(77, 0)), Delete: true}, loader.Row{Delete: true}))
			if c := counts[0]; c.Deleted != 1 || c.Kept != 0 || len(refused) != 1 || refused[0].Line != 3 {
				t.Errorf("delete: %+v, refused %+v", c, refused)
			}
			if got := fmt.Sprint(w.rows("select ID, QTD from SALDO order by ID")); got != "[2|0 3|0 4|40 5|50]" {
				t.Error(got)
			}
		})
	}
}

func TestAnEmptyFieldEmptiesTheColumnOrKeepsWhatItHas(t *testing.T) {
	w := newWorld(t, "WIN1252", "create table T (ID integer not null primary key, A varchar(10) not null, B integer, C date default '2020-01-01');\ncommit;\ninsert into T values (1, 'x', 5, '2024-02-29'); insert into T values (2, 'y', 6, '2024-02-29');\ncommit;\n")
	target := loader.Target{Record: "T", Table: "T", Key: []string{"ID"}, Columns: []loader.Assign{{Column: "ID"}, {Column: "A", Value: 1}, {Column: "B", Value: 2}}}
	_, refused := w.load([]loader.Target{target}, loader.Options{}, file(loader.Row{Values: vals(num(1, 0), layout.Value{}, num(7, 0))}, loader.Row{Values: vals(num(1, 0), str("z"), layout.Value{})}))
	if len(refused) != 1 || refused[0].Line != 1 || refused[0].Column != "A" {
		t.Errorf("refused %+v", refused)
	}
	target.Empty = loader.EmptyKeep
	_, refused = w.load([]loader.Target{target}, loader.Options{}, file(loader.Row{Values: vals(num(2, 0), layout.Value{}, layout.Value{})}, loader.Row{Values: vals(num(3, 0), layout.Value{}, num(9, 0))}, loader.Row{Values: vals(num(4, 0), str("new"), num(9, 0))}))
	if len(refused) != 1 || refused[0].Line != 2 || refused[0].Column != "A" || refused[0].Err.Code() != "db.constraint" {
		t.Errorf("refused %+v", refused)
	}
	if got := fmt.Sprint(w.rows("select ID, A, B, C from T order by ID")); got != "[1|z|<nil>|2024-02-29 2|y|6|2024-02-29 4|new|9|2020-01-01]" {
		t.Error(got)
	}
}

func TestALookupFindsOrRejectsOrLeavesEmptyOrCreates(t *testing.T) {
	for _, missing := range []loader.Missing{"", loader.MissingNull, loader.MissingCreate} {
		t.Run(string(missing), func(t *testing.T) {
			w := newWorld(t, "WIN1252", orders+"insert into CLIENTE (DOC) values ('111');\ncommit;\n")
			target := documents()[0]
			l := target.Lookup["CLIENTE_ID"]
			l.Missing = missing
			target.Lookup = map[string]loader.Lookup{"CLIENTE_ID": l}
			counts, refused := w.load([]loader.Target{target}, loader.Options{}, file(
				loader.Row{Values: vals(num(1, 0), day(20260101), str("111"))}, loader.Row{Values: vals(num(2, 0), day(20260101), str("999"))},
				loader.Row{Values: vals(num(3, 0), day(20260101), str("999"))}, loader.Row{Values: vals(num(4, 0), day(20260101), layout.Value{})}))
			want := map[loader.Missing]string{"": "[1|1 4|<nil>]", loader.MissingNull: "[1|1 2|<nil> 3|<nil> 4|<nil>]", loader.MissingCreate: "[1|1 2|2 3|2 4|<nil>]"}[missing]
			if got := fmt.Sprint(w.rows("select NUMERO, CLIENTE_ID from PRE order by NUMERO")); got != want {
				t.Errorf("there is %s, want %s", got, want)
			}
			if missing == "" && (len(refused) != 2 || refused[0].Field != "cliente" || refused[0].Value != "999" || refused[0].Err.Code() != "db.constraint") || missing != "" && len(refused) > 0 {
				t.Errorf("refused %+v", refused)
			}
			if c := counts[0]; c.Created != int64(map[loader.Missing]int{loader.MissingCreate: 1}[missing]) {
				t.Errorf("counted %+v", c)
			}
		})
	}
}

func TestADeletedHeaderTakesItsItemsAlongAndWhatStandsUnderItIsPassedOver(t *testing.T) {
	w := newWorld(t, "WIN1252", orders)
	unit := func(number int64, deleted bool, items int) []loader.Row {
		rows := []loader.Row{{Line: number, Delete: deleted, Values: vals(num(number, 0), day(20260101), layout.Value{})}}
		for i := range items {
			rows = append(rows, loader.Row{Target: 1, Line: number, Values: vals(num(int64(i), 0), str("x"), num(1, 0))}, loader.Row{Target: 2, Line: number, Values: vals(str("ICM"), num(1, 0))})
		}
		return rows
	}
	load := func(units ...[]loader.Row) []loader.Count {
		counts, refused := w.load(documents(), loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
			for _, u := range units {
				if err := l.Add(ctx, u); err != nil {
					return err
				}
			}
			return nil
		})
		if len(refused) > 0 {
			t.Fatalf("%+v: %v", refused[0], refused[0].Err)
		}
		return counts
	}
	load(unit(1, false, 3), unit(2, false, 2))
	counts := load(unit(1, true, 3), unit(2, false, 1))
	if fmt.Sprint(counts) != "[{PRE 0 1 0 1 0} {PIT 1 0 0 5 0} {PIM 1 0 0 5 0}]" {
		t.Errorf("counted %+v", counts)
	}
	if got := w.documents(); len(got) != 3 {
		t.Error(got)
	}
}

func TestAUnitThatIsTooLargeForACallIsStillAllOrNothing(t *testing.T) {
	w := newWorld(t, "WIN1252", orders)
	for _, broken := range []bool{true, false} {
		rows := []loader.Row{{Line: 1, Values: vals(num(1, 0), day(20260101), str("111"))}}
		for i := range int64(5000) {
			qty := num(1, 0)
			if broken && i == 4321 {
				qty = num(0, 0)
			}
			rows = append(rows, loader.Row{Target: 1, Line: i + 2, Values: vals(num(i, 0), str(strings.Repeat("x", 40)), qty)})
		}
		counts, refused := w.load(documents(), loader.Options{}, func(ctx context.Context, l *loader.Loader) error { return l.Add(ctx, rows) })
		want := "5000"
		if broken {
			want = "0"
			if len(refused) != 1 || refused[0].Line != 4323 || counts[1].Inserted != 0 {
				t.Errorf("refused %+v, counted %+v", refused, counts)
			}
		} else if len(refused) > 0 || counts[1].Inserted != 5000 {
			t.Errorf("refused %+v, counted %+v", refused, counts)
		}
		if got := w.rows("select count(*) from PIT join PRE on PRE.ID = PRE_ID"); got[0] != want {
			t.Errorf("%s items are there, want %s", got[0], want)
		}
	}
}

// A lookup by several columns asks for all of them, and of two rows it takes neither.
func TestALookupTakesTheOneRowOfItsWholeKeyOrNone(t *testing.T) {
	w := newWorld(t, "WIN1252", `create table PARA (N integer, X integer);
create table DE (A integer, B varchar(5), X integer);
commit;
insert into DE values (1, 'a', 10);
insert into DE values (1, 'b', 20);
insert into DE values (2, 'b', 30);
insert into DE values (3, 'c', 40);
insert into DE values (3, 'c', 50);
commit;
`)
	target := loader.Target{
		Record: "R", Table: "PARA", Columns: []loader.Assign{{Column: "N", Value: 0, Field: "n"}},
		Lookup: map[string]loader.Lookup{"X": {Table: "DE", Take: "X", By: []loader.Assign{{Column: "A", Value: 1, Field: "a"}, {Column: "B", Value: 2, Field: "b"}}}},
	}
	_, refused := w.load([]loader.Target{target}, loader.Options{}, file(
		loader.Row{Values: vals(num(1, 0), num(1, 0), str("b"))}, loader.Row{Values: vals(num(2, 0), num(3, 0), str("c"))}, loader.Row{Values: vals(num(3, 0), num(2, 0), str("b"))}))
	if got := fmt.Sprint(w.rows("select N, X from PARA order by N")); got != "[1|20 3|30]" || len(refused) != 1 || refused[0].Err.Code() != "db.constraint" {
		t.Errorf("there is %s, refused %+v", got, refused)
	}
}
