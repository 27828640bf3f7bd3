package recovery

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

func TestASoundDatabaseIsSavedWhole(t *testing.T) {
	p := newPatient(t)
	if len(p.seen.Damaged) > 0 {
		t.Errorf("damage is seen where none is: %v", p.seen.Damaged)
	}
	for _, level := range []string{Validate, Mend, Salvage} {
		report, err := p.recover(p.with(func([]byte) {}), Options{Level: level, Known: p.known()})
		if err != nil {
			t.Fatal(err)
		}
		if !report.OK || report.Way != "backup" {
			t.Errorf("%s: %+v", level, report)
		}
		p.wholeBut(report)
	}
}

func TestPagesOfRowsThatAreGoneTakeOnlyTheirRowsWithThem(t *testing.T) {
	p := newPatient(t)
	victim := p.relation("PRE_VENDA_ITEM")
	pages := p.of(pageData, victim)
	for name, spoil := range map[string]func([]byte){"zeros": func(page []byte) { clear(page) }, "garbage": scribble(1)} {
		t.Run(name, func(t *testing.T) {
			path := p.with(func(file []byte) {
				for _, n := range pages[2:4] {
					spoil(p.page(file, n))
				}
			})
			report, err := p.recover(path, Options{Known: p.known()})
			if err != nil {
				t.Fatal(err)
			}
			if report.OK || len(report.Damaged) != 2 || report.Damaged[0].Table != "PRE_VENDA_ITEM" {
				t.Errorf("%+v", report)
			}
			p.accounts(report)
			p.wholeBut(report, "PRE_VENDA_ITEM")
			if report.Saved["PRE_VENDA_ITEM"] == 0 {
				t.Error("nothing of the table was saved")
			}
		})
	}
}

func TestDamagedIndexPagesLoseNothing(t *testing.T) {
	p := newPatient(t)
	path := p.with(func(file []byte) {
		for _, n := range p.indexesOf(file, p.relation("PRE_VENDA_ITEM")) {
			clear(p.page(file, n))
		}
	})
	report, err := p.recover(path, Options{Known: p.known()})
	if err != nil {
		t.Fatal(err)
	}
	p.wholeBut(report)
	if len(report.Against) == 0 {
		t.Error("Firebird's validation saw nothing")
	}
}

// indexesOf are the pages of a table's indexes.
func (p *patient) indexesOf(file []byte, relation uint16) []int {
	return slices.DeleteFunc(p.of(pageIndex, 0), func(n int) bool { return short(p.page(file, n), atIndexRelation) != relation })
}

func TestDamagedPointersAreFoundAgain(t *testing.T) {
	p := newPatient(t)
	path := p.with(func(file []byte) { clear(p.page(file, p.of(pagePointers, p.relation("PRE_VENDA_ITEM"))[0])) })
	report, err := p.recover(path, Options{Known: p.known()})
	if err != nil {
		t.Fatal(err)
	}
	p.wholeBut(report)
}

func TestALostTransactionInventoryIsMadeAnew(t *testing.T) {
	p := newPatient(t)
	path := p.with(func(file []byte) { clear(p.page(file, p.of(pageTransactions, 0)[0])) })
	report, err := p.recover(path, Options{Known: p.known()})
	if err != nil {
		t.Fatal(err)
	}
	p.wholeBut(report)
	if len(report.Problems) == 0 {
		t.Error("that what was rolled back may be there is not told")
	}
}

func TestALostFirstPageIsMadeAnew(t *testing.T) {
	p := newPatient(t)
	for name, spoil := range map[string]func([]byte){"zeros": func(page []byte) { clear(page) }, "garbage": scribble(2)} {
		t.Run(name, func(t *testing.T) {
			report, err := p.recover(p.with(func(file []byte) { spoil(p.page(file, 0)) }), Options{Known: p.known()})
			if err != nil {
				t.Fatal(err)
			}
			p.wholeBut(report)
		})
	}
}

func TestALostPageInventoryIsMadeAnew(t *testing.T) {
	p := newPatient(t)
	report, err := p.recover(p.with(func(file []byte) { clear(p.page(file, 1)) }), Options{Known: p.known()})
	if err != nil {
		t.Fatal(err)
	}
	p.wholeBut(report)
}

func TestAFileThatIsCutShortKeepsWhatIsBefore(t *testing.T) {
	p := newPatient(t)
	last := slices.Max(p.of(pageData, 0))
	for _, pages := range []int{last, last - 5, p.seen.pages * 6 / 10} {
		report, err := p.recover(p.lay(p.bytes[:pages*p.seen.size+1000]), Options{Known: p.known()})
		if err != nil {
			t.Fatal(err, strings.Join(report.Steps, "\n"))
		}
		if !slices.ContainsFunc(report.Damaged, func(d Damage) bool { return d.Kind == Cut }) {
			t.Errorf("no page is missing: %v", report.Damaged)
		}
		p.accounts(report)
	}
}

func TestTheLevelEndsIt(t *testing.T) {
	p := newPatient(t)
	path := p.with(func(file []byte) { clear(p.page(file, p.of(pageData, p.relation("PRE_VENDA_ITEM"))[2])) })
	report, err := p.recover(path, Options{Level: Validate})
	unsaved, told := errors.AsType[*UnsavedError](err)
	if message.Code(err) != "db.corrupt" || !told || len(unsaved.Report.Steps) == 0 || report.Path != "" {
		t.Errorf("%+v: %v", report, err)
	}
	if report, err = p.recover(path, Options{Level: Mend}); err != nil || report.Way != "mend" {
		t.Errorf("%+v: %v", report, err)
	}
}

