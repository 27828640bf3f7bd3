package copies

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// stageThat is a stage on which a restore went well and shows what it is told to.
type stageThat struct{ shows firebird.Inspection }

func (s stageThat) through(_ context.Context, stream io.Reader) (firebird.Log, error) {
	_, err := io.Copy(io.Discard, stream)
	return firebird.Log{}, err
}

func (s stageThat) inspect(context.Context, firebird.Questions) (firebird.Inspection, error) {
	return s.shows, nil
}
func (s stageThat) remove() error { return nil }

func TestACopyThatItsOwnRestoreContradictsIsBadWhereverItLies(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyNever)
	manifest, err := ReadManifest(made.Places[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	shown := firebird.Inspection{Rows: map[string]int64{"PRODUTO": 1999, "VENDA": 2000}}
	proof, err := prove(t.Context(), stageThat{shown}, outcome{manifest: manifest, sum: made.Places[0].SHA256, began: time.Now(), now: time.Now})
	if err != nil || proof.OK || len(proof.Against) != 1 || !strings.Contains(proof.Against[0], "PRODUTO") {
		t.Fatalf("%+v, %v", proof, err)
	}
	if _, err := settle(made, manifest, m.Destinations, proof); message.Code(err) != "copy.bad" {
		t.Errorf("settled: %v", err)
	}
	all, _, err := m.catalogue().List(t.Context(), Filter{})
	if err != nil || all[0].State != Bad {
		t.Errorf("listed as %s, %v", all[0].State, err)
	}
}

func TestAProofOfOtherBytesProvesNothing(t *testing.T) {
	c := Copy{Places: []Place{{State: Present, SHA256: "a"}}, Proof: &Proof{OK: true, SHA256: "b"}}
	if got := c.state(); got != Sealed {
		t.Errorf("state %s", got)
	}
	c.Proof.SHA256 = "a"
	if got := c.state(); got != Verified {
		t.Errorf("state %s", got)
	}
}

func TestABitThatOnlyTheWholeHashGuardsIsFound(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyNever)
	path := made.Places[0].Path
	flip(t, path, 60) // within LEIA-ME.txt, which is no part
	if _, _, err := Check(t.Context(), path); message.Code(err) != "copy.bad" || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Errorf("%v", err)
	}
}
