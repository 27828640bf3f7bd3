package company_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/message"
)

// sketch makes a schema of lines like "VENDA ID! EMPRESA_ID CLIENTE_ID? -> CLIENTE.ID": a column with ! is of the primary
// key, one with ? may be NULL, and what an arrow follows refers there.
func sketch(lines ...string) company.Schema {
	var s company.Schema
	for _, line := range lines {
		words := strings.Fields(line)
		t := company.Table{Name: words[0]}
		key := company.Key{Name: "PK_" + t.Name, Primary: true}
		for i := 1; i < len(words); i++ {
			if words[i] == "->" {
				to, column, _ := strings.Cut(words[i+1], ".")
				from := t.Columns[len(t.Columns)-1].Name
				s.References = append(s.References, company.Reference{
					Name: fmt.Sprintf("FK_%s_%s", t.Name, from), From: t.Name, FromColumns: []string{from}, To: to, ToColumns: []string{column},
				})
				i++
				continue
			}
			name := strings.TrimRight(words[i], "!?")
			t.Columns = append(t.Columns, company.Column{Name: name, Kind: company.Whole, NotNull: !strings.HasSuffix(words[i], "?")})
			if strings.HasSuffix(words[i], "!") {
				key.Columns = append(key.Columns, name)
			}
		}
		if len(key.Columns) > 0 {
			t.Keys = []company.Key{key}
		}
		s.Tables = append(s.Tables, t)
	}
	return s
}

// told is a division in short: "VENDA by EMPRESA_ID", "ITEM through VENDA", "EMPRESA by ID, keeper".
func told(d company.Division) []string {
	var all []string
	for _, o := range d.Own {
		text := o.Table
		if o.Column != "" {
			text += " by " + o.Column
		}
		for i, r := range o.Through {
			text += []string{" through ", " or "}[min(i, 1)] + r.To
		}
		if o.Keeper {
			text += ", keeper"
		}
		all = append(all, text)
	}
	for _, name := range d.Shared {
		text := name + " shared"
		if slices.Contains(d.Unfiltered, name) {
			text += ", not said"
		}
		all = append(all, text)
	}
	for _, doubt := range d.Doubts {
		all = append(all, strings.TrimSpace("? "+doubt.What+" "+doubt.Table+" "+doubt.Took+" "+doubt.Other))
	}
	slices.Sort(all)
	return all
}

const query = "select ID as id, FANTASIA as name, CNPJ as cnpj from EMPRESA order by ID"

