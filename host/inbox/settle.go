package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
)

// patience is for how long a run waits to see whether files still change. Where they have to rest for longer, it remembers
// how they were, and the next run looks.
const patience = 5 * time.Second

// sight is how a file was when it was first seen so. A time of change alone proves nothing: it comes with a copied file, or
// from the clock of another machine.
type sight struct {
	Size    int64     `json:"size"`
	Changed time.Time `json:"changed"`
	Since   time.Time `json:"since"`
}

func (s sight) like(other sight) bool { return s.Size == other.Size && s.Changed.Equal(other.Changed) }

// settle says which files have rested for long enough, and waits for that at most once in a turn.
func (t *turn) settle(ctx context.Context, files []candidate) error {
	var open []*candidate
	for i := range files {
		c := &files[i]
		s, known := t.rested[c.key()]
		c.ready = t.ReadyAfter == 0 || known && s.like(c.sight())
		if !c.ready {
			open = append(open, c)
		}
	}
	var err error
	switch {
	case len(open) == 0:
	case t.ReadyAfter > patience:
		err = t.compare(open)
	case !t.waited:
		t.waited = true
		err = t.watch(ctx, open)
	}
	for i := range files {
		if c := &files[i]; c.ready {
			t.rested[c.key()] = c.sight()
		}
	}
	return err
}

func (c *candidate) sight() sight { return sight{Size: c.size, Changed: c.changed} }

// watch looks whether they change while it waits.
func (t *turn) watch(ctx context.Context, files []*candidate) error {
	t.step("watching")
	pause := time.NewTimer(t.ReadyAfter)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-pause.C:
	}
	for _, c := range files {
		c.ready = c.still()
	}
	return nil
}

// compare looks whether they have changed since other runs saw them.
func (t *turn) compare(files []*candidate) error {
	before, now := t.recall(), t.Now()
	seen := sightings(before, files, now)
	for _, c := range files {
		c.ready = now.Sub(seen[c.key()].Since) >= t.ReadyAfter
	}
	same := func(a, b sight) bool { return a.like(b) && a.Since.Equal(b.Since) }
	if maps.EqualFunc(before, seen, same) {
		return nil
	}
	text, err := json.Marshal(seen)
	if err != nil {
		return err
	}
	return drive.WriteFile(t.claimed, t.memory(), text)
}

// sightings are what is known of the files now: how each is, and since when.
func sightings(before map[string]sight, files []*candidate, now time.Time) map[string]sight {
	seen := map[string]sight{}
	for _, c := range files {
		s := c.sight()
		s.Since = now
		if old, ok := before[c.key()]; ok && old.like(s) && !old.Since.After(now) {
			s.Since = old.Since
		}
		seen[c.key()] = s
	}
	return seen
}

// memory is the name of the file, beside the claimed ones, in which this inbox remembers; others of the folder have theirs.
func (in *Inbox) memory() string {
	sum := sha256.Sum256([]byte(strings.ToLower(in.Match)))
	return "seen-" + hex.EncodeToString(sum[:4]) + ".json"
}

// recall reads what was remembered; nothing, where it can not be read: then files are waited for anew.
func (in *Inbox) recall() map[string]sight {
	var seen map[string]sight
	text, err := os.ReadFile(filepath.Join(in.claimed, in.memory()))
	if err != nil || json.Unmarshal(text, &seen) != nil {
		return nil
	}
	return seen
}
