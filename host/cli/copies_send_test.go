package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
)

func TestADestinationThatWasAwayIsBroughtUpToDate(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\n[destination.pen]\npath = \"@/pen\"\nkeep = { last = 3 }\n")
	s.nights(3, "2026-11-12") // 1, 2, 3 on both
	for _, day := range []string{"2026-11-13", "2026-11-14", "2026-11-16", "2026-11-17"} {
		s.put(day, copies.Verified, nil, "local")
	}
	s.put("2026-11-18", copies.Sealed, nil, "local")
	s.put("2026-11-19", copies.Verified, func(m *copies.Manifest) { m.To = []string{"local"} }, "local")
	s.run("", "copies", "pin", "4", "--reason", "x").wants(t, 0)
	if err := os.Rename(s.at("pen"), s.at("fora")); err != nil {
		t.Fatal(err)
	}
	for line, exit := range map[string]int{"send --missing": 3, "send --missing pen": 1} {
		told := s.run("", append([]string{"copies"}, strings.Fields(line)...)...)
		if told.wants(t, exit); strings.Count(told.err, "destination pen is not there") != 1 || strings.Count(told.err, "→") != 1 {
			t.Errorf("%s tells of pen:\n%s", line, told.err)
		}
	}
	s.run("", "copies", "send", "1", "--to", "local").wants(t, 0, "Copy 1 of loja lies at: local")
	for _, where := range []string{"pen", "nada"} {
		if said := s.run("", "copies", "send", "--missing", where); strings.Contains(said.out, "Nothing is missing") {
			t.Errorf("nobody knows what is missing at %s: %s", where, said.out)
		}
	}
	if err := os.Rename(s.at("fora"), s.at("pen")); err != nil {
		t.Fatal(err)
	}
	s.run("", "copies", "send", "--missing").wants(t, 0, "Copy 7 of loja lies at: local, pen", "Copy 6", "Copy 5", "Copy 4")
	if got := s.zips("pen"); got != "1 2 3 4 5 6 7" { // 8 is not proven, 9 was not made for it
		t.Errorf("pen has %s", got)
	}
	s.run("", "copies", "send", "--missing", "pen", "local").wants(t, 0, "Nothing is missing")
	s.run("", "copies", "check", "--all").wants(t, 0)
	s.run("", "copies", "list", "--where", "pen", "--state", "verified").wants(t, 0, "7   loja")

	// What only the policy of the destination would drop at once is not brought there.
	for _, day := range []string{"2026-11-20", "2026-11-21", "2026-11-23", "2026-11-24"} {
		s.put(day, copies.Verified, nil, "local")
	}
	var got outcome
	s.run("", "copies", "send", "--missing", "--json").json(t, &got)
	if strings.Count(string(got.Value), `"seq"`) != 3 || s.zips("pen") != "1 2 3 4 5 6 7 11 12 13" {
		t.Errorf("sent %s, pen has %s", got.Value, s.zips("pen"))
	}
}

func TestCopiesAreSentWhereAPersonSays(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\n[destination.pen]\npath = \"@/pen\"\n[destination.rede]\npath = \"@/rede\"\n")
	s.put("2026-11-19", copies.Verified, func(m *copies.Manifest) { m.To = nil }, "local")
	s.put("2026-11-20", copies.Sealed, nil, "local")
	for _, line := range []string{"send", "send 1", "send --to pen", "send 1 --to pen --missing", "send 1 --missing --waive pen"} {
		s.run("", append([]string{"copies"}, strings.Fields(line)...)...).wants(t, 2, "what goes where")
	}
	s.run("", "copies", "send", "1", "--to", "penn").wants(t, 2, `did you mean "pen"?`)
	s.run("", "copies", "send", "1", "--to", "lua,pen,sol").wants(t, 2, `"lua"`, `"sol"`)
	s.run("", "copies", "send", "1", "2", "99", "--to", "pen,rede").wants(t, 1, "Copy 1 of loja lies at: local, pen, rede", "Copy 2", "99", "bringing loja to the destination", "reading loja back from every destination")
	if s.zips("pen") != "1 2" || s.zips("rede") != "1 2" {
		t.Errorf("sent %s and %s", s.zips("pen"), s.zips("rede"))
	}
	if err := os.RemoveAll(s.at("rede")); err != nil {
		t.Fatal(err)
	}
	s.put("2026-11-21", copies.Verified, nil, "local")
	s.run("", "copies", "send", "3", "--to", "pen", "--to", "rede").wants(t, 3, "Copy 3 of loja lies at: local, pen", "warning:", "rede")
	s.run("", "history").wants(t, 0, "copies:send")
}

// A copy that somebody deleted and that is sent anew lies there, and is not missing besides.
func TestACopyThatIsSentAnewIsNotMissing(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\n[destination.pen]\npath = \"@/pen\"\n")
	name := s.put("2026-11-19", copies.Verified, nil, "local", "pen")
	zips, err := filepath.Glob(filepath.Join(s.at("pen"), "*.zip*"))
	if err != nil || len(zips) == 0 {
		t.Fatal(name, zips, err)
	}
	for _, zip := range zips {
		if err := os.Remove(zip); err != nil {
			t.Fatal(err)
		}
	}
	s.run("", "copies", "list").wants(t, 0, "pen (missing)")
	s.run("", "copies", "send", "1", "--to", "pen").wants(t, 0, "Copy 1 of loja lies at: local, pen\n")
}

// A destination that will never come back holds no copy back once a person says so.
func TestAWaivedDestinationIsNotWaitedFor(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { last = 1 }\n[destination.pen]\npath = \"@/pen\"\n")
	for _, day := range []string{"2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"} {
		s.put(day, copies.Verified, nil, "local")
	}
	if got := s.planned("local"); got.of("drop") != "" {
		t.Fatalf("drops %s, which pen waits for", got.of("drop"))
	}
	s.run("", "copies", "send", "1", "2", "3", "4", "5", "--waive", "pen").wants(t, 0, "Copy 1 of loja need not reach pen")
	if got := s.planned("local"); got.of("drop") != "1 2" {
		t.Errorf("drops %s", got.of("drop"))
	}
	s.run("", "copies", "send", "--missing").wants(t, 0, "Nothing is missing")
	s.run("", "copies", "send", "1", "--waive", "outro").wants(t, 2, "outro")
	s.run("", "copies", "send", "1", "--waive", "local").wants(t, 2, "lies at local already: there is nothing to waive")
}
