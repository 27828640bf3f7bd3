package exchange

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// movement is a layout as a store's movement goes out in.
func movement() *layout.Codec {
	field := func(name string, kind layout.Type, part int, more ...func(*layout.Field)) layout.Field {
		f := layout.Field{Name: name, Type: kind, Part: part}
		for _, one := range more {
			one(&f)
		}
		return f
	}
	tag := func(text string) layout.Field {
		return layout.Field{Name: "tipo", Type: layout.Text, Part: 1, Tag: text}
	}
	required := func(f *layout.Field) { f.Required = true }
	money := func(f *layout.Field) { f.Places, f.Point = 2, layout.Dot }
	form := func(text string) func(*layout.Field) { return func(f *layout.Field) { f.Form = text } }
	size := func(n int) func(*layout.Field) { return func(f *layout.Field) { f.Size = n } }
	count := func(of ...string) func(*layout.Field) { return func(f *layout.Field) { f.Count = of } }
	codec, err := layout.NewCodec(&layout.Layout{
		Name: "movimento", Encoding: layout.Windows1252, Newline: "\n", Separator: "|", Trailing: layout.Always,
		Records: []layout.Record{
			{Name: "INI", Role: layout.Header, Fields: []layout.Field{tag("INI"), field("usuario", layout.Text, 2)}},
			{Name: "TUR", Fields: []layout.Field{tag("TUR"), field("id", layout.Integer, 2, required), field("caixa", layout.Text, 3)}},
			{Name: "DOC", Parent: "TUR", Fields: []layout.Field{
				tag("DOC"), field("id", layout.Integer, 2, required), field("quando", layout.Moment, 3, form("dd/mm/yyyy HH:MM:SS")), field("total", layout.Decimal, 4, money),
			}},
			{Name: "ITE", Parent: "DOC", Fields: []layout.Field{
				tag("ITE"), field("nome", layout.Text, 2, size(20)), field("valor", layout.Decimal, 3, money), field("cancelado", layout.Boolean, 4, func(f *layout.Field) {
					f.Values = []layout.Choice{{Code: "S"}, {Code: "N"}}
				}),
			}},
			{Name: "PAG", Parent: "DOC", Fields: []layout.Field{tag("PAG"), field("forma", layout.Text, 2), field("valor", layout.Decimal, 3, money)}},
			{Name: "FIM", Role: layout.Trailer, Fields: []layout.Field{tag("FIM"), field("linhas", layout.Integer, 2, count("*"))}},
		},
	})
	if err != nil {
		panic(err)
	}
	return codec
}

const storeTables = `
create table TURNO (ID integer not null primary key, CAIXA char(10));
create table VENDA (ID bigint not null primary key, TURNO_ID smallint, QUANDO timestamp, TOTAL numeric(15,2));
create table ITEM (ID integer not null primary key, VENDA_ID integer, NOME varchar(40), VALOR numeric(15,4), CANCELADO char(1));
create table PAGTO (ID integer not null primary key, VENDA_ID numeric(18,0), FORMA varchar(10), VALOR numeric(9,2));
create generator G;
commit;
`

// outgoingStore is a store with an export of its movement.
type outgoingStore struct {
	conn *firebird.Conn
	db   firebird.Database
	dir  string
	now  time.Time
}

