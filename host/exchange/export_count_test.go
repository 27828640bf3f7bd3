package exchange

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/layout"
)

// counting is a layout whose header counts the whole file and its documents, and whose documents count what stands under them.
func counting() *layout.Codec {
	codec, err := layout.NewCodec(&layout.Layout{
		Name: "carga", Encoding: layout.UTF8BOM, Newline: "\n", Separator: ";",
		Records: []layout.Record{
			{Name: "CAB", Role: layout.Header, Fields: []layout.Field{
				{Name: "tipo", Type: layout.Text, Part: 1, Tag: "C"}, {Name: "loja", Type: layout.Text, Part: 2},
				{Name: "linhas", Type: layout.Integer, Part: 3, Count: []string{"*"}, Required: true}, {Name: "pedidos", Type: layout.Integer, Part: 4, Count: []string{"PED"}},
			}},
			{Name: "PED", Fields: []layout.Field{
				{Name: "tipo", Type: layout.Text, Part: 1, Tag: "P"}, {Name: "id", Type: layout.Integer, Part: 2},
				{Name: "itens", Type: layout.Integer, Part: 3, Count: []string{"ITE"}, Max: &layout.Value{Kind: layout.Number, N: 3}},
			}},
			{Name: "ITE", Parent: "PED", Fields: []layout.Field{
				{Name: "tipo", Type: layout.Text, Part: 1, Tag: "I"}, {Name: "nome", Type: layout.Text, Part: 2},
			}},
		},
	})
	if err != nil {
		panic(err)
	}
	return codec
}

func countedOrders(s *outgoingStore, most string) *Outgoing {
	o := s.outgoing()
	o.Codec, o.Cursor, o.File = counting(), nil, "CARGA.TXT"
	o.Records = map[string]Source{
		"CAB": {Rows: []map[string]any{{"loja": "7"}}},
		"PED": {SQL: "select ID from VENDA order by ID"},
		"ITE": {SQL: "select VENDA_ID, NOME from ITEM where ID <= " + most + " order by ID", Parent: map[string]string{"VENDA_ID": "ID"}},
	}
	return o
}

func TestWhatCountsItsFollowersIsFilledInWhenTheyAreWritten(t *testing.T) {
	s := newOutgoingStore(t)
	s.sale(t, 1, 1)
	s.sale(t, 2, 1)
	x := s.must(t, countedOrders(s, "4"))
	want := "\ufeffC;7;6;2\nP;1;2\nI;Pão de açúcar 1\nI;Café 1\nP;2;1\nI;Pão de açúcar 2\n"
	if got, _ := os.ReadFile(x.Path); string(got) != want {
		t.Errorf("%q", got)
	}
	s.exec(t, "insert into ITEM values (10, 2, 'X', 1, 'N')", "insert into ITEM values (11, 2, 'Y', 1, 'N')", "insert into ITEM values (12, 2, 'Z', 1, 'N')")
	o := countedOrders(s, "99")
	o.Reject = true
	x = s.must(t, o)
	if got, _ := os.ReadFile(x.Path); string(got) != "\ufeffC;7;4;1\nP;1;2\nI;Pão de açúcar 1\nI;Café 1\n" || x.Rejected != 1 || len(x.Problems) != 1 || x.Problems[0].Field != "itens" {
		t.Errorf("%q %+v", got, x)
	}
}

// A file that is larger than what is kept in memory lies on the disk until its header is known.
func TestACountingHeaderOfALargeFileIsReadBack(t *testing.T) {
	s := newOutgoingStore(t)
	s.exec(t, `execute block as declare i int = 0; begin while (i < 20000) do begin i = i + 1;
		insert into VENDA values (:i, 1, null, 1); insert into ITEM values (:i, :i, 'Item ' || :i, 1, 'N'); end end`)
	x := s.must(t, countedOrders(s, "20000"))
	text, err := os.ReadFile(x.Path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), "\ufeffC;7;40001;20000\nP;1;1\nI;Item 1\n") {
		t.Errorf("%.60q", text)
	}
	r := counting().NewReader(bytes.NewReader(text))
	n := 0
	for r.Next() {
		n++
		if len(r.Line().Problems) > 0 {
			t.Fatal(r.Line().Problems)
		}
	}
	if problems := r.End(); n != 40001 || len(problems) > 0 {
		t.Error(n, problems)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "store", "exports", "*", spoolPrefix+"*")); len(left) > 0 {
		t.Error(left)
	}
}
