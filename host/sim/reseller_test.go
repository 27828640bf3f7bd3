package sim

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/run"
)

const reseller = "../../scripts"

// resold is a store of the reseller's, with the script of its name and what the reseller's scripts share.
func resold(t *testing.T, p *Program, name string) *config.Config {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(reseller + "/lib/*.lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, filepath.Join(reseller, name+".lua")) {
		local, err := filepath.Rel(reseller, file)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, "scripts", local)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(reseller, "lojas", name+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	systems, err := fs.Sub(p.Builtin, "systems")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse(name+".toml", dir, text, p.Defaults, systems, run.CheckGrants)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheStoresOfTheResellerPassTheCheck(t *testing.T) {
	for name, rotates := range map[string]bool{"padaria": true, "supermercado": true, "contabilidade": true, "mercearia": false, "emporio": false} {
		p := program(t)
		c := resold(t, p, name)
		host := &run.Host{Config: c, Builtin: p.Builtin, Now: noTime}
		for _, m := range host.CheckEntries(t.Context()) {
			t.Errorf("%s: %s: %v", name, m.Key, m.Err)
		}
		asked, err := host.Program(name)
		if err != nil {
			t.Fatal(err)
		}
		permit, err := host.Permit(name, asked)
		if err != nil {
			t.Fatal(err)
		}
		for _, denied := range permit.Denied() {
			t.Errorf("%s: %v", name, denied)
		}
		for _, d := range c.Destinations {
			if !rotates {
				continue
			}
			if d.Keep == nil || !strings.HasPrefix(d.Keep.Script, name+":") {
				t.Errorf("%s: %s keeps by %+v", name, d.Name, d.Keep)
				continue
			}
			if err := host.CheckPolicy(t.Context(), d.Keep.Script); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// A year in which much goes wrong. In the end each store has its copies, the newest of its last working day.
func TestAYearOfTheStoresOfTheReseller(t *testing.T) {
	faults := []string{"off:20d@60", "failing:10d@100", "bad:10d@130", "clock:-10y/5d@160", "clock:+9y/3d@190", "stamp:+9y@210", "manual:20@230", "absent:local:20d@250"}
	for name, c := range map[string]struct {
		entries  []string
		days     int
		least    int // verified copies at each destination in the end
		faults   []string
		closings int
	}{
		"padaria":       {[]string{"backup", "aviso"}, 365, 12, []string{"absent:pendrive:20d@280"}, 0},
		"supermercado":  {[]string{"noite"}, 300, 35, []string{"absent:rede:20d@275"}, 0},
		"contabilidade": {[]string{"noite", "fechamento"}, 365, 30, []string{"absent:cofre:20d@280", "wrong:20d@310"}, 11},
	} {
		t.Run(name, func(t *testing.T) {
			p := program(t)
			life, end, err := p.life(t.Context(), resold(t, p, name), Simulation{
				Targets: c.entries, From: "2026-01-01", Days: c.days, Faults: append(slices.Clone(faults), c.faults...),
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := life.pass(t.Context(), end); err != nil {
				t.Fatal(err)
			}
			d := life.store.diary
			d.close(d.today())
			if len(d.lacks) > 0 {
				t.Errorf("lacks %+v", d.lacks)
			}
			last := d.days[c.days-1]
			for _, shelf := range last.Shelves {
				if shelf.Verified < c.least || shelf.Verified > c.least+50 || shelf.Newest < d.days[c.days-3].Day {
					t.Errorf("in the end %+v", shelf)
				}
			}
			months := map[string]bool{}
			for _, one := range life.store.copies {
				if one.Class == "closing" && stateOf(*one) == copies.Verified {
					months[one.Note] = true
				}
			}
			if len(months) < c.closings {
				t.Errorf("closed are %v", months)
			}
		})
	}
}
