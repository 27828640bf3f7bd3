package exchange

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// sold is a store with one turn and some sales.
func sold(t *testing.T, sales int) *outgoingStore {
	t.Helper()
	s := newOutgoingStore(t)
	s.exec(t, `insert into TURNO values (1, 'CX1')`)
	for id := 1; id <= sales; id++ {
		s.sale(t, id, 1)
	}
	return s
}

// refused exports, and wants that code, words in the sentence, a hint, and nothing written.
func (s *outgoingStore) refused(t *testing.T, o *Outgoing, code string, words ...string) {
	t.Helper()
	before := s.left(t)
	_, err := Export(t.Context(), s.conn, o)
	for _, language := range []string{"pt-BR", "en"} {
		if set := message.SetLanguage(language); set != nil {
			t.Fatal(set)
		}
		if message.Code(err) != code || message.Hint(err) == "" || strings.Contains(err.Error(), "<no value>") {
			t.Fatalf("%s: %v\n%s", message.Code(err), err, message.Hint(err))
		}
	}
	for _, one := range words {
		if !strings.Contains(err.Error(), one) {
			t.Errorf("no %q in: %v", one, err)
		}
	}
	if diff := cmp.Diff(before, s.left(t)); diff != "" {
		t.Error(diff)
	}
}

func TestEveryMistakeOfAnOrderIsToldAtOnceBeforeAnyRow(t *testing.T) {
	s := sold(t, 1)
	o := s.outgoing()
	o.File = "movimento.djm"
	o.Name = ""
	o.Only = []string{"XXX"}
	o.Records["NADA"] = Source{SQL: "select 1 from RDB$DATABASE"}
	o.Records["PAG"] = Source{SQL: "select 1 from RDB$DATABASE"}
	o.Records["TUR"] = Source{}
	s.refused(t, o, "option.value", "80 letters", "movimento.djm", "XXX", "NADA", "PAG", "TUR")

	o = s.outgoing()
	o.Records["DOC"] = Source{SQL: `select v.ID as NUMERO, v.TURNO_ID, v.TOTAL as VALOR, v.TOTAL, v.TOTAL as total, v.ID as CURSOR_ID from VENDA v where v.ID > :from and v.ID <= :until`, Parent: map[string]string{"TURNO_ID": "ID"}}
	o.Records["PAG"] = Source{SQL: `select p.FORMA, p.VALOR from PAGTO p`, Parent: map[string]string{"VENDA_ID": "ID"}}
	o.Cursor.Column = "CURSOR_ID"
	s.refused(t, o, "option.value", "numero", "valor", "field id", "total", "VENDA_ID", "column ID")

	o = s.outgoing()
	o.Records["ITE"] = Source{SQL: `select * from ITENS`, Parent: map[string]string{"VENDA_ID": "ID"}}
	o.Records["PAG"] = Source{SQL: `select * from PAGTO where ID > :desde`, Parent: map[string]string{"VENDA_ID": "ID"}}
	s.refused(t, o, "arg.sql", "record ITE", "record PAG", ":desde")
	if x := s.must(t, s.outgoing()); x.Number != 1 {
		t.Errorf("%+v", x)
	}
}

func TestACursorOfATimeWantsAKey(t *testing.T) {
	s := sold(t, 1)
	o := s.outgoing()
	for name, source := range o.Records {
		source.SQL = strings.ReplaceAll(source.SQL, "v.ID > :from and v.ID <= :until", "v.QUANDO > :from and v.QUANDO <= :until")
		o.Records[name] = source
	}
	o.Cursor = &Cursor{Record: "DOC", Column: "quando"}
	s.refused(t, o, "option.value", "quando")
	o.Cursor.Key = []string{"id"}
	o.Cursor.Until = FullDays(time.Date(2026, 11, 22, 15, 0, 0, 0, time.Local))
	if x := s.must(t, o); x.Path != "" {
		t.Errorf("a sale of the day went out: %+v", x)
	}
	o.Cursor.Until = FullHours(time.Date(2026, 11, 22, 11, 5, 0, 0, time.Local))
	if x := s.must(t, o); x.Records["DOC"] != 1 {
		t.Errorf("%+v", x)
	}
	if x := s.must(t, o); x.Path != "" || x.Gone != 1 {
		t.Errorf("%+v", x)
	}
	o.Cursor.Key = []string{"turno_id"}
	s.sale(t, 61, 1)
	s.refused(t, o, "option.value", "two rows", "turno_id 1")
}

