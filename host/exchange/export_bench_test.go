package exchange

import (
	"os"
	"os/exec"
	"path/filepath"
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

// The same rows: by isql into a file, as support does it; read by the driver and let go; and exported. Each round has one of
// each, so that what else the machine does meets all of them.
func BenchmarkExport(b *testing.B) {
	s := newOutgoingStore(b)
	firebirdtest.Script(b, s.db, benchTable)
	const query = `select ID, CODIGO, NOME, UN, PRECO, CUSTO, ESTOQUE, MUDOU from PRODUTO order by ID`
	o := &Outgoing{
		Name: "carga", Codec: products(b), Folder: s.folder(), File: "PRODUTO.TXT", Records: map[string]Source{"PRO": {SQL: query}},
		Store: filepath.Join(s.dir, "store"), Holder: "bench", Now: time.Now,
	}
	script := filepath.Join(s.dir, "select.sql")
	numbered := *o
	numbered.Name, numbered.File = "numerada", "{number:8}.TXT"
	var isql, driver, ours, kept time.Duration
	since := func(total *time.Duration, do func()) {
		begin := time.Now()
		do()
		*total += time.Since(begin)
	}
	for b.Loop() {
		out := filepath.Join(s.dir, "isql.txt")
		_ = os.Remove(out)
		if err := os.WriteFile(script, []byte("set heading off; output '"+out+"';\n"+query+";\n"), 0o644); err != nil {
			b.Fatal(err)
		}
		since(&isql, func() {
			cmd := exec.CommandContext(b.Context(), "isql-fb", "-q", "-user", s.db.User, "-password", s.db.Password.Reveal(), "-i", script, "inet://"+s.db.Server+"/"+s.db.Path)
			if text, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v %s", err, text)
			}
		})
		since(&driver, func() {
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
		})
		since(&ours, func() {
			if x := s.must(b, o); x.Records["PRO"] != benchRows {
				b.Fatalf("%+v", x)
			}
		})
		since(&kept, func() { s.must(b, &numbered) })
	}
	for name, total := range map[string]time.Duration{"isql-rows/s": isql, "driver-rows/s": driver, "ours-rows/s": ours, "kept-rows/s": kept} {
		b.ReportMetric(benchRows*float64(b.N)/total.Seconds(), name)
	}
	b.ReportMetric(isql.Seconds()/ours.Seconds(), "x-isql")
}
