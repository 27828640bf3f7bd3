package recovery

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// gfix mends a copy of the copy: what it takes out is still there for whoever reads table by table.
func TestTheCopyIsNotMendedItself(t *testing.T) {
	p := newPatient(t)
	path := p.with(func(file []byte) { clear(p.page(file, p.of(pageData, p.relation("PRE_VENDA_ITEM"))[2])) })
	work := t.TempDir()
	sums := map[string]string{}
	r := Recovery{Tools: firebirdtest.Tools(t), Work: work, Now: time.Now, Tell: func(is Progress) {
		if sums[is.Step] == "" {
			sums[is.Step] = p.rowsOf(work)
		}
	}}
	if _, err := r.Recover(t.Context(), path, Options{To: filepath.Join(t.TempDir(), "new.fdb"), Known: p.known()}); err != nil {
		t.Fatal(err)
	}
	if sums[Mending] == "" || sums[Reading] == "" || sums[Mending] != sums[Reading] {
		t.Errorf("before it was mended %q, after it %q", sums[Mending], sums[Reading])
	}
}

// rowsOf is a hash of the pages of rows, and of those that tell where they lie, of the copy in a folder; "" where there is
// none.
func (p *patient) rowsOf(work string) string {
	found, err := filepath.Glob(filepath.Join(work, "recovery-*", "copy.fdb"))
	if err != nil || len(found) != 1 {
		return ""
	}
	file, err := os.ReadFile(found[0])
	if err != nil {
		p.t.Fatal(err)
	}
	hash := sha256.New()
	for n := range len(file) / p.seen.size {
		if page := p.page(file, n); page[0] == pagePointers || page[0] == pageData {
			hash.Write(page)
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// Where the filesystem has no locks, only the file itself tells that somebody wrote to it.
func TestAFileThatChangesMeanwhileIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	for name, change := range map[string]func(file *os.File) error{
		"rewritten": func(file *os.File) error { _, err := file.WriteAt([]byte{1}, 0); return err },
		"longer":    func(file *os.File) error { return file.Truncate(blockBytes + 1) },
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Repeat([]byte{7}, blockBytes), 0o600); err != nil {
			t.Fatal(err)
		}
		long := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
		_, err := take(t.Context(), path, path+".copy", func(int64, int64) {
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if err := change(file); err != nil {
				t.Fatal(err)
			}
		})
		if message.Code(err) != "db.busy" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATableThatIsNotThereAnyMoreIsLost(t *testing.T) {
	c := &course{options: Options{Known: &Known{Name: "12", Rows: map[string]int64{"VENDA": 7, "CLIENTE": 2, "VAZIA": 0}}}, seen: &survey{}}
	k := &candidate{seen: firebird.Inspection{Rows: map[string]int64{"CLIENTE": 2, "NOVA": 3}}, lost: map[string]string{}}
	if lost := c.losses(k); len(lost) != 1 || lost["VENDA"] == "" {
		t.Errorf("lost %v", lost)
	}
}

func TestTheWayThatSavesMoreIsTaken(t *testing.T) {
	saved := func(rows int64) *candidate {
		return &candidate{seen: firebird.Inspection{Rows: map[string]int64{"A": rows, "B": 1}}}
	}
	modelled, knowing := saved(5), saved(5)
	modelled.modelled, knowing.lost = true, map[string]string{"A": "one page"}
	for name, c := range map[string]struct {
		found, before *candidate
		better        bool
	}{
		"more":                        {saved(6), saved(5), true},
		"less":                        {saved(4), saved(5), false},
		"as many":                     {saved(5), saved(5), false},
		"as many, and it knows":       {knowing, saved(5), true},
		"as many, and it stands":      {modelled, saved(5), true},
		"less, and it knows":          {knowing, saved(6), false},
		"more than what knows better": {saved(6), knowing, true},
	} {
		if got := c.found.better(c.before); got != c.better {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// works wants a recovered database to go on as the whole one would: its triggers fire, its generators give the next number,
// and its indexes are on.
func (p *patient) works(fdb string) {
	p.t.Helper()
	whole := p.with(func([]byte) {})
	values := func(fdb string) []string {
		found := append(p.query(fdb, triggersQuery), p.query(fdb, indexesQuery)...)
		for _, name := range p.query(fdb, generatorsQuery) {
			found = append(found, name+" "+p.query(fdb, "select gen_id("+quoted(name)+", 0) from rdb$database")[0])
		}
		return found
	}
	if diff := cmp.Diff(values(whole), values(fdb)); diff != "" {
		p.t.Error(diff)
	}
}