func TestAValueThatDoesNotFitStopsOrLeavesItsDocumentOut(t *testing.T) {
	s := sold(t, 3)
	s.exec(t, `update ITEM set NOME = 'Um nome que é comprido demais' where VENDA_ID = 2`, `update ITEM set VALOR = 0.125 where ID = 7`)
	s.refused(t, s.outgoing(), "txt.record", "ITE", "nome", "Um nome que é comprido demais", "20")
	o := s.outgoing()
	o.Reject = true
	x := s.must(t, o)
	if x.Rejected != 2 || x.Records["DOC"] != 1 || x.Records["ITE"] != 2 || len(x.Problems) != 2 || x.Problems[0].Field != "nome" || x.Problems[0].Row == "" || x.Orphans != 0 {
		t.Errorf("%+v", x)
	}
	if got := s.text(t, x.Path); !strings.Contains(got, "DOC|1|") || strings.Contains(got, "DOC|2|") || strings.Contains(got, "Café 2") || !strings.Contains(got, "FIM|7|") {
		t.Error(got)
	}
	s.exec(t, `update ITEM set NOME = 'Pão' where VENDA_ID = 2`)
	if x := s.must(t, o); x.Records["DOC"] != 1 || x.Rejected != 1 || !strings.Contains(s.text(t, x.Path), "DOC|2|") {
		t.Errorf("what was corrected did not go out: %+v", x)
	}
}

func TestARowWithoutItsParentIsTold(t *testing.T) {
	s := sold(t, 2)
	s.exec(t, `insert into ITEM values (99, null, 'Nada', 1, 'N')`, `insert into VENDA values (0, null, '2026-11-22 10:30:00', 1)`)
	o := s.outgoing()
	turns, sales := o.Records["TUR"], o.Records["DOC"]
	turns.SQL = `select ID, CAIXA, ID as CHAVE from TURNO union all select 9, 'NADA', null from RDB$DATABASE` // NULL is no parent of NULL
	sales.Parent = map[string]string{"TURNO_ID": "CHAVE"}
	o.Records["TUR"], o.Records["DOC"] = turns, sales
	source := o.Records["ITE"]
	source.SQL = `select i.VENDA_ID, i.NOME, i.VALOR, i.CANCELADO from ITEM i order by i.ID`
	o.Records["ITE"] = source
	o.Cursor.Until = layout.NewNumber(1, 0)
	x := s.must(t, o)
	if x.Orphans != 4 || len(x.Problems) != 4 || x.Records["ITE"] != 2 || message.Hint(x.Problems[0].Err) == "" {
		t.Errorf("%+v", x)
	}
}

func TestTypesAreSwitchedOffWithAllBelowThem(t *testing.T) {
	s := sold(t, 1)
	o := s.outgoing()
	o.Only = []string{"TUR", "DOC", "PAG"}
	if x := s.must(t, o); x.Records["PAG"] != 1 || x.Records["ITE"] != 0 || x.Records["FIM"] != 1 {
		t.Errorf("%+v", x)
	}
	o = s.outgoing()
	o.Only = []string{"ITE", "TUR"}
	s.refused(t, o, "option.value", "DOC")
}

func TestARehearsalLeavesNothingBehind(t *testing.T) {
	s := sold(t, 2)
	o := s.outgoing()
	o.Rehearse = true
	for range 2 {
		if x := s.must(t, o); x.Records["DOC"] != 2 || x.Path != "" || x.Number != 0 || x.Bytes == 0 || x.Sentence() == "" {
			t.Errorf("%+v", x)
		}
	}
	if made, err := Prepared(t.Context(), s.conn); made || err != nil || len(s.left(t)) > 0 {
		t.Error(made, err, s.left(t))
	}
	rehearsed := s.must(t, o)
	if x := s.must(t, s.outgoing()); x.Number != 1 || x.SHA256 != rehearsed.SHA256 {
		t.Errorf("%+v", x)
	}
}

func TestAPeriodByHandLetsTheCursorBe(t *testing.T) {
	s := sold(t, 3)
	s.must(t, s.outgoing())
	o := s.outgoing()
	o.File, o.Period = "avulso.djm", &Period{From: layout.NewNumber(1, 0), Until: layout.NewNumber(2, 0)}
	for range 2 {
		if x := s.must(t, o); x.Records["DOC"] != 1 || x.Number != 0 || x.Gone != 0 || filepath.Base(x.Path) != "avulso.djm" {
			t.Errorf("%+v", x)
		}
	}
	o.File, o.Period.Numbered = "{number:8}.djm", true
	if x := s.must(t, o); x.Records["DOC"] != 1 || x.Number != 2 {
		t.Errorf("%+v", x)
	}
	s.sale(t, 4, 1)
	if x := s.must(t, s.outgoing()); x.Records["DOC"] != 1 || x.Number != 3 || !strings.Contains(s.text(t, x.Path), "DOC|4|") {
		t.Errorf("%+v", x)
	}
}

