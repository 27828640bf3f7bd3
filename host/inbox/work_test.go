package inbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/message"
)

// workVariable makes the test binary a program that goes through an inbox once, and may be killed on the way.
const workVariable = "INBOX_TEST_WORK"

// worker goes through an inbox. What it does with a file is a line in a log, which stands for the database: a content that
// has a line already is known again.
type worker struct {
	Folder, Match, Done, Rejected string
	ReadyAfter                    time.Duration
	Sequence                      string
	StopAtGap                     bool
	Log                           string
	Store                         *store // a real database, in the place of the log
	At                            int    // the step that it does not survive; 0: none

	step func(string) `json:"-"`
}

// work is the program.
func work(plan string) {
	var w worker
	err := json.Unmarshal([]byte(plan), &w)
	n := 0
	w.step = func(string) {
		if n++; n == w.At {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}
	}
	var taken Taken
	if err == nil {
		taken, err = w.take(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, f := range taken.Files {
		fmt.Println(f.Verdict, f.Name)
	}
	os.Exit(0)
}

func (w *worker) inbox() (*Inbox, error) {
	in, err := Open(Options{
		Folder: w.Folder, Match: w.Match, Done: w.Done, Rejected: w.Rejected, ReadyAfter: w.ReadyAfter,
		Sequence: w.Sequence, StopAtGap: w.StopAtGap, Past: w, Holder: fmt.Sprint("process ", os.Getpid()), Now: time.Now,
	})
	if err == nil && w.step != nil {
		in.step = w.step
	}
	return in, err
}

func (w *worker) take(ctx context.Context) (Taken, error) {
	in, err := w.inbox()
	if err != nil {
		return Taken{}, err
	}
	if w.Store == nil {
		return in.Take(ctx, w.handle)
	}
	conn, err := w.Store.connect(ctx)
	if err != nil {
		return Taken{}, err
	}
	defer conn.Close()
	in.Past = exchange.PastOf(conn)
	return in.Take(ctx, func(ctx context.Context, c Claimed) Outcome { return w.imports(ctx, conn, c) })
}

var errBad = message.New("db.constraint", "inbox.no_folder", message.Args{"path": "line 7"})

// handle takes a file in. What begins with "bad" is rejected, what begins with "later" is left.
func (w *worker) handle(_ context.Context, c Claimed) Outcome {
	text, err := os.ReadFile(c.Path)
	if err != nil {
		return Outcome{Verdict: Left, Reason: err}
	}
	report := func(words string) error { return os.WriteFile(c.Path+".report.txt", []byte(words), 0o644) }
	switch {
	case bytes.HasPrefix(text, []byte("bad")):
		return Outcome{Verdict: Rejected, Reason: errors.Join(errBad, report("rejected"))}
	case bytes.HasPrefix(text, []byte("later")):
		return Outcome{Verdict: Left, Reason: errors.New("the database is gone")}
	}
	sum := sha256.Sum256(text)
	content := hex.EncodeToString(sum[:])
	unlock := w.lock()
	defer unlock()
	for _, line := range w.lines() {
		if line.Content == content {
			return Outcome{Verdict: Repeated, Reason: exchange.Already(line)}
		}
		if w.Sequence != "" && line.Number == c.Number {
			return Outcome{Verdict: Rejected, Reason: exchange.OtherContent(c.Name, c.Number, line)}
		}
	}
	if err := report("imported"); err != nil {
		return Outcome{Verdict: Left, Reason: err}
	}
	w.at("reported")
	line, _ := json.Marshal(exchange.Import{Content: content, File: c.Name, Sequence: w.Sequence, Number: c.Number, At: time.Now()})
	if err := drive.Append(w.Log, line); err != nil {
		return Outcome{Verdict: Left, Reason: err}
	}
	w.at("committed")
	return Outcome{Verdict: Done}
}

func (w *worker) lock() func() {
	for {
		lock, err := drive.TryLock(w.Log + ".lock")
		if err != nil {
			panic(err)
		}
		if lock != nil {
			return func() { _ = lock.Release() }
		}
		time.Sleep(time.Millisecond)
	}
}

// lines are what was taken in.
func (w *worker) lines() (all []exchange.Import) {
	file, err := os.Open(w.Log)
	if err != nil {
		return nil
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line exchange.Import
		if json.Unmarshal(lines.Bytes(), &line) == nil {
			all = append(all, line)
		}
	}
	return all
}

// Highest makes of the log what is known of a sequence.
func (w *worker) Highest(context.Context, string) (highest int64, known bool, err error) {
	for _, line := range w.lines() {
		highest, known = max(highest, line.Number), true
	}
	return highest, known, nil
}

// Under makes of the log what is known of a sequence.
func (w *worker) Under(_ context.Context, _ string, number int64) (found []exchange.Import, err error) {
	for _, line := range w.lines() {
		if line.Number == number {
			found = append(found, line)
		}
	}
	return found, nil
}

// newWorker is one for an inbox of its own.
func newWorker(t testing.TB, match string) *worker {
	t.Helper()
	dir := t.TempDir()
	w := &worker{Folder: filepath.Join(dir, "in"), Match: match, Done: "done", Rejected: "rejected", Log: filepath.Join(dir, "log")}
	if err := os.Mkdir(w.Folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return w
}

// deliver puts a file in, as a careful writer does: under another name, and then by a rename.
func (w *worker) deliver(t testing.TB, name, text string) {
	t.Helper()
	temp := filepath.Join(w.Folder, "~"+name+".tmp")
	if err := os.WriteFile(temp, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temp, filepath.Join(w.Folder, name)); err != nil {
		t.Fatal(err)
	}
}

// must goes through the inbox once.
func (w *worker) must(t testing.TB) Taken {
	t.Helper()
	taken, err := w.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

// said are the files with their verdicts.
func said(taken Taken) []string {
	var all []string
	for _, f := range taken.Files {
		all = append(all, string(f.Verdict)+" "+f.Name)
	}
	return all
}

// dies runs the program until its end or that step, and tells whether it was killed.
func (w *worker) dies(t testing.TB, at int) bool {
	t.Helper()
	p := *w
	p.At = at
	cmd := p.command(t)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		return true
	}
	t.Fatalf("step %d: %v\n%s", at, err, out)
	return false
}

func (w *worker) command(t testing.TB) *exec.Cmd {
	t.Helper()
	plan, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), workVariable+"="+string(plan))
	return cmd
}

// lying are the contents of the files in a folder, by name, without what was written beside them.
func lying(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), ".djscript-") {
			t.Errorf("left in %s: %s", dir, e.Name())
		}
		if e.IsDir() || strings.HasSuffix(e.Name(), ".json") || strings.HasSuffix(e.Name(), ".txt") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = string(text)
	}
	return found
}

