package company_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

const benchRows = 500_000

const benchTable = `create table MOVIMENTO (ID integer not null primary key, EMPRESA_ID integer not null, CODIGO varchar(14) not null, DESCRICAO varchar(60),
	UNIDADE char(2), PRECO numeric(15,2), CUSTO numeric(15,4), SALDO numeric(15,3), SITUACAO char(1), DIA date)`

const benchColumns = "ID, EMPRESA_ID, CODIGO, DESCRICAO, UNIDADE, PRECO, CUSTO, SALDO, SITUACAO, DIA"

// BenchmarkHalfAMillionRows measures in one run how fast a company's rows come from one database to another: by one
// prepared INSERT for each row through the driver, by blocks of 50 rows, and by an exchange: all that it looks for, the
// rows that it deletes, and those that it puts in. The first two only write. The exchange's proof is told apart.
func BenchmarkHalfAMillionRows(b *testing.B) {
	server := firebirdtest.Server(b)
	dir := b.TempDir()
	path := filepath.Join(dir, "bench.fdb")
	if err := server.CreateDatabase(b.Context(), path, "WIN1252", 8192); err != nil {
		b.Fatal(err)
	}
	db := server.Database(path)
	for _, statement := range []string{
		benchTable, "create index IX_CODIGO on MOVIMENTO (CODIGO)",
		fmt.Sprintf(`execute block as declare N integer = 0; begin while (N < %d) do begin N = N + 1;
			insert into MOVIMENTO values (:N, iif(:N > %d, 1, 2), '789' || lpad(:N, 10, '0'), 'Produto de teste número ' || :N, 'UN', :N / 100.0, :N / 1000.0, :N, 'A', dateadd(mod(:N, 1000) day to date '2024-01-01'));
			end end`, benchRows+100_000, benchRows),
	} {
		if out, err := server.Script(b.Context(), path, "set term ^;\n"+statement+"^\ncommit^\n"); err != nil {
			b.Fatal(err, out)
		}
	}
	e := engine(b)
	var singly, blocks, exchanged, proof []float64
	for b.Loop() {
		singly = append(singly, throughDriver(b, server, db, 1, 50_000))
		blocks = append(blocks, throughDriver(b, server, db, 50, 200_000))
		profile := company.Profile{Companies: "select ID as id from EMPRESA", Column: []string{"EMPRESA_ID"}}
		x := company.Exchange{Into: open(b, twin(b, e, path), profile), From: open(b, twin(b, e, path), profile), Companies: []string{"2"}}
		took, last := map[company.Part]time.Duration{}, time.Now()
		x.Done = func(part company.Part, _, _ int) {
			took[part] += time.Since(last)
			last = time.Now()
		}
		found, err := x.Look(b.Context())
		if err == nil {
			_, err = x.Replace(b.Context(), found)
		}
		if err != nil {
			b.Fatal(err)
		}
		work := took[company.Looking] + took[company.Clearing] + took[company.Filling]
		exchanged = append(exchanged, benchRows/work.Seconds())
		proof = append(proof, (took[company.Summing] + took[company.Proving]).Seconds())
		b.Logf("one by one %.0f rows/s, by blocks %.0f, exchanged %.0f: %v", singly[len(singly)-1], blocks[len(blocks)-1], exchanged[len(exchanged)-1], took)
	}
	b.ReportMetric(median(singly), "per-row/s")
	b.ReportMetric(median(blocks), "blocks/s")
	b.ReportMetric(median(exchanged), "exchanged/s")
	b.ReportMetric(median(exchanged)/median(singly), "times")
	b.ReportMetric(median(proof), "proof-s")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// throughDriver reads rows of the database and writes them to a new one, so many with one statement, and tells the rows a second.
func throughDriver(b *testing.B, server *firebird.PrivateServer, db firebird.Database, block, rows int) float64 {
	path := filepath.Join(b.TempDir(), "to.fdb")
	if err := server.CreateDatabase(b.Context(), path, "WIN1252", 8192); err != nil {
		b.Fatal(err)
	}
	if out, err := server.Script(b.Context(), path, benchTable+";\ncreate index IX_CODIGO on MOVIMENTO (CODIGO);\ncommit;\n"); err != nil {
		b.Fatal(err, out)
	}
	from, to := dial(b, db), dial(b, server.Database(path))
	ctx := context.Background()
	begin := time.Now()
	tx, err := to.BeginTx(ctx, nil)
	if err != nil {
		b.Fatal(err)
	}
	reading, err := from.BeginTx(ctx, nil)
	if err != nil {
		b.Fatal(err)
	}
	insert, err := tx.PrepareContext(ctx, insertOf(block))
	if err != nil {
		b.Fatal(err)
	}
	found, err := reading.QueryContext(ctx, fmt.Sprintf("select first %d %s from MOVIMENTO where EMPRESA_ID = 2", rows, benchColumns))
	if err != nil {
		b.Fatal(err)
	}
	var values []any
	for found.Next() {
		row := make([]any, 10)
		places := make([]any, 10)
		for i := range row {
			places[i] = &row[i]
		}
		if err := found.Scan(places...); err != nil {
			b.Fatal(err)
		}
		if values = append(values, row...); len(values) == 10*block {
			if _, err := insert.ExecContext(ctx, values...); err != nil {
				b.Fatal(err)
			}
			values = values[:0]
		}
	}
	if err := found.Err(); err != nil {
		b.Fatal(err)
	}
	_ = found.Close()
	_ = insert.Close()
	_ = reading.Rollback()
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	took := time.Since(begin)
	_, _ = from.Close(), to.Close()
	if err := server.Tools().DropDatabase(b.Context(), server.Database(path)); err != nil {
		b.Fatal(err)
	}
	return float64(rows) / took.Seconds()
}

func insertOf(block int) string {
	if block == 1 {
		return "insert into MOVIMENTO (" + benchColumns + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	}
	var text strings.Builder
	text.WriteString("execute block (")
	types := []string{"integer", "integer", "varchar(14)", "varchar(60)", "char(2)", "numeric(15,2)", "numeric(15,4)", "numeric(15,3)", "char(1)", "date"}
	var body strings.Builder
	for i := range block {
		var names []string
		for j, kind := range types {
			if i+j > 0 {
				text.WriteString(", ")
			}
			name := fmt.Sprintf("P%d_%d", i, j)
			fmt.Fprintf(&text, "%s %s = ?", name, kind)
			names = append(names, ":"+name)
		}
		fmt.Fprintf(&body, "insert into MOVIMENTO (%s) values (%s);\n", benchColumns, strings.Join(names, ", "))
	}
	return text.String() + ") as begin\n" + body.String() + "end"
}

func dial(b *testing.B, db firebird.Database) *sql.DB {
	conn, err := sql.Open("firebirdsql", fmt.Sprintf("%s@%s%s?charset=WIN1252&timezone=UTC&auth_plugin_name=Srp256",
		url.UserPassword(db.User, db.Password.Reveal()), db.Server, db.Path))
	if err != nil {
		b.Fatal(err)
	}
	conn.SetMaxOpenConns(1)
	return conn
}
