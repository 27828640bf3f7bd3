package company_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// twins are the demonstration store twice: what it is, and what the copy has.
func twins(t *testing.T) (shop, copied company.Side) {
	t.Helper()
	e := engine(t)
	path := firebirdtest.Demo(t).Path
	return open(t, twin(t, e, path), demoProfile), open(t, twin(t, e, path), demoProfile)
}

func putBack(t *testing.T, shop, copied company.Side, names ...string) ([]company.Returned, []company.Change) {
	t.Helper()
	done, changes, err := company.Tables{Into: shop.Runner, From: copied.Runner, Names: names}.Return(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return done, changes
}

// import overwrites prices and texts, and takes products and groups away; the shop has gone on selling since.
var badImport = []string{
	"alter trigger PRODUTO_BU inactive",
	"update PRODUTO set PRECO = 0.01, DESCRICAO = 'TESTE ' || ID, OBSERVACAO = null where ID > 5",
	"delete from PRODUTO where ID = 90000",
	"alter trigger PRODUTO_BU active",
	"insert into VENDA (EMPRESA_ID, CAIXA, EMITIDA, XML) values (1, 1, timestamp '2026-11-20 10:00', 'Depois da cópia')",
	"insert into PRODUTO (ID, GRUPO_ID, CODIGO_BARRAS, DESCRICAO) values (90001, 1, '7891', 'Novo de hoje')",
}

func TestTablesComeBackAndAllElseStays(t *testing.T) {
	shop, copied := twins(t)
	for _, on := range []company.Side{shop, copied} {
		run(t, on.Runner, "insert into PRODUTO (ID, GRUPO_ID, CODIGO_BARRAS, DESCRICAO) values (90000, 1, '7890', 'Nunca vendido')")
	}
	run(t, shop.Runner, badImport...)
	before, good := sums(t, shop, company.Chosen{}), sums(t, copied, company.Chosen{})
	done, changes := putBack(t, shop, copied, "PRODUTO")
	if len(changes) > 0 || len(done) != 1 || done[0].Rows != good["PRODUTO"].Rows || done[0].Stay != 1 || done[0].Back != good["PRODUTO"].Rows+1-before["PRODUTO"].Rows || done[0].Made {
		t.Errorf("%+v, %v", done, changes)
	}
	run(t, shop.Runner, "alter trigger PRODUTO_BU inactive", "delete from PRODUTO where ID = 90001")
	after := sums(t, shop, company.Chosen{})
	if after["PRODUTO"] != good["PRODUTO"] || before["PRODUTO"] == good["PRODUTO"] {
		t.Errorf("%v, want %v", after["PRODUTO"], good["PRODUTO"])
	}
	delete(after, "PRODUTO")
	delete(before, "PRODUTO")
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	if on := run(t, copied.Runner, "select rdb$trigger_inactive from rdb$triggers where rdb$trigger_name = 'PRODUTO_BU'"); on[0][0] == "1" {
		t.Error("the trigger sleeps")
	}
}

func TestATableThatIsGoneIsMadeAgain(t *testing.T) {
	shop, copied := twins(t)
	for _, on := range []company.Side{copied, shop} {
		run(t, on.Runner,
			"create domain D_NOTA varchar(30) character set win1252 default _utf8 'Olá; é isso' not null",
			"create domain D_FICA numeric(9,2) default 1.5",

			"create table ANTIGA (ID integer not null, EMPRESA_ID integer, NOTA D_NOTA, VALOR D_FICA, PESO numeric(18,4), TAXA decimal(4,1), QUANDO timestamp default current_timestamp not null, DIA date, HORA time, "+
				"F float, D double precision, B blob sub_type 1 character set utf8, X blob, O char(3) character set octets, S smallint, G bigint, DOBRO computed by (VALOR * 2), constraint PK_ANTIGA primary key (ID), constraint UQ_ANTIGA unique (NOTA))",
			"alter table ANTIGA add constraint FK_ANTIGA foreign key (EMPRESA_ID) references EMPRESA (ID) on delete set null on update cascade",
			"create unique index IX_ANTIGA_1 on ANTIGA (DIA, HORA)", "create descending index IX_ANTIGA_2 on ANTIGA (PESO)",
			"insert into ANTIGA (ID, EMPRESA_ID, NOTA, PESO, TAXA, DIA, HORA, F, D, B, X, O, S, G) values (1, 1, 'São ''João''', 12345.6789, 9.5, date '2024-02-29', time '23:59:59', 1.5, 2.25, 'açúcar', 'x', x'010203', -3, 9223372036854775807)",
			"create table SEM_CHAVE (A integer, B varchar(10))", "insert into SEM_CHAVE values (1, 'a')", "insert into SEM_CHAVE values (1, 'a')", "insert into SEM_CHAVE values (null, null)",
			"grant select on ANTIGA to CAIXA",
		)
	}
	copied = open(t, copied.Runner, demoProfile)
	good := sums(t, copied, company.Chosen{})
	run(t, shop.Runner, "drop table ANTIGA", "drop table SEM_CHAVE", "drop domain D_NOTA")
	done, _ := putBack(t, shop, copied, "SEM_CHAVE", "ANTIGA")
	if !done[0].Made || !done[1].Made || done[0].Rows != 3 || done[0].Back != 3 || done[1].Stay != 0 {
		t.Errorf("%+v", done)
	}
	shop = open(t, shop.Runner, demoProfile)
	if diff := cmp.Diff(good, sums(t, shop, company.Chosen{})); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"ANTIGA", "SEM_CHAVE"} {
		if diff := cmp.Diff(copied.Division.Schema.Table(name), shop.Division.Schema.Table(name)); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(copied.Division.Schema.References, shop.Division.Schema.References); diff != "" {
		t.Error(diff)
	}
	for _, question := range []string{
		"select i.rdb$index_name || ' ' || coalesce(i.rdb$index_type, 0) || ' ' || coalesce(i.rdb$unique_flag, 0) from rdb$indices i where i.rdb$relation_name = 'ANTIGA' order by 1",
		"select rdb$update_rule || rdb$delete_rule from rdb$ref_constraints where rdb$constraint_name = 'FK_ANTIGA'",
		"select trim(rdb$user) || rdb$privilege from rdb$user_privileges where rdb$relation_name = 'ANTIGA' and rdb$user = 'CAIXA'",
		"select DOBRO || ' ' || VALOR || ' ' || NOTA from ANTIGA",
	} {
		if diff := cmp.Diff(run(t, copied.Runner, question), run(t, shop.Runner, question)); diff != "" {
			t.Errorf("%s: %s", question, diff)
		}
	}
	var defaults [2]string
	for i, on := range []company.Side{copied, shop} {
		run(t, on.Runner, "insert into ANTIGA (ID) values (2)")
		defaults[i] = run(t, on.Runner, "select NOTA || ' ' || VALOR from ANTIGA where ID = 2")[0][0]
	}
	if defaults[0] != defaults[1] || !strings.HasSuffix(defaults[0], "isso 1.50") {
		t.Errorf("%q", defaults)
	}
}

// A text with accents in a definition is the same text, whatever the connection writes it in.
func TestATextInADefinitionStaysAsItIs(t *testing.T) {
	e, db := engine(t), firebirdtest.Demo(t)
	firebirdtest.Script(t, db, "create table CARTA (ID integer not null primary key, SAUDE varchar(20) default 'Olá, Açaí'); commit; insert into CARTA (ID) values (1); commit;")
	shop, copied := open(t, twin(t, e, db.Path), demoProfile), open(t, twin(t, e, db.Path), demoProfile)
	run(t, shop.Runner, "drop table CARTA")
	putBack(t, shop, copied, "CARTA")
	run(t, shop.Runner, "insert into CARTA (ID) values (2)")
	if got := run(t, shop.Runner, "select count(distinct SAUDE) || ' ' || min(char_length(SAUDE)) || ' ' || count(*) from CARTA"); got[0][0] != "1 9 2" {
		t.Error(got)
	}
}

func TestRowsOfOneTableThatReferToEachOtherComeBack(t *testing.T) {
	shop, copied := twins(t)
	for _, on := range []company.Side{shop, copied} {
		run(t, on.Runner, "create table CHEFE (ID integer not null primary key, DE integer references CHEFE (ID), NOME varchar(10))",
			"insert into CHEFE values (9, null, 'a')", "insert into CHEFE values (5, 9, 'b')", "insert into CHEFE values (1, 5, 'c')", "update CHEFE set DE = 1 where ID = 9")
	}
	good := run(t, copied.Runner, "select ID || ' ' || DE || ' ' || NOME from CHEFE order by ID")
	run(t, shop.Runner, "update CHEFE set DE = null, NOME = 'x'", "delete from CHEFE where ID > 4", "insert into CHEFE values (20, 1, 'hoje')")
	putBack(t, shop, copied, "CHEFE")
	if diff := cmp.Diff(good, run(t, shop.Runner, "select ID || ' ' || DE || ' ' || NOME from CHEFE where ID < 20 order by ID")); diff != "" {
		t.Error(diff)
	}
	if got := run(t, shop.Runner, "select DE || NOME from CHEFE where ID = 20"); got[0][0] != "1hoje" {
		t.Error(got)
	}
}

func TestTablesThatCanNotComeBackAreAllNamed(t *testing.T) {
	shop, copied := twins(t)
	run(t, shop.Runner, "create table SO_AQUI (A integer)", "create table SEM_CHAVE (A integer)", "alter table GRUPO add FIRME integer",
		"update GRUPO set FIRME = 1", "alter table GRUPO alter FIRME set not null")
	run(t, copied.Runner, "create table SEM_CHAVE (A integer)")
	before := sums(t, shop, company.Chosen{})
	_, _, err := company.Tables{Into: shop.Runner, From: copied.Runner, Names: []string{"SO_AQUI", "SEM_CHAVE", "PRODUTO", "PRODUTO", "GRUPO", "NADA"}}.Return(t.Context())
	for _, words := range []string{"no table SO_AQUI", "no table NADA", "rows of the table SEM_CHAVE apart", "PRODUTO is named twice", "FIRME"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not say %q", err, words)
		}
	}
	if diff := cmp.Diff(before, sums(t, shop, company.Chosen{})); diff != "" {
		t.Error(diff)
	}
	run(t, shop.Runner, "alter table GRUPO drop FIRME")
	for _, on := range []company.Side{shop, copied} {
		run(t, on.Runner, "create table PAI (ID integer not null primary key)", "create table FILHO (ID integer not null primary key, DE integer references PAI)")
	}
	run(t, copied.Runner, "insert into PAI values (1)", "insert into FILHO values (1, 1)")
	_, _, err = company.Tables{Into: shop.Runner, From: copied.Runner, Names: []string{"FILHO"}}.Return(t.Context())
	if message.Code(err) != "company.structure" || !strings.Contains(err.Error(), "FILHO") {
		t.Errorf("rows that refer to nothing: %v", err)
	}
	putBack(t, shop, copied, "FILHO", "PAI")
}

