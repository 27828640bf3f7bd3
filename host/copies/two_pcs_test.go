package copies

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"

	"github.com/djscript/djscript/host/retention"
)

// anotherPC makes the test binary a PC of its own: another-pc STORE FOLDER.
const anotherPC = "another-pc"

// prunes plans and drops on a folder, as a PC does it night after night, until nothing is left to drop.
func prunes(store, folder string) int {
	for range 40 {
		c := &Catalogue{Store: store, Destinations: []Destination{{Name: "local", Path: folder}}, Now: fixed}
		gone := 0
		err := c.Hold(context.Background(), "local", func() error {
			all, _, err := c.List(context.Background(), Filter{Where: "local"})
			if err != nil {
				return err
			}
			view := View{Where: "local"}
			var known []retention.Copy
			for _, one := range all {
				known = append(known, view.Retained(one))
			}
			plan, err := retention.Decide(known, retention.Proposal{Classes: retention.Classes}, view.Guards(all))
			if err != nil {
				return err
			}
			why := map[string]string{}
			for id := range plan.Drop {
				why[id] = "spare"
			}
			dropped, err := c.Drop(context.Background(), "local", why)
			gone = len(dropped)
			return err
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if gone == 0 {
			return 0
		}
	}
	fmt.Fprintln(os.Stderr, "it never ends")
	return 1
}

// Two PCs of one shop and one of another prune one folder at once: each plans on what the other has left, and what all
// of them drop together is what one of them alone would have dropped.
func TestPCsThatShareAFolderPlanAndDropInTurns(t *testing.T) {
	s := newShelves(t, "local")
	other := s.another()
	other.Store, other.data = "outra", s.data
	for seq := range uint64(16) {
		s.put(2*seq+1, Verified, nil)
		other.put(2*seq+2, Verified, func(m *Manifest) { m.Store.ID = "outra" })
	}
	var all sync.WaitGroup
	failed := make([]error, 4)
	for i, store := range []string{"loja", "outra", "loja", "loja"} {
		all.Go(func() {
			out, err := exec.CommandContext(t.Context(), os.Args[0], anotherPC, store, s.Destinations[0].Path).CombinedOutput()
			if err != nil {
				failed[i] = fmt.Errorf("%s: %s: %w", store, out, err)
			}
		})
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Error(err)
	}
	events, err := readLedger(s.Destinations[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]int{}
	for _, e := range events {
		if e.Event == eventDropping {
			given[e.ID]++
		}
	}
	for id, times := range given {
		if times != 1 {
			t.Errorf("%s was given up %d times", id, times)
		}
	}
	for _, c := range []struct {
		of   *shelves
		want []string
	}{{s, []string{"31", "29", "27"}}, {other, []string{"32", "30", "28"}}} {
		found, _, err := c.of.List(t.Context(), Filter{State: Verified})
		var left []string
		for _, one := range found {
			left = append(left, one.Seq)
		}
		if err != nil || !slices.Equal(left, c.want) {
			t.Errorf("%s has %v left, %v", c.of.Store, left, err)
		}
	}
	if len(given) != 26 {
		t.Errorf("%d were given up", len(given))
	}
}
