package exchange

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

const productLayout = `
title = "products"
origin = "ours"
encoding = "cp1252"

[[record]]
name = "PRODUTO"
fields = [
  { name = "codigo", at = [1, 6], required = true, key = true },
  { name = "descricao", at = [7, 26], required = true },
  { name = "preco", at = [27, 33], type = "decimal", places = 2, min = 0 },
  { name = "grupo", at = [34, 36], type = "integer" },
  { name = "desde", at = [37, 44], type = "date", form = "ddmmyyyy" },
  { name = "excluir", at = [45, 45], values = ["S", "N"] },
]
`

const orderLayout = `
title = "orders"
origin = "ours"
encoding = "cp1252"
separator = "|"
trailing = "always"

[[record]]
name = "PRE"
fields = [
  { name = "tag", tag = "PRE" },
  { name = "numero", type = "integer", required = true, key = true },
  { name = "cliente" },
]

[[record]]
name = "PIT"
parent = "PRE"
times = "1..n"
fields = [
  { name = "tag", tag = "PIT" },
  { name = "produto", required = true },
  { name = "quantidade", type = "decimal", places = 3, required = true },
]

[[record]]
name = "FIM"
role = "trailer"
fields = [
  { name = "tag", tag = "FIM" },
  { name = "pedidos", type = "integer", count = "PRE" },
]
`

const shopTables = `create table GRUPO (ID integer not null primary key, NOME varchar(20));
create table PRODUTO (ID integer not null primary key, CODIGO varchar(14) not null unique, DESCRICAO varchar(60), PRECO numeric(15,2),
	GRUPO_ID integer references GRUPO (ID), DESDE date);
create table PEDIDO (ID integer not null primary key, NUMERO integer not null unique, CLIENTE varchar(20));
create table ITEM (ID integer not null primary key, PEDIDO_ID integer not null references PEDIDO (ID), PRODUTO_ID integer not null references PRODUTO (ID),
	QUANTIDADE numeric(15,3));
create generator GEN_PRODUTO;
create generator GEN_PEDIDO;
create generator GEN_ITEM;
commit;
insert into GRUPO values (1, 'Mercearia');
insert into PRODUTO values (-1, '000001', 'SAL', 1.5, 1, null);
insert into PRODUTO values (-2, '000002', 'OLEO', 7.9, 1, null);
commit;
`

