package restore

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// demoSystem is what builtin/systems/demo.toml says.
var demoSystem = copies.System{
	Name: "demo", Companies: "select ID as id, FANTASIA as name, CNPJ as cnpj from EMPRESA order by ID", Newest: "select max(EMITIDA) from VENDA",
	Evidence: []string{"select sum(TOTAL) from VENDA"}, Column: []string{"EMPRESA_ID"}, Shared: []string{"GRUPO", "PRODUTO"},
	Archive: "VENDA_{yyyy} VENDA_ITEM_{yyyy} MOV_{yyyy}_{mm}",
}

// chain is a store of three companies with past years.
func chain(t *testing.T) *store {
	t.Helper()
	s := storeOf(t, firebirdtest.Demo(t))
	s.Databases[0].System, s.Prover.Databases[0].System = demoSystem, demoSystem
	s.db = s.Databases[0]
	return s
}

// side is a database of the server, open to be asked.
func side(t *testing.T, db firebird.Database) company.Side {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s, err := company.Open(t.Context(), conn, demoSystem.Profile())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sums are checksums over every table.
func (s *store) sums(db firebird.Database, chosen company.Chosen) map[string]company.Sum {
	s.Helper()
	conn, err := firebird.Connect(s.Context(), db)
	if err != nil {
		s.Fatal(err)
	}
	defer conn.Close()
	on, err := company.Open(s.Context(), conn, s.db.System.Profile())
	if err != nil {
		s.Fatal(err)
	}
	found, err := on.Division.Sums(s.Context(), conn, chosen)
	if err != nil {
		s.Fatal(err)
	}
	return found
}

func (s *store) same(what string, want, got map[string]company.Sum) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s: %s", what, diff)
	}
}

// deletes is the mistake: everything of a company is gone.
func (s *store) deletes(id string) {
	s.Helper()
	d := side(s.T, s.db.At).Division
	var all []string
	for _, r := range d.Schema.References { // sales of other companies to its clients
		if r.To == "CLIENTE" {
			all = append(all, fmt.Sprintf("update %s set CLIENTE_ID = null where CLIENTE_ID in (select ID from CLIENTE where EMPRESA_ID = %s)", r.From, id))
		}
	}
	for _, o := range slices.Backward(d.Own) {
		switch {
		case o.Keeper: // last
		case o.Column != "" && o.Table != "CLIENTE":
			all = append(all, fmt.Sprintf("delete from %s where %s = %s", o.Table, o.Column, id))
		case o.Column == "":
			r := o.Through[0]
			all = append(all, fmt.Sprintf("delete from %s i where exists (select 1 from %s p where p.ID = i.%s and p.EMPRESA_ID = %s)", o.Table, r.To, r.FromColumns[0], id))
		}
	}
	all = append(all, "delete from CLIENTE where EMPRESA_ID = "+id, "delete from EMPRESA where ID = "+id, "commit")
	firebirdtest.Script(s.T, s.db.At, strings.Join(all, ";\n")+";")
}

// sold is what went on in the other companies since.
const sold = `
insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA, XML) values (1, 1, timestamp '2026-11-20 10:00', 'Depois da cópia');
insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA) values (3, 1, timestamp '2026-11-20 10:01');
update PRODUTO set PRECO = PRECO + 1 where ID < 10;
insert into GRUPO values (99, 'Depois');
commit;`

func (s *store) choosing(ids ...string) Options {
	o := s.options()
	o.Companies = ids
	return o
}

var everything = company.Chosen{}

func of(ids ...string) company.Chosen     { return company.Chosen{Of: ids} }
func beside(ids ...string) company.Chosen { return company.Chosen{Beside: ids} }

