package copies

import (
	"errors"
	"os"
	"testing"

	"github.com/djscript/djscript/host/message"
)

// A drive that is pulled between two steps leaves no folder behind: what was written into one made anew would fill the
// disk beneath, and hide there when the drive comes back.
func TestADestinationThatIsGoneIsNeverMadeAgain(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Verified, nil)
	c, d := s.found("1"), s.Destinations[0]
	if err := os.Rename(d.Path, d.Path+" pulled"); err != nil {
		t.Fatal(err)
	}
	steps := map[string]func() error{
		"ledger": func() error { return d.enter(event{Event: eventCheck}) },
		"pin":    func() error { _, err := s.Pin(t.Context(), c, Pin{Reason: "fechamento"}); return err },
		"drop":   func() error { return d.alone(c, func() error { return nil }) },
		"turn":   func() error { _, err := takeTurn(t.Context(), d, s.Now, 0); return err },
	}
	c.hold()() // which is a courtesy, and fails for nobody
	for name, step := range steps {
		if err := step(); message.Code(err) != "drive.not_found" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(d.Path); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s made the destination: %v", name, err)
		}
	}
}

// What a proof in a ledger says is asked of few; the line that tells of it counts whatever is in it.
func TestAProofInALedgerIsReadWhenItIsAskedFor(t *testing.T) {
	odd := (&Proof{OK: true, SHA256: hashOf(nil), Rows: map[string]int64{"VENDA": 7}, Odd: []string{"metade das vendas"}}).told()
	for proof, want := range map[string]struct{ read, odd bool }{
		string(odd): {true, true}, `{"ok":true}`: {true, false},
		"null": {}, `"sim"`: {}, `{"ok":"sim"}`: {}, `{"rows":[]}`: {},
	} {
		events := parseLedger([]byte("{\"event\":\"writ\n\n{\"event\":\"proof\",\"id\":\"A\",\"ok\":true,\"proof\":" + proof + "}\n"))
		if len(events) != 1 || events[0].ID != "A" {
			t.Fatalf("%s: %+v", proof, events)
		}
		e := &events[0]
		if read := e.proof(); (read != nil) != want.read || e.odd() != want.odd || e.verifies() == want.odd {
			t.Errorf("%s: %+v, odd %v, verifies %v", proof, read, e.odd(), e.verifies())
		}
		if want.odd && e.proof().Rows["VENDA"] != 7 {
			t.Errorf("%s is not told whole", proof)
		}
	}
	if none := (*Proof)(nil).told(); none != nil {
		t.Errorf("no proof is told as %s", none)
	}
}
