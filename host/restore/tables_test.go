package restore

import (
	"strings"
	"testing"

	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func (s *store) tables(names ...string) Options {
	o := s.options()
	o.Tables = names
	return o
}

func TestProductsOfYesterdayComeBackAndTodaysSalesStay(t *testing.T) {
	s := chain(t)
	firebirdtest.Script(t, s.db.At, "insert into PRODUTO (ID, GRUPO_ID, CODIGO_BARRAS, DESCRICAO) values (90000, 1, '7890', 'Nunca vendido'); commit;")
	c := s.copy()
	good := s.sums(s.db.At, everything)
	firebirdtest.Script(t, s.db.At, sold+`
update PRODUTO set PRECO = 0.01, DESCRICAO = 'TESTE ' || ID where ID > 5;
delete from PRODUTO where ID = 90000;
insert into PRODUTO (ID, GRUPO_ID, CODIGO_BARRAS, DESCRICAO) values (90001, 1, '7891', 'Novo de hoje');
drop table MOV_2024_07;
commit;`)
	all := s.sums(s.db.At, everything)
	o := s.tables("PRODUTO", "MOV_2024_07")
	p, err := s.Preview(t.Context(), c, o)
	if err != nil || p.Refused != nil || p.Way != Returned || p.Lost != 0 || len(p.Eliminated()) > 0 || !strings.Contains(strings.Join(p.Warnings, "\n"), "PRODUTO, MOV_2024_07") {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, table := range p.Tables {
		want := map[string]string{"PRODUTO": FateReplaced, "MOV_2024_07": FateNew}[table.Name]
		if want == "" {
			want = FateKept
		}
		if table.Fate != want {
			t.Errorf("%+v", table)
		}
	}
	result := s.restore(c, o)
	if len(result.Tables) != 2 || result.Tables[0].Back != 1 || result.Tables[0].Stay != 1 || !result.Tables[1].Made || result.PreRestore == nil || result.KeptOld == "" {
		t.Errorf("%+v", result)
	}
	now := s.sums(s.db.At, everything)
	if now["MOV_2024_07"] != good["MOV_2024_07"] || now["PRODUTO"] == all["PRODUTO"] || now["PRODUTO"].Rows != good["PRODUTO"].Rows+1 {
		t.Errorf("%v, %v, %v", now["MOV_2024_07"], now["PRODUTO"], good["PRODUTO"])
	}
	for table, sum := range all {
		if table != "PRODUTO" && now[table] != sum {
			t.Errorf("%s changed", table)
		}
	}
	firebirdtest.Script(t, s.db.At, "delete from PRODUTO where ID = 90001; commit;")
	if again := s.sums(s.db.At, everything)["PRODUTO"]; again != good["PRODUTO"] {
		t.Errorf("%v, want %v", again, good["PRODUTO"])
	}
	if _, err := s.Undo(t.Context(), "", s.options().Gate); err != nil {
		t.Fatal(err)
	}
	s.same("undone", all, s.sums(s.db.At, everything))
}

func TestTablesThatCanNotBeChosenAreAllNamed(t *testing.T) {
	s := chain(t)
	c := s.copy()
	before := s.sums(s.db.At, everything)
	o := s.tables("PRODUTO", "produto", "NADA")
	o.Companies = []string{"2"}
	for _, words := range []string{"alone", "no table NADA", "PRODUTO is named twice"} {
		s.refused(c, o, "option.value", words)
	}
	o = s.options()
	o.Tables = []string{}
	s.refused(c, o, "option.value", "no table is named")
	firebirdtest.Script(t, s.db.At, "create table PAI (ID integer not null primary key); create table FILHO (ID integer not null primary key, DE integer references PAI); commit; insert into PAI values (1); insert into FILHO values (1, 1); commit;")
	c = s.copy()
	firebirdtest.Script(t, s.db.At, "delete from FILHO; delete from PAI; commit;")
	s.stopped(c, s.tables("FILHO"), "company.structure", "FILHO")
	firebirdtest.Script(t, s.db.At, "drop table FILHO; commit; drop table PAI; commit;")
	s.same("all", before, s.sums(s.db.At, everything))
}