func newOutgoingStore(t testing.TB) *outgoingStore {
	t.Helper()
	s := &outgoingStore{db: firebirdtest.Database(t), dir: t.TempDir(), now: time.Now()}
	firebirdtest.Script(t, s.db, storeTables)
	conn, err := firebird.Connect(t.Context(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s.conn = conn
	if err := os.Mkdir(s.folder(), 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *outgoingStore) folder() string { return filepath.Join(s.dir, "out") }

// exec commits statements as a till would.
func (s *outgoingStore) exec(t testing.TB, statements ...string) {
	t.Helper()
	err := s.conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
		for _, one := range statements {
			if _, err := tx.Exec(t.Context(), one); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sale is a sale of two items.
func (s *outgoingStore) sale(t testing.TB, id, turn int) {
	t.Helper()
	s.exec(t,
		fmt.Sprintf(`insert into VENDA values (%d, %d, '2026-11-22 10:30:%02d', %d.5)`, id, turn, id%60, id),
		fmt.Sprintf(`insert into ITEM values (%d, %d, 'Pão de açúcar %d', 1.2500, 'N')`, id*2, id, id),
		fmt.Sprintf(`insert into ITEM values (%d, %d, 'Café %d', 10, 'S')`, id*2+1, id, id),
		fmt.Sprintf(`insert into PAGTO values (%d, %d, 'DINHEIRO', %d.5)`, id, id, id))
}

func (s *outgoingStore) outgoing() *Outgoing {
	const bounded = ` > :from and v.ID <= :until`
	return &Outgoing{
		Name: "movimento", Codec: movement(), Folder: s.folder(), File: "{number:8}.djm",
		Records: map[string]Source{
			"INI": {Rows: []map[string]any{{"usuario": "MARIA"}}},
			"TUR": {SQL: `select t.ID, t.CAIXA from TURNO t where exists (select 1 from VENDA v where v.TURNO_ID = t.ID and v.ID` + bounded + `) order by t.ID`},
			"DOC": {SQL: `select v.ID, v.TURNO_ID, v.QUANDO, v.TOTAL from VENDA v where v.ID` + bounded + ` order by v.ID`, Parent: map[string]string{"TURNO_ID": "ID"}},
			"ITE": {SQL: `select i.VENDA_ID, i.NOME, i.VALOR, i.CANCELADO from ITEM i join VENDA v on v.ID = i.VENDA_ID where v.ID` + bounded + ` order by i.ID`, Parent: map[string]string{"VENDA_ID": "ID"}},
			"PAG": {SQL: `select p.VENDA_ID, p.FORMA, p.VALOR from PAGTO p join VENDA v on v.ID = p.VENDA_ID where v.ID` + bounded, Parent: map[string]string{"VENDA_ID": "ID"}},
		},
		Cursor: &Cursor{Record: "DOC", Column: "ID", Late: -1},
		Store:  filepath.Join(s.dir, "store"), Holder: "test", Now: func() time.Time { return s.now },
	}
}

func (s *outgoingStore) must(t testing.TB, o *Outgoing) *Exported {
	t.Helper()
	x, err := Export(t.Context(), s.conn, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, message.Hint(err))
	}
	return x
}

func (s *outgoingStore) text(t testing.TB, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(layout.Windows1252.Shown(raw), "·", "¶")
}

// left are the names in the folder.
func (s *outgoingStore) left(t testing.TB) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(s.folder())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestRecordsStandUnderTheirParentsAndNumbersFollow(t *testing.T) {
	s := newOutgoingStore(t)
	s.exec(t, `insert into TURNO values (1, 'CX1')`, `insert into TURNO values (2, 'CX2')`)
	s.sale(t, 1, 2)
	s.sale(t, 2, 1)
	s.sale(t, 3, 2)
	x := s.must(t, s.outgoing())
	want := "INI|MARIA|¶TUR|1|CX1|¶DOC|2|22/11/2026 10:30:02|2.50|¶ITE|Pão de açúcar 2|1.25|N|¶ITE|Café 2|10.00|S|¶PAG|DINHEIRO|2.50|¶" +
		"TUR|2|CX2|¶DOC|1|22/11/2026 10:30:01|1.50|¶ITE|Pão de açúcar 1|1.25|N|¶ITE|Café 1|10.00|S|¶PAG|DINHEIRO|1.50|¶" +
		"DOC|3|22/11/2026 10:30:03|3.50|¶ITE|Pão de açúcar 3|1.25|N|¶ITE|Café 3|10.00|S|¶PAG|DINHEIRO|3.50|¶FIM|16|¶"
	if got := s.text(t, x.Path); cmp.Diff(want, got) != "" {
		t.Error(cmp.Diff(want, got))
	}
	if x.Number != 1 || filepath.Base(x.Path) != "00000001.djm" || x.Records["ITE"] != 6 || x.Records["DOC"] != 3 || x.Gone != 0 || len(x.Problems) > 0 {
		t.Errorf("%+v", x)
	}
	if again := s.must(t, s.outgoing()); again.Path != "" || again.Number != 0 || again.Gone != 3 {
		t.Errorf("%+v", again)
	}
	s.sale(t, 4, 1)
	x = s.must(t, s.outgoing())
	if got := s.text(t, x.Path); x.Number != 2 || strings.Contains(got, "TUR|2") || !strings.Contains(got, "DOC|4|") || strings.Contains(got, "DOC|2") {
		t.Errorf("%+v\n%s", x, got)
	}
	if diff := cmp.Diff([]string{"00000001.djm", "00000002.djm"}, s.left(t)); diff != "" {
		t.Error(diff)
	}
}