func TestTablesAreDivided(t *testing.T) {
	usual := company.Profile{Companies: query, Column: []string{"EMPRESA_ID"}, Shared: []string{"produto"}}
	for name, c := range map[string]struct {
		schema  company.Schema
		profile company.Profile
		want    []string
	}{
		"by column, by reference, shared": {
			sketch("EMPRESA ID!", "PRODUTO ID!", "VENDA ID! EMPRESA_ID -> EMPRESA.ID",
				"ITEM VENDA_ID! -> VENDA.ID SEQ! PRODUTO_ID -> PRODUTO.ID", "SERIE VENDA_ID! -> ITEM.VENDA_ID N!", "CIDADE ID!"),
			usual,
			[]string{"CIDADE shared, not said", "EMPRESA by ID, keeper", "ITEM through VENDA", "PRODUTO shared", "SERIE through ITEM", "VENDA by EMPRESA_ID"},
		},
		"the companies are found by the query where nothing refers to them": {
			sketch("EMPRESA ID! NOME", "VENDA ID! EMPRESA_ID"), company.Profile{Companies: query, Column: []string{"empresa_id"}},
			[]string{"EMPRESA by ID, keeper", "VENDA by EMPRESA_ID"},
		},
		"a query that tells nothing": {
			sketch("EMPRESA ID!", "VENDA ID! EMPRESA_ID"),
			company.Profile{Companies: "select cast(ID as varchar(9)) as id, 'x' as name, '' as cnpj from EMPRESA", Column: []string{"EMPRESA_ID"}},
			[]string{"? no_keeper", "EMPRESA shared, not said", "VENDA by EMPRESA_ID"},
		},
		"a branch belongs to itself, not to its head office": {
			sketch("EMPRESA ID! EMPRESA_ID? -> EMPRESA.ID", "VENDA ID! EMPRESA_ID -> EMPRESA.ID"), usual,
			[]string{"? no_table produto", "EMPRESA by ID, keeper", "VENDA by EMPRESA_ID"},
		},
		"what a row is a part of tells more than what it mentions": {
			sketch("CLIENTE ID! EMPRESA_ID", "PEDIDO ID! CLIENTE_ID -> CLIENTE.ID", "ITEM VENDEDOR_ID -> CLIENTE.ID PEDIDO_ID! -> PEDIDO.ID N!"),
			company.Profile{Column: []string{"EMPRESA_ID"}},
			[]string{"? no_keeper", "CLIENTE by EMPRESA_ID", "ITEM through PEDIDO", "PEDIDO through CLIENTE"},
		},
		"a surer reference is waited for": {
			sketch("A ID! VENDEDOR_ID? -> VENDEDOR.ID PEDIDO_ID! -> PEDIDO.ID", "PEDIDO ID! CLIENTE_ID? -> CLIENTE.ID",
				"CLIENTE ID! EMPRESA_ID", "VENDEDOR ID! EMPRESA_ID"),
			company.Profile{Column: []string{"EMPRESA_ID"}},
			[]string{"? loose PEDIDO CLIENTE", "? no_keeper", "A through PEDIDO", "CLIENTE by EMPRESA_ID", "PEDIDO through CLIENTE", "VENDEDOR by EMPRESA_ID"},
		},
		"references that may be NULL are asked in turn, and doubted": {
			sketch("CLIENTE ID! EMPRESA_ID", "VENDA ID! EMPRESA_ID", "RECEBER ID! CLIENTE_ID? -> CLIENTE.ID VENDA_ID? -> VENDA.ID"),
			company.Profile{Column: []string{"EMPRESA_ID"}},
			[]string{"? loose RECEBER CLIENTE", "? no_keeper", "CLIENTE by EMPRESA_ID", "RECEBER through CLIENTE or VENDA", "VENDA by EMPRESA_ID"},
		},
		"two equal ways": {
			sketch("CLIENTE ID! EMPRESA_ID", "VENDA ID! EMPRESA_ID", "RECEBER ID! VENDA_ID -> VENDA.ID CLIENTE_ID -> CLIENTE.ID"),
			company.Profile{Column: []string{"EMPRESA_ID"}},
			[]string{"? no_keeper", "? two_ways RECEBER CLIENTE VENDA", "CLIENTE by EMPRESA_ID", "RECEBER through CLIENTE", "VENDA by EMPRESA_ID"},
		},
		"circles and references to itself": {
			sketch("DEPTO EMPRESA_ID! CHEFE? -> PESSOA.ID ACIMA? -> DEPTO.EMPRESA_ID", "PESSOA ID! EMPRESA_ID -> DEPTO.EMPRESA_ID",
				"X ID! Y_ID -> Y.ID", "Y ID! X_ID? -> X.ID PAI? -> Y.ID"),
			company.Profile{Column: []string{"EMPRESA_ID"}},
			[]string{"DEPTO by EMPRESA_ID, keeper", "PESSOA by EMPRESA_ID", "X shared, not said", "Y shared, not said"},
		},
		"tables without keys, and a column that nobody has": {
			sketch("LOG EMPRESA_ID TEXTO?", "NOTA COD_EMPRESA", "SOLTA X?"), company.Profile{Column: []string{"EMPRESA_ID", "COD_EMPRESA", "LOJA"}},
			[]string{"? no_column  LOJA", "? no_keeper", "LOG by EMPRESA_ID", "NOTA by COD_EMPRESA", "SOLTA shared, not said"},
		},
	} {
		d, err := company.Divide(c.schema, c.profile)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, told(d)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for _, doubt := range d.Doubts {
			if strings.Contains(doubt.String(), "company.") || strings.Contains(doubt.String(), "no value") {
				t.Errorf("%s: doubt %q", name, doubt)
			}
		}
	}
}

func TestWithoutAColumnNothingIsDivided(t *testing.T) {
	_, err := company.Divide(sketch("VENDA ID!"), company.Profile{Companies: query})
	if message.Code(err) != "company.profile" {
		t.Error(err)
	}
	_, err = company.Divide(sketch("VENDA ID!"), company.Profile{Companies: query, Column: []string{"EMPRESA_ID"}})
	if message.Code(err) != "company.profile" || !strings.Contains(err.Error(), "EMPRESA_ID") {
		t.Error(err)
	}
}