func TestWhatWentOutIsWrittenAgainByteForByte(t *testing.T) {
	s := sold(t, 2)
	first := s.must(t, s.outgoing())
	want := s.text(t, first.Path)
	s.sale(t, 3, 1)
	s.must(t, s.outgoing())
	if err := os.Remove(first.Path); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		x, err := Again(t.Context(), s.outgoing(), 1)
		if err != nil || x.Path != first.Path || x.SHA256 != first.SHA256 || x.Bytes != first.Bytes || s.text(t, x.Path) != want {
			t.Fatalf("%+v, %v", x, err)
		}
	}
	if err := os.WriteFile(first.Path, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Again(t.Context(), s.outgoing(), 1); message.Code(err) != "fs.exists" || message.Hint(err) == "" {
		t.Error(err)
	}
	if _, err := Again(t.Context(), s.outgoing(), 3); message.Code(err) != "txt.sequence" || message.Hint(err) == "" {
		t.Error(err)
	}
	o := s.outgoing()
	o.Keep, s.now = Keep{Days: 1, Files: 2}, s.now.AddDate(0, 0, 3)
	s.sale(t, 4, 1)
	s.must(t, o)
	if _, err := Again(t.Context(), o, 1); message.Code(err) != "txt.sequence" {
		t.Error(err)
	}
	if x, err := Again(t.Context(), o, 2); err != nil || x.Number != 2 {
		t.Error(x, err)
	}
}

func TestAFileOfThatNumberIsNeverReplaced(t *testing.T) {
	s := sold(t, 1)
	if err := os.WriteFile(filepath.Join(s.folder(), "00000001.djm"), []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.refused(t, s.outgoing(), "fs.exists", "00000001.djm")
	if got := s.text(t, filepath.Join(s.folder(), "00000001.djm")); got != "other" {
		t.Error(got)
	}
	o := s.outgoing()
	o.Folder = filepath.Join(s.dir, "nowhere")
	s.refused(t, o, "drive.not_found", "nowhere")
}

func TestAFileWithOneNameIsReplacedWhole(t *testing.T) {
	s := sold(t, 2)
	o := s.outgoing()
	o.Cursor, o.File = nil, "CARGA.TXT"
	for name, source := range o.Records {
		source.SQL = strings.ReplaceAll(source.SQL, "v.ID > :from and v.ID <= :until", "v.ID > 0")
		o.Records[name] = source
	}
	first := s.must(t, o)
	s.sale(t, 3, 1)
	o.step = func(string) {
		if x := s.text(t, first.Path); strings.Contains(x, "DOC|3|") {
			t.Error("replaced before it was whole")
		}
	}
	if x := s.must(t, o); x.Number != 0 || !strings.Contains(s.text(t, x.Path), "DOC|3|") || x.Records["DOC"] != 3 {
		t.Errorf("%+v", x)
	}
	s.exec(t, `update ITEM set NOME = 'Um nome que é comprido demais' where ID = 2`)
	s.refused(t, o, "txt.record")
	if diff := cmp.Diff([]string{"CARGA.TXT"}, s.left(t)); diff != "" {
		t.Error(diff)
	}
}

func TestRowsAreMappedAndGiven(t *testing.T) {
	s := sold(t, 2)
	o := s.outgoing()
	o.Records["INI"] = Source{Rows: []map[string]any{{"Usuario": "José"}}}
	doc := o.Records["DOC"]
	doc.Map = func(row map[string]any) (map[string]any, error) {
		if row["id"] == int64(2) {
			return nil, fmt.Errorf("no total")
		}
		return map[string]any{"id": row["id"], "quando": "2026-01-31 08:00:00", "total": 12.5}, nil
	}
	o.Records["DOC"] = doc
	s.refused(t, o, "txt.record", "DOC", "no total", "2")
	o.Cursor.Until = layout.NewNumber(1, 0)
	x := s.must(t, o)
	if got := s.text(t, x.Path); !strings.Contains(got, "INI|José|") || !strings.Contains(got, "DOC|1|31/01/2026 08:00:00|12.50|") {
		t.Error(got)
	}
}
