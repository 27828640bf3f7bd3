package copies

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
)

const waysName = "ways.json"

// How long a way that worked is the first to be tried. After that the faster ones have another chance: what kept them
// from working may be gone.
const trusted = 7 * 24 * time.Hour

// ways remembers by which way each database was read.
type ways struct {
	dir  string
	now  time.Time
	last map[string]wayThatWorked
}

type wayThatWorked struct {
	Way   firebird.Way `json:"way"`
	Since time.Time    `json:"since"`
}

func readWays(dir string, now time.Time) *ways {
	w := &ways{dir: dir, now: now, last: map[string]wayThatWorked{}}
	if text, err := os.ReadFile(filepath.Join(dir, waysName)); err == nil {
		_ = json.Unmarshal(text, &w.last) // only a cache
	}
	return w
}

// WayOf is the way that a database of a store was read by last, or "". Dir is the store's folder of state.
func WayOf(dir string, at firebird.Database) firebird.Way {
	return readWays(dir, time.Time{}).last[keyOf(at)].Way
}

func keyOf(at firebird.Database) string { return at.Server + "|" + at.Path }

// order puts the way that worked last before the others.
func (w *ways) order(at firebird.Database, all []firebird.Way) []firebird.Way {
	last, ok := w.last[keyOf(at)]
	if !ok || w.now.Sub(last.Since) > trusted || w.now.Before(last.Since) {
		return all
	}
	ordered := []firebird.Way{last.Way}
	for _, way := range all {
		if way != last.Way {
			ordered = append(ordered, way)
		}
	}
	return ordered
}

func (w *ways) remember(at firebird.Database, way firebird.Way) error {
	last := w.last[keyOf(at)]
	if last.Way == way && w.now.Sub(last.Since) <= trusted {
		return nil
	}
	w.last[keyOf(at)] = wayThatWorked{Way: way, Since: w.now}
	text, err := json.Marshal(w.last)
	if err != nil {
		return fmt.Errorf("encode ways: %w", err)
	}
	return drive.WriteFile(w.dir, waysName, text)
}