func TestADeletedCompanyComesBackAndTheOthersAreUntouched(t *testing.T) {
	s := chain(t)
	c := s.copy()
	ours := s.sums(s.db.At, of("2"))
	s.deletes("2")
	firebirdtest.Script(t, s.db.At, sold)
	others, all := s.sums(s.db.At, beside("2")), s.sums(s.db.At, everything)
	result := s.restore(c, s.choosing("2"))
	s.same("the company", ours, s.sums(s.db.At, of("2")))
	s.same("the others", others, s.sums(s.db.At, beside("2")))
	if result.Way != Exchanged || len(result.Companies) != 1 || result.Companies[0].ID != "2" || result.Rows["EMPRESA"] != 1 || result.Rows["VENDA_2023"] == 0 ||
		len(result.Told)+len(result.Changes)+len(result.Along)+len(result.Held) > 0 {
		t.Errorf("%+v", result)
	}
	if result.PreRestore == nil || result.PreRestore.State != copies.Sealed || result.Seconds.Build <= 0 || result.Seconds.Proof <= 0 {
		t.Errorf("%+v, %+v", result.PreRestore, result.Seconds)
	}
	s.leaves("loja.fdb.before-1")
	next := side(t, s.db.At)
	if _, err := next.Runner.Run(t.Context(), []firebird.Statement{{SQL: "insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA) values (2, 1, timestamp '2026-11-21 10:00')"}}, nil); err != nil {
		t.Errorf("the next sale: %v", err)
	}
	if _, err := s.Undo(t.Context(), "", s.options().Gate); err != nil {
		t.Fatal(err)
	}
	s.same("undone", all, s.sums(s.db.At, everything))
}

func TestWhatTheChosenCompaniesHadSinceGoesWithThem(t *testing.T) {
	s := chain(t)
	c := s.copy()
	ours := s.sums(s.db.At, of("1", "3"))
	firebirdtest.Script(t, s.db.At, sold+"insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA) values (2, 1, timestamp '2026-11-20 10:02'); commit;")
	others := s.sums(s.db.At, beside("1", "3"))
	s.restore(c, s.choosing("3", "1"))
	s.same("the companies", ours, s.sums(s.db.At, of("1", "3")))
	s.same("the others", others, s.sums(s.db.At, beside("1", "3")))
}

// All companies of the copy, with nothing there besides, are the copy whole: shared tables too.
func TestAllCompaniesAreTheWholeCopy(t *testing.T) {
	s := chain(t)
	c := s.copy()
	then := s.sums(s.db.At, everything)
	firebirdtest.Script(t, s.db.At, sold)
	if result := s.restore(c, s.choosing("1", "2", "3")); result.Way != Whole {
		t.Errorf("%+v", result)
	}
	s.same("all", then, s.sums(s.db.At, everything))
}

// partial makes a copy of these companies, from a year on.
func (s *store) partial(from int, ids ...string) copies.Copy {
	s.Helper()
	set, err := s.maker.Create(s.Context(), copies.Options{
		Databases: s.Databases, To: s.Safety, Class: copies.Routine, Verify: copies.VerifyNever, Companies: map[string][]string{"loja": ids}, ArchiveFrom: from,
	})
	if err != nil || len(set.Copies) != 1 {
		s.Fatalf("%v, %d copies", err, len(set.Copies))
	}
	return set.Copies[0]
}

func TestFromAPartialCopyOnlyWhatItHoldsComesBack(t *testing.T) {
	s := chain(t)
	c := s.partial(2025, "2")
	ours := s.sums(s.db.At, of("2"))
	firebirdtest.Script(t, s.db.At, sold+`
update CLIENTE set NOME = 'Estragado' where EMPRESA_ID = 2;
update VENDA_2022 set XML = 'depois' where EMPRESA_ID = 2;
update VENDA_2025 set XML = 'depois' where EMPRESA_ID = 2;
commit;`)
	now, others := s.sums(s.db.At, of("2")), s.sums(s.db.At, beside("2"))
	s.refused(c, s.options(), "guard.companies", "1 Loja Demonstração, 3 Empório Pão & Café")
	s.refused(c, s.options(), "guard.companies", "VENDA_2022")
	s.restore(c, s.choosing("2"))
	got := s.sums(s.db.At, of("2"))
	s.same("the others", others, s.sums(s.db.At, beside("2")))
	for table, sum := range got {
		want := ours[table]
		if year := company.Archive([]string{table}, demoSystem.Archive); len(year) > 0 && year[0].Year < 2025 {
			want = now[table]
		}
		if sum != want {
			t.Errorf("%s: %v, want %v", table, sum, want)
		}
	}
	if got["CLIENTE"] == now["CLIENTE"] || got["VENDA_2025"] == now["VENDA_2025"] || now["VENDA_2022"] == ours["VENDA_2022"] {
		t.Error("nothing was there to come back")
	}
}

