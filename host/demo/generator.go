package demo

import (
	"context"
	"fmt"
	"strings"
	"text/template"

	"github.com/djscript/djscript/host/firebird"
)

// generator fills the tables, block by block, inside the engine.
type generator struct {
	conn    *firebird.Conn
	blocks  map[string]*template.Template
	options Options
	sales   int64 // over all years
	made    int64
}

func (g *generator) run(ctx context.Context) error {
	err := g.conn.Transaction(ctx, func(tx *firebird.Transaction) error {
		for _, name := range []string{"registers", "products", "customers", "presales"} {
			if err := g.block(ctx, tx, name, place{}); err != nil {
				return err
			}
		}
		return g.movements(ctx, tx)
	})
	if err != nil {
		return err
	}
	for year := firstYear; year <= lastYear; year++ {
		if err := g.year(ctx, year); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) movements(ctx context.Context, tx *firebird.Transaction) error {
	for i, month := range months() {
		day := strings.ReplaceAll(month, "_", "-") + "-01"
		err := g.block(ctx, tx, "movement", place{Seed: int64(i) + 1, Count: movements, Suffix: "_" + month, Day: day})
		if err != nil {
			return err
		}
	}
	return nil
}

// year makes a fifth of all sales.
func (g *generator) year(ctx context.Context, year int) error {
	count := g.perYear()
	p := place{Year: year, Suffix: fmt.Sprintf("_%d", year), Step: max(1, 31_000_000/count)}
	if year == lastYear {
		p.Suffix, p.Step = "", max(1, 25_900_000/count) // the year is not over: the last sale is of October
	}
	for p.Offset = 0; p.Offset < count; p.Offset += saleBlock {
		p.Count = min(saleBlock, count-p.Offset)
		p.First = g.made + 1
		p.Seed = 1 + p.First%1_000_000
		err := g.conn.Transaction(ctx, func(tx *firebird.Transaction) error { return g.block(ctx, tx, "sales", p) })
		if err != nil {
			return err
		}
		g.made += p.Count
		g.options.Progress(otherBytes+g.made*saleBytes, g.total()+1)
	}
	return nil
}

func (g *generator) perYear() int64 { return g.sales / (lastYear - firstYear + 1) }

// total is about how many bytes the database will have.
func (g *generator) total() int64 { return otherBytes + g.sales*saleBytes }

func (g *generator) block(ctx context.Context, tx *firebird.Transaction, name string, p place) error {
	text, err := fill(g.blocks[name], p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, text)
	return err
}

// constraints are those of the tables of every year and month, and the generators' values.
func (g *generator) constraints() string {
	var b strings.Builder
	for year := firstYear; year <= lastYear; year++ {
		suffix := fmt.Sprintf("_%d", year)
		if year == lastYear {
			suffix = ""
		}
		fmt.Fprintf(&b, `ALTER TABLE VENDA%[1]s ADD CONSTRAINT PK_VENDA%[1]s PRIMARY KEY (ID);
			ALTER TABLE VENDA%[1]s ADD CONSTRAINT FK_VENDA_EMPRESA%[1]s FOREIGN KEY (EMPRESA_ID) REFERENCES EMPRESA (ID);
			ALTER TABLE VENDA%[1]s ADD CONSTRAINT FK_VENDA_CLIENTE%[1]s FOREIGN KEY (CLIENTE_ID) REFERENCES CLIENTE (ID);
			ALTER TABLE VENDA_ITEM%[1]s ADD CONSTRAINT PK_VENDA_ITEM%[1]s PRIMARY KEY (VENDA_ID, SEQUENCIA);
			ALTER TABLE VENDA_ITEM%[1]s ADD CONSTRAINT FK_VENDA_ITEM%[1]s FOREIGN KEY (VENDA_ID) REFERENCES VENDA%[1]s (ID);
			ALTER TABLE VENDA_ITEM%[1]s ADD CONSTRAINT FK_ITEM_PRODUTO%[1]s FOREIGN KEY (PRODUTO_ID) REFERENCES PRODUTO (ID);
			`, suffix)
	}
	for _, month := range months() {
		fmt.Fprintf(&b, `ALTER TABLE MOV_%[1]s ADD CONSTRAINT PK_MOV_%[1]s PRIMARY KEY (ID);
			ALTER TABLE MOV_%[1]s ADD CONSTRAINT FK_MOV_PRODUTO_%[1]s FOREIGN KEY (PRODUTO_ID) REFERENCES PRODUTO (ID);
			`, month)
	}
	for name, value := range map[string]int64{
		"GEN_PRODUTO": products, "GEN_CLIENTE": customers, "GEN_PRE_VENDA": presales, "GEN_VENDA": g.made,
	} {
		fmt.Fprintf(&b, "SET GENERATOR %s TO %d;\n", name, value)
	}
	return b.String()
}