// spoiling changes something when all rows are there, and before anybody looks at them.
type spoiling struct {
	company.Runner
	sql    string
	filled bool
}

func (s *spoiling) Run(ctx context.Context, statements []firebird.Statement, done func(int)) ([][]string, error) {
	if s.filled && s.sql != "" {
		sql := s.sql
		s.sql = ""
		if _, err := s.Runner.Run(ctx, []firebird.Statement{{SQL: sql}}, nil); err != nil {
			return nil, err
		}
	}
	return s.Runner.Run(ctx, statements, done)
}

func TestWhatWentWrongIsSeen(t *testing.T) {
	for name, sql := range map[string]string{
		"another table":        "update EMPRESA set RAZAO = 'X' where ID = 1",
		"a row that came back": "update PRODUTO set OBSERVACAO = 'X' where ID = 7",
		"one that is gone":     "delete from GRUPO where ID = 999",
		"nothing":              "",
	} {
		shop, copied := twins(t)
		run(t, copied.Runner, "insert into GRUPO values (999, 'Só na cópia')")
		into := &spoiling{Runner: shop.Runner, sql: sql}
		x := company.Tables{Into: into, From: copied.Runner, Names: []string{"GRUPO", "PRODUTO"}}
		mending := 0
		x.Done = func(part company.Part, done, total int) {
			if part == company.Filling && done == total-1 {
				mending++
				into.filled = mending > 1 // rows first, then generators
			}
		}
		if _, _, err := x.Return(t.Context()); (message.Code(err) == "company.differs") != (sql != "") || into.sql != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