func TestWithoutACopyTheDamagedPagesTellWhatIsLost(t *testing.T) {
	p := newPatient(t)
	path := p.with(func(file []byte) { clear(p.page(file, p.of(pageData, p.relation("PRE_VENDA_ITEM"))[2])) })
	report, err := p.recover(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report.Lost["PRE_VENDA_ITEM"], "one page") || report.OK {
		t.Errorf("%v", report.Lost)
	}
}

func TestOtherFilesAreRefusedByWhatTheyAre(t *testing.T) {
	p := newPatient(t)
	for name, c := range map[string]struct {
		bytes []byte
		says  string
	}{
		"text":   {[]byte(strings.Repeat("2026;venda;10,00\r\n", 5000)), "is no Firebird database"},
		"zip":    {[]byte("PK\x03\x04" + strings.Repeat("x", 9000)), "is a zip"},
		"backup": {append([]byte{0, 2, 4, 10, 0, 0, 0}, make([]byte, 9000)...), "made by gbak"},
		"empty":  {nil, "is empty"},
		"zeros":  {make([]byte, 1<<20), "is no Firebird database"},
		"noise":  {noise(1 << 20), "is no Firebird database"},
	} {
		_, err := p.recover(p.lay(c.bytes), Options{})
		if message.Code(err) != "db.corrupt" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(page []byte){
		"db.encrypted": func(page []byte) { putShort(page, atFlags, short(page, atFlags)|flagEncrypted) },
		"db.version":   func(page []byte) { putShort(page, atODS, ofFirebird|11) },
	} {
		if _, err := p.recover(p.with(change), Options{}); message.Code(err) != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	scribble(7)(b)
	return b
}

// scribble writes the same noise each time.
func scribble(seed uint64) func([]byte) {
	return func(page []byte) {
		random := rand.New(rand.NewPCG(seed, seed))
		for i := range page {
			page[i] = byte(random.Uint32())
		}
	}
}

func TestNothingIsWrittenOver(t *testing.T) {
	p := newPatient(t)
	path := p.with(func([]byte) {})
	r := Recovery{Tools: firebirdtest.Tools(t), Work: t.TempDir(), Now: time.Now}
	taken := filepath.Join(t.TempDir(), "live.fdb")
	if err := os.WriteFile(taken, []byte("live"), 0o600); err != nil {
		t.Fatal(err)
	}
	for to, code := range map[string]string{taken: "fs.exists", path: "fs.exists", filepath.Join(t.TempDir(), "none", "x.fdb"): "drive.not_found"} {
		if err := r.Check(path, Options{To: to, Level: Salvage}); message.Code(err) != code { // before anything is copied
			t.Errorf("%s: %v", to, err)
		}
		if _, err := r.Recover(t.Context(), path, Options{To: to}); message.Code(err) != code {
			t.Errorf("%s: %v", to, err)
		}
	}
	if text, _ := os.ReadFile(taken); string(text) != "live" {
		t.Error("it was written over")
	}
	if _, err := r.Recover(t.Context(), filepath.Join(t.TempDir(), "none.fdb"), Options{To: filepath.Join(t.TempDir(), "x.fdb")}); message.Code(err) != "db.not_found" {
		t.Error(err)
	}
}

func TestAFileThatSomebodyHasOpenIsNotCopied(t *testing.T) {
	db := firebirdtest.Demo(t)
	held := hold(t, db)
	r := Recovery{Tools: firebirdtest.Tools(t), Work: t.TempDir(), Now: time.Now}
	if _, err := r.Recover(t.Context(), db.Path, Options{To: filepath.Join(t.TempDir(), "x.fdb")}); message.Code(err) != "db.busy" {
		t.Error(err)
	}
	held()
}

func TestWhatTheDiskDoesNotGiveIsNamed(t *testing.T) {
	content := noise(3*blockBytes + 777)
	for _, bad := range [][]hole{nil, {{0, 4096}}, {{blockBytes - 4096, 8192}}, {{5 * 4096, 4096}, {9 * 4096, 3 * 4096}}, {{3 * blockBytes, 777}}} {
		var got strings.Builder
		holes, err := transfer(t.Context(), failing{content, bad}, int64(len(content)), &got, func(int64, int64) {})
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(content)
		var lost int64
		for _, h := range bad {
			clear(want[h.from : h.from+h.length])
		}
		for _, h := range holes {
			lost += h.length
			if !slices.ContainsFunc(bad, func(b hole) bool { return b.from <= h.from+h.length && h.from <= b.from+b.length }) {
				t.Errorf("%v is no hole of %v", h, bad)
			}
		}
		if got.String() != string(want) {
			t.Errorf("%v: the copy is not what the disk gives", bad)
		}
		if len(bad) > 0 && lost == 0 {
			t.Errorf("%v: nothing is named", bad)
		}
	}
}

// failing is a disk with places that it does not give.
type failing struct {
	content []byte
	bad     []hole
}

func (f failing) ReadAt(p []byte, at int64) (int, error) {
	if within(f.bad, at, len(p)) {
		return 0, errors.New("input/output error")
	}
	n := copy(p, f.content[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// hold keeps a database open, as the store's programs do.
func hold(t *testing.T, db firebird.Database) (let func()) {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	open, leave, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		left <- conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
			_, err := s.Scalars(t.Context(), []string{"select count(*) from empresa"})
			close(open)
			<-leave
			return err
		})
	}()
	<-open
	return func() {
		close(leave)
		if err := errors.Join(<-left, conn.Close()); err != nil {
			t.Error(err)
		}
	}
}
