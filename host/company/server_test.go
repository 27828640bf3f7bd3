package company_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func connect(t *testing.T, db firebird.Database) *firebird.Conn {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Where no engine of ours fits, both databases lie on the store's server.
func TestACompanyComesBackOnTheStoresServer(t *testing.T) {
	from, into := firebirdtest.Demo(t), firebirdtest.Demo(t)
	shop := open(t, connect(t, into), demoProfile)
	before := sums(t, shop, company.Chosen{})
	run(t, shop.Runner, deleteCompany(&shop, "3")...)
	others := sums(t, shop, company.Chosen{Beside: []string{"3"}})
	x := company.Exchange{Into: shop, From: open(t, connect(t, from), demoProfile), Companies: []string{"3"}}
	found, err := x.Look(t.Context())
	if err != nil || found.Stops() != nil {
		t.Fatal(err, found)
	}
	if _, err := x.Replace(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(others, sums(t, shop, company.Chosen{Beside: []string{"3"}})); diff != "" {
		t.Error(diff)
	}
	after := sums(t, shop, company.Chosen{})
	for _, table := range []string{"EMPRESA", "CLIENTE", "PRODUTO", "VENDA_ITEM", "MOV_2025_12"} {
		if after[table] != before[table] {
			t.Errorf("%s: %v, %v", table, before[table], after[table])
		}
	}
}

// Counting is for the live database too, where nothing may be written.
func TestRowsAreCountedByCompany(t *testing.T) {
	conn := connect(t, firebirdtest.Demo(t))
	side := open(t, conn, demoProfile)
	run(t, conn, "update PRE_VENDA_ITEM set QUANTIDADE = 1", "alter table CLIENTE drop constraint FK_CLIENTE_EMPRESA", "update CLIENTE set EMPRESA_ID = 77 where ID = 5")
	counts := map[string]int64{}
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		found, err := side.Division.Count(t.Context(), s)
		for _, c := range found {
			counts[c.Table+" "+c.Company] = c.Rows
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if counts["EMPRESA 2"] != 1 || counts["CLIENTE 77"] != 1 || counts["CLIENTE 1"] != 500 || counts["VENDA_ITEM_2023 2"] == 0 {
		t.Errorf("%v", counts)
	}
	want := run(t, conn, "select count(*) from VENDA_ITEM_2023 i join VENDA_2023 v on v.ID = i.VENDA_ID where v.EMPRESA_ID = 2", "select count(*) from VENDA_ITEM_2023")
	var all int64
	for _, id := range []string{"1", "2", "3"} {
		all += counts["VENDA_ITEM_2023 "+id]
	}
	if got := [][]string{{fmt.Sprint(counts["VENDA_ITEM_2023 2"])}, {fmt.Sprint(all)}}; cmp.Diff(want, got) != "" {
		t.Error(cmp.Diff(want, got))
	}
}
