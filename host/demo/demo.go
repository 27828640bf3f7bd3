// Package demo makes the demonstration store: a database as Brazilian retail systems have them (WIN1252, yearly and
// monthly archive tables, foreign keys, triggers, generators, texts with accents, blobs), of about 50,000 rows or of
// any size, and the document models that lie beside it.
//
// The same store comes out each time: nothing depends on the clock or on chance. It refuses to touch anything that
// exists.
package demo

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/djscript/djscript/host/firebird"
)

// Name is the store's name.
const Name = "Loja Demonstração"

// Options say how large the store is to be.
type Options struct {
	// Bytes is about how large the database file becomes; what is less than the usual store (18 MB) is that store.
	Bytes int64
	// Sales is how many sales there are, instead of Bytes; 10,000 make the usual store, and each four rows.
	Sales int64
	// Progress is told after each piece of work how many of all bytes there are.
	Progress func(done, total int64)
}

//go:embed schema.sql constraints.sql rows.sql modelos
var files embed.FS

// The usual store, some 50,000 rows.
const (
	products  = 2000
	customers = 1500
	presales  = 300
	movements = 200   // rows of each monthly table
	sales     = 10000 // over all years, with three items each on average
)

// Years with sales; the last one's are in the tables without a year.
const (
	firstYear = 2022
	lastYear  = 2026
)

// Measured on files of 18 MB to 1 GB: what a sale with its items, indices and document takes, and what lies beside.
const (
	saleBytes  = 1398
	otherBytes = 4_290_000
)

// saleBlock is how many sales are made at once; after each the rows are committed and a cancel is heard.
const saleBlock = 5000

// Create makes the store's database in a new file; after an error there is none. Errors are those of the server
// (fs.exists, db.*).
func Create(ctx context.Context, server *firebird.PrivateServer, path string, o Options) error {
	if o.Progress == nil {
		o.Progress = func(int64, int64) {}
	}
	if err := server.CreateDatabase(ctx, path, "WIN1252", 8192); err != nil {
		return err
	}
	if err := create(ctx, server, path, o); err != nil {
		// Also after a cancel, but not for ever.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTime)
		defer cancel()
		return errors.Join(err, server.Tools().DropDatabase(ctx, server.Database(path)))
	}
	return nil
}

// dropTime is how long a database that was not finished may take to be dropped.
const dropTime = 10 * time.Second

// create makes the rows while the server does not wait for the disk.
func create(ctx context.Context, server *firebird.PrivateServer, path string, o Options) error {
	services, err := firebird.ConnectServices(ctx, server.Database(path))
	if err != nil {
		return err
	}
	if err := services.ForcedWrites(ctx, path, false); err != nil {
		return err
	}
	if err := fillDatabase(ctx, server, path, o); err != nil {
		return err
	}
	return services.ForcedWrites(ctx, path, true)
}

func fillDatabase(ctx context.Context, server *firebird.PrivateServer, path string, o Options) error {
	if err := script(ctx, server, path, "schema.sql", archiveTables()); err != nil {
		return err
	}
	conn, err := firebird.Connect(ctx, server.Database(path))
	if err != nil {
		return err
	}
	g := &generator{conn: conn, blocks: blocks(), options: o, sales: o.sales()}
	if err := errors.Join(g.run(ctx), conn.Close()); err != nil {
		return err
	}
	if err := script(ctx, server, path, "constraints.sql", g.constraints()); err != nil {
		return err
	}
	o.Progress(g.total(), g.total())
	return nil
}

// sales is how many sales a store of that size has, at least one a year.
func (o Options) sales() int64 {
	if o.Sales > 0 {
		return max(o.Sales, lastYear-firstYear+1)
	}
	return max(sales, (o.Bytes-otherBytes)/saleBytes)
}

// WriteModels writes the store's document models, as its system keeps them, into a folder, which is made.
func WriteModels(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write document models: %w", err)
	}
	names, err := fs.Glob(files, "modelos/*")
	if err != nil {
		return fmt.Errorf("write document models: %w", err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("write document models: %w", err)
		}
		file, err := os.OpenFile(filepath.Join(dir, filepath.Base(name)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return fmt.Errorf("write document models: %w", err)
		}
		_, err = file.Write(text)
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("write document models: %w", err)
		}
	}
	return nil
}

// script runs one of our files, and more, through isql.
func script(ctx context.Context, server *firebird.PrivateServer, path, name, more string) error {
	text, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("make demonstration store: %w", err)
	}
	// Without SET AUTODDL OFF each definition is a transaction of its own, and a hundred of them take as long as all rows.
	if out, err := server.Script(ctx, path, "SET AUTODDL OFF;\n"+string(text)+"\n"+more+"\nCOMMIT;\n"); err != nil {
		return fmt.Errorf("make demonstration store: %s: %w: %s", name, err, out)
	}
	return nil
}

// archiveTables are the definitions of the tables of past years and months.
func archiveTables() string {
	var b strings.Builder
	for year := firstYear; year < lastYear; year++ {
		fmt.Fprintf(&b, `CREATE TABLE VENDA_%[1]d (ID INTEGER NOT NULL, EMPRESA_ID INTEGER NOT NULL, CLIENTE_ID INTEGER,
			CAIXA SMALLINT NOT NULL, EMITIDA TIMESTAMP NOT NULL, TOTAL D_DINHEIRO, CANCELADA D_SIM_NAO, XML BLOB SUB_TYPE TEXT);
			CREATE TABLE VENDA_ITEM_%[1]d (VENDA_ID INTEGER NOT NULL, SEQUENCIA SMALLINT NOT NULL, PRODUTO_ID INTEGER NOT NULL,
			QUANTIDADE D_QUANTIDADE, UNITARIO D_DINHEIRO, TOTAL COMPUTED BY (CAST(QUANTIDADE * UNITARIO AS NUMERIC(15,2))));
			`, year)
	}
	for _, month := range months() {
		fmt.Fprintf(&b, `CREATE TABLE MOV_%s (ID INTEGER NOT NULL, EMPRESA_ID INTEGER NOT NULL, PRODUTO_ID INTEGER NOT NULL,
			DIA DATE NOT NULL, TIPO CHAR(1) NOT NULL, QUANTIDADE D_QUANTIDADE, SALDO D_QUANTIDADE);
			`, month)
	}
	return b.String()
}

// months are those with a table of stock movements: "2024_01" to "2025_12".
func months() []string {
	var names []string
	for year := 2024; year < lastYear; year++ {
		for month := 1; month <= 12; month++ {
			names = append(names, fmt.Sprintf("%d_%02d", year, month))
		}
	}
	return names
}

// blocks are the templates of rows.sql by name.
func blocks() map[string]*template.Template {
	text, err := files.ReadFile("rows.sql")
	if err != nil {
		panic(err) // it is embedded
	}
	found := map[string]*template.Template{}
	for _, block := range strings.Split(string(text), "\n-- ")[1:] {
		name, body, _ := strings.Cut(block, "\n")
		found[name] = template.Must(template.New(name).Option("missingkey=error").Parse(body))
	}
	return found
}

// place is what a block's places are filled with.
type place struct {
	Products, Customers, Presales int
	Seed, First, Offset, Count    int64
	Step                          int64
	Year                          int
	Suffix, Day                   string
}

func fill(block *template.Template, p place) (string, error) {
	p.Products, p.Customers, p.Presales = products, customers, presales
	var b bytes.Buffer
	if err := block.Execute(&b, p); err != nil {
		return "", fmt.Errorf("make demonstration store: %w", err)
	}
	return b.String(), nil
}
