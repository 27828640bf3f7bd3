package company_test

import (
	"context"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// meddler is a database in which somebody else writes while rows are being put in.
type meddler struct {
	firebird.File
	writes string
}

func (m meddler) Run(ctx context.Context, statements []firebird.Statement, done func(int)) ([][]string, error) {
	answers, err := m.File.Run(ctx, statements, done)
	if err == nil && strings.Contains(statements[len(statements)-1].SQL, "GEN_ID") {
		_, err = m.File.Run(ctx, []firebird.Statement{{SQL: m.writes}}, nil)
	}
	return answers, err
}

func TestARowThatIsNotAsItWasIsSeen(t *testing.T) {
	e := engine(t)
	db := firebirdtest.Demo(t)
	for name, writes := range map[string]string{
		"another company's row":      "update CLIENTE set LIMITE = LIMITE + 0.01 where ID = (select first 1 ID from CLIENTE where EMPRESA_ID = 1)",
		"a row of all companies":     "update PRODUTO set OBSERVACAO = OBSERVACAO || 'x' where ID = 25",
		"two that changed places":    "update PRODUTO set CUSTO = case ID when 10 then (select CUSTO from PRODUTO where ID = 11) else (select CUSTO from PRODUTO where ID = 10) end where ID in (10, 11)",
		"a value of its own":         "update PRE_VENDA_ITEM set QUANTIDADE = QUANTIDADE + 1 where PRE_VENDA_ID = (select first 1 ID from PRE_VENDA where EMPRESA_ID = 2)",
		"a row of the company's own": "delete from PRE_VENDA_ITEM where PRE_VENDA_ID = (select first 1 ID from PRE_VENDA where EMPRESA_ID = 2)",
	} {
		from := twin(t, e, db.Path)
		shop := open(t, meddler{twin(t, e, db.Path), writes}, demoProfile)
		x := company.Exchange{Into: shop, From: open(t, from, demoProfile), Companies: []string{"2"}}
		found, err := x.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err = x.Replace(t.Context(), found); message.Code(err) != "company.differs" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The engine's own hash takes these for the same.
func TestSumsTellWhatTheEnginesHashDoesNot(t *testing.T) {
	shop := open(t, connect(t, firebirdtest.Demo(t)), demoProfile)
	seen := map[company.Sum]string{}
	for _, change := range []string{
		"update GRUPO set NOME = 'x'", "update GRUPO set NOME = 'aq' where ID = 1", "update GRUPO set NOME = 'ba' where ID = 1",
		"update GRUPO set NOME = null where ID = 1", "update GRUPO set NOME = '' where ID = 1", "update GRUPO set NOME = 'x ' where ID = 1",
		"update GRUPO set NOME = 'aq' where ID = 2", "update GRUPO set NOME = trim(iif(ID = 1, 'aq', 'x'))", "insert into GRUPO values (99, 'x')",
	} {
		if strings.Contains(change, "null") {
			run(t, shop.Runner, "alter table GRUPO alter NOME drop not null")
		}
		run(t, shop.Runner, change)
		sum := sums(t, shop, company.Chosen{})["GRUPO"]
		if before, twice := seen[sum]; twice && change != "update GRUPO set NOME = trim(iif(ID = 1, 'aq', 'x'))" {
			t.Errorf("after %q the sum is as after %q", change, before)
		}
		seen[sum] = change
	}
	if len(seen) != 8 { // the last but one is the second again
		t.Errorf("%d sums", len(seen))
	}
}
