package loader_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/nakagami/firebirdsql"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

// How many rows each way writes in a round: enough for a second or more of it.
const (
	fastRows = 100_000
	slowRows = 10_000
)

const benchTable = `create table MOVIMENTO (ID integer not null primary key, EMPRESA_ID integer not null, CODIGO varchar(14) not null, DESCRICAO varchar(60),
	UNIDADE char(2), PRECO numeric(15,2), CUSTO numeric(15,4), SALDO numeric(15,3), SITUACAO char(1), DIA date);
create index IX_CODIGO on MOVIMENTO (CODIGO);
commit;
`

const benchColumns = "ID, EMPRESA_ID, CODIGO, DESCRICAO, UNIDADE, PRECO, CUSTO, SALDO, SITUACAO, DIA"

// BenchmarkLoad measures in one run, round by round, how many rows a second come into a table of ten columns with two indexes: by
// one prepared INSERT a row through the driver, by a script of INSERTs through isql, by INSERT ... SELECT from an external
// table, which is the limit, and by a Loader; then half as many new ones and the rest again, by UPDATE OR INSERT a row and by a
// Loader. Each begins with a new database and ends with the commit.
func BenchmarkLoad(b *testing.B) {
	server := firebirdtest.Server(b)
	outside := b.TempDir()
	if err := server.AllowExternal(b.Context(), outside); err != nil {
		b.Fatal(err)
	}
	g := &ground{B: b, server: server, outside: outside}
	ways := []struct {
		name string
		run  func() float64
	}{
		{"driver", g.driver}, {"isql", g.isql}, {"external", g.external}, {"ours", g.ours},
		{"upsert-driver", g.upsertDriver}, {"upsert-ours", g.upsertOurs},
	}
	spent := map[string]float64{} // seconds for a row, of all rounds
	for b.Loop() {
		for _, way := range ways {
			spent[way.name] += 1 / way.run()
		}
	}
	for name, seconds := range spent {
		b.ReportMetric(float64(b.N)/seconds, name+"-rows/s")
	}
}

// ground is where the ways run: a new database for each.
type ground struct {
	*testing.B
	server  *firebird.PrivateServer
	outside string
}

// benchRow are the values of one row as text.
func benchRow(n int) []string {
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%1000)
	return []string{fmt.Sprint(n), "2", fmt.Sprintf("789%010d", n), fmt.Sprintf("Produto de teste numero %d", n), "UN", fmt.Sprintf("%d.%02d", n/100, n%100),
		fmt.Sprintf("%d.%04d", n/1000, n%1000*10), fmt.Sprintf("%d.000", n), "A", day.Format(time.DateOnly)}
}

// fresh measures work in a new database, in rows a second.
func (g *ground) fresh(rows int, prepare string, work func(db firebird.Database)) float64 {
	g.Helper()
	path := filepath.Join(g.TempDir(), "bench.fdb")
	if err := g.server.CreateDatabase(g.Context(), path, "WIN1252", 8192); err != nil {
		g.Fatal(err)
	}
	db := g.server.Database(path)
	if out, err := g.server.Script(g.Context(), path, benchTable+prepare); err != nil {
		g.Fatal(err, out)
	}
	begin := time.Now()
	work(db)
	took := time.Since(begin)
	if err := g.server.Tools().DropDatabase(g.Context(), db); err != nil {
		g.Fatal(err)
	}
	return float64(rows) / took.Seconds()
}

