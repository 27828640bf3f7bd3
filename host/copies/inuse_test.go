package copies

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestACopyThatSomebodyReadsIsNotDropped(t *testing.T) {
	s := newShelves(t, "local")
	first, second := s.put(1, Verified, nil), s.put(2, Verified, nil)
	s.put(3, Verified, nil)
	one, other := s.found("1").hold(), s.found("1").hold() // two may read it
	if !s.found("1").Busy || s.found("2").Busy {
		t.Errorf("busy: %v, %v", s.found("1").Busy, s.found("2").Busy)
	}
	one()
	if err := s.drops(first, second); message.Code(err) != "copy.degraded" || !strings.Contains(err.Error(), "000001") || strings.Contains(err.Error(), "000002") {
		t.Errorf("%v", err)
	}
	if got := strings.Join(s.listed(Filter{}), " "); got != "3 verified 1 verified" {
		t.Errorf("left %s", got)
	}
	other()
	if left, err := os.ReadDir(s.Destinations[0].file(filepath.FromSlash(inUsePath))); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	if err := s.drops(first); err != nil || s.found("3").Busy {
		t.Error(err)
	}
}

func TestACopyIsReadWhileItIsProvenAndTakenOut(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Verified, nil)
	c := s.found("1")
	release := c.hold()
	files, _, err := Extract(t.Context(), c, t.TempDir(), nil)
	if err != nil || len(files) != 1 || !s.found("1").Busy { // its own hold took nothing from the other's
		t.Errorf("%v, %v", files, err)
	}
	release()
	if s.found("1").Busy {
		t.Error("it is held for ever")
	}
}

// witness is a context that looks around whenever somebody asks whether to go on.
type witness struct {
	context.Context
	look func()
}

func (w witness) Err() error {
	w.look()
	return w.Context.Err()
}

func TestACopyIsHeldFromTheFirstByteThatIsReadToTheLast(t *testing.T) {
	s := sentFrom(t, "rede")
	c := s.found("1")
	readers := map[string]func(context.Context) error{
		"extract": func(ctx context.Context) error {
			_, _, err := Extract(ctx, c, t.TempDir(), nil)
			return err
		},
		"prove": func(ctx context.Context) error {
			p := &Prover{Bench: Bench{Dir: t.TempDir()}, Destinations: s.Destinations, Now: s.Now}
			if _, _, err := p.Prove(ctx, c); err == nil {
				t.Error("proven without an engine")
			}
			return nil
		},
		"send": func(ctx context.Context) error {
			_, missed, err := s.Send(ctx, c, s.Destinations[1:])
			return errors.Join(append(missed, err)...)
		},
	}
	for name, read := range readers {
		looks, alone := 0, 0
		err := read(witness{t.Context(), func() {
			looks++
			if !s.Destinations[0].busy()[c.ID] {
				alone++
			}
		}})
		if err != nil || looks == 0 || alone > 0 {
			t.Errorf("%s: held by nobody %d of %d times, %v", name, alone, looks, err)
		}
		if s.Destinations[0].busy()[c.ID] {
			t.Errorf("%s holds it for ever", name)
		}
	}
}

func TestAReaderThatDiedHoldsNothing(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	path := inUseFile(s.Destinations[0].Path, first)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	reader := exec.Command("flock", "--shared", path, "sh", "-c", "echo held; exec cat")
	in, err := reader.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := reader.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := s.drops(first); message.Code(err) != "copy.degraded" || !s.found("1").Busy {
		t.Errorf("%v", err)
	}
	_ = in.Close()
	if err := reader.Wait(); err != nil {
		t.Fatal(err)
	}
	if s.found("1").Busy {
		t.Error("busy with nobody")
	}
	if err := s.drops(first); err != nil {
		t.Error(err)
	}
}

func TestAnIDFromADriveNamesNoFileElsewhere(t *testing.T) {
	s := newShelves(t, "local")
	evil := s.put(1, Verified, func(m *Manifest) { m.ID = "../../evil" })
	s.put(2, Verified, nil)
	defer s.found("1").hold()() // while it is held, its file would lie there
	if err := s.drops(evil); err == nil {
		t.Error("dropped")
	}
	for _, path := range []string{s.Destinations[0].file("evil"), filepath.Join(filepath.Dir(s.Destinations[0].Path), "evil")} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s was made", path)
		}
	}
}
