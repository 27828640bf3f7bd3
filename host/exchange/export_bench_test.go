package exchange

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/layout"
)

const benchRows = 200_000

const benchTable = `create table PRODUTO (ID integer not null primary key, CODIGO varchar(14), NOME varchar(60), UN char(2), PRECO numeric(15,2), CUSTO numeric(15,2), ESTOQUE numeric(12,3), MUDOU timestamp);
commit;
set term ^;
execute block as declare i int = 0; begin while (i < 200000) do begin i = i + 1;
insert into PRODUTO values (:i, 7890000000000 + :i, 'PRODUTO DE TESTE Nº ' || :i, 'UN', :i * 0.37, :i * 0.21, :i / 7.0, dateadd(second, :i, timestamp '2026-01-01 00:00:00')); end end^
set term ;^
commit;
`

func products(b *testing.B) *layout.Codec {
	b.Helper()
	codec, err := layout.NewCodec(&layout.Layout{
		Name: "produto", Encoding: layout.Windows1252, Newline: "\r\n", Records: []layout.Record{{Name: "PRO", Fields: []layout.Field{
			{Name: "id", Type: layout.Integer, First: 1, Last: 9}, {Name: "codigo", Type: layout.Text, First: 10, Last: 23},
			{Name: "nome", Type: layout.Text, First: 24, Last: 83}, {Name: "un", Type: layout.Text, First: 84, Last: 85},
			{Name: "preco", Type: layout.Decimal, Places: 2, Point: layout.Implied, First: 86, Last: 97},
			{Name: "custo", Type: layout.Decimal, Places: 2, Point: layout.Implied, First: 98, Last: 109},
			{Name: "estoque", Type: layout.Decimal, Places: 3, Point: layout.Implied, First: 110, Last: 121},
			{Name: "mudou", Type: layout.Moment, Form: "yyyymmddHHMMSS", First: 122, Last: 135},
		}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return codec
}

const benchColumns = "ID, CODIGO, NOME, UN, PRECO, CUSTO, ESTOQUE, MUDOU"

// The same rows: by isql into a file, as support does it; by the engine into an external table, which is the limit; read by the
// driver and let go; and exported, under one name and under numbers, whose files are kept. Each round has one of each, so that
// what else the machine does meets all of them.
func BenchmarkExport(b *testing.B) {
	server, outside := firebirdtest.Server(b), b.TempDir()
	if err := server.AllowExternal(b.Context(), outside); err != nil {
		b.Fatal(err)
	}
	s := newOutgoingStore(b)
	firebirdtest.Script(b, s.db, benchTable)
	const query = "select " + benchColumns + " from PRODUTO order by ID"
	o := &Outgoing{
		Name: "carga", Codec: products(b), Folder: s.folder(), File: "PRODUTO.TXT", Records: map[string]Source{"PRO": {SQL: query}},
		Store: filepath.Join(s.dir, "store"), Holder: "bench", Now: time.Now,
	}
	numbered := *o
	numbered.Name, numbered.File = "numerada", "{number:8}.TXT"
	written := filepath.Join(outside, "rows.txt")
	firebirdtest.Script(b, s.db, fmt.Sprintf(`create table ROWS_OUTSIDE external '%s' (ID char(9), CODIGO char(14), NOME char(60), UN char(2),
		PRECO char(16), CUSTO char(16), ESTOQUE char(16), MUDOU char(24), LF char(1));`, written))
	ways := []struct {
		name string
		run  func()
	}{
		{"isql", func() {
			out := filepath.Join(s.dir, "isql.txt")
			_ = os.Remove(out)
			script := strings.NewReader("set heading off;\noutput '" + out + "';\n" + query + ";\n")
			isql := exec.CommandContext(b.Context(), server.Tools().Isql, "-q", "inet://"+s.db.Server+"/"+s.db.Path) // in no character set, the fastest
			isql.Env, isql.Stdin = append(os.Environ(), "ISC_USER="+s.db.User, "ISC_PASSWORD="+s.db.Password.Reveal()), script
			if text, err := isql.CombinedOutput(); err != nil {
				b.Fatalf("%v %s", err, text)
			}
		}},
		{"external", func() {
			_ = os.Remove(written)
			firebirdtest.Script(b, s.db, "insert into ROWS_OUTSIDE select "+benchColumns+", ascii_char(10) from PRODUTO order by ID;\ncommit;\n")
		}},
		{"driver", func() { s.read(b, query) }},
		{"ours", func() {
			if x := s.must(b, o); x.Records["PRO"] != benchRows {
				b.Fatalf("%+v", x)
			}
		}},
		{"numbered", func() { s.must(b, &numbered) }},
	}
	took := map[string]time.Duration{}
	for b.Loop() {
		for _, way := range ways {
			begin := time.Now()
			way.run()
			took[way.name] += time.Since(begin)
		}
	}
	for name, total := range took {
		b.ReportMetric(benchRows*float64(b.N)/total.Seconds(), name+"-rows/s")
	}
}

// read reads rows as an export does, and lets them go.
func (s *outgoingStore) read(b *testing.B, query string) {
	b.Helper()
	err := s.conn.Snapshot(b.Context(), func(in *firebird.Snapshot) error {
		rows, err := in.Stream(b.Context(), query, nil)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for {
			if row, err := rows.Next(); row == nil || err != nil {
				return err
			}
		}
	})
	if err != nil {
		b.Fatal(err)
	}
}