func TestTheTableOfTheCompaniesIsReadFromTheQuery(t *testing.T) {
	for query, want := range map[string]string{
		"select ID as id, NOME as name, CNPJ as cnpj from EMPRESA order by ID":            "EMPRESA by ID, keeper",
		"select e.ID id, e.NOME as name, CNPJ as cnpj from EMPRESA e where e.ATIVA = 'S'": "EMPRESA by ID, keeper",
		"SELECT DISTINCT NOME AS NAME, Id,\n CNPJ FROM\n empresa":                         "EMPRESA by ID, keeper",
		`select "ID" as "id", NOME as name, CNPJ as cnpj from "EMPRESA" as x`:             "EMPRESA by ID, keeper",
		"select 1 as id, NOME as name, CNPJ as cnpj from EMPRESA":                         "EMPRESA shared, not said",
		"select ID + 1 as id, NOME as name from EMPRESA":                                  "EMPRESA shared, not said",
		"select ID as id from (select ID from EMPRESA)":                                   "EMPRESA shared, not said",
		"select ID as id from OUTRA":                                                      "EMPRESA shared, not said",
		"with x as (select ID from EMPRESA) select ID as id from x":                       "EMPRESA shared, not said",
		"": "EMPRESA shared, not said",
	} {
		d, err := company.Divide(sketch("EMPRESA ID! NOME?", "VENDA ID! EMPRESA_ID"), company.Profile{Companies: query, Column: []string{"EMPRESA_ID"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := told(d); !slices.Contains(got, want) {
			t.Errorf("%q: %v", query, got)
		}
	}
}

// drawSchema draws some tables with all kinds of references, also in circles and to themselves.
func drawSchema(t *rapid.T) company.Schema {
	n := rapid.IntRange(1, 9).Draw(t, "tables")
	var s company.Schema
	for i := range n {
		table := company.Table{Name: fmt.Sprintf("T%d", i), Columns: []company.Column{{Name: "ID", Kind: company.Whole, NotNull: true}}}
		if rapid.IntRange(0, 2).Draw(t, "belongs") == 0 {
			table.Columns = append(table.Columns, company.Column{Name: "EMPRESA_ID", Kind: company.Whole, NotNull: true})
		}
		key := company.Key{Name: "PK", Columns: []string{"ID"}, Primary: true}
		for j := range rapid.IntRange(0, 3).Draw(t, "references") {
			c := company.Column{Name: fmt.Sprintf("R%d", j), Kind: company.Whole, NotNull: rapid.Bool().Draw(t, "firm")}
			table.Columns = append(table.Columns, c)
			if c.NotNull && rapid.Bool().Draw(t, "identifying") {
				key.Columns = append(key.Columns, c.Name)
			}
			s.References = append(s.References, company.Reference{
				Name: fmt.Sprintf("F%d", j), From: table.Name, FromColumns: []string{c.Name},
				To: fmt.Sprintf("T%d", rapid.IntRange(0, n-1).Draw(t, "to")), ToColumns: []string{"ID"},
			})
		}
		table.Keys = []company.Key{key}
		s.Tables = append(s.Tables, table)
	}
	return s
}

func TestEveryDivisionHoldsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchema(t)
		p := company.Profile{Column: []string{"EMPRESA_ID"}}
		for _, table := range s.Tables {
			if rapid.IntRange(0, 4).Draw(t, "shared") == 0 {
				p.Shared = append(p.Shared, strings.ToLower(table.Name))
			}
		}
		d, err := company.Divide(s, p)
		if err != nil {
			if message.Code(err) != "company.profile" {
				t.Fatal(err)
			}
			return
		}
		place := map[string]int{}
		for i, o := range d.Own {
			if _, twice := place[o.Table]; twice || slices.Contains(d.Shared, o.Table) {
				t.Fatalf("%s is in twice", o.Table)
			}
			if slices.Contains(p.Shared, strings.ToLower(o.Table)) {
				t.Fatalf("%s was said to be shared", o.Table)
			}
			if (o.Column == "") == (len(o.Through) == 0) {
				t.Fatalf("%+v", o)
			}
			for j, r := range o.Through {
				at, earlier := place[r.To]
				if !earlier || at >= i || r.From != o.Table {
					t.Fatalf("%s goes through %s, which is not before it", o.Table, r.To)
				}
				firm := s.Table(o.Table).Column(r.FromColumns[0]).NotNull
				if firm && j < len(o.Through)-1 {
					t.Fatalf("%s asks behind a reference that is never NULL", o.Table)
				}
			}
			place[o.Table] = i
		}
		if len(d.Own)+len(d.Shared) != len(s.Tables) {
			t.Fatalf("%d and %d of %d", len(d.Own), len(d.Shared), len(s.Tables))
		}
		for _, r := range s.References { // what is shared and was not called so leads to nothing that is owned
			if _, owned := place[r.To]; owned && slices.Contains(d.Unfiltered, r.From) {
				t.Fatalf("%s refers to %s and is shared", r.From, r.To)
			}
		}
		shuffled := s
		shuffled.References = rapid.Permutation(s.References).Draw(t, "order")
		again, err := company.Divide(shuffled, p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d.Own, again.Own); diff != "" {
			t.Fatal("the order of the references matters: ", diff)
		}
	})
}
