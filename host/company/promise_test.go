package company_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

// smallProfile is that of databases of a few tables.
var smallProfile = company.Profile{Companies: "select ID as id, NOME as name, '' as cnpj from EMPRESA", Column: []string{"EMPRESA_ID"}, Shared: []string{"GRUPO"}}

const companiesTable = "create table EMPRESA (ID integer not null primary key, NOME varchar(20))"

// smalls are as many databases of two companies, each with what these statements make.
func smalls(t *testing.T, n int, statements ...string) []firebird.File {
	t.Helper()
	e, empty := engine(t), firebirdtest.Database(t).Path
	all := make([]firebird.File, n)
	for i := range all {
		all[i] = twin(t, e, empty)
		run(t, all[i], append([]string{companiesTable, "insert into EMPRESA values (1, 'Matriz')", "insert into EMPRESA values (2, 'Filial')"}, statements...)...)
	}
	return all
}

// exchange puts a company's rows of one database into another, and fails where that fails.
func exchange(t *testing.T, from, into firebird.File, id string) (company.Findings, company.Replaced) {
	t.Helper()
	x := company.Exchange{Into: open(t, into, smallProfile), From: open(t, from, smallProfile), Companies: []string{id}}
	found, err := x.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done, err := x.Replace(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	return found, done
}

func TestRowsOfNobodyStay(t *testing.T) {
	f := smalls(t, 1, "create table AVISO (ID integer not null primary key, EMPRESA_ID integer)",
		"insert into AVISO values (1, 1)", "insert into AVISO values (2, 2)", "insert into AVISO values (3, null)")[0]
	side := open(t, f, smallProfile)
	if _, err := (company.Removal{Division: side.Division, Keep: []string{"1"}}).Run(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"1", "3"}}, run(t, f, "select ID from AVISO order by 1")); diff != "" {
		t.Error(diff)
	}
}

// twoWays has rows whose company one reference tells, or the other.
var twoWays = []string{
	"create table CLIENTE (ID integer not null primary key, EMPRESA_ID integer not null)",
	"create table VENDA (ID integer not null primary key, EMPRESA_ID integer not null)",
	"create table RECEBER (ID integer not null primary key, CLIENTE_ID integer references CLIENTE, VENDA_ID integer references VENDA)",
	"insert into CLIENTE values (7, 1)", "insert into VENDA values (8, 2)",
	"insert into RECEBER values (1, 7, 8)", "insert into RECEBER values (2, null, 8)", "insert into RECEBER values (3, null, 8)", "insert into RECEBER values (4, null, null)",
}

