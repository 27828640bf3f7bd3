package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// history is what befalls an inbox: whatever is delivered, and how.
type history struct {
	*testing.T
	r *rapid.T
	w *worker

	delivered map[string]int // contents, and how often
	waiting   map[string]string
	writing   map[string]bool // files that grow while somebody looks
	count     int

	// What happens in the next turn.
	renames, writes bool
}

func (h *history) name(n int64) string { return fmt.Sprintf("%08d.djp", n) }

// deliver puts a file in. One of that name that waited is gone: its writer wrote over it.
func (h *history) deliver(n int64, text string) {
	name := h.name(n)
	if old, ok := h.waiting[name]; ok {
		h.delivered[old]--
	}
	delete(h.writing, name)
	h.w.deliver(h.T, name, text)
	h.delivered[text]++
	h.waiting[name] = text
}

func (h *history) fresh(prefix string) string {
	h.count++
	return fmt.Sprintf("%scontent %d", prefix, h.count)
}

// grow is what writers do while an inbox is looked at.
func (h *history) grow() {
	for name := range h.writing {
		old := h.waiting[name]
		text := old + "."
		h.delivered[old]--
		h.delivered[text]++
		h.waiting[name] = text
		h.append(filepath.Join(h.w.Folder, name))
	}
}

func (h *history) append(path string) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		h.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString("."); err != nil {
		h.Fatal(err)
	}
}

// turn goes through the inbox once, and checks what is said of it.
func (h *history) turn() Taken {
	highest, known, _ := h.w.Highest(context.Background(), "")
	var away string
	h.w.step = func(step string) {
		switch {
		case step == "watching":
			h.grow()
		case step == "begun" && h.renames:
			h.renames = false
			for name := range lying(h.T, h.w.Folder) {
				away = name
			}
			if err := os.Rename(filepath.Join(h.w.Folder, away), filepath.Join(h.w.Folder, "~away")); err != nil {
				h.Fatal(err)
			}
		case step == "handling" && h.writes:
			h.writes = false
			h.scribble()
		}
	}
	taken := h.w.must(h.T)
	h.w.step = nil
	if away != "" {
		if err := os.Rename(filepath.Join(h.w.Folder, "~away"), filepath.Join(h.w.Folder, away)); err != nil {
			h.Fatal(err)
		}
	}
	h.follow(taken, highest, known)
	return taken
}

// scribble is a writer who still has a file open that was claimed.
func (h *history) scribble() {
	found, err := filepath.Glob(filepath.Join(h.w.Folder, ".djscript", "claimed", "*.taken.*", "*.djp"))
	if err != nil || len(found) == 0 {
		h.Fatal(found, err)
	}
	old, err := os.ReadFile(found[0])
	if err != nil {
		h.Fatal(err)
	}
	h.delivered[string(old)]--
	h.delivered[string(old)+"."]++
	h.append(found[0])
}

// follow sees what became of the files, and which numbers had to be missed.
func (h *history) follow(taken Taken, highest int64, known bool) {
	handled := map[int64]bool{}
	top := highest
	for _, f := range taken.Files {
		if f.Verdict == Waiting {
			if f.Reason == nil {
				h.r.Fatalf("%s waits without a reason", f.Name)
			}
			continue
		}
		if h.waiting[f.Name] != "" && !exists(filepath.Join(h.w.Folder, f.Name)) {
			delete(h.waiting, f.Name)
			delete(h.writing, f.Name)
		}
		if f.Unmoved != nil {
			h.r.Fatal(f.Unmoved)
		}
		if f.Verdict == Left {
			continue
		}
		handled[f.Number] = true
		if !known {
			highest, known = f.Number, true
		}
		top = max(top, f.Number)
	}
	if h.w.Sequence == "" || h.w.StopAtGap {
		return
	}
	var want, got []int64
	for n := highest + 1; n <= top; n++ {
		if !handled[n] {
			want = append(want, n)
		}
	}
	for _, one := range taken.Missing {
		for n := one.First; n <= one.Last && n <= top; n++ { // what was to come after it may have had to wait
			got = append(got, n)
		}
	}
	if !slices.Equal(want, got) {
		h.r.Fatalf("missing %v, want %v: %v", got, want, said(taken))
	}
}

