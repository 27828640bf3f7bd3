package inbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestAListSaysWhatLiesWhereAndWhy(t *testing.T) {
	w := newWorker(t, "{number}.djp")
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	if l, err := in.List(5); err != nil || len(l.Waiting)+len(l.Claimed)+len(l.Done)+len(l.Rejected) != 0 || exists(in.claimed) {
		t.Errorf("nothing yet: %+v, %v", l, err)
	}
	for n := range 4 {
		w.deliver(t, fmt.Sprint(n, ".djp"), fmt.Sprint("file ", n))
		w.must(t)
	}
	w.deliver(t, "4.djp", "bad file")
	w.deliver(t, "5.djp", "later file")
	w.must(t)
	w.deliver(t, "6.djp", "file 6")
	w.deliver(t, "10.djp", "file 10")
	if err := os.WriteFile(filepath.Join(w.Folder, "rejected", "99.djp"), nil, 0o600); err != nil { // somebody put it there
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.Folder, "rejected", "note.djp"+outcomeSuffix), []byte(`{"file":"../x"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := in.List(2)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Waiting) != 2 || l.Waiting[0].Name != "6.djp" || l.Waiting[0].Bytes != 6 || l.Waiting[1].Name != "10.djp" {
		t.Errorf("%+v", l.Waiting)
	}
	if len(l.Claimed) != 1 || l.Claimed[0].Name != "5.djp" || l.Claimed[0].Holder != "" || l.Claimed[0].Since.IsZero() || l.Claimed[0].Final {
		t.Errorf("%+v", l.Claimed)
	}
	if len(l.Done) != 2 || l.Done[0].Name != "3.djp" || l.Done[1].Name != "2.djp" {
		t.Errorf("%+v", l.Done)
	}
	i := slices.IndexFunc(l.Rejected, func(e Ended) bool { return e.Name == "4.djp" })
	if len(l.Rejected) != 2 || i < 0 || message.Code(l.Rejected[i].Reason) != "db.constraint" || l.Rejected[i].Reason.Error() == "" {
		t.Errorf("%+v", l.Rejected)
	}
}

func TestAListSaysWhoHasAFile(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "a.djp", "a")
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	_, err = in.Take(t.Context(), func(context.Context, Claimed) Outcome {
		l, err := in.List(5)
		if err != nil || len(l.Claimed) != 1 || l.Claimed[0].Holder != fmt.Sprint("process ", os.Getpid()) {
			t.Errorf("%+v, %v", l, err)
		}
		return Outcome{Verdict: Done}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRejectedFilesGoBackUnderTheNamesTheyCameBy(t *testing.T) {
	w := newWorker(t, "*.djp")
	for n := range 3 {
		w.deliver(t, "a.djp", fmt.Sprint("bad ", n))
		w.must(t)
	}
	w.deliver(t, "b.djp", "bad b")
	w.must(t)
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	put, err := in.Retry(t.Context(), "none.djp", "B.DJP")
	if !slices.Equal(put, []string{"b.djp"}) || message.Code(err) != "txt.file" {
		t.Errorf("%q, %v", put, err)
	}
	// Of three that were called a.djp one can go at a time.
	put, err = in.Retry(t.Context())
	if !slices.Equal(put, []string{"a.djp"}) || message.Code(err) != "fs.exists" {
		t.Errorf("%q, %v", put, err)
	}
	if got := lying(t, w.Folder); len(got) != 2 || got["a.djp"] != "bad 0" || got["b.djp"] != "bad b" {
		t.Errorf("%q", got)
	}
	entries, err := os.ReadDir(in.Rejected)
	if err != nil || len(entries) != 6 { // two files, each with its report and what became of it
		t.Errorf("%v, %v", entries, err)
	}
	w.must(t)
	w.through(t, []string{"bad 0", "bad 1", "bad 2", "bad b"})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if put, err := in.Retry(ended); len(put) != 0 || err == nil {
		t.Errorf("%q, %v", put, err)
	}
	w.through(t, []string{"bad 0", "bad 1", "bad 2", "bad b"})
}
