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