// A client of the one company bought from the other: the client tells whose it is.
func TestARowIsOfOneCompany(t *testing.T) {
	for i, f := range smalls(t, 2, twoWays...) {
		keep := []string{"1", "2"}[i]
		side := open(t, f, smallProfile)
		if _, err := (company.Removal{Division: side.Division, Keep: []string{keep}}).Run(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([][]string{{"1", "4"}, {"2", "3", "4"}}[i:i+1], run(t, f, "select ID from RECEBER order by 1")); diff != "" {
			t.Error(keep, diff)
		}
	}
}

// A sale of the other company names a client, whom another one sent, whom another one sent: all of them stay.
func TestTheLastOfAChainIsHeldToo(t *testing.T) {
	f := smalls(t, 1, "create table CLIENTE (ID integer not null primary key, EMPRESA_ID integer not null, DE integer references CLIENTE)",
		"create table VENDA (ID integer not null primary key, EMPRESA_ID integer not null, CLIENTE_ID integer references CLIENTE)",
		"insert into CLIENTE values (1, 2, null)", "insert into CLIENTE values (2, 2, 1)", "insert into CLIENTE values (3, 2, 2)", "insert into CLIENTE values (4, 2, 3)",
		"insert into CLIENTE values (5, 2, 4)", "insert into VENDA values (1, 1, 4)")[0]
	side := open(t, f, smallProfile)
	done, err := company.Removal{Division: side.Division, Keep: []string{"1"}}.Run(t.Context(), f)
	if err != nil || done.Held["CLIENTE"] != 4 {
		t.Fatal(err, done)
	}
	if diff := cmp.Diff([][]string{{"1 -", "2 1", "3 2", "4 3"}}, run(t, f, "select ID || ' ' || coalesce(DE, '-') from CLIENTE order by ID")); diff != "" {
		t.Error(diff)
	}
}

func TestRowsAreCountedByTheReferenceThatTells(t *testing.T) {
	f := smalls(t, 1, twoWays...)[0]
	side := open(t, f, smallProfile)
	counts := map[string]int64{}
	found, err := side.Division.Count(t.Context(), f)
	for _, c := range found {
		counts[c.Table+" "+c.Company] = c.Rows
	}
	want := map[string]int64{"EMPRESA 1": 1, "EMPRESA 2": 1, "CLIENTE 1": 1, "VENDA 2": 1, "RECEBER 1": 1, "RECEBER 2": 2, "RECEBER ": 1}
	if diff := cmp.Diff(want, counts); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// While rows are worked on nobody waits for the disk; afterwards the database does again.
func TestWorkThatIsDoneWaitsForTheDiskAgain(t *testing.T) {
	files := smalls(t, 2, "create table VENDA (ID integer not null primary key, EMPRESA_ID integer not null)",
		"create table GRUPO (ID integer not null primary key)", "insert into VENDA values (1, 1)", "insert into VENDA values (2, 2)")
	into, from := files[0], files[1]
	for name, work := range map[string]func() error{
		"removal": func() error {
			_, err := company.Removal{Division: open(t, into, smallProfile).Division, Keep: []string{"1"}}.Run(t.Context(), into)
			return err
		},
		"tables": func() error {
			_, _, err := company.Tables{Into: into, From: from, Names: []string{"GRUPO"}}.Return(t.Context())
			return err
		},
		"exchange": func() error {
			x := company.Exchange{Into: open(t, into, smallProfile), From: open(t, from, smallProfile), Companies: []string{"2"}}
			found, err := x.Look(t.Context())
			if err == nil {
				_, err = x.Replace(t.Context(), found)
			}
			return err
		},
	} {
		if err := into.ForcedWrites(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if err := work(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := run(t, into, "select MON$FORCED_WRITES from MON$DATABASE"); got[0][0] != "1" {
			t.Errorf("%s: forced writes %v", name, got)
		}
	}
}

// Rows that all use come along in two rounds, since they firmly refer to each other; the first lacks what it refers to until
// the second round has brought it.
func TestGapsOfEveryRoundAreClosed(t *testing.T) {
	profile := []string{
		"create table GRUPO (ID integer not null primary key, ACIMA integer not null references GRUPO, DEPOIS integer references GRUPO)",
		"create table VENDA (ID integer not null primary key, EMPRESA_ID integer not null, GRUPO_ID integer references GRUPO)",
		"insert into GRUPO values (1, 1, null)", "insert into GRUPO values (3, 1, null)", "insert into GRUPO values (4, 1, null)",
		"update GRUPO set DEPOIS = 3 where ID = 1", "update GRUPO set ACIMA = 4 where ID = 3", "insert into VENDA values (1, 2, 3)",
	}
	files := smalls(t, 2, profile...)
	into, from := files[0], files[1]
	want := run(t, from, "select ID || ' ' || ACIMA || ' ' || coalesce(DEPOIS, '-') from GRUPO order by ID")
	run(t, into, "delete from VENDA", "update GRUPO set DEPOIS = null, ACIMA = ID", "delete from GRUPO")
	_, done := exchange(t, from, into, "2")
	if diff := cmp.Diff(want, run(t, into, "select ID || ' ' || ACIMA || ' ' || coalesce(DEPOIS, '-') from GRUPO order by ID")); diff != "" || done.Along["GRUPO"] != 3 {
		t.Errorf("%+v %s", done, diff)
	}
}

// A date that has become a moment is the same day, however it is written.
func TestAColumnOfAnotherTypeTakesItsValues(t *testing.T) {
	files := smalls(t, 2, "create table VENDA (ID integer not null primary key, EMPRESA_ID integer not null, DIA date, CODIGO integer)",
		"insert into VENDA values (1, 2, date '2018-11-04', 7)")
	into, from := files[0], files[1]
	run(t, into, "delete from VENDA", "alter table VENDA alter DIA type timestamp", "alter table VENDA alter CODIGO type varchar(20)")
	found, _ := exchange(t, from, into, "2")
	if len(found.Changes) != 2 || found.Changes[0].What != company.OtherType {
		t.Errorf("%+v", found.Changes)
	}
	if diff := cmp.Diff([][]string{{"2018-11-04 00:00:00.0000 7"}}, run(t, into, "select DIA || ' ' || CODIGO from VENDA")); diff != "" {
		t.Error(diff)
	}
}

func TestANewColumnNeedsAValueOnlyWhereNothingGivesOne(t *testing.T) {
	id := company.Column{Name: "ID", Kind: company.Whole, NotNull: true}
	now := company.Table{Name: "VENDA", Columns: []company.Column{
		id, {Name: "FIRME", NotNull: true}, {Name: "PADRAO", NotNull: true, Default: true}, {Name: "NUMERO", NotNull: true, Generator: "RDB$7"}, {Name: "LIVRE"}, {Name: "CONTA", NotNull: true, Computed: true},
	}}
	side := func(table company.Table) company.Side {
		return company.Side{Division: company.Division{Schema: company.Schema{Tables: []company.Table{table}}, Own: []company.Owned{{Table: "VENDA", Column: "ID"}}}}
	}
	x := company.Exchange{Into: side(now), From: side(company.Table{Name: "VENDA", Columns: []company.Column{id}})}
	want := []company.Change{
		{Table: "VENDA", Column: "FIRME", What: company.NeedsValue, Stops: true}, {Table: "VENDA", Column: "PADRAO", What: company.NewColumn},
		{Table: "VENDA", Column: "NUMERO", What: company.NewColumn}, {Table: "VENDA", Column: "LIVRE", What: company.NewColumn},
	}
	if diff := cmp.Diff(want, x.Changes()); diff != "" {
		t.Error(diff)
	}
}

// What the copy's rows refer to by a key that was declared only since has to be there too.
func TestAReferenceThatIsNewerThanTheCopyHolds(t *testing.T) {
	files := smalls(t, 2, "create table GRUPO (ID integer not null primary key)",
		"create table VENDA (ID integer not null primary key, EMPRESA_ID integer not null, GRUPO_ID integer)",
		"insert into GRUPO values (5)", "insert into GRUPO values (6)", "insert into VENDA values (1, 2, 6)")
	into, from := files[0], files[1]
	run(t, into, "delete from VENDA", "delete from GRUPO where ID = 6", "alter table VENDA add foreign key (GRUPO_ID) references GRUPO")
	found, _ := exchange(t, from, into, "2")
	if diff := cmp.Diff([]company.Rows{{Table: "GRUPO", Count: 1, Keys: []string{"6"}}}, found.Along); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"1 6"}}, run(t, into, "select V.ID || ' ' || G.ID from VENDA V join GRUPO G on G.ID = V.GRUPO_ID")); diff != "" {
		t.Error(diff)
	}
}

// The number of a row that is a part of another may have been given to another company's since: that is found by a look.
func TestANumberThatAnotherCompanysPartHasNowIsNamed(t *testing.T) {
	files := smalls(t, 2, "create table VENDA (ID integer not null primary key, EMPRESA_ID integer not null)",
		"create table ITEM (ID integer not null primary key, VENDA_ID integer not null references VENDA)",
		"insert into VENDA values (1, 1)", "insert into VENDA values (2, 2)", "insert into ITEM values (7, 2)", "insert into ITEM values (8, 2)")
	into, from := files[0], files[1]
	run(t, into, "update ITEM set VENDA_ID = 1 where ID = 7")
	x := company.Exchange{Into: open(t, into, smallProfile), From: open(t, from, smallProfile), Companies: []string{"2"}}
	found, err := x.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]company.Rows{{Table: "ITEM", Count: 1, Keys: []string{"7"}}}, found.Collisions); diff != "" || found.Stops() == nil {
		t.Error(diff, found.Stops())
	}
}

