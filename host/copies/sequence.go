package copies

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// sequence gives out the store's numbers. The last one given lies in the store's own folder; where that is lost, the
// destinations know it too, and the highest wins: a number is never given twice.
type sequence struct {
	dir      string
	last     uint64
	previous moment // the newest copy that any destination knows
	made     map[uint64]time.Time
	backups  map[string]lastBackup
	problems []error // ledgers that could not be read, though the zips beside them were, and folders
}

// lastBackup is how large gbak's backup of a database was in its newest copy: how large the next will be, nearly.
type lastBackup struct {
	seq   uint64
	bytes int64 // of gbak's backup
	zip   int64 // of the whole copy
}

// SequenceName is the file, in a store's own folder, of the number that was given last.
const SequenceName = "sequence"

// LastNumber is the highest number that anything in those folders knows of a store's copies; 0 where there is none.
func LastNumber(ctx context.Context, store string, folders ...string) (uint64, error) {
	var all []Destination
	for _, f := range folders {
		all = append(all, Destination{Name: f, Path: f})
	}
	seqs := known(ctx, store, all)
	return seqs.last, ctx.Err()
}

func openSequence(ctx context.Context, dir string, store string, destinations []Destination) (*sequence, error) {
	s := known(ctx, store, destinations)
	s.dir = dir
	text, err := os.ReadFile(filepath.Join(dir, SequenceName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read sequence: %w", err)
	}
	last, _ := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	s.last = max(s.last, last)
	return s, nil
}

// known is what destinations know of the numbers that were given.
func known(ctx context.Context, store string, destinations []Destination) *sequence {
	s := &sequence{backups: map[string]lastBackup{}, made: map[uint64]time.Time{}}
	for _, d := range destinations {
		if d.There() != nil {
			continue
		}
		events, err := readLedger(d.Path)
		if err != nil {
			s.problems = append(s.problems, message.Wrap(err, "copy.degraded", "copies.ledger_unreadable", message.Args{"destination": d.Name}))
		}
		for _, e := range events {
			if e.Store == store && e.Event == eventSealed {
				s.seen(e.Seq, e.At)
			}
		}
		lying, err := readings(ctx, d.Path)
		if err != nil {
			s.problems = append(s.problems, err)
		}
		for _, one := range lying {
			if one.err == nil && one.copy.Store == store {
				s.met(one.copy)
			}
		}
	}
	return s
}

// met takes note of a copy that lies somewhere.
func (s *sequence) met(c Copy) {
	s.seen(c.Number(), c.Created)
	if c.Number() <= s.backups[c.Database].seq {
		return
	}
	for _, part := range c.Parts {
		if part.Kind == PartDatabase {
			s.backups[c.Database] = lastBackup{seq: c.Number(), bytes: part.Bytes, zip: c.Places[0].Bytes}
			return
		}
	}
}

func (s *sequence) seen(seq uint64, at string) {
	s.last = max(s.last, seq)
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return
	}
	if s.made[seq] = t; seq > s.previous.seq {
		s.previous = moment{seq: seq, at: t}
	}
}

// times are when the copies were made that any destination knows, in the order of their numbers.
func (s *sequence) times() []time.Time {
	var all []time.Time
	for _, seq := range slices.Sorted(maps.Keys(s.made)) {
		all = append(all, s.made[seq])
	}
	return all
}

// next takes a number, and keeps it taken across a crash.
func (s *sequence) next() (uint64, error) {
	s.last++
	if err := drive.WriteFile(s.dir, SequenceName, []byte(strconv.FormatUint(s.last, 10)+"\n")); err != nil {
		return 0, fmt.Errorf("keep sequence: %w", err)
	}
	return s.last, nil
}

// expected is about how large gbak's backup of a database will be: as the last one; of the first, four fifths of the
// database, as was measured on the demonstration store.
func (s *sequence) expected(database string, bytes int64) int64 {
	if last, ok := s.backups[database]; ok {
		return last.bytes
	}
	return bytes * 4 / 5
}
