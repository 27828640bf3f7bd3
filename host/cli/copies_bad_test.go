package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
)

// harm changes a byte of a copy's zip at a destination.
func (s *shelf) harm(where, seq string) {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.at(where), "*-"+strings.Repeat("0", 6-len(seq))+seq+"-*.zip"))
	if err != nil || len(found) != 1 {
		s.t.Fatal(found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		s.t.Fatal(err)
	}
	text[40] ^= 0x10
	if err := os.WriteFile(found[0], text, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) losesLedger(where string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.at(where), ".djscript", "ledger.jsonl")); err != nil {
		s.t.Fatal(err)
	}
}

// Whoever looks at a destination whose ledger knows too little is told, and what will be done about it.
func TestALedgerThatIsLostIsToldToWhoeverLooks(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	s.run("", "copies", "prune", "--yes").wants(t, 0)
	for _, line := range []string{"copies plan", "copies prune --dry-run", "copies list", "doctor"} {
		if said := s.run("", strings.Fields(line)...); strings.Contains(said.out+said.err, "the ledger of destination") {
			t.Errorf("%s, and nothing is lost: %s%s", line, said.out, said.err)
		}
	}
	s.losesLedger("local")
	short, then := "the ledger of destination local does not know 18 of the copies there", "the next backup enters the copies again"
	for line, exit := range map[string]int{
		"copies plan": 3, "copies plan local": 3, "copies prune --dry-run": 3, "copies prune local --yes": 3,
		"copies list": 0, "copies list --where local": 0, "copies list --trash": 0,
	} {
		s.run("", strings.Fields(line)...).wants(t, exit, short, then)
	}
	said := s.run("", "doctor")
	if !strings.Contains(said.out, short) {
		t.Errorf("doctor says nothing of it: %s", said.out)
	}
	for _, line := range []string{"copies plan rede --policy last=3", "copies list --where rede"} {
		if said := s.run("", strings.Fields(line)...); strings.Contains(said.err, "the ledger of destination") {
			t.Errorf("%s: %s", line, said.err)
		}
	}
	var got plans
	s.run("", "copies", "plan", "--json").json(t, &got)
	if len(got.Errors) != 1 || got.Errors[0].Code != "guard.ledger" {
		t.Errorf("%+v", got.Errors)
	}
}

func TestACopyThatIsBadAtOnePlaceIsFoundByWhoAsksForThose(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(3, "2026-11-20")
	s.run("", "copies", "list", "--state", "bad").wants(t, 0, "no copy is like that")
	s.harm("local", "2")
	s.run("", "copies", "check", "2").wants(t, 1, "BAD at: local")
	s.run("", "copies", "list", "--state", "bad").wants(t, 0, "2   loja", "local (BAD), rede")
	s.run("", "copies", "list", "--state", "bad", "--where", "local").wants(t, 0, "2   loja")
	s.run("", "copies", "list", "--state", "bad", "--where", "rede").wants(t, 0, "no copy is like that")
	s.run("", "copies", "list", "--state", "bad", "--since", "2026-11-20").wants(t, 0, "no copy is like that")
	if said := s.run("", "copies", "list", "--state", "verified"); !strings.Contains(said.out, "2   loja") {
		t.Errorf("it is proven still, at the other: %s", said.out)
	}
	for _, lost := range []bool{false, true} {
		if lost {
			s.losesLedger("local")
		}
		said := s.run("", "doctor")
		if !strings.Contains(said.out, "copies at local are bad: 2\n") || strings.Contains(said.out, "copies at rede are bad") ||
			!strings.Contains(said.out, "djscript copies send 2 --to local") {
			t.Errorf("ledger lost %t, doctor says: %s", lost, said.out)
		}
	}
}

