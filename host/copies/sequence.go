package copies

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
)

// sequence gives out the store's numbers. The last one given lies in the store's own folder; where that is lost, the
// destinations know it too, and the highest wins: a number is never given twice.
type sequence struct {
	dir      string
	last     uint64
	previous moment // the newest copy that any destination knows
}

const sequenceName = "sequence"

func openSequence(dir string, store string, destinations []Destination) (*sequence, error) {
	s := &sequence{dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, sequenceName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read sequence: %w", err)
	}
	s.last, _ = strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	for _, d := range destinations {
		if d.There() != nil {
			continue
		}
		events, err := readLedger(d.Path)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if e.Store == store && e.Event == eventSealed {
				s.seen(e.Seq, e.At)
			}
		}
		for _, f := range zips(d.Path) {
			if m, err := ReadManifest(f); err == nil && m.Store.ID == store {
				s.seen(m.Seq, m.Created)
			}
		}
	}
	return s, nil
}

func (s *sequence) seen(seq uint64, at string) {
	s.last = max(s.last, seq)
	if t, err := time.Parse(time.RFC3339, at); err == nil && seq > s.previous.seq {
		s.previous = moment{seq: seq, at: t}
	}
}

// next takes a number, and keeps it taken across a crash.
func (s *sequence) next() (uint64, error) {
	s.last++
	if err := drive.WriteFile(s.dir, sequenceName, []byte(strconv.FormatUint(s.last, 10)+"\n")); err != nil {
		return 0, fmt.Errorf("keep sequence: %w", err)
	}
	return s.last, nil
}
