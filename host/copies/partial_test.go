package copies

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// demoSystem is what builtin/systems/demo.toml says, with a question about a year that may be left out.
var demoSystem = System{
	Name: "demo", Companies: "select ID as id, FANTASIA as name, CNPJ as cnpj from EMPRESA order by ID", Newest: "select max(EMITIDA) from VENDA",
	Evidence: []string{"select sum(TOTAL) from VENDA", "select sum(TOTAL) from VENDA_2022"},
	Column:   []string{"EMPRESA_ID"}, Shared: []string{"GRUPO", "PRODUTO"}, Archive: "VENDA_{yyyy} VENDA_ITEM_{yyyy} MOV_{yyyy}_{mm}",
}

// chain is a store with three companies and past years.
func chain(t *testing.T) (*Maker, Database) {
	t.Helper()
	m, d := store(t)
	d.At, d.System = firebirdtest.Demo(t), demoSystem
	return m, d
}

func counted(t *testing.T, d Database) map[string]int64 {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), d.At)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var rows map[string]int64
	if err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) (err error) {
		rows, err = s.Rows(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestACopyHoldsTheChosenCompaniesAndYears(t *testing.T) {
	m, d := chain(t)
	live := counted(t, d)
	set, err := m.Create(t.Context(), Options{
		Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore,
		Companies: map[string][]string{d.Name: {"1", "3"}}, ArchiveFrom: 2025,
	})
	if err != nil || len(set.Degraded) > 0 || len(set.Copies) != 1 {
		t.Fatal(set, err)
	}
	made := set.Copies[0]
	if made.State != Verified || !made.Partial || len(made.Companies) != 2 || made.Companies[1].ID != "3" {
		t.Errorf("%+v", made)
	}
	left := made.LeftOut
	if left == nil || left.ArchiveBefore != 2025 || !slices.Equal(left.Companies, []string{"2"}) || len(left.Unfiltered) != 0 {
		t.Fatalf("%+v", left)
	}
	if left.Along["CLIENTE"] == 0 || left.Along["EMPRESA"] != 1 { // others' clients that these companies sold to, and whose they are
		t.Errorf("%+v", left.Along)
	}
	rows := made.Proof.Rows
	for _, table := range []string{"VENDA_2022", "VENDA_ITEM_2024", "MOV_2024_12"} {
		if rows[table] != 0 || live[table] == 0 {
			t.Errorf("%s has %d rows of %d", table, rows[table], live[table])
		}
	}
	for _, table := range []string{"VENDA", "VENDA_ITEM", "VENDA_2025", "MOV_2025_01", "CLIENTE"} {
		if rows[table] == 0 || rows[table] >= live[table] {
			t.Errorf("%s has %d rows of %d", table, rows[table], live[table])
		}
	}
	for _, table := range []string{"PRODUTO", "GRUPO"} {
		if rows[table] != live[table] {
			t.Errorf("%s has %d rows of %d", table, rows[table], live[table])
		}
	}
	for _, e := range made.Proof.Evidence {
		if e.Holds != exact {
			t.Errorf("%+v", e)
		}
	}
	by := made.Proof.ByCompany
	if len(by) != 3 || by["VENDA"]["1"]+by["VENDA"]["3"] != rows["VENDA"] || by["VENDA"]["3"] == 0 || by["PRE_VENDA"] == nil || by["VENDA_2025"] != nil {
		t.Errorf("by company: %v", by)
	}
	if diff := cmp.Diff(live, counted(t, d)); diff != "" {
		t.Error("the live database: ", diff)
	}
	if entries, err := os.ReadDir(m.Bench.Dir); err != nil || len(entries) > 0 {
		t.Error("left behind: ", entries, err)
	}
}

func TestPastYearsAloneAreLeftOutByGbakItself(t *testing.T) {
	m, d := chain(t)
	live := counted(t, d)
	set, err := m.Create(t.Context(), Options{Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore, ArchiveFrom: 2024})
	if err != nil || len(set.Degraded) > 0 {
		t.Fatal(set, err)
	}
	made := set.Copies[0]
	if made.State != Verified || made.LeftOut == nil || made.LeftOut.ArchiveBefore != 2024 || made.LeftOut.Companies != nil || len(made.Companies) != 3 {
		t.Errorf("%+v", made)
	}
	for table, n := range made.Proof.Rows {
		want := live[table]
		if strings.HasSuffix(table, "_2022") || strings.HasSuffix(table, "_2023") {
			want = 0
		}
		if n != want {
			t.Errorf("%s has %d rows, not %d", table, n, want)
		}
	}
	if len(made.Proof.Evidence) != 1 { // nobody can compare what is not there
		t.Errorf("%+v", made.Proof.Evidence)
	}
}

// A table that stays refers to a year that goes: what it refers to comes along.
func TestPastYearsThatAreReferredToAreTakenOutInAScratch(t *testing.T) {
	m, d := chain(t)
	firebirdtest.Script(t, d.At, "create table GARANTIA (ID integer not null primary key, VENDA integer references VENDA_2022);\ncommit;\n"+
		"insert into GARANTIA select 1, min(ID) from VENDA_2022;\ncommit;\n")
	set, err := m.Create(t.Context(), Options{Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore, ArchiveFrom: 2023})
	if err != nil || len(set.Degraded) > 0 {
		t.Fatal(set, err)
	}
	made := set.Copies[0]
	if made.State != Verified || made.Proof.Rows["VENDA_2022"] != 1 || made.Proof.Rows["VENDA_ITEM_2022"] != 0 || made.LeftOut.Along["VENDA_2022"] != 1 {
		t.Errorf("%+v %v", made.LeftOut, made.Proof.Rows)
	}
}

func TestWhatCanNotBeChosenIsToldBeforeAnythingIsWritten(t *testing.T) {
	m, d := chain(t)
	plain := d
	plain.System = System{Companies: demoSystem.Companies}
	for name, c := range map[string]struct {
		database Database
		ids      []string
		year     int
		code     string
	}{
		"a company that is not there":  {d, []string{"1", "9"}, 0, "company.not_found"},
		"a profile without a column":   {plain, []string{"1"}, 0, "company.profile"},
		"a profile without an archive": {plain, nil, 2025, "company.profile"},
	} {
		set, err := m.Create(t.Context(), Options{
			Databases: []Database{c.database}, To: m.Destinations, Class: Routine, Verify: VerifyRestore,
			Companies: map[string][]string{d.Name: c.ids}, ArchiveFrom: c.year,
		})
		if message.Code(err) != c.code || len(set.Copies) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, to := range m.Destinations {
		if entries, err := os.ReadDir(to.Path); err != nil || len(entries) > 1 { // .djscript
			t.Error(entries, err)
		}
	}
}

func TestAllCompaniesAreAWholeCopy(t *testing.T) {
	m, d := chain(t)
	set, err := m.Create(t.Context(), Options{
		Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyNever, Companies: map[string][]string{d.Name: {"1", "2", "3"}},
	})
	if err != nil || set.Copies[0].Partial || len(set.Copies[0].Companies) != 3 {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestPartialCopiesAreHeldAgainstTheirLike(t *testing.T) {
	some, others := &LeftOut{Companies: []string{"2"}}, &LeftOut{Companies: []string{"3"}}
	year, models := &LeftOut{ArchiveBefore: 2025}, &LeftOut{Files: true}
	for _, c := range []struct {
		a, b *LeftOut
		want bool
	}{{nil, nil, true}, {nil, models, true}, {some, some, true}, {some, others, false}, {some, nil, false}, {year, nil, false}, {year, year, true}, {models, year, false}} {
		if c.a.alike(c.b) != c.want || c.b.alike(c.a) != c.want {
			t.Errorf("%+v and %+v", c.a, c.b)
		}
	}
}
