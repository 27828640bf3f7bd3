package exchange

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// stopped exports and gives up at a step, as a process that is killed does, but for its lock.
func (s *outgoingStore) stopped(t *testing.T, step string) {
	t.Helper()
	o := s.outgoing()
	o.step = func(at string) {
		if at == step {
			panic(step)
		}
	}
	defer func() {
		if recover() != step {
			t.Fatal("went on")
		}
	}()
	s.must(t, o)
}

func TestWhereNothingIsLeftOfAFileItsRowsGoOutUnderTheNextNumber(t *testing.T) {
	s := sold(t, 2)
	s.stopped(t, "intended")
	all, err := keptIn(s.outgoing().spoolDir())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if err := os.WriteFile(all[0].path, []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	x := s.must(t, s.outgoing())
	if x.Finished == nil || !x.Finished.Lost || x.Finished.Number != 1 || x.Number != 2 || x.Records["DOC"] != 2 {
		t.Errorf("%+v %+v", x, x.Finished)
	}
}

func TestAFileInTheWayOfOneThatHasToBeFinishedIsTold(t *testing.T) {
	s := sold(t, 2)
	s.stopped(t, "given")
	path := filepath.Join(s.folder(), "00000001.djm")
	if err := os.WriteFile(path, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.refused(t, s.outgoing(), "fs.exists", "00000001.djm")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	x := s.must(t, s.outgoing())
	if x.Finished == nil || x.Finished.Number != 1 || x.Finished.Path != path || x.Path != "" || x.Gone != 2 {
		t.Errorf("%+v", x)
	}
}

func TestADatabaseThatWasRestoredTakesTheNextNumber(t *testing.T) {
	s := sold(t, 1)
	if err := s.outgoing().numbers().Give(t.Context(), "movimento", Given{Number: 7, Content: "x", Out: true}); err != nil {
		t.Fatal(err)
	}
	if x := s.must(t, s.outgoing()); x.Number != 8 || x.Records["DOC"] != 1 {
		t.Errorf("%+v", x)
	}
	if _, err := Again(t.Context(), s.outgoing(), 7); message.Code(err) != "txt.sequence" {
		t.Error(err)
	}
}

func TestWhenAValueIsSettled(t *testing.T) {
	at := monday
	keys := make([]byte, 2*keySize)
	whole := func(n int64) *int64 { return &n }
	for name, one := range map[string]struct {
		trail           trail
		oldest, current int64
		late            time.Duration
		settled         *int64
		pending         int
	}{
		"its time's transactions have ended": {trail{Kind: layout.Number, Pending: []outing{{10, at, 5, 5, keys}}}, 11, 12, 0, whole(5), 0},
		"one is open":                        {trail{Kind: layout.Number, Pending: []outing{{10, at, 5, 5, keys}}}, 10, 12, 0, nil, 1},
		"one is open since the second":       {trail{Kind: layout.Number, Pending: []outing{{10, at, 5, 5, keys}, {20, at, 9, 9, keys}}}, 15, 22, 0, whole(5), 1},
		"rows may still be late":             {trail{Kind: layout.Number, Pending: []outing{{10, at, 5, 5, keys}}}, 11, 12, time.Hour, nil, 1},
		"a restored database counts anew":    {trail{Kind: layout.Number, Pending: []outing{{1000, at, 5, 5, keys}}}, 3, 4, 0, whole(5), 0},
		"more of its day may come":           {trail{Kind: layout.Day, Pending: []outing{{10, at, 20261123, 20261122, keys}}}, 11, 12, 0, whole(20261122), 1},
		"it never falls":                     {trail{Kind: layout.Number, Settled: whole(9), Pending: []outing{{10, at, 5, 5, keys}}}, 11, 12, 0, whole(9), 0},
	} {
		one.trail.settle(one.oldest, one.current, at.Add(time.Minute), one.late)
		got := one.trail.Settled
		if (got == nil) != (one.settled == nil) || got != nil && *got != *one.settled || len(one.trail.Pending) != one.pending || len(one.trail.gone()) > one.pending {
			t.Errorf("%s: %+v", name, one.trail)
		}
	}
}

func TestWhatARunKeptThatDiedBeforeItToldAnybodyIsForgotten(t *testing.T) {
	s := sold(t, 1)
	s.stopped(t, "kept")
	s.sale(t, 2, 1)
	x := s.must(t, s.outgoing())
	all, err := keptIn(s.outgoing().spoolDir())
	if err != nil || len(all) != 1 || all[0].content != x.SHA256 || x.Finished != nil {
		t.Errorf("%+v, %v, %+v", all, err, x)
	}
}

func TestWhatIsKeptUnderAnothersContentDoesNotGoOut(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	k := kept{path: keptPath(dir, 7, strings.Repeat("0", 64)), number: 7, content: strings.Repeat("0", 64)}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write([]byte("of number 6"))
	if err := errors.Join(err, z.Close(), os.WriteFile(k.path, zipped.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	err = k.put(t.Context(), out, "00000007.djm")
	if left, _ := os.ReadDir(out); message.Code(err) != "txt.file" || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// The locks of an export lie on one computer; the database holds off the others, until the end.
func TestOfTwoComputersThatExportAtOnceOneIsToldSo(t *testing.T) {
	s := sold(t, 2)
	conn, err := firebird.Connect(t.Context(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	other := func() error {
		o := s.outgoing()
		o.Store = t.TempDir()
		_, err := Export(t.Context(), conn, o)
		return err
	}
	o, tried := s.outgoing(), 0
	o.step = func(at string) {
		if at != "composed" && at != "given" {
			return
		}
		tried++
		if err := other(); message.Code(err) != "lock.timeout" {
			t.Errorf("%s: %v", at, err)
		}
	}
	if x := s.must(t, o); x.Number != 1 || x.Records["DOC"] != 2 || tried != 2 {
		t.Errorf("%+v, tried %d times", x, tried)
	}
	if info, err := os.Stat(filepath.Join(s.folder(), "00000001.djm")); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
		t.Errorf("others can not read it: %v, %v", info, err)
	}
	if x := s.must(t, s.outgoing()); x.Path != "" {
		t.Errorf("%+v", x)
	}
	if err := other(); err != nil {
		t.Error(err)
	}
}