func shop(t testing.TB) *firebird.Conn {
	t.Helper()
	server := firebirdtest.Server(t)
	path := t.TempDir() + "/shop.fdb"
	if err := server.CreateDatabase(t.Context(), path, "WIN1252", 8192); err != nil {
		t.Fatal(err)
	}
	db := server.Database(path)
	firebirdtest.Script(t, db, shopTables)
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func codec(t testing.TB, toml string) *layout.Codec {
	t.Helper()
	l, wrong := layout.FromTOML("test.toml", []byte(toml))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	c, err := layout.NewCodec(l)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// assign fills columns from fields of a record.
func assign(c *layout.Codec, record string, columns map[string]string) []loader.Assign {
	var all []loader.Assign
	at := c.Record(record)
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		field := c.Field(at, columns[column])
		all = append(all, loader.Assign{Column: column, Value: field, Field: columns[column], Type: c.Layout.Records[at].Fields[field].Type})
	}
	return all
}

func (o *Order) with(change func(*Order)) *Order {
	changed := *o
	change(&changed)
	return &changed
}

// productOrder imports a file of products.
func productOrder(t testing.TB, text string) *Order {
	c := codec(t, productLayout)
	return &Order{
		Path: write(t, "PRODUTO.TXT", text), Name: "PRODUTO.TXT", Codec: c, Target: "produto", Run: "01JD", Now: time.Now,
		Into: []Into{{
			Key: []string{"codigo"},
			Target: loader.Target{
				Record: "PRODUTO", Table: "PRODUTO", Key: []string{"CODIGO"}, Generate: map[string]string{"ID": "GEN_PRODUTO"},
				Columns: assign(c, "PRODUTO", map[string]string{"CODIGO": "codigo", "DESCRICAO": "descricao", "PRECO": "preco", "GRUPO_ID": "grupo", "DESDE": "desde"}),
			},
			DeleteWhen: func(r *Record) (bool, error) { return r.Values[5].String() == "S", nil },
		}},
	}
}

// orderOrder imports a file of orders with their items.
func orderOrder(t testing.TB, text string) *Order {
	c := codec(t, orderLayout)
	return &Order{
		Path: write(t, "00000500.djp", text), Name: "00000500.djp", Codec: c, Target: "pedido", Run: "01JD", Unit: UnitDocument, Now: time.Now,
		Into: []Into{{
			Key: []string{"numero"},
			Target: loader.Target{
				Record: "PRE", Table: "PEDIDO", Key: []string{"NUMERO"}, Generate: map[string]string{"ID": "GEN_PEDIDO"},
				Columns: assign(c, "PRE", map[string]string{"NUMERO": "numero", "CLIENTE": "cliente"}),
			},
		}, {
			Target: loader.Target{
				Record: "PIT", Table: "ITEM", Under: 0, Parent: map[string]string{"PEDIDO_ID": "ID"}, Generate: map[string]string{"ID": "GEN_ITEM"},
				Columns: assign(c, "PIT", map[string]string{"QUANTIDADE": "quantidade"}),
				Lookup: map[string]loader.Lookup{"PRODUTO_ID": {
					Table: "PRODUTO", Take: "ID", By: []loader.Assign{{Column: "CODIGO", Value: 1, Field: "produto", Type: layout.Text}},
				}},
			},
		}},
	}
}

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func (o *Order) must(t testing.TB, conn *firebird.Conn) *Result {
	t.Helper()
	r, err := o.Import(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rowsOf are the rows of a query, a line each.
func rowsOf(t testing.TB, conn *firebird.Conn, query string) string {
	t.Helper()
	var all []string
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		rows, err := s.Query(t.Context(), query, nil, 0)
		if err != nil {
			return err
		}
		for _, row := range rows.Values {
			var parts []string
			for _, v := range row {
				parts = append(parts, fmt.Sprint(v))
			}
			all = append(all, strings.Join(parts, " "))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

func product(code, name, price, group, since, gone string) string {
	return fmt.Sprintf("%-6s%-20s%7s%3s%8s%1s\r\n", code, name, price, group, since, gone)
}

const productRows = "select CODIGO, DESCRICAO, PRECO, GRUPO_ID, DESDE from PRODUTO order by CODIGO"

// problems are what is wrong with a file, in words.
func problems(r *Result) string {
	var all []string
	for _, p := range r.Problems {
		all = append(all, p.Error())
	}
	return strings.Join(all, "\n")
}

// Every record is in the database, or in the report with its line, column, field, value and reason; and the lines that were
// rejected lie beside it as they came.
func TestWhatCanNotBeTakenIsReportedAndTheRestIsIn(t *testing.T) {
	conn := shop(t)
	bad := []string{
		product("000005", "NEGATIVO", "-000100", "001", "01012026", "N"), product("000006", "SEM DIA", "0000100", "001", "31022026", "N"),
		product("000007", "SEM GRUPO", "0000100", "077", "", "N"), "000008CURTA\r\n", product("000003", "OUTRA VEZ", "0000100", "001", "", "N"),
		product("000009", "VIRGULA", "0012,00", "001", "", "N"),
	}
	good := []string{
		product("000001", "SAL GROSSO", "0000175", "001", "", ""), product("000002", "", "", "", "", "S"), product("000003", "A\xc7\xdaCAR", "0000520", "001", "22112026", "N"),
		product("000004", "O'REAIS; DROP", "0001000", "001", "", "N"),
	}
	o := productOrder(t, good[0]+bad[0]+bad[1]+good[2]+bad[2]+bad[3]+good[3]+bad[4]+bad[5])
	o.Report = o.Path
	r := o.must(t, conn)
	if got := rowsOf(t, conn, productRows); got != "000001 SAL GROSSO 1.75 1 <nil>\n000002 OLEO 7.90 1 <nil>\n000003 AÇÚCAR 5.20 1 2026-11-22\n000004 O'REAIS; DROP 10.00 1 <nil>" {
		t.Error(got)
	}
	if r.Verdict != Done || r.Inserted != 2 || r.Updated != 1 || r.Rejected != 6 || r.Records != 9 {
		t.Errorf("%+v", r)
	}
	if text, err := os.ReadFile(r.Rejects); err != nil || string(text) != strings.Join(bad, "") {
		t.Errorf("%q, %v", text, err)
	}
	report, err := os.ReadFile(r.Report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"line 2, column 27, field preco: 0.00 is the least that may stand here", "000005NEGATIVO            -00010000101012026N", "line 3, column 37, field desde: there is no such day: 31022026",
		"line 6, column 12, field descricao: the line ends after 11 bytes", "line 8: line 4 of the same file has this key already", "line 9, column 27, field preco: a , stands in it",
		"PRODUTO.TXT was imported but for 6 of its 9 records", "PRODUTO.TXT.rejects.txt",
	} {
		if !strings.Contains(string(report), want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
	if !strings.Contains(problems(r), "GRUPO") {
		t.Error(problems(r))
	}
	if got := rowsOf(t, conn, "select RECORDS, REJECTED from DJSCRIPT_EXCHANGE"); got != "9 6" {
		t.Errorf("the ledger says %s", got)
	}
	// The same file once more does nothing, and says when it was imported; asked for, it is imported again.
	again := o.must(t, conn)
	if again.Verdict != Repeat || again.Before == nil || again.Before.File != "PRODUTO.TXT" || again.Inserted != 0 {
		t.Errorf("%+v", again)
	}
	// What was rejected is told by the first report alone, which stays; a file of that content elsewhere gets one of its own.
	if text, err := os.ReadFile(again.Report); err != nil || string(text) != string(report) || again.Rejects != r.Rejects {
		t.Errorf("%s, %v", text, err)
	}
	other := o.with(func(o *Order) { o.Report = write(t, "OUTRO.TXT", "") }).must(t, conn)
	if text, err := os.ReadFile(other.Report); err != nil || !strings.Contains(string(text), other.Sentence()) || other.Rejects != "" {
		t.Errorf("%s, %v", text, err)
	}
	forced := o.with(func(o *Order) { o.Again = true }).must(t, conn)
	if forced.Verdict != Done || forced.Inserted != 0 || forced.Updated != 3 {
		t.Errorf("%+v", forced)
	}
	gone := productOrder(t, good[1]).must(t, conn)
	if gone.Deleted != 0 || gone.Rejected != 1 { // the description is required, even of what goes
		t.Errorf("%+v", gone)
	}
	gone = productOrder(t, product("000002", "X", "", "", "", "S")).must(t, conn)
	if gone.Deleted != 1 || rowsOf(t, conn, "select count(*) from PRODUTO") != "3" {
		t.Errorf("%+v", gone)
	}
}

func TestADocumentIsInWholeOrNotAtAll(t *testing.T) {
	conn := shop(t)
	file := "PRE|1|ANA|\nPIT|000001|2|\nPIT|000002|1.5|\nPRE|2|BIA|\nPIT|000001|1|\nPIT|999999|1|\nPRE|3|CARLA|\nPIT|000001|x|\nPRE|4|DORA|\nPIT|000002|4|\nFIM|4|\n"
	o := orderOrder(t, file)
	o.Report = o.Path
	r := o.must(t, conn)
	const inside = "select P.NUMERO, P.CLIENTE, R.CODIGO, I.QUANTIDADE from PEDIDO P join ITEM I on I.PEDIDO_ID = P.ID join PRODUTO R on R.ID = I.PRODUTO_ID order by 1, I.ID"
	if got := rowsOf(t, conn, inside); got != "1 ANA 000001 2.000\n1 ANA 000002 1.500\n4 DORA 000002 4.000" {
		t.Error(got)
	}
	if r.Verdict != Done || r.Inserted != 5 || r.Rejected != 5 || rowsOf(t, conn, "select count(*) from PEDIDO") != "2" {
		t.Errorf("%+v", r)
	}
	if text, _ := os.ReadFile(r.Rejects); string(text) != "PRE|2|BIA|\nPIT|000001|1|\nPIT|999999|1|\nPRE|3|CARLA|\nPIT|000001|x|\nFIM|2|\n" {
		t.Errorf("%q", text)
	}
}

// What a document is rejected with is all of it, also what goes into no table.
func TestADocumentIsRejectedWithTheRecordsThatGoNowhere(t *testing.T) {
	conn := shop(t)
	r := orderOrder(t, "PRE|1|ANA|\nPIT|000001|2|\nPRE|2|BIA|\nPIT|000001|1|\nPIT|999999|1|\nPRE|3|EVA|\nPIT|x|1|\nFIM|3|\n").with(func(o *Order) {
		o.Report = o.Path
		o.Into = o.Into[1:]
		o.Into[0].Parent, o.Into[0].Under = nil, 0
		pedido, wrong := layout.NewNumber(1, 0), Refusal{errors.New("not this one")}
		o.Into[0].Columns = append(o.Into[0].Columns, loader.Assign{Column: "PEDIDO_ID", Value: 3, Field: "pedido"})
		o.Into[0].Map = func(r *Record, _ *loader.Current) ([]layout.Value, error) {
			if r.Values[1].String() == "x" {
				return nil, wrong
			}
			return append(slices.Clone(r.Values), pedido), nil
		}
		firebirdtest.Script(t, conn.Database(), "insert into PEDIDO values (1, 1, 'ANA'); commit;")
	}).must(t, conn)
	if text, _ := os.ReadFile(r.Rejects); string(text) != "PRE|2|BIA|\nPIT|000001|1|\nPIT|999999|1|\nPRE|3|EVA|\nPIT|x|1|\nFIM|2|\n" || r.Rejected != 5 {
		t.Errorf("%d, %q\n%s", r.Rejected, text, problems(r))
	}
}

func TestTheUnitMayBeTheRecordOrTheFile(t *testing.T) {
	file := "PRE|1|ANA|\nPIT|000001|2|\nPIT|999999|1.5|\nPIT|000002|x|\nPRE|y|BIA|\nPIT|000001|1|\nFIM|2|\n"
	conn := shop(t)
	r := orderOrder(t, file).with(func(o *Order) { o.Unit = UnitRecord; o.Report = o.Path }).must(t, conn)
	if r.Inserted != 2 || r.Rejected != 4 || len(r.Problems) != 3 || rowsOf(t, conn, "select count(*) from ITEM") != "1" {
		t.Errorf("%+v\n%s", r, problems(r))
	}
	if text, _ := os.ReadFile(r.Rejects); string(text) != "PIT|999999|1.5|\nPIT|000002|x|\nPRE|y|BIA|\nPIT|000001|1|\nFIM|1|\n" {
		t.Errorf("%q", text)
	}
	conn = shop(t)
	r = orderOrder(t, "PRE|1|ANA|\nPIT|000001|2|\nPRE|2|BIA|\nPIT|999999|1|\nPIT|999998|1|\nFIM|2|\n").with(func(o *Order) { o.Unit = UnitFile }).must(t, conn)
	if r.Verdict != Rejected || r.Inserted != 0 || r.Rejected != 6 || rowsOf(t, conn, "select count(*) from PEDIDO") != "0" || len(r.Problems) == 0 {
		t.Errorf("%+v", r)
	}
}

// What is wrong with the file as a whole rejects it whole, before any row is touched.
func TestAFileThatCanNotBeTrustedIsRejectedWhole(t *testing.T) {
	conn := shop(t)
	for file, want := range map[string]string{
		"PRE|1|ANA|\nPIT|000001|2|\nFIM|2|\n": "it says 2, and there are 1 (PRE)",
		"PRE|1|ANA|\nPIT|000001|2|\n":         "it may be cut off",
		"":                                    "the file is empty",
		"\xff\xfeP\x00R\x00":                  "UTF-16",
		"PRE|1|JOS\u00c9|\nPIT|000001|2|\nFIM|1|\n":       "the file is in UTF-8",
		"PRE|1|ANA|\nPIT|000001|2|\nFIM|1|\nPRE|2|ANA|\n": "it stands after the file's last record",
	} {
		r := orderOrder(t, file).must(t, conn)
		if r.Verdict != Rejected || !strings.Contains(problems(r), want) {
			t.Errorf("%q: %s, %s", file, r.Verdict, problems(r))
		}
	}
	if got := rowsOf(t, conn, "select count(*) from PEDIDO"); got != "0" {
		t.Error(got)
	}
}

func TestARehearsalCountsAndChangesNothing(t *testing.T) {
	conn := shop(t)
	file := product("000001", "SAL GROSSO", "0000175", "001", "", "") + product("000003", "ARROZ", "0000520", "001", "", "") + product("000004", "X", "0000520", "099", "", "")
	before := rowsOf(t, conn, productRows)
	r := productOrder(t, file).with(func(o *Order) { o.Rehearse = true }).must(t, conn)
	if !r.Rehearsed || r.Inserted != 1 || r.Updated != 1 || r.Rejected != 1 || rowsOf(t, conn, productRows) != before {
		t.Errorf("%+v", r)
	}
	if r := productOrder(t, file).must(t, conn); r.Verdict != Done || r.Inserted != 1 {
		t.Errorf("%+v", r)
	}
}

func TestAScriptMayRejectARecordWithItsReason(t *testing.T) {
	conn := shop(t)
	o := productOrder(t, product("000003", "ARROZ", "0000520", "001", "", "")+product("000004", "FEIJAO", "0000520", "001", "", ""))
	o.Into[0].Map = func(r *Record, _ *loader.Current) ([]layout.Value, error) {
		if r.Values[1].String() == "ARROZ" {
			return nil, Refusal{errors.New("no rice today")}
		}
		values := slices.Clone(r.Values)
		values[2] = layout.NewNumber(999, 2)
		return values, nil
	}
	r := o.must(t, conn)
	if r.Inserted != 1 || r.Rejected != 1 || !strings.Contains(r.Problems[0].Error()+r.Problems[0].Err.Error(), "no rice today") {
		t.Errorf("%+v", r)
	}
	if got := rowsOf(t, conn, "select PRECO from PRODUTO where CODIGO = '000004'"); got != "9.99" {
		t.Error(got)
	}
	o.Into[0].Map = func(*Record, *loader.Current) ([]layout.Value, error) { return nil, errors.New("the script fell over") }
	if _, err := o.with(func(o *Order) { o.Again = true }).Import(t.Context(), conn); err == nil || !strings.Contains(err.Error(), "fell over") {
		t.Error(err)
	}
}

// A million problems are not a report: a file of another layout is rejected whole.
func TestTooManyProblemsRejectTheFile(t *testing.T) {
	conn := shop(t)
	var file strings.Builder
	for i := range 50 {
		file.WriteString(product(fmt.Sprintf("%06d", i+10), "X", "0000100", "001", "", ""))
		file.WriteString(product(fmt.Sprintf("%06d", i+70), "X", "0000100", "099", "", ""))
	}
	r := productOrder(t, file.String()).with(func(o *Order) { o.MaxErrors = 20 }).must(t, conn)
	if r.Verdict != Rejected || len(r.Problems) < 20 || rowsOf(t, conn, "select count(*) from PRODUTO") != "2" {
		t.Errorf("%s %d", r.Verdict, len(r.Problems))
	}
}

func TestAFileThatChangesWhileItIsReadIsNotTaken(t *testing.T) {
	conn := shop(t)
	o := productOrder(t, product("000003", "ARROZ", "0000520", "001", "", "")+product("000005", "SAL", "0000520", "001", "", ""))
	o.Into[0].DeleteWhen = func(r *Record) (bool, error) {
		if r.Line > 1 {
			return false, nil
		}
		file, err := os.OpenFile(o.Path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return false, err
		}
		_, err = file.WriteString(product("000004", "NOVO", "0000520", "001", "", ""))
		return false, errors.Join(err, file.Close())
	}
	_, err := o.Import(t.Context(), conn)
	if err == nil || !strings.Contains(err.Error(), "was changed while it was imported") || rowsOf(t, conn, "select count(*) from PRODUTO") != "2" {
		t.Error(err)
	}
}

func TestAnImportEndsWithItsContext(t *testing.T) {
	conn := shop(t)
	var file strings.Builder
	for i := range 20_000 {
		file.WriteString(product(fmt.Sprintf("%06d", i+10), "X", "0000100", "001", "", ""))
	}
	o := productOrder(t, file.String())
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	o.Into[0].DeleteWhen = func(*Record) (bool, error) {
		if n++; n == 10_000 {
			cancel()
		}
		return false, nil
	}
	if _, err := o.Import(ctx, conn); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := rowsOf(t, conn, "select count(*) from PRODUTO"); got != "2" {
		t.Error(got)
	}
}
