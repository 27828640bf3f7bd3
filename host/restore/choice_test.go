package restore

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

func TestEveryMistakeInAChoiceIsToldAtOnce(t *testing.T) {
	s := chain(t)
	c := s.copy()
	before := s.sums(s.db.At, everything)
	o := s.choosing("2", "9", "2", "7")
	o.ArchiveFrom = 25
	for _, words := range []string{"company 9; it has: 1 Loja", "company 7; it has", "company 2 is twice", "not a year: 25"} {
		s.refused(c, o, "option.value", words)
	}
	s.refused(c, s.choosing("9"), "company.not_found", "9")
	s.refused(c, s.choosing("2", "2"), "option.value", "twice")
	o = s.options()
	o.Companies = []string{}
	s.refused(c, o, "option.value", "no company")
	s.same("all", before, s.sums(s.db.At, everything))
	s.leaves()
}

// previewed is a preview that nothing keeps from being told.
func (s *store) previewed(c copies.Copy, o Options) *Preview {
	s.Helper()
	before := s.sums(s.db.At, everything)
	p, err := s.Preview(s.Context(), c, o)
	if err != nil {
		s.Fatal(err)
	}
	s.same("looked at", before, s.sums(s.db.At, everything))
	s.leaves()
	return p
}

func (p *Preview) table(company, name string) (found CompanyTable) {
	for _, c := range p.Companies {
		for _, t := range c.Tables {
			if c.ID == company && t.Name == name {
				found = t
			}
		}
	}
	return found
}

func TestAPreviewTellsWhatBecomesOfEachCompanyAndTable(t *testing.T) {
	s := chain(t)
	firebirdtest.Script(t, s.db.At, "alter table CLIENTE add ANTIGO varchar(20); commit;")
	c := s.copy()
	firebirdtest.Script(t, s.db.At, sold+"delete from VENDA_ITEM_2025; alter table CLIENTE drop ANTIGO; commit;")
	fates := func(p *Preview) map[string]string {
		all := map[string]string{}
		for _, one := range p.Companies {
			all[one.ID] = one.Fate
		}
		for _, t := range p.Tables {
			all[t.Name] = t.Fate
		}
		return all
	}
	whole := s.previewed(c, s.options())
	if got := fates(whole); whole.Way != Whole || got["1"] != FateReplaced || got["PRODUTO"] != FateReplaced || whole.Lost != 3 || whole.Deep || whole.DeepSeconds < 1 {
		t.Errorf("%+v", whole)
	}
	o := s.choosing("1", "2")
	o.ArchiveFrom = 2024
	shallow := s.previewed(c, o)
	got := fates(shallow)
	for name, want := range map[string]string{
		"1": FateReplaced, "2": FateReplaced, "3": FateKept, "PRODUTO": FateKept, "VENDA": FateReplaced, "VENDA_2022": FateKept, "VENDA_2025": FateReplaced,
	} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if shallow.Way != Exchanged || shallow.Lost != 0 || !strings.Contains(strings.Join(shallow.Warnings, "\n"), "--deep") {
		t.Errorf("%+v", shallow)
	}
	o.Deep = true
	deep := s.previewed(c, o)
	sale, items := deep.table("1", "VENDA"), deep.table("2", "VENDA_ITEM_2025")
	if !deep.Deep || deep.Lost != 1 || sale.Lost != 1 || sale.Now != sale.Copy+1 || items.Now != 0 || items.Copy == 0 || items.Lost != 0 {
		t.Errorf("lost %d, %+v, %+v", deep.Lost, sale, items)
	}
	if kept := deep.table("3", "VENDA"); kept.Now != kept.Copy+1 || kept.Lost != 0 {
		t.Errorf("%+v", kept)
	}
	if !strings.Contains(strings.Join(deep.Changes, "\n"), "ANTIGO") || strings.Contains(strings.Join(deep.Warnings, "\n"), "--deep") {
		t.Errorf("%q, %q", deep.Changes, deep.Warnings)
	}
	o.Eliminate = true
	gone := s.previewed(c, o)
	if got := fates(gone); gone.Way != Part || got["3"] != FateEliminated || got["VENDA_2022"] != FateEliminated || !slices.Contains(gone.Sacrifices(), "VENDA_2022") {
		t.Errorf("%+v", gone)
	}
	if sale := gone.table("3", "VENDA"); sale.Lost != sale.Now || sale.Now == 0 {
		t.Errorf("%+v", sale)
	}
}

// What had to be guessed of whose the rows are is said before they are replaced.
func TestAPreviewTellsWhatIsNotCertainOfCompanies(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	s.Databases[0].System.Column = append(s.Databases[0].System.Column, "FILIAL_ID")
	s.Databases[0].System.Shared = append(s.Databases[0].System.Shared, "MARCA")
	warned := strings.Join(s.previewed(c, s.choosing("1")).Warnings, "\n")
	for _, words := range []string{"no table has the column FILIAL_ID", "MARCA: the profile calls it shared"} {
		if !strings.Contains(warned, words) {
			t.Errorf("%q is not in %s", words, warned)
		}
	}
	if warned := s.previewed(c, s.options()).Warnings; strings.Contains(strings.Join(warned, "\n"), "FILIAL_ID") {
		t.Errorf("of a whole restore: %q", warned)
	}
}

