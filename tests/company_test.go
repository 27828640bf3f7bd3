package tests

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
)

// profiles are those of the systems that stories take companies from: the demonstration store's, and Firebird's own example,
// whose departments are companies.
var profiles = map[string]company.Profile{
	"demo": {Companies: "select ID as id, FANTASIA as name, CNPJ as cnpj from EMPRESA", Column: []string{"EMPRESA_ID"}, Shared: []string{"GRUPO", "PRODUTO"}},
	"departments": {
		Companies: "select DEPT_NO as id, DEPARTMENT as name, cast(null as varchar(14)) as cnpj from DEPARTMENT",
		Column:    []string{"DEPT_NO"}, Shared: []string{"COUNTRY", "JOB", "PROJECT", "CUSTOMER"},
	},
}

// onCompanies runs something on the database of a store, divided by its profile.
func onCompanies(ts *testscript.TestScript, store string, do func(context.Context, company.Side) error) {
	ctx := context.Background()
	conn, err := firebird.Connect(ctx, of(ts).databases[store])
	ts.Check(err)
	defer conn.Close()
	name := "demo"
	if _, err := os.Stat(filepath.Join(ts.MkAbs(store), "scripts", "systems", "departments.toml")); err == nil {
		name = "departments"
	}
	side, err := company.Open(ctx, conn, profiles[name])
	ts.Check(err)
	ts.Check(do(ctx, side))
}

func chosen(ts *testscript.TestScript, args []string) company.Chosen {
	switch args[0] {
	case "of":
		return company.Chosen{Of: args[1:]}
	case "beside":
		return company.Chosen{Beside: args[1:]}
	}
	ts.Fatalf("of or beside, not %s", args[0])
	return company.Chosen{}
}

func sums(ts *testscript.TestScript, args []string) map[string]string {
	found := map[string]string{}
	onCompanies(ts, args[1], func(ctx context.Context, s company.Side) error {
		all, err := s.Division.Sums(ctx, s.Runner, chosen(ts, args[2:]))
		for table, sum := range all {
			found[table] = fmt.Sprint(sum)
		}
		return err
	})
	return found
}

// sum NAME STORE of|beside COMPANY...: keeps checksums over every table: of the rows of these companies, or of all others.
func cmdSum(ts *testscript.TestScript, args []string) {
	if len(args) < 4 {
		ts.Fatalf("usage: sum NAME STORE of|beside COMPANY...")
	}
	of(ts).remembered[args[0]] = sums(ts, args)
}

// sums NAME STORE of|beside COMPANY...: every table has the checksum that it had then.
func cmdSums(ts *testscript.TestScript, args []string) {
	if len(args) < 4 {
		ts.Fatalf("usage: sums NAME STORE of|beside COMPANY...")
	}
	if differs := differing(of(ts).remembered[args[0]], sums(ts, args)); len(differs) > 0 || len(of(ts).remembered[args[0]]) < 5 {
		ts.Fatalf("other than then are %s", strings.Join(differs, ", "))
	}
}

// loses STORE COMPANY: somebody deletes a company of the demonstration store, with all that it has.
func cmdLoses(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: loses STORE COMPANY")
	}
	onCompanies(ts, args[0], func(ctx context.Context, s company.Side) error {
		var all []firebird.Statement
		run := func(format string, values ...any) {
			all = append(all, firebird.Statement{SQL: fmt.Sprintf(format, values...)})
		}
		for _, r := range s.Division.Schema.References { // sales of other companies to its clients
			if r.To == "CLIENTE" {
				run("update %s set CLIENTE_ID = null where CLIENTE_ID in (select ID from CLIENTE where EMPRESA_ID = %s)", r.From, args[1])
			}
		}
		for _, o := range slices.Backward(s.Division.Own) {
			switch {
			case o.Keeper: // last
			case o.Column != "" && o.Table != "CLIENTE":
				run("delete from %s where %s = %s", o.Table, o.Column, args[1])
			case o.Column == "":
				r := o.Through[0]
				run("delete from %s i where exists (select 1 from %s p where p.ID = i.%s and p.EMPRESA_ID = %s)", o.Table, r.To, r.FromColumns[0], args[1])
			}
		}
		run("delete from CLIENTE where EMPRESA_ID = %s", args[1])
		run("delete from EMPRESA where ID = %s", args[1])
		_, err := s.Runner.Run(ctx, all, nil)
		return err
	})
}