// A pin holds nothing in the trash: whoever pins a copy that lies there is told how to bring it back.
func TestAPinnedCopyInTheTrashIsToldToBeThere(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(21, "2026-11-20")
	s.run("", "copies", "prune", "--yes").wants(t, 0)
	s.run("", "copies", "pin", "3", "--reason", "audit").wants(t, 3, "Copy 3 of loja is pinned: audit", "copy 3 lies in the trash of local", "→ bring it back: djscript copies untrash 3 --from local")
	s.run("", "copies", "why", "3").wants(t, 0, "Lies in the trash of local until about 2026-11-27", "though it is pinned, and can come back: djscript copies untrash 3 --from local")
	if said := s.run("", "copies", "why", "4"); strings.Contains(said.out, "though it is pinned") {
		t.Error(said.out)
	}
	s.run("", "copies", "untrash", "3", "--from", "local").wants(t, 0)
	s.run("", "copies", "why", "3").wants(t, 0, "Stays at local: it is pinned (audit).")
	s.run("", "copies", "pin", "3", "--reason", "audit").wants(t, 0)

	alone := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { daily = 7, weekly = 4, monthly = 12 }\n")
	alone.nights(21, "2026-11-20")
	alone.run("", "copies", "prune", "--yes").wants(t, 0)
	alone.run("", "copies", "pin", "3", "--reason", "audit").wants(t, 1, "copy 3 lies in the trash of local", "→ bring it back first: djscript copies untrash 3 --from local")
	alone.run("", "copies", "pin", "99", "--reason", "audit").wants(t, 1, "no copy 99")
}

// What goes another time is no reason to send a person in circles.
func TestWhatGoesAnotherTimeIsToldWhereNothingGoesNow(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { last = 1 }\n")
	for range 8 {
		s.put("2026-11-20", copies.Verified, nil)
	}
	s.run("", "copies", "prune", "--yes").wants(t, 0, "3 copies are in the trash of local")
	later := strings.Count(s.planned("local").of("later")+" ", " ")
	if later < 2 {
		t.Fatalf("%d go another time", later)
	}
	for _, line := range []string{"copies prune --yes", "copies prune local --dry-run"} {
		s.run("", strings.Fields(line)...).wants(t, 0, "Nothing goes now.", "copies at local go another time; when and why: djscript copies plan local")
	}
	s.run("", "copies", "prune", "local", "--approve", "12345678").wants(t, 4, "nothing is held back", "when the rest goes, and why: djscript copies plan local")
	fresh := newShelf(t, twoPlaces)
	fresh.nights(2, "2026-11-20")
	fresh.run("", "copies", "prune", "--yes").wants(t, 0, "Nothing goes: everything that is there stays.")
}

// Of two kinds of copies of one database each has its newest: of what it is the newest is said.
func TestTheNewestOfSeveralKindsIsSaidToBeOfItsOwn(t *testing.T) {
	s := newShelf(t, twoPlaces)
	of := func(partial bool, ids ...string) func(*copies.Manifest) {
		return func(m *copies.Manifest) {
			for _, id := range ids {
				m.Companies = append(m.Companies, firebird.Company{ID: id})
			}
			if partial {
				m.LeftOut = &copies.LeftOut{Files: true}
			}
		}
	}
	s.put("2026-11-19", copies.Verified, of(false, "2", "1"))
	if said := s.run("", "copies", "why", "1"); !strings.Contains(said.out, "it is the newest proven copy.") {
		t.Error(said.out)
	}
	s.put("2026-11-20", copies.Verified, of(false))
	s.put("2026-11-21", copies.Verified, of(true, "1"))
	for seq, want := range map[string]string{
		"1": "it is the newest proven copy among the ones of companies 1, 2.", "2": "it is the newest proven copy among the ones that list no companies.",
		"3": "it is the newest proven copy among the partial ones of companies 1.",
	} {
		s.run("", "copies", "why", seq).wants(t, 0, want)
	}
	s.run("", "copies", "why", "1", "--lang", "pt-BR").wants(t, 0, "é a cópia provada mais nova entre as das empresas 1, 2.")
}

// A folder that is not there now tells nothing of what lies in it: whoever reads the list is not left to take that for all.
func TestAListSaysWhatItCouldNotSee(t *testing.T) {
	s := newShelf(t, twoPlaces)
	s.nights(2, "2026-11-20")
	unseen := "What lies at rede is not shown: it is not there."
	if said := s.run("", "copies", "list"); strings.Contains(said.out, "is not shown") {
		t.Error(said.out)
	}
	if err := os.Rename(s.at("rede"), s.at("fora")); err != nil {
		t.Fatal(err)
	}
	s.run("", "copies", "list").wants(t, 0, unseen)
	s.run("", "copies", "list", "--where", "rede").wants(t, 0, unseen)
	if said := s.run("", "copies", "list", "--where", "local"); strings.Contains(said.out, "is not shown") {
		t.Error(said.out)
	}
}
