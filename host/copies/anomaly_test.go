package copies

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// A shop whose sales somebody deleted: gbak, gfix and every row count agree, and the copy is worthless.
func TestACopyOfAnEmptiedDatabaseIsSuspectUntilItIsAccepted(t *testing.T) {
	m, d := store(t)
	for range leastElder {
		create(t, m, d, VerifyRestore)
	}
	firebirdtest.Script(t, d.At, "delete from VENDA where ID > 20; commit;")
	set, err := m.Create(t.Context(), Options{Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore, Files: true, WithSetup: true})
	if err != nil || len(set.Copies) != 1 || set.Copies[0].State != Suspect || message.Code(errors.Join(set.Degraded...)) != "copy.suspect" {
		t.Fatalf("%+v, %v", set, err)
	}
	odd := set.Copies[0]
	if !odd.Proof.OK || len(odd.Proof.Odd) == 0 || !strings.Contains(strings.Join(odd.Proof.Odd, ";"), "VENDA") || len(odd.Places) != 2 {
		t.Errorf("%+v", odd.Proof)
	}
	if hint := message.Hint(errors.Join(set.Degraded...)); !strings.Contains(hint, "djscript copies accept 4") {
		t.Errorf("hint %q", hint)
	}
	c := m.catalogue()
	listed, err := c.Find(t.Context(), "4")
	if err != nil || listed.State != Suspect {
		t.Fatalf("%s, %v", listed.State, err)
	}
	p := &Prover{Bench: m.Bench, Destinations: m.Destinations, Now: m.Now, Entropy: m.Entropy}
	if again, _, err := p.Prove(t.Context(), listed); message.Code(err) != "copy.suspect" || again.State != Suspect {
		t.Errorf("proven again: %s, %v", again.State, err)
	}
	accepted, err := c.Accept(t.Context(), listed, "as vendas antigas foram para o arquivo")
	if err != nil {
		t.Fatal(err)
	}
	if again, _, err := p.Prove(t.Context(), accepted); err != nil || again.State != Verified {
		t.Errorf("%s, %v", again.State, err)
	}
	if listed, err = c.Find(t.Context(), "4"); err != nil || listed.State != Verified {
		t.Errorf("%s, %v", listed.State, err)
	}
}

func TestACopyIsHeldAgainstTheProvenOnesBeforeIt(t *testing.T) {
	s := newShelves(t, "local")
	like := func(m *Manifest) {
		m.Rows = map[string]int64{"VENDA": 5000}
		m.Companies = []firebird.Company{{ID: "1"}, {ID: "2"}}
	}
	with := func(change func(*Manifest)) func(*Manifest) { return func(m *Manifest) { like(m); change(m) } }
	odd := func(seq string, want bool) {
		t.Helper()
		if got, unread, err := s.unlike(t.Context(), s.found(seq)); err != nil || unread != nil || (len(got) > 0) != want {
			t.Errorf("%s: %v, %v", seq, got, err)
		}
	}
	lost := with(func(m *Manifest) { m.Companies = m.Companies[:1] })
	s.put(1, Verified, like)
	s.put(2, Verified, like)
	s.put(3, Sealed, like)
	s.put(4, Sealed, lost)
	odd("4", false) // two elders are not enough, and what is only sealed is none
	s.put(5, Verified, with(func(m *Manifest) { m.Class = PreRestore }))
	s.put(6, Verified, with(func(m *Manifest) { m.LeftOut = &LeftOut{Files: true} }))
	s.put(7, Verified, with(func(m *Manifest) { m.Database.Name = "outra" }))
	s.put(8, Sealed, lost)
	odd("8", false)
	s.put(9, Verified, like)
	s.put(10, Sealed, lost)
	odd("10", true)
	s.put(11, Sealed, with(func(m *Manifest) { m.Rows = map[string]int64{"VENDA": 2000} }))
	odd("11", true)
	s.put(12, Sealed, like)
	odd("12", false)
	s.put(13, Verified, lost) // accepted, say: from then on it is what is usual
	s.put(14, Sealed, lost)
	odd("14", false)
	s.put(15, Verified, like)
	odd("4", false) // what came after it is no elder
}

// What can not be read may have been like it, or not: nobody has compared, and that is no silence.
func TestACopyWhoseEldersCanNotBeReadIsNotComparedInSilence(t *testing.T) {
	s := newShelves(t, "local")
	for seq := range uint64(4) {
		s.put(seq+1, Verified, nil)
	}
	s.put(5, Sealed, nil)
	third, fifth := s.found("3"), s.found("5")
	if _, unread, err := s.unlike(t.Context(), fifth); unread != nil || err != nil {
		t.Errorf("%v, %v", unread, err)
	}
	foreign := (&shelves{Catalogue: &Catalogue{Store: "loja", Now: fixed, Destinations: s.Destinations}, t: t}).put
	foreign(9, Sealed, func(m *Manifest) { m.Store.ID = "outra" })
	for _, seq := range []string{"1", "2"} {
		if err := os.Remove(s.found(seq).Places[0].Path); err != nil {
			t.Fatal(err)
		}
	}
	if _, unread, err := s.unlike(t.Context(), fifth); unread != nil || err != nil {
		t.Errorf("two elders, and none that can not be read: %v, %v", unread, err)
	}
	if err := os.WriteFile(third.Places[0].Path, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, unread, err := s.unlike(t.Context(), fifth)
	if err != nil || message.Code(unread) != "copy.degraded" || !strings.Contains(unread.Error(), third.Places[0].Path) || strings.Contains(unread.Error(), "000009") {
		t.Errorf("%v, %v", unread, err)
	}
	if _, unread, err := s.unlike(t.Context(), third); unread != nil || err != nil {
		t.Errorf("among the first nobody has elders: %v, %v", unread, err)
	}
}

func TestWhatIsOddIsNotToldBesideCiphertext(t *testing.T) {
	told := (&Proof{OK: true, Odd: []string{"VENDA: 20 rows"}, ByCompany: map[string]map[string]int64{"VENDA": {"1": 20}}}).discreet()
	if len(told.Odd) != 1 || strings.Contains(told.Odd[0], "VENDA") || told.ByCompany != nil {
		t.Errorf("%+v", told)
	}
	if plain := (&Proof{OK: true}).discreet(); len(plain.Odd) > 0 {
		t.Errorf("%v", plain.Odd)
	}
}