// A proof has counted by company, so that a preview need not restore anything to tell what they would lose.
func TestAPreviewOfAProvenCopyTellsCompaniesApartAtOnce(t *testing.T) {
	s := chain(t)
	c := s.copied(copies.VerifyRestore)
	firebirdtest.Script(t, s.db.At, sold+"insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA) values (2, 1, timestamp '2026-11-20 10:02'); commit;")
	p := s.previewed(c, s.choosing("1"))
	mine, other := p.table("1", "VENDA"), p.table("2", "VENDA")
	if p.Deep || p.Lost != 1 || mine.Now != mine.Copy+1 || mine.Lost != 1 || other.Now != other.Copy+1 || other.Lost != 0 || strings.Contains(strings.Join(p.Warnings, "\n"), "--deep") {
		t.Errorf("lost %d, %+v, %+v, %q", p.Lost, mine, other, p.Warnings)
	}
	if past := p.table("1", "VENDA_2025"); past.Name != "" {
		t.Errorf("%+v", past)
	}
	whole := s.previewed(c, s.options())
	if mine, other := whole.table("1", "VENDA"), whole.table("2", "VENDA"); mine.Lost != 1 || other.Lost != 1 {
		t.Errorf("%+v, %+v", mine, other)
	}
	o := s.choosing("1")
	o.Deep = true
	if deep := s.previewed(c, o); len(deep.Changes) != 0 || deep.table("1", "VENDA") != mine {
		t.Errorf("%q, %+v", deep.Changes, deep.table("1", "VENDA"))
	}
	firebirdtest.Script(t, s.db.At, "alter table PRE_VENDA add FILIAL_ID integer; commit; update PRE_VENDA set FILIAL_ID = EMPRESA_ID; commit;")
	s.Databases[0].System.Column = []string{"FILIAL_ID", "EMPRESA_ID"}
	if again := s.previewed(c, s.choosing("1")); again.table("1", "VENDA") != mine {
		t.Errorf("by another column now: %+v", again.table("1", "VENDA"))
	}
}

func TestADeepPreviewNamesWhatWouldStopIt(t *testing.T) {
	s := chain(t)
	c := s.copy()
	firebirdtest.Script(t, s.db.At, "alter table CLIENTE add FIRME integer; commit; update CLIENTE set FIRME = 1; commit; alter table CLIENTE alter FIRME set not null; commit;")
	o := s.choosing("2")
	o.Deep = true
	if p := s.previewed(c, o); message.Code(p.Refused) != "company.structure" || !strings.Contains(p.Refused.Error(), "FIRME") {
		t.Errorf("%v", p.Refused)
	}
	o.Companies = []string{"9"}
	if p, err := s.Preview(t.Context(), c, o); err != nil || message.Code(p.Refused) != "company.not_found" || len(p.Companies) != 3 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestWhereTheLiveCompaniesCanNotBeToldTheyAreNotGivenUp(t *testing.T) {
	s := chain(t)
	c, part := s.copy(), s.partial(0, "2")
	then := s.sums(s.db.At, of("1", "2", "3"))
	firebirdtest.Script(t, s.db.At, "insert into EMPRESA (ID, RAZAO, FANTASIA, CNPJ) values (9, 'Nova', 'Nova', '11222333000900'); commit;")
	s.Databases[0].System.Companies = "select NADA from EMPRESA"
	if p := s.previewed(c, s.options()); !strings.Contains(strings.Join(p.Warnings, "\n"), "whether the copy lacks one") {
		t.Errorf("%q", p.Warnings)
	}
	s.refused(part, s.options(), "guard.companies", "1, 3")
	result := s.restore(c, s.choosing("1", "2", "3"))
	if result.Way != Exchanged {
		t.Errorf("%+v", result)
	}
	got := s.sums(s.db.At, everything)
	if now := s.sums(s.db.At, of("1", "2", "3")); got["EMPRESA"].Rows != 4 || now["VENDA"] != then["VENDA"] {
		t.Errorf("%v", got)
	}
}

func TestACompanyToAFolder(t *testing.T) {
	s := chain(t)
	c := s.copy()
	dir := filepath.Join(t.TempDir(), "volta")
	o := s.choosing("2")
	result, err := To(t.Context(), s.Prover, c, dir, o)
	if err != nil || result.Way != Part || len(result.Companies) != 1 || result.Rows["VENDA"] == 0 || result.Rows["VENDA"] >= s.sums(s.db.At, everything)["VENDA"].Rows {
		t.Errorf("%+v, %v", result, err)
	}
	s.Prover.Databases[0].System.Column = []string{"NADA"} // found out when the copy is restored
	if _, err := To(t.Context(), s.Prover, c, dir+"3", o); message.Code(err) != "company.profile" {
		t.Errorf("%v", err)
	}
	if exists(dir + "3") {
		t.Error("its folder is left")
	}
	o.Companies = []string{"9"}
	if _, err := To(t.Context(), s.Prover, c, dir+"2", o); message.Code(err) != "company.not_found" || exists(dir+"2") {
		t.Errorf("%v", err)
	}
	s.leaves()
}