// singly runs a prepared statement for each of these rows, as a program in Go does that thinks no further.
func (g *ground) singly(db firebird.Database, statement string, from, to int) {
	conn, err := sql.Open("firebirdsql", fmt.Sprintf("%s@%s%s?charset=WIN1252&timezone=UTC&auth_plugin_name=Srp256",
		url.UserPassword(db.User, db.Password.Reveal()), db.Server, db.Path))
	if err != nil {
		g.Fatal(err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(g.Context(), nil)
	if err != nil {
		g.Fatal(err)
	}
	stmt, err := tx.PrepareContext(g.Context(), statement)
	if err != nil {
		g.Fatal(err)
	}
	for n := from; n <= to; n++ {
		args := make([]any, 0, 10)
		for _, v := range benchRow(n) {
			args = append(args, v)
		}
		if _, err := stmt.ExecContext(g.Context(), args...); err != nil {
			g.Fatal(err)
		}
	}
	_ = stmt.Close()
	if err := tx.Commit(); err != nil {
		g.Fatal(err)
	}
}

const ten = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

func (g *ground) driver() float64 {
	return g.fresh(slowRows, "", func(db firebird.Database) {
		g.singly(db, "insert into MOVIMENTO ("+benchColumns+") values "+ten, 1, slowRows)
	})
}

func (g *ground) isql() float64 {
	var script bytes.Buffer
	for n := range slowRows {
		fmt.Fprintf(&script, "insert into MOVIMENTO values ('%s');\n", strings.Join(benchRow(n+1), "','"))
	}
	script.WriteString("commit;\n")
	return g.fresh(slowRows, "", func(db firebird.Database) {
		if out, err := g.server.Script(g.Context(), db.Path, script.String()); err != nil {
			g.Fatal(err, out)
		}
	})
}

var benchWidths = []int{10, 6, 14, 60, 2, 16, 16, 16, 1, 10}

// external has its file written before: what is measured is the engine alone.
func (g *ground) external() float64 {
	file := filepath.Join(g.outside, "rows.txt")
	_ = os.Remove(file)
	var columns, names []string
	for i, w := range benchWidths {
		columns = append(columns, fmt.Sprintf("C%d char(%d)", i, w))
		names = append(names, fmt.Sprintf("trim(trailing from C%d)", i))
	}
	var text bytes.Buffer
	for n := range fastRows {
		for i, v := range benchRow(n + 1) {
			fmt.Fprintf(&text, "%-*s", benchWidths[i], v)
		}
		text.WriteByte('\n')
	}
	if err := os.WriteFile(file, text.Bytes(), 0o666); err != nil {
		g.Fatal(err)
	}
	outside := fmt.Sprintf("create table ROWS_OUTSIDE external '%s' (%s, LF char(1));\ncommit;\n", file, strings.Join(columns, ", "))
	return g.fresh(fastRows, outside, func(db firebird.Database) {
		script := fmt.Sprintf("insert into MOVIMENTO (%s) select %s from ROWS_OUTSIDE;\ncommit;\n", benchColumns, strings.Join(names, ", "))
		if out, err := g.server.Script(g.Context(), db.Path, script); err != nil {
			g.Fatal(err, out)
		}
	})
}

func benchTarget() loader.Target {
	t := loader.Target{Record: "MOV", Table: "MOVIMENTO", Key: []string{"ID"}, Exists: loader.Reject}
	for i, name := range strings.Split(benchColumns, ", ") {
		t.Columns = append(t.Columns, loader.Assign{Column: name, Value: i, Field: name})
	}
	return t
}

// loadRows loads these rows as they come from a reader: numbers as numbers, texts as bytes.
func (g *ground) loadRows(db firebird.Database, target loader.Target, from, to int) {
	conn, err := firebird.Connect(g.Context(), db)
	if err != nil {
		g.Fatal(err)
	}
	defer conn.Close()
	err = conn.Transaction(g.Context(), func(tx *firebird.Transaction) error {
		l, err := loader.New(g.Context(), tx, []loader.Target{target}, loader.Options{
			Refused: func(r loader.Refusal) { g.Fatal(r.Err) },
		})
		if err != nil {
			return err
		}
		defer l.Close()
		if err := addBench(g.Context(), l, from, to); err != nil {
			return err
		}
		return l.Flush(g.Context())
	})
	if err != nil {
		g.Fatal(err)
	}
}

func addBench(ctx context.Context, l *loader.Loader, from, to int) error {
	values := make([]layout.Value, 10)
	one := []loader.Row{{Values: values}}
	var code, name []byte
	for n := from; n <= to; n++ {
		day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%1000)
		code = fmt.Appendf(code[:0], "789%010d", n)
		name = fmt.Appendf(name[:0], "Produto de teste numero %d", n)
		copy(values, []layout.Value{num(int64(n), 0), num(2, 0), {Kind: layout.String, Bytes: code}, {Kind: layout.String, Bytes: name}, str("UN"), num(int64(n), 2),
			num(int64(n*10), 4), num(int64(n)*1000, 3), str("A"), {Kind: layout.Day, N: int64(day.Year()*10000 + int(day.Month())*100 + day.Day())}})
		one[0].Line = int64(n)
		if err := l.Add(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

func (g *ground) ours() float64 {
	return g.fresh(fastRows, "", func(db firebird.Database) { g.loadRows(db, benchTarget(), 1, fastRows) })
}

// half fills a table with the rows of even number.
func half(rows int) string {
	return fmt.Sprintf(`set term ^;
execute block as declare N integer = 0; begin while (N < %d) do begin N = N + 2;
insert into MOVIMENTO values (:N, 1, '789' || lpad(:N, 10, '0'), 'Outro nome ' || :N, 'KG', 1, 2, 3, 'B', date '2020-01-01'); end end^
commit^
`, rows)
}

func (g *ground) upsertDriver() float64 {
	return g.fresh(slowRows, half(slowRows), func(db firebird.Database) {
		g.singly(db, "update or insert into MOVIMENTO ("+benchColumns+") values "+ten+" matching (ID)", 1, slowRows)
	})
}

func (g *ground) upsertOurs() float64 {
	target := benchTarget()
	target.Exists = loader.Update
	return g.fresh(fastRows, half(fastRows), func(db firebird.Database) { g.loadRows(db, target, 1, fastRows) })
}
