package inbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/djscript/djscript/host/message"
)

// fill takes all the room that there is.
func fill(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "fill")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	block := make([]byte, 4096)
	for {
		if _, err := file.Write(block); err != nil {
			return path
		}
	}
}

// once handles a file as the worker does, and counts how often.
func (w *worker) once(count *int) Handler {
	return func(ctx context.Context, c Claimed) Outcome {
		*count++
		return w.handle(ctx, c)
	}
}

func TestWhatCanNotBeMovedIsMovedByTheNextRunAndNotHandledAgain(t *testing.T) {
	other := smallVolume(t, "256k")
	for _, trouble := range []string{"full", "read-only"} {
		w := newWorker(t, "*.djp")
		w.Done, w.Rejected = filepath.Join(other, trouble, "done"), filepath.Join(other, trouble, "rejected")
		w.must(t) // makes the folders
		big := strings.Repeat("x", 64<<10)
		w.deliver(t, "a.djp", big)
		w.deliver(t, "b.djp", "bad b")
		var end func() error
		if trouble == "full" {
			path := fill(t, other)
			end = func() error { return os.Remove(path) }
		} else {
			remount := func(flags uintptr) error { return syscall.Mount("", other, "", syscall.MS_REMOUNT|flags, "") }
			if err := remount(syscall.MS_RDONLY); err != nil {
				t.Fatal(err)
			}
			end = func() error { return remount(0) }
		}
		in, err := w.inbox()
		if err != nil {
			t.Fatal(err)
		}
		handled := 0
		for range 2 {
			taken, err := in.Take(t.Context(), w.once(&handled))
			if err != nil || len(taken.Files) != 2 || handled != 2 {
				t.Fatalf("%s: %v, %q, handled %d times", trouble, err, said(taken), handled)
			}
			for _, f := range taken.Files {
				if code := message.Code(f.Unmoved); code != "drive.full" && code != "drive.read_only" || !exists(f.Path) {
					t.Errorf("%s: %+v", trouble, f)
				}
			}
		}
		if l, err := in.List(5); err != nil || len(l.Claimed) != 2 || !l.Claimed[0].Final {
			t.Errorf("%s: %+v, %v", trouble, l, err)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		taken, err := in.Take(t.Context(), w.once(&handled))
		slices.SortFunc(taken.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
		if got := said(taken); err != nil || handled != 2 || !slices.Equal(got, []string{"done a.djp", "rejected b.djp"}) || message.Code(taken.Files[1].Reason) != "db.constraint" {
			t.Errorf("%s: %v, %q, handled %d times", trouble, err, got, handled)
		}
		w.through(t, []string{big, "bad b"})
		if err := os.RemoveAll(filepath.Join(other, trouble)); err != nil {
			t.Fatal(err)
		}
	}
}

// On a full disk there is no room for a claim, a report or the memory of what was seen: nothing is lost, and afterwards all
// goes on.
func TestAFullDiskLosesNothing(t *testing.T) {
	other := smallVolume(t, "128k")
	w := newWorker(t, "*.djp")
	w.Folder = filepath.Join(other, "in")
	if err := os.Mkdir(w.Folder, 0o755); err != nil {
		t.Fatal(err)
	}
	w.must(t)
	var delivered []string
	for n := range 4 {
		delivered = append(delivered, fmt.Sprintf("file %d", n))
		w.deliver(t, fmt.Sprint(n, ".djp"), delivered[n])
	}
	path := fill(t, other)
	if _, err := w.take(t.Context()); err != nil && message.Code(err) != "drive.full" {
		t.Errorf("%v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	w.must(t)
	for _, text := range lying(t, w.within(w.Done)) {
		delivered = slices.DeleteFunc(delivered, func(d string) bool { return d == text })
	}
	if len(delivered) != 0 || len(w.lines()) != 4 {
		t.Errorf("not through: %q, %d lines", delivered, len(w.lines()))
	}
	w.nothingBetween(t)
}
