package loader_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

func TestMain(m *testing.M) { os.Exit(firebirdtest.Main(m)) }

// world is a database of a test, with a connection to it.
type world struct {
	t    testing.TB
	db   firebird.Database
	conn *firebird.Conn
}

func newWorld(t testing.TB, charset, ddl string) *world {
	t.Helper()
	server := firebirdtest.Server(t)
	path := t.TempDir() + "/load.fdb"
	if err := server.CreateDatabase(t.Context(), path, charset, 8192); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: server.Database(path)}
	firebirdtest.Script(t, w.db, ddl)
	conn, err := firebird.Connect(t.Context(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	w.conn = conn
	return w
}

// load gives a loader of these targets what add adds, commits, and gives back what was counted and refused.
func (w *world) load(targets []loader.Target, o loader.Options, add func(ctx context.Context, l *loader.Loader) error) ([]loader.Count, []loader.Refusal) {
	w.t.Helper()
	var refused []loader.Refusal
	o.Refused = func(r loader.Refusal) { refused = append(refused, r) }
	var counts []loader.Count
	err := w.conn.Transaction(w.t.Context(), func(tx *firebird.Transaction) error {
		l, err := loader.New(w.t.Context(), tx, targets, o)
		if err != nil {
			return err
		}
		defer l.Close()
		if err := add(w.t.Context(), l); err != nil {
			return err
		}
		err = l.Flush(w.t.Context())
		counts = l.Counts()
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return counts, refused
}

// rows are the rows of a query, a line each.
func (w *world) rows(query string) []string {
	w.t.Helper()
	var all []string
	err := w.conn.Snapshot(w.t.Context(), func(s *firebird.Snapshot) error {
		rows, err := s.Query(w.t.Context(), query, nil, 0)
		if err != nil {
			return err
		}
		for _, row := range rows.Values {
			var parts []string
			for _, v := range row {
				parts = append(parts, fmt.Sprint(v))
			}
			all = append(all, strings.Join(parts, "|"))
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func str(text string) layout.Value { return layout.Value{Kind: layout.String, Bytes: []byte(text)} }
func num(n int64, places uint8) layout.Value {
	return layout.Value{Kind: layout.Number, N: n, Places: places}
}
func day(n int64) layout.Value { return layout.Value{Kind: layout.Day, N: n} }

const products = `create table GRUPO (ID integer not null primary key, NOME varchar(20));
create table PRODUTO (ID integer not null, CODIGO varchar(14) not null, DESCRICAO varchar(60), UNIDADE char(2) default 'UN', PRECO numeric(15,2),
	GRUPO_ID integer, DESDE date, ATIVO boolean, OBS blob sub_type text, DOBRO computed by (PRECO * 2),
	constraint PK_PRODUTO primary key (ID), constraint UQ_CODIGO unique (CODIGO),
	constraint FK_GRUPO foreign key (GRUPO_ID) references GRUPO (ID), constraint CK_PRECO check (PRECO >= 0));
create generator GEN_PRODUTO;
commit;
insert into GRUPO values (1, 'Mercearia');
commit;
`

func product() loader.Target {
	return loader.Target{
		Record: "PRODUTO", Table: "produto", Key: []string{"codigo"},
		Columns: []loader.Assign{
			{Column: "CODIGO", Value: 0, Field: "codigo", Type: layout.Text}, {Column: "DESCRICAO", Value: 1, Field: "descricao", Type: layout.Text},
			{Column: "PRECO", Value: 2, Field: "preco", Type: layout.Decimal}, {Column: "GRUPO_ID", Value: 3, Field: "grupo", Type: layout.Integer},
			{Column: "DESDE", Value: 4, Field: "desde", Type: layout.Date}, {Column: "ATIVO", Value: 5, Field: "ativo", Type: layout.Boolean},
			{Column: "OBS", Value: 6, Field: "obs", Type: layout.Text},
		},
		Generate: map[string]string{"ID": "gen_produto"},
	}
}

func row(line int64, values ...layout.Value) []loader.Row {
	return []loader.Row{{Line: line, Values: values}}
}

func TestRowsAreInsertedAndThenUpdated(t *testing.T) {
	w := newWorld(t, "WIN1252", products)
	long := strings.Repeat("<nfe>ação</nfe>", 10_000)
	for round, price := range []int64{1234, 5678} {
		counts, refused := w.load([]loader.Target{product()}, loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
			for i := range 1000 {
				v := []layout.Value{str(fmt.Sprintf("P%04d", i)), str("Feijão 'preto' "), num(price, 2), num(1, 0), day(20240229), {Kind: layout.Flag, N: 1}, {}}
				if i%3 == 0 {
					v[3], v[1] = layout.Value{}, layout.Value{}
				}
				if i%100 == 0 {
					v[6] = layout.Value{Kind: layout.String, Encoding: layout.Windows1252, Bytes: []byte(strings.ReplaceAll(long, "ação", "a\xe7\xe3o")[:1+i*100])}
				}
				if err := l.Add(ctx, row(int64(i+1), v...)); err != nil {
					return err
				}
			}
			return nil
		})
		if len(refused) > 0 {
			t.Fatalf("%d refused: %+v: %v", len(refused), refused[0], refused[0].Err)
		}
		want := []loader.Count{{Table: "PRODUTO", Inserted: 1000}}
		if round == 1 {
			want = []loader.Count{{Table: "PRODUTO", Updated: 1000}}
		}
		if fmt.Sprint(counts) != fmt.Sprint(want) {
			t.Errorf("counts %+v, want %+v", counts, want)
		}
		got := w.rows(`select count(*), count(DESCRICAO), min(PRECO), max(PRECO), min(char_length(DESCRICAO)), min(UNIDADE), min(DESDE), max(ID), max(char_length(OBS)), min(octet_length(OBS)), count(OBS), count(ATIVO) from PRODUTO`)
		p := []string{"12.34", "56.78"}[round]
		if want := "1000|666|" + p + "|" + p + "|15|UN|2024-02-29|1000|90001|1|10|1000"; len(got) != 1 || got[0] != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func vals(all ...layout.Value) []layout.Value { return all }
