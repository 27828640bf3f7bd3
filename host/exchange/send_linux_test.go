package exchange

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

// killed runs an export in a process that dies at a step; false where it did not get that far.
func (s *outgoingStore) killed(t *testing.T, name string, at int) bool {
	t.Helper()
	plan, err := json.Marshal(sender{Database: s.db, Password: s.db.Password.Reveal(), Dir: s.dir, Name: name, At: at})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), sendVariable+"="+string(plan))
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.ExitCode() >= 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	return err != nil
}

// A process dies at each step, and the next one at some step of its own; then one gets through. Whoever fetches the files may
// take each away as soon as it is there.
func TestKilledAtEveryStepEveryRowGoesOutOnce(t *testing.T) {
	for _, fetched := range []bool{false, true} {
		for at, dies := 1, true; dies && !t.Failed(); at++ {
			s := newOutgoingStore(t)
			s.exec(t, `insert into TURNO values (1, 'CX1')`)
			got := map[string]string{}
			fetch := func() {
				for _, name := range s.left(t) {
					if strings.HasPrefix(name, ".") {
						continue
					}
					text := s.text(t, filepath.Join(s.folder(), name))
					if before, again := got[name]; again && before != text {
						t.Errorf("step %d: %s went out twice with different content", at, name)
					}
					got[name] = text
					if fetched {
						if err := os.Remove(filepath.Join(s.folder(), name)); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			s.sale(t, 1, 1)
			s.must(t, s.outgoing())
			fetch()
			s.sale(t, 2, 1)
			s.sale(t, 3, 1)
			dies = s.killed(t, "movimento", at)
			fetch()
			s.sale(t, 4, 1)
			s.killed(t, "movimento", 1+(at*5)%11)
			fetch()
			s.must(t, s.outgoing())
			fetch()
			s.complete(t, got, 4)
			if t.Failed() {
				t.Errorf("step %d, fetched %v", at, fetched)
			}
			if !dies && at < 8 {
				t.Errorf("only %d steps", at)
			}
		}
	}
}

// complete checks that each sale lies in one file, and that no number is missing.
func (s *outgoingStore) complete(t *testing.T, files map[string]string, sales int) {
	t.Helper()
	docs := map[string]int{}
	for n := range len(files) {
		name := fmt.Sprintf("%08d.djm", n+1)
		text, there := files[name]
		if !there {
			t.Errorf("no %s", name)
		}
		for line := range strings.SplitSeq(text, "¶") {
			if rest, ok := strings.CutPrefix(line, "DOC|"); ok {
				id, _, _ := strings.Cut(rest, "|")
				docs[id]++
			}
		}
	}
	for id := 1; id <= sales; id++ {
		if docs[fmt.Sprint(id)] != 1 {
			t.Errorf("sale %d went out %d times", id, docs[fmt.Sprint(id)])
		}
	}
	if names := s.left(t); slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, ".") }) {
		t.Errorf("left: %v", names)
	}
	spool, _ := filepath.Glob(filepath.Join(s.dir, "store", exportsFolder, "movimento", spoolPrefix+"*"))
	if len(spool) > 0 {
		t.Errorf("left: %v", spool)
	}
}

func TestOfTwoExportsAtOnceOneIsToldSo(t *testing.T) {
	s := newOutgoingStore(t)
	s.exec(t, `insert into TURNO values (1, 'CX1')`)
	s.sale(t, 1, 1)
	o := s.outgoing()
	o.step = func(step string) {
		if step != "kept" {
			return
		}
		if _, err := Export(t.Context(), s.conn, s.outgoing()); message.Code(err) != "lock.timeout" || message.Hint(err) == "" {
			t.Errorf("%v", err)
		}
	}
	if x := s.must(t, o); x.Number != 1 {
		t.Errorf("%+v", x)
	}
	var numbers []int64
	done := make(chan int64, 4)
	for range cap(done) {
		go func() {
			o := s.outgoing()
			o.Wait, o.Empty = time.Minute, true
			x, err := Export(t.Context(), s.conn, o)
			if err != nil {
				t.Error(err)
			}
			done <- x.Number
		}()
	}
	for range cap(done) {
		numbers = append(numbers, <-done)
	}
	slices.Sort(numbers)
	if !slices.Equal(numbers, []int64{2, 3, 4, 5}) {
		t.Error(numbers)
	}
}
