package restore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// loses is a gate while which nobody can write the journal any more.
type loses struct {
	*gate
	closed, opened func()
}

func (l *loses) Close(ctx context.Context) (firebird.Database, error) {
	at, err := l.gate.Close(ctx)
	if l.closed != nil {
		l.closed()
	}
	return at, err
}

func (l *loses) Open(ctx context.Context) error {
	err := l.gate.Open(ctx)
	if l.opened != nil {
		l.opened()
	}
	return err
}

// jam keeps anybody from writing the journal, until ease.
func (s *store) jam() (ease func()) {
	journal := filepath.Join(s.State, journalName)
	if err := errors.Join(os.Rename(journal, journal+".away"), os.Mkdir(journal, 0o755)); err != nil {
		s.Error(err)
	}
	return func() {
		if err := errors.Join(os.Remove(journal), os.Rename(journal+".away", journal)); err != nil {
			s.Error(err)
		}
	}
}

// A disk that is full can not be written in: the database is open all the same, and what stands in the journal is true.
func TestAJournalThatCanNotBeWrittenLeavesNobodyOutside(t *testing.T) {
	for name, at := range map[string]func(s *store, l *loses, jam func()){
		"before it is built": func(_ *store, l *loses, jam func()) { l.closed = jam },
		"when it is swapped": func(s *store, _ *loses, jam func()) {
			s.died = func() {
				if exists(s.db.At.Path+".before-1") && len(s.beside()) == 1 {
					s.died = nil
					jam()
				}
			}
		},
		"when people work in it": func(_ *store, l *loses, jam func()) { l.opened = jam },
	} {
		s := newStore(t)
		then := content(t, s.db.At)
		c := s.copy()
		sold := s.sells()
		keys := &loses{gate: s.gate}
		l, err := s.Look(t.Context(), c, Options{Gate: func(copies.Database) Gate { return keys }})
		if err != nil {
			t.Fatal(err)
		}
		ease := func() { t.Errorf("%s: nothing was kept from writing", name) }
		at(s, keys, func() { ease = s.jam() })
		result, err := s.Restore(t.Context(), l)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		stays := name == "when people work in it"
		want, code := sold, "restore.undone"
		if stays {
			want, code = then, "restore.finished"
		}
		if s.gate.closed || content(t, s.db.At) != want || stays != (err == nil) || stays && len(result.Told) != 1 {
			t.Errorf("%s: closed %v, result %+v, error %v", name, s.gate.closed, result, err)
		}
		ease()
		if told := s.Finish(t.Context()); message.Code(told) != code || content(t, s.db.At) != want || s.Pending() {
			t.Errorf("%s: told %v", name, told)
		}
		if stays {
			s.leaves("test.fdb.before-1")
		} else {
			s.leaves()
		}
	}
}
