package firebird

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestArgumentsOfEachWay(t *testing.T) {
	db := Database{Server: "servidor:3051", Path: `C:\Loja\LOJA 1.FDB`, User: "SYSDBA", Password: "secret"}
	local := Database{Path: "/dados/loja.fdb"}
	for _, c := range []struct {
		db   Database
		way  Way
		want []string
	}{
		{db, WayTCP, []string{"-b", "-g", "-v", `servidor/3051:C:\Loja\LOJA 1.FDB`, "stdout"}},
		{db, WayFIFO, []string{"-b", "-g", "-v", "-se", "servidor/3051:service_mgr", `C:\Loja\LOJA 1.FDB`, "/w/x"}},
		{db, WayFile, []string{"-b", "-g", "-v", "-se", "servidor/3051:service_mgr", `C:\Loja\LOJA 1.FDB`, "/w/x"}},
		{local, WayEmbedded, []string{"-b", "-g", "-v", "/dados/loja.fdb", "stdout"}},
	} {
		got := backupArgs(c.db, c.way, "/w/x", BackupOptions{})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(c.way, diff)
		}
		if strings.Contains(fmt.Sprint(got), "secret") {
			t.Error("the password is an argument")
		}
	}
}

func TestWaysOfEachSystem(t *testing.T) {
	served := Database{Server: "127.0.0.1:3050"}
	for _, c := range []struct {
		db     Database
		local  bool
		system string
		want   string
	}{
		{Database{}, true, "linux", "[embedded]"}, {served, true, "linux", "[fifo tcp file]"},
		{served, false, "linux", "[tcp]"}, {served, true, "windows", "[tcp file]"}, {served, false, "windows", "[tcp]"},
	} {
		if got := fmt.Sprint(ways(c.db, c.local, c.system)); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestServersAsToolsWriteThem(t *testing.T) {
	for server, want := range map[string]string{
		"host:3050": "host/3050:", "host": "host:", "10.0.0.1:3051": "10.0.0.1/3051:", "[::1]:3050": "[::1]/3050:", "localhost:gds_db": "localhost/gds_db:",
	} {
		if got := toolServer(server); got != want {
			t.Errorf("%s: %s, want %s", server, got, want)
		}
	}
	for server, want := range map[string]bool{
		"localhost:3050": true, "127.0.0.2:3050": true, "[::1]:3050": true, "servidor:3050": false, "10.0.0.1:3050": false, "": false,
	} {
		if got := (Database{Server: server}).Local(); got != want {
			t.Errorf("%s: %v", server, got)
		}
	}
}

// The pattern holds every name in one group, and nothing in a name means anything but itself.
func TestSkipPatternEscapesWhatMeansSomething(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune(`AZ09_$ "%|()[]{}^*+-?\ç`)), 1, 20, -1), 1, 5).Draw(t, "names")
		pattern := skipPattern(names)
		got := regexp.MustCompile(`\\(.)`).ReplaceAllString(pattern[1:len(pattern)-1], "$1")
		if got != strings.Join(names, "|") {
			t.Fatalf("%s means %s", pattern, got)
		}
		if bare := regexp.MustCompile(`\\.`).ReplaceAllString(pattern, ""); strings.ContainsAny(bare[1:len(bare)-1], `_%()[]{}^*+-?\`) {
			t.Fatalf("%s leaves a sign unescaped", pattern)
		}
	})
}

func TestEnvironmentHoldsNothingOfTheMachinesFirebird(t *testing.T) {
	got := environment([]string{"PATH=/bin", "ISC_USER=x", "isc_password=y", "FIREBIRD=/opt", "FIREBIRD_LOCK=/z", "LC_MESSAGES=pt", "LC_ALL=pt"},
		map[string]string{"ISC_USER": "SYSDBA"})
	if diff := cmp.Diff([]string{"PATH=/bin", "ISC_USER=SYSDBA", "LC_ALL=C.UTF-8"}, got); diff != "" {
		t.Error(diff)
	}
}
