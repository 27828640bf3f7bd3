package company_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// demoProfile is what builtin/systems/demo.toml says.
var demoProfile = company.Profile{
	Companies: query, Column: []string{"EMPRESA_ID"}, Shared: []string{"GRUPO", "PRODUTO"},
	Archive: "VENDA_{yyyy} VENDA_ITEM_{yyyy} MOV_{yyyy}_{mm}",
}

// twin copies a database file that nobody has open.
func twin(t testing.TB, e *firebird.Engine, path string) firebird.File {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := firebird.File{Engine: e, Path: filepath.Join(t.TempDir(), "loja é.fdb")}
	if err := os.WriteFile(f.Path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

func run(t testing.TB, in company.Runner, statements ...string) [][]string {
	t.Helper()
	var script []firebird.Statement
	for _, s := range statements {
		script = append(script, firebird.Statement{SQL: s, Answers: strings.HasPrefix(strings.ToLower(s), "select")})
	}
	answers, err := in.Run(t.Context(), script, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

func sums(t testing.TB, s company.Side, chosen company.Chosen) map[string]company.Sum {
	t.Helper()
	found, err := s.Division.Sums(t.Context(), s.Runner, chosen)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// deleteCompany is the mistake: everything of a company of the demonstration store is gone.
func deleteCompany(f *company.Side, id string) []string {
	var all []string
	for _, r := range f.Division.Schema.References { // sales of other companies to its clients
		if r.To == "CLIENTE" {
			all = append(all, fmt.Sprintf("update %s set CLIENTE_ID = null where CLIENTE_ID in (select ID from CLIENTE where EMPRESA_ID = %s)", r.From, id))
		}
	}
	for _, o := range slices.Backward(f.Division.Own) {
		switch {
		case o.Keeper: // last
		case o.Column != "" && o.Table != "CLIENTE":
			all = append(all, fmt.Sprintf(`delete from %s where %s = %s`, o.Table, o.Column, id))
		case o.Column == "":
			r := o.Through[0]
			all = append(all, fmt.Sprintf(`delete from %s i where exists (select 1 from %s p where p.ID = i.%s and p.EMPRESA_ID = %s)`, o.Table, r.To, r.FromColumns[0], id))
		}
	}
	return append(all, "delete from CLIENTE where EMPRESA_ID = "+id, "delete from EMPRESA where ID = "+id)
}

func TestADeletedCompanyComesBackAndTheOthersGoOn(t *testing.T) {
	e := engine(t)
	db := firebirdtest.Demo(t)
	from := twin(t, e, db.Path)
	shop := open(t, twin(t, e, db.Path), demoProfile)
	before := sums(t, shop, company.Chosen{Of: []string{"2"}})
	run(t, shop.Runner, "alter trigger PRODUTO_BU inactive")
	shop = open(t, shop.Runner, demoProfile)
	run(t, shop.Runner, deleteCompany(&shop, "2")...)
	if got := sums(t, shop, company.Chosen{Of: []string{"2"}}); got["VENDA"].Rows+got["CLIENTE"].Rows+got["EMPRESA"].Rows != 0 {
		t.Fatalf("%+v is left", got)
	}
	run(t, shop.Runner, "insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA, XML) values (1, 1, timestamp '2026-11-20 10:00', 'Depois da cópia')",
		"insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA) values (3, 1, timestamp '2026-11-20 10:01')",
		"update PRODUTO set PRECO = PRECO + 1 where ID < 10", "insert into GRUPO values (99, 'Depois')")
	others := sums(t, shop, company.Chosen{Beside: []string{"2"}})
	next := run(t, shop.Runner, "select gen_id(GEN_VENDA, 0) from rdb$database")

	x := company.Exchange{Into: shop, From: open(t, from, demoProfile), Companies: []string{"2"}}
	found, err := x.Look(t.Context())
	if err != nil || found.Stops() != nil || len(found.Changes)+len(found.Along)+len(found.Held) > 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	done, err := x.Replace(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, sums(t, shop, company.Chosen{Of: []string{"2"}})); diff != "" {
		t.Error("the company's rows: ", diff)
	}
	if diff := cmp.Diff(others, sums(t, shop, company.Chosen{Beside: []string{"2"}})); diff != "" {
		t.Error("the others' rows: ", diff)
	}
	if done.Rows["VENDA_2023"] == 0 || done.Rows["EMPRESA"] != 1 || done.Proven != 40 {
		t.Errorf("%+v", done)
	}
	if diff := cmp.Diff(next, run(t, shop.Runner, "select gen_id(GEN_VENDA, 0) from rdb$database")); diff != "" {
		t.Error("the generator: ", diff)
	}
	again, err := company.Read(t.Context(), shop.Runner)
	if err != nil {
		t.Fatal(err)
	}
	for _, trigger := range again.Triggers {
		if trigger.Active != (trigger.Name != "PRODUTO_BU") {
			t.Errorf("%+v", trigger)
		}
	}
	run(t, shop.Runner, "insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA) values (2, 1, current_timestamp)",
		"insert into CLIENTE (EMPRESA_ID, NOME) values (2, 'Nova')")
	if wrong, err := e.Validate(t.Context(), shop.Runner.(firebird.File).Path); err != nil || len(wrong) > 0 {
		t.Error(wrong, err)
	}
}

// What was sold after the copy is gone for that company, and only for that one; its own clients of then are back, and a
// client that another company's sale names stays.
func TestACompanyGoesBackInTime(t *testing.T) {
	e := engine(t)
	db := firebirdtest.Demo(t)
	from := twin(t, e, db.Path)
	shop := open(t, twin(t, e, db.Path), demoProfile)
	run(t, shop.Runner,
		"insert into CLIENTE (ID, EMPRESA_ID, NOME) values (90001, 2, 'Só de agora')",
		"insert into CLIENTE (ID, EMPRESA_ID, NOME) values (90002, 2, 'Também')",
		"insert into VENDA (ID, EMPRESA_ID, CLIENTE_ID, CAIXA, EMITIDA) values (90001, 2, 90002, 1, current_timestamp)",
		"insert into VENDA (ID, EMPRESA_ID, CLIENTE_ID, CAIXA, EMITIDA) values (90002, 1, 90001, 1, current_timestamp)",
		"update CLIENTE set NOME = 'Errado' where EMPRESA_ID = 2 and ID < 90000",
		"delete from VENDA_ITEM where PRODUTO_ID in (1, 2)")
	for _, year := range []int{2022, 2023, 2024, 2025} {
		run(t, shop.Runner, fmt.Sprintf("delete from VENDA_ITEM_%d where PRODUTO_ID = 1", year))
	}
	for _, year := range []string{"2024", "2025"} {
		for month := 1; month <= 12; month++ {
			run(t, shop.Runner, fmt.Sprintf("delete from MOV_%s_%02d where PRODUTO_ID = 1", year, month))
		}
	}
	run(t, shop.Runner, "delete from PRE_VENDA_ITEM where PRODUTO_ID = 1", "delete from PRODUTO where ID = 1")
	x := company.Exchange{Into: shop, From: open(t, from, demoProfile), Companies: []string{"2"}}
	others := sums(t, shop, company.Chosen{Beside: []string{"2"}})
	found, err := x.Look(t.Context())
	if err != nil || found.Stops() != nil {
		t.Fatal(err, found)
	}
	want := []company.Rows{{Table: "PRODUTO", Count: 1, Keys: []string{"1"}}}
	if diff := cmp.Diff(want, found.Along); diff != "" {
		t.Error(diff)
	}
	want = []company.Rows{{Table: "CLIENTE", Count: 1, Keys: []string{"90001"}}}
	if diff := cmp.Diff(want, found.Held); diff != "" {
		t.Error(diff)
	}
	done, err := x.Replace(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	if done.Along["PRODUTO"] != 1 || done.Held["CLIENTE"] != 1 {
		t.Errorf("%+v", done)
	}
	got := run(t, shop.Runner, "select NOME from CLIENTE where ID > 90000", "select ID from VENDA where ID > 90000 order by 1",
		"select count(*) from CLIENTE where NOME = 'Errado'", "select gen_id(GEN_VENDA, 0) - max(ID) from VENDA where ID < 90000")
	if diff := cmp.Diff([][]string{{"Só de agora"}, {"90002"}, {"0"}, {"0"}}, got); diff != "" {
		t.Error(diff)
	}
	after := sums(t, shop, company.Chosen{Beside: []string{"2"}})
	for table := range others {
		if (others[table] != after[table]) != (table == "PRODUTO") {
			t.Errorf("%s: %v, %v", table, others[table], after[table])
		}
	}
}

func TestArchiveTablesThatAreNotMeantStayAsTheyAre(t *testing.T) {
	e := engine(t)
	db := firebirdtest.Demo(t)
	from := twin(t, e, db.Path)
	shop := open(t, twin(t, e, db.Path), demoProfile)
	run(t, shop.Runner, "delete from VENDA_ITEM_2022 where VENDA_ID in (select ID from VENDA_2022 where EMPRESA_ID = 2)",
		"update VENDA_2023 set CAIXA = 77 where EMPRESA_ID = 2", "update VENDA_2025 set CAIXA = 77 where EMPRESA_ID = 2",
		"insert into CLIENTE (ID, EMPRESA_ID, NOME) values (90001, 2, 'Do arquivo morto')",
		"update VENDA_2022 set CLIENTE_ID = 90001 where EMPRESA_ID = 2")
	x := company.Exchange{Into: shop, From: open(t, from, demoProfile), Companies: []string{"2"}}
	var names []string
	for _, table := range shop.Division.Schema.Tables {
		names = append(names, table.Name)
	}
	x.Untouched = company.Before(names, demoProfile.Archive, 2025)
	before := sums(t, shop, company.Chosen{})
	found, err := x.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]company.Rows{{Table: "CLIENTE", Count: 1, Keys: []string{"90001"}}}, found.Held); diff != "" {
		t.Error(diff)
	}
	if _, err := x.Replace(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	after := sums(t, shop, company.Chosen{})
	for table := range before {
		if (before[table] != after[table]) != (table == "VENDA_2025") {
			t.Errorf("%s: %v, %v", table, before[table], after[table])
		}
	}
}

func TestACollisionIsNamedBeforeAnythingIsWritten(t *testing.T) {
	e := engine(t)
	db := firebirdtest.Demo(t)
	from := twin(t, e, db.Path)
	shop := open(t, twin(t, e, db.Path), demoProfile)
	run(t, shop.Runner, "update CLIENTE set EMPRESA_ID = 3 where ID in (select first 30 ID from CLIENTE where EMPRESA_ID = 2 order by ID)",
		"update EMPRESA set CNPJ = '00000000000000' where ID = 2", "update EMPRESA set CNPJ = '11222333000262' where ID = 3")
	before := sums(t, shop, company.Chosen{})
	x := company.Exchange{Into: shop, From: open(t, from, demoProfile), Companies: []string{"2"}}
	found, err := x.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Collisions) != 2 || found.Collisions[0].Count != 30 || len(found.Collisions[0].Keys) != 20 || found.Collisions[1].Keys[0] != "11222333000262" {
		t.Errorf("%+v", found.Collisions)
	}
	_, err = x.Replace(t.Context(), found)
	if message.Code(err) != "company.collision" || !strings.Contains(err.Error(), "CLIENTE") || !strings.Contains(err.Error(), "11222333000262") {
		t.Error(err)
	}
	if diff := cmp.Diff(before, sums(t, shop, company.Chosen{})); diff != "" {
		t.Error(diff)
	}
}

// A client was registered anew since, and another company has sold to it: it stays, and the one of the copy has its number.
func TestARowThatStaysIsNotCrowdedOut(t *testing.T) {
	e := engine(t)
	db := firebirdtest.Demo(t)
	from := twin(t, e, db.Path)
	shop := open(t, twin(t, e, db.Path), demoProfile)
	for _, on := range []firebird.File{from, shop.Runner.(firebird.File)} {
		run(t, on, "create table CADASTRO (ID integer not null primary key, EMPRESA_ID integer not null, CPF varchar(11), constraint UQ_CPF unique (EMPRESA_ID, CPF))",
			"create table COMPRA (ID integer not null primary key, EMPRESA_ID integer not null, CADASTRO_ID integer references CADASTRO)")
	}
	run(t, from, "insert into CADASTRO values (1, 2, '123')", "insert into CADASTRO values (2, 2, '456')")
	run(t, shop.Runner, "insert into CADASTRO values (9, 2, '123')", "insert into COMPRA values (1, 3, 9)", "insert into CADASTRO values (2, 2, '456')", "insert into COMPRA values (2, 3, 2)")
	x := company.Exchange{Into: open(t, shop.Runner, demoProfile), From: open(t, from, demoProfile), Companies: []string{"2"}}
	found, err := x.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c := found.Collisions; len(c) != 1 || c[0].Table != "CADASTRO" || c[0].Count != 1 || c[0].Keys[0] != "2, 123" || len(found.Held) != 1 {
		t.Errorf("%+v", found)
	}
}

// employee is Firebird's own example database.
func employee(t *testing.T, e *firebird.Engine) firebird.File {
	t.Helper()
	file, err := os.Open("/usr/share/doc/firebird3.0-examples/examples/employee.sql.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	sql, err := io.ReadAll(unzip)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "employee.fdb")
	if out, err := e.Script(t.Context(), "", strings.Replace(string(sql), "'employee.fdb'", "'"+path+"'", 1)); err != nil {
		t.Fatal(err, out)
	}
	return firebird.File{Engine: e, Path: path}
}

// A department refers to the one above it and to its manager, who belongs to it; employees have a history, projects and
// sales.
func TestADepartmentOfEmployeeComesBack(t *testing.T) {
	e := engine(t)
	from := employee(t, e)
	profile := company.Profile{
		Companies: "select dept_no as id, department as name, cast(null as varchar(14)) as cnpj from department",
		Column:    []string{"DEPT_NO"}, Shared: []string{"COUNTRY", "JOB", "PROJECT", "CUSTOMER"},
	}
	shop := open(t, twin(t, e, from.Path), profile)
	want := []string{
		"? loose SALES EMPLOYEE", "COUNTRY shared", "CUSTOMER shared", "DEPARTMENT by DEPT_NO, keeper", "EMPLOYEE by DEPT_NO",
		"EMPLOYEE_PROJECT through EMPLOYEE", "JOB shared", "PROJECT shared", "PROJ_DEPT_BUDGET by DEPT_NO", "SALARY_HISTORY through EMPLOYEE",
		"SALES through EMPLOYEE",
	}
	if diff := cmp.Diff(want, told(shop.Division)); diff != "" {
		t.Fatal(diff)
	}
	whole := sums(t, shop, company.Chosen{})
	lost := "(select emp_no from employee where dept_no = '623')"
	run(t, shop.Runner, "update project set team_leader = null where team_leader in "+lost, "update department set mngr_no = null where dept_no = '623'",
		"delete from sales where sales_rep in "+lost, "delete from salary_history where emp_no in "+lost, "delete from employee_project where emp_no in "+lost,
		"delete from proj_dept_budget where dept_no = '623'", "delete from employee where dept_no = '623'", "delete from department where dept_no = '623'",
		"update employee set salary = salary + 1 where emp_no = 2")
	others := sums(t, shop, company.Chosen{Beside: []string{"623"}})
	x := company.Exchange{Into: shop, From: open(t, from, profile), Companies: []string{"623"}}
	found, err := x.Look(t.Context())
	if err != nil || found.Stops() != nil || len(found.Along)+len(found.Held) > 0 {
		t.Fatal(err, found)
	}
	if _, err := x.Replace(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(others, sums(t, shop, company.Chosen{Beside: []string{"623"}})); diff != "" {
		t.Error(diff)
	}
	after := sums(t, shop, company.Chosen{})
	changed := []string{"EMPLOYEE", "SALARY_HISTORY"} // by the raise, and by what its trigger wrote
	for table := range whole {
		if (whole[table] != after[table]) != slices.Contains(changed, table) {
			t.Errorf("%s: %v, %v", table, whole[table], after[table])
		}
	}
}