// within are the folders for what is through.
func (w *worker) within(folder string) string {
	if filepath.IsAbs(folder) {
		return folder
	}
	return filepath.Join(w.Folder, folder)
}

// through checks that each content that was delivered lies once, and where it belongs, with what was written of it; that each
// that was taken in was so once; and that nothing is left between.
func (w *worker) through(t testing.TB, delivered []string) {
	t.Helper()
	want := map[string]int{}
	for _, text := range delivered {
		want[text]++
	}
	for folder, bad := range map[string]bool{w.within(w.Done): false, w.within(w.Rejected): true} {
		for name, text := range lying(t, folder) {
			want[text]--
			if strings.HasPrefix(text, "bad") != bad {
				t.Errorf("%q lies in %s", text, folder)
			}
			r, ok := readRecord(filepath.Join(folder, name) + outcomeSuffix)
			if !ok || bad != (r.Outcome == Rejected) {
				t.Errorf("%s: what was written of it: %+v", filepath.Join(folder, name), r)
			}
			for _, rest := range r.Reports {
				if !exists(filepath.Join(folder, name) + rest) {
					t.Errorf("the report %s of %s is gone", rest, name)
				}
			}
		}
	}
	for text, n := range want {
		if n != 0 {
			t.Errorf("%q: %d too few", text, n)
		}
	}
	once := map[string]int{}
	for _, line := range w.lines() {
		once[line.Content]++
	}
	good := map[string]bool{}
	for _, text := range delivered {
		sum := sha256.Sum256([]byte(text))
		content := hex.EncodeToString(sum[:])
		if strings.HasPrefix(text, "bad") {
			continue
		}
		good[content] = true
		if once[content] != 1 {
			t.Errorf("%q was taken in %d times", text, once[content])
		}
	}
	if len(once) != len(good) {
		t.Errorf("%d contents were taken in, want %d", len(once), len(good))
	}
	w.nothingBetween(t)
}

// nothingBetween checks that nothing waits and nothing is claimed.
func (w *worker) nothingBetween(t testing.TB) {
	t.Helper()
	if left := lying(t, w.Folder); len(left) > 0 {
		t.Errorf("left in the inbox: %v", left)
	}
	entries, err := os.ReadDir(filepath.Join(w.Folder, ".djscript", "claimed"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "seen-") {
			t.Errorf("left among the claimed: %s", e.Name())
		}
	}
}

// inOrder checks that a sequence was taken in in its order, whoever took it in.
func (w *worker) inOrder(t *testing.T) {
	t.Helper()
	if w.Sequence == "" {
		return
	}
	last := int64(-1)
	for _, line := range w.lines() {
		if line.Number <= last {
			t.Errorf("%d after %d", line.Number, last)
		}
		last = line.Number
	}
}
