package demo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/demo"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// The facts at the head of schema.sql, which the system profile repeats.
const companies = "select ID as id, FANTASIA as name, CNPJ as cnpj from EMPRESA order by ID"

var evidence = []string{
	"select count(*) from VENDA", "select sum(TOTAL) from VENDA", "select sum(QUANTIDADE) from VENDA_ITEM",
	"select max(EMITIDA) from VENDA", "select sum(SALDO) from MOV_2025_12",
}

func create(t *testing.T, o demo.Options) *firebird.Conn {
	t.Helper()
	server := firebirdtest.Server(t)
	path := filepath.Join(t.TempDir(), "loja.fdb")
	if err := demo.Create(t.Context(), server, path, o); err != nil {
		t.Fatal(err)
	}
	return open(t, server.Database(path))
}

func open(t *testing.T, db firebird.Database) *firebird.Conn {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func scalars(t *testing.T, conn *firebird.Conn, queries ...string) []string {
	t.Helper()
	var values []string
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) (err error) {
		values, err = s.Scalars(t.Context(), queries)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func rows(t *testing.T, conn *firebird.Conn) (counts map[string]int64, sum int64) {
	t.Helper()
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) (err error) {
		counts, err = s.Rows(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range counts {
		sum += n
	}
	return counts, sum
}

func TestUsualStoreHasFiftyThousandRows(t *testing.T) {
	var last, total int64
	conn := create(t, demo.Options{Progress: func(done, all int64) {
		if done < last || done > all {
			t.Errorf("progress went from %d to %d of %d", last, done, all)
		}
		last, total = done, all
	}})
	if last != total || total == 0 {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	counts, sum := rows(t, conn)
	if sum < 45_000 || sum > 55_000 || len(counts) != 8+2*4+24 {
		t.Errorf("%d rows in %d tables: %v", sum, len(counts), counts)
	}
	for table, n := range counts {
		if n == 0 {
			t.Errorf("%s is empty", table)
		}
	}
	info, err := conn.Info(t.Context())
	if err != nil || info.Charset != "WIN1252" || info.ShutdownMode != 0 || info.Bytes > 25<<20 {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestCompaniesHaveValidNumbers(t *testing.T) {
	conn := open(t, firebirdtest.Demo(t))
	found, err := conn.Companies(t.Context(), companies)
	if err != nil || len(found) != 3 {
		t.Fatalf("%v, %v", found, err)
	}
	letters := 0
	for _, company := range found {
		if want := checkDigits(company.CNPJ[:12]); company.CNPJ[12:] != want {
			t.Errorf("CNPJ %s of %s should end in %s", company.CNPJ, company.Name, want)
		}
		if strings.ContainsAny(company.CNPJ, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			letters++
		}
	}
	if letters != 1 || found[0].Name != demo.Name {
		t.Errorf("%v", found)
	}
}

// checkDigits are the two of a CNPJ, as IN RFB 2.229/2024 computes them for numbers with letters too.
func checkDigits(base string) string {
	digit := func(text string) string {
		sum, weight := 0, 2
		for i := len(text) - 1; i >= 0; i-- {
			sum += int(text[i]-'0') * weight
			if weight++; weight > 9 {
				weight = 2
			}
		}
		if rest := sum % 11; rest >= 2 {
			return string(rune('0' + 11 - rest))
		}
		return "0"
	}
	first := digit(base)
	return first + digit(base+first)
}

func TestStoreHoldsTogether(t *testing.T) {
	conn := open(t, firebirdtest.Demo(t))
	got := scalars(t, conn,
		"select count(*) from VENDA V where TOTAL <> (select sum(TOTAL) from VENDA_ITEM where VENDA_ID = V.ID)",
		"select count(*) from VENDA where EMPRESA_ID = 3 and EMITIDA < '2026-07-27'",
		"select count(*) from RDB$TRIGGERS where RDB$SYSTEM_FLAG = 0 and RDB$TRIGGER_INACTIVE = 0",
		"select gen_id(GEN_VENDA, 0) - (select max(ID) from VENDA) from RDB$DATABASE",
		"select count(*) from RDB$INDICES where coalesce(RDB$INDEX_INACTIVE, 0) <> 0",
		"select count(*) from PRODUTO where MARGEM > 0 and DESCRICAO containing 'pão'",
		"select NOME from GRUPO where ID = 4",
	)
	if got[5] == "0" {
		t.Error("no product with an accent")
	}
	got[5] = "some"
	if diff := cmp.Diff([]string{"0", "0", "6", "0", "0", "some", "Hortifrúti"}, got); diff != "" {
		t.Error(diff)
	}
	if euro := scalars(t, conn, "select first 1 OBSERVACAO from PRODUTO where OBSERVACAO is not null")[0]; !strings.Contains(euro, "€") {
		t.Errorf("observation %q", euro)
	}
	services, err := firebird.ConnectServices(t.Context(), conn.Database())
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := services.Validate(t.Context(), conn.Database().Path, false)
	if err != nil || len(wrong) > 0 {
		t.Errorf("validation: %v, %v", wrong, err)
	}
}

func TestSameStoreComesOutEachTime(t *testing.T) {
	a, b := create(t, demo.Options{Sales: 60}), create(t, demo.Options{Sales: 60})
	queries := append([]string{
		"select sum(char_length(XML)) from VENDA_2023", "select sum(MARGEM) from PRODUTO", "select max(ALTERADO) from PRODUTO",
		"select list(NOME) from (select first 9 NOME from CLIENTE order by ID)", "select sum(SALDO) from MOV_2024_07",
	}, evidence...)
	if diff := cmp.Diff(scalars(t, a, queries...), scalars(t, b, queries...)); diff != "" {
		t.Error(diff)
	}
	countsA, _ := rows(t, a)
	countsB, _ := rows(t, b)
	if diff := cmp.Diff(countsA, countsB); diff != "" {
		t.Error(diff)
	}
}

func TestSizeIsAboutWhatWasAskedFor(t *testing.T) {
	const asked = 40_000_000
	conn := create(t, demo.Options{Bytes: asked})
	info, err := conn.Info(t.Context())
	if err != nil || info.Bytes < asked*9/10 || info.Bytes > asked*11/10 {
		t.Errorf("asked for %d bytes, got %d, %v", asked, info.Bytes, err)
	}
}

func TestSellingIsSeenInTheEvidence(t *testing.T) {
	db := firebirdtest.Demo(t)
	conn := open(t, db)
	before := scalars(t, conn, evidence...)
	if err := demo.Sell(t.Context(), db, 5); err != nil {
		t.Fatal(err)
	}
	after := scalars(t, conn, evidence...)
	for i := range 4 {
		if before[i] == after[i] {
			t.Errorf("%s is %s before and after", evidence[i], before[i])
		}
	}
	got := scalars(t, conn, "select count(*) from VENDA", "select count(*) from VENDA where TOTAL = 21.28")
	if got[0] != "105" || got[1] != "5" {
		t.Errorf("sales: %v", got)
	}
}

func TestCreateThatEndsEarlyLeavesNoFile(t *testing.T) {
	server := firebirdtest.Server(t)
	path := filepath.Join(t.TempDir(), "loja.fdb")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var cancelled time.Time
	err := demo.Create(ctx, server, path, demo.Options{Bytes: 1 << 30, Progress: func(int64, int64) {
		if cancelled.IsZero() {
			cancelled = time.Now()
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || time.Since(cancelled) > 2*time.Second {
		t.Errorf("error %v after %v", err, time.Since(cancelled))
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestCreateNeverTouchesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loja.fdb")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := demo.Create(t.Context(), firebirdtest.Server(t), path, demo.Options{})
	if message.Code(err) != "fs.exists" {
		t.Errorf("error %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestModelsAreWrittenOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "modelos")
	if err := demo.WriteModels(dir); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%v, %v", entries, err)
	}
	if err := demo.WriteModels(dir); !errors.Is(err, os.ErrExist) {
		t.Errorf("the second time: %v", err)
	}
}
