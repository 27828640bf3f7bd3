package copies

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

// another is a second PC that has the same destinations.
func (s *shelves) another() *shelves {
	other := &Catalogue{Store: s.Store, Destinations: s.Destinations, Now: s.Now}
	return &shelves{Catalogue: other, t: s.t}
}

func TestWhoWaitsForADestinationIsToldWhoHasIt(t *testing.T) {
	s := newShelves(t, "local", "rede")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	err = s.Hold(t.Context(), "local", func() error {
		err := s.another().hold(t.Context(), "local", 0, func() error { t.Error("both have it"); return nil })
		if message.Code(err) != "lock.timeout" || !strings.Contains(err.Error(), host) || !strings.Contains(err.Error(), "2026-11-21 22:00") {
			t.Errorf("%v", err)
		}
		if err := s.another().hold(t.Context(), "rede", 0, func() error { return nil }); err != nil {
			t.Errorf("another destination: %v", err)
		}
		return s.hold(t.Context(), "local", 0, func() error { return nil }) // its own, within
	})
	if err != nil {
		t.Error(err)
	}
	told := errors.New("told")
	if err := s.another().hold(t.Context(), "local", 0, func() error { return told }); !errors.Is(err, told) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestATurnGoesWithTheProcessThatHadIt(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	path := s.Destinations[0].file(filepath.FromSlash(turnPath))
	if err := os.WriteFile(path, []byte("\x1b[31mevil\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := exec.Command("flock", path, "sh", "-c", "echo held; exec cat")
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	err = s.hold(t.Context(), "local", 0, func() error { return nil })
	if message.Code(err) != "lock.timeout" || strings.Contains(err.Error(), "\x1b") || !strings.Contains(err.Error(), "(?)") {
		t.Errorf("%q", err)
	}
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(stopped) })
	if _, err := s.Drop(ctx, "local", map[string]string{first: "x"}); !errors.Is(err, stopped) {
		t.Errorf("%v", err)
	}
	if err := errors.Join(in.Close(), other.Wait()); err != nil {
		t.Fatal(err)
	}
	if err := s.drops(first); err != nil {
		t.Error(err)
	}
}

func TestAPlanThatNoLongerFitsIsNotCarriedOut(t *testing.T) {
	for _, meanwhile := range []struct {
		code   string
		change func(other *shelves, c Copy) error
	}{
		{"guard.stale", func(other *shelves, c Copy) error { // proven
			d := other.Destinations[0]
			return writeProof(c.Places[0], &d, c, &Manifest{Seq: c.Number()}, &Proof{Level: "restore", OK: true, SHA256: c.Places[0].SHA256, When: "2026-11-21T23:00:00Z"})
		}},
		{"guard.pinned", func(other *shelves, c Copy) error {
			_, err := other.Pin(t.Context(), c, Pin{Reason: "auditoria"})
			return err
		}},
		{"", func(*shelves, Copy) error { return nil }},
	} {
		s := newShelves(t, "local")
		first := s.put(1, Sealed, nil)
		old := s.put(2, Verified, nil)
		s.put(3, Verified, nil)
		err := s.Hold(t.Context(), "local", func() error {
			all, _, err := s.List(t.Context(), Filter{Where: "local"})
			if err != nil {
				return err
			}
			if err := meanwhile.change(s.another(), all[2].At("local")); err != nil {
				return err
			}
			return s.drops(first, old)
		})
		if message.Code(err) != meanwhile.code || (meanwhile.code != "") != (len(s.listed(Filter{})) == 3) {
			t.Errorf("%s: %v, left %v", meanwhile.code, err, s.listed(Filter{}))
		}
	}
}

func TestTwoPCsThatPruneOneFolderLeaveTheNewestAndLoseNothingTwice(t *testing.T) {
	s := newShelves(t, "local")
	var ids []string
	for seq := range uint64(8) {
		ids = append(ids, s.put(seq+1, Verified, nil))
	}
	failed := make(chan error, 2)
	for range 2 {
		go func() { failed <- s.another().drops(ids[:7]...) }()
	}
	one, other := <-failed, <-failed
	if (one == nil) == (other == nil) || message.Code(errors.Join(one, other)) != "copy.not_found" {
		t.Errorf("%v, %v", one, other)
	}
	history, err := s.History(t.Context(), "local")
	if err != nil || len(history) != 15 || len(s.listed(Filter{})) != 1 || len(s.binned()) != 7 {
		t.Errorf("%d changes, %v, left %v", len(history), err, s.listed(Filter{}))
	}
}