// A copy that leaves years out takes none away, also where all its companies come.
func TestYearsThatTheCopyHasNotStayAsTheyAre(t *testing.T) {
	s := chain(t)
	c := s.partial(2025)
	firebirdtest.Script(t, s.db.At, "delete from VENDA_ITEM_2025; commit;")
	now := s.sums(s.db.At, everything)
	s.refused(c, s.options(), "guard.companies", "VENDA_2022")
	if result := s.restore(c, s.choosing("1", "2", "3")); result.Way != Exchanged {
		t.Errorf("%+v", result)
	}
	got := s.sums(s.db.At, everything)
	if got["VENDA_2022"] != now["VENDA_2022"] || now["VENDA_2022"].Rows == 0 || got["VENDA_ITEM_2025"].Rows == 0 {
		t.Errorf("%v, %v", got, now)
	}
}

func TestYearsThatAreNotAskedForStayAsTheyAre(t *testing.T) {
	s := chain(t)
	c := s.copy()
	firebirdtest.Script(t, s.db.At, "update VENDA_2022 set XML = 'depois' where EMPRESA_ID = 2; delete from VENDA_ITEM_2025; commit;")
	now := s.sums(s.db.At, everything)
	o := s.options()
	o.ArchiveFrom = 2025
	if result := s.restore(c, o); result.Way != Exchanged || len(result.Companies) != 3 {
		t.Errorf("%+v", result)
	}
	got := s.sums(s.db.At, everything)
	if got["VENDA_2022"] != now["VENDA_2022"] || got["VENDA_ITEM_2025"] == now["VENDA_ITEM_2025"] || got["VENDA_ITEM_2025"].Rows == 0 {
		t.Errorf("%v, %v", got, now)
	}
}

func TestTheOthersAreEliminatedWhereThatIsMeant(t *testing.T) {
	s := chain(t)
	c := s.copy()
	shared, ours := s.sums(s.db.At, beside("1", "2", "3")), s.sums(s.db.At, of("2"))
	firebirdtest.Script(t, s.db.At, sold)
	o := s.choosing("2")
	o.Eliminate, o.ArchiveFrom = true, 2025
	p, err := s.Preview(t.Context(), c, o)
	if err != nil || p.Way != Part || len(p.Eliminated()) != 2 || p.Refused != nil {
		t.Fatalf("%+v, %v", p, err)
	}
	result := s.restore(c, o)
	s.same("shared", shared, s.sums(s.db.At, beside("1", "2", "3")))
	got := s.sums(s.db.At, everything)
	if result.Way != Part || got["EMPRESA"].Rows != 1+result.Along["EMPRESA"] || got["VENDA"].Rows != ours["VENDA"].Rows || got["VENDA_2022"].Rows != 0 || got["VENDA_2025"].Rows == 0 {
		t.Errorf("%+v, %v", result, got)
	}
	if result.Rows["VENDA"] != ours["VENDA"].Rows || result.PreRestore == nil {
		t.Errorf("%+v", result)
	}
	s.leaves("loja.fdb.before-1")
}

func TestStructureThatChangedSinceIsNamedAndKeptOrStops(t *testing.T) {
	s := chain(t)
	firebirdtest.Script(t, s.db.At, "alter table CLIENTE add ANTIGO varchar(20); commit; update CLIENTE set ANTIGO = 'x'; commit;")
	c := s.copy()
	firebirdtest.Script(t, s.db.At, "alter table CLIENTE drop ANTIGO; alter table CLIENTE add NOVO varchar(20) default 'novo'; commit; update CLIENTE set NOVO = 'daqui'; commit;")
	others := s.sums(s.db.At, beside("2"))
	result := s.restore(c, s.choosing("2"))
	s.same("the others", others, s.sums(s.db.At, beside("2")))
	if told := strings.Join(result.Changes, "\n"); len(result.Changes) != 2 || !strings.Contains(told, "ANTIGO") || !strings.Contains(told, "NOVO") {
		t.Errorf("%q", result.Changes)
	}
	answers, err := side(t, s.db.At).Runner.Run(t.Context(), []firebird.Statement{{SQL: "select distinct EMPRESA_ID || ' ' || NOVO from CLIENTE order by 1", Answers: true}}, nil)
	if err != nil || !slices.Equal(answers[0], []string{"1 daqui", "2 daqui", "2 novo", "3 daqui"}) { // some are held by other companies' sales

		t.Errorf("%q, %v", answers, err)
	}
	firebirdtest.Script(t, s.db.At, "alter table CLIENTE add FIRME integer; commit; update CLIENTE set FIRME = 1; commit; alter table CLIENTE alter FIRME set not null; commit;")
	s.stopped(c, s.choosing("2"), "company.structure", "FIRME")
}