// settled goes on until nothing waits; whoever is asked for a number sends it.
func (h *history) settled() {
	h.writing = map[string]bool{}
	h.renames, h.writes = false, false
	for range 200 {
		taken := h.turn()
		if taken.Awaited != nil {
			for n := taken.Awaited.First; n <= taken.Awaited.Last; n++ {
				if _, ok := h.waiting[h.name(n)]; !ok {
					h.deliver(n, h.fresh(""))
				}
			}
			continue
		}
		if !slices.ContainsFunc(taken.Files, func(f File) bool { return f.Verdict == Waiting || f.Verdict == Left }) {
			return
		}
	}
	h.r.Fatalf("it does not end")
}

// check looks where every content ended.
func (h *history) check() {
	under := map[int64]string{}
	once := map[string]bool{}
	last := int64(-1)
	for _, line := range h.w.lines() {
		if once[line.Content] {
			h.r.Fatalf("%s was taken in twice", line.File)
		}
		once[line.Content] = true
		if _, ok := under[line.Number]; ok && h.w.Sequence != "" {
			h.r.Fatalf("number %d was taken in twice", line.Number)
		}
		under[line.Number] = line.Content
		if h.w.StopAtGap {
			if last >= 0 && line.Number > last+1 {
				h.r.Fatalf("%d was taken in after %d", line.Number, last)
			}
			last = max(last, line.Number)
		}
	}
	for _, folder := range []string{"done", "rejected"} {
		for name, text := range lying(h.T, filepath.Join(h.w.Folder, folder)) {
			h.delivered[text]--
			sum := sha256.Sum256([]byte(text))
			content := hex.EncodeToString(sum[:])
			r, ok := readRecord(filepath.Join(h.w.Folder, folder, name) + outcomeSuffix)
			if !ok {
				h.r.Fatalf("nothing is written of %s", name)
			}
			if once[content] != (folder == "done") {
				h.r.Fatalf("%q lies in %s, %+v", text, folder, r)
			}
			if folder == "rejected" && !strings.HasPrefix(text, "bad") && r.Code != "txt.sequence" {
				h.r.Fatalf("%q was rejected: %+v", text, r)
			}
		}
	}
	for text, n := range h.delivered {
		if n != 0 {
			h.r.Fatalf("%q: %d are missing", text, n)
		}
	}
	h.w.nothingBetween(h.T)
}

func TestWhateverIsDeliveredEndsOnceWhereItBelongs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorker(t, "{number:8}.djp")
		w.ReadyAfter = time.Millisecond
		if rapid.Bool().Draw(r, "sequence") {
			w.Sequence, w.StopAtGap = "djp", rapid.Bool().Draw(r, "stop")
		}
		h := &history{T: t, r: r, w: w, delivered: map[string]int{}, waiting: map[string]string{}, writing: map[string]bool{}}
		next := int64(100)
		var skipped, sent []int64
		for range rapid.IntRange(1, 25).Draw(r, "events") {
			switch event := rapid.SampledFrom([]string{"new", "new", "new", "bad", "gap", "late", "again", "changed", "writing", "renamed", "written", "turn", "turn"}).Draw(r, "event"); event {
			case "new", "bad":
				h.deliver(next, h.fresh(strings.TrimPrefix(event+" ", "new ")))
				sent = append(sent, next)
				next++
			case "gap":
				skipped = append(skipped, next)
				next++
			case "late":
				if len(skipped) > 0 {
					h.deliver(skipped[0], h.fresh(""))
					sent, skipped = append(sent, skipped[0]), skipped[1:]
				}
			case "again", "changed":
				if len(sent) == 0 {
					continue
				}
				n := rapid.SampledFrom(sent).Draw(r, "number")
				done := lying(t, filepath.Join(w.Folder, "done"))[h.name(n)]
				if event == "again" && done != "" {
					h.deliver(n, done)
				} else if event == "changed" {
					h.deliver(n, h.fresh("other "))
				}
			case "writing":
				h.deliver(next, h.fresh("half "))
				h.writing[h.name(next)] = true
				sent = append(sent, next)
				next++
			case "renamed":
				h.renames = true
			case "written":
				h.writes = true
			case "turn":
				h.turn()
			}
		}
		h.settled()
		h.check()
	})
}