func TestTheKeyThatTellsRowsApart(t *testing.T) {
	columns := []company.Column{{Name: "A"}, {Name: "B", NotNull: true}, {Name: "C", NotNull: true}}
	key := func(column string) company.Key { return company.Key{Name: "UQ_" + column, Columns: []string{column}} }
	primary := company.Key{Name: "PK", Columns: []string{"A"}, Primary: true}
	for want, keys := range map[string][]company.Key{
		"": nil, "UQ_A": {key("A")}, "UQ_B": {key("A"), key("B"), key("C")}, "PK": {key("B"), primary},
	} {
		table := company.Table{Name: "T", Columns: columns, Keys: keys}
		got := ""
		if k := table.Key(); k != nil {
			got = k.Name
		}
		if got != want {
			t.Errorf("of %v it is %q", keys, got)
		}
	}
}

// A view has no rows of its own, a temporary table none at all, and one that lies in a file is not in the database.
func TestOnlyTablesOfTheStoresDataAreRead(t *testing.T) {
	f := smalls(t, 1, "create view TODAS as select ID from EMPRESA", "create global temporary table PASSAGEM (A integer) on commit preserve rows",
		fmt.Sprintf("create table FORA external file '%s' (A char(1))", t.TempDir()+"/fora.txt"))[0]
	schema, err := company.Read(t.Context(), f)
	if err != nil || len(schema.Tables) != 1 || schema.Tables[0].Name != "EMPRESA" {
		t.Errorf("%+v, %v", schema.Tables, err)
	}
}