// stopped wants the restore itself to be refused, and everything as it was.
func (s *store) stopped(c copies.Copy, o Options, code, words string) {
	s.Helper()
	before, kept := s.sums(s.db.At, everything), s.beside()
	l, err := s.Look(s.Context(), c, o)
	if err != nil {
		s.Fatal(err)
	}
	defer l.Close()
	if _, err := s.Restore(s.Context(), l); message.Code(err) != code || !strings.Contains(err.Error(), words) {
		s.Errorf("error %v, want %s: %s", err, code, words)
	}
	s.same("all", before, s.sums(s.db.At, everything))
	if s.gate.closed || s.Pending() {
		s.Error("it is not over")
	}
	s.leaves(kept...)
}

func TestAKeyThatAnotherCompanyHasNowStopsEverything(t *testing.T) {
	s := chain(t)
	c := s.copy()
	taken, err := side(t, s.db.At).Runner.Ask(t.Context(), "select max(ID) from CLIENTE where EMPRESA_ID = 2")
	if err != nil {
		t.Fatal(err)
	}
	s.deletes("2")
	firebirdtest.Script(t, s.db.At, "insert into CLIENTE (ID, EMPRESA_ID, NOME) values ("+taken[0][0]+", 1, 'Outro'); commit;")
	s.stopped(c, s.choosing("2"), "company.collision", "CLIENTE")
}

func TestADatabaseThatGbakCanNotReadTakesNoCompanies(t *testing.T) {
	s := chain(t)
	c := s.copy()
	s.Make = func(ctx context.Context, o copies.Options) (copies.Set, error) {
		return copies.Set{}, message.New("db.corrupt", "restore.stuck", nil)
	}
	s.stopped(c, s.choosing("2"), "db.corrupt", "")
}

func TestWhereEveryCopyIsEncryptedTheKeyIsWantedBefore(t *testing.T) {
	s := chain(t)
	c := s.copy()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	s.Safety = []copies.Destination{{Name: "local", Path: s.Safety[0].Path, Recipients: []string{id.Recipient().String()}}}
	s.refused(c, s.choosing("2"), "copy.encrypted", "")
	o := s.choosing("2")
	o.Keys = copies.Keys{id}
	s.maker.Destinations, s.Prover.Destinations = s.Safety, s.Safety
	s.restore(c, o)
}

func TestACompanyOfADatabaseThatDoesNotOpen(t *testing.T) {
	s := chain(t)
	c := s.copy()
	ours := s.sums(s.db.At, of("2"))
	if err := os.WriteFile(s.db.At.Path, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.refused(c, s.choosing("2"), "guard.companies", "")
	o := s.choosing("2")
	o.Eliminate = true
	s.restore(c, o)
	s.same("the company", ours, s.sums(s.db.At, of("2")))
}

// What the server builds beside the live database goes, also where nobody is there any more to take it away.
func TestWhatTheServerHasBuiltIsTakenAway(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	l, err := s.Look(t.Context(), c, s.choosing("1"))
	if err != nil {
		t.Fatal(err)
	}
	s.Prover.Bench.Tools.Version.Major = 2
	s.died = func() {
		if len(s.beside()) == 2 { // both are built
			panic("killed")
		}
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("it was not cut off")
			}
		}()
		_, _ = s.Restore(t.Context(), l)
	}()
	s.died = nil
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if told := s.Finish(t.Context()); message.Code(told) != "restore.undone" || content(t, s.db.At) != sold {
		t.Errorf("%v", told)
	}
	s.leaves()
}

func TestOnTheStoresServerToo(t *testing.T) {
	s := chain(t)
	c := s.copy()
	ours := s.sums(s.db.At, of("2"))
	s.deletes("2")
	firebirdtest.Script(t, s.db.At, sold)
	others := s.sums(s.db.At, beside("2"))
	l, err := s.Look(t.Context(), c, s.choosing("2"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s.Prover.Bench.Tools.Version.Major = 2 // Firebird 2.5 brings no engine that we could use
	if _, err := s.Restore(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	s.same("the company", ours, s.sums(s.db.At, of("2")))
	s.same("the others", others, s.sums(s.db.At, beside("2")))
	s.leaves("loja.fdb.before-1")
}
