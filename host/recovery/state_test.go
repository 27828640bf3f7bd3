package recovery

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// script runs SQL on a copy of the store's file and gives its path.
func (p *patient) script(sql string) (path, said string) {
	p.t.Helper()
	path = p.with(func([]byte) {})
	said, err := p.engine.Script(p.t.Context(), path, sql)
	if err != nil {
		p.t.Fatal(err, said)
	}
	return path, said
}

const locked = "alter database begin backup;\ncommit;\ninsert into grupo (id, nome) values (99, 'depois');\ncommit;\n"

func TestWhatWasWrittenDuringAPhysicalBackupComesAlong(t *testing.T) {
	p := newPatient(t)
	path, _ := p.script(locked)
	before := fingerprint(t, path+deltaSuffix)
	report, err := p.recover(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if report.Header.BackupState != 1 || report.Saved["GRUPO"] != p.rows["GRUPO"]+1 || !report.OK {
		t.Errorf("%+v", report)
	}
	if fingerprint(t, path+deltaSuffix) != before {
		t.Error("the delta was changed")
	}
}

func TestAPhysicalBackupWithoutItsFileLosesWhatCameSince(t *testing.T) {
	p := newPatient(t)
	path, _ := p.script(locked)
	if err := os.Remove(path + deltaSuffix); err != nil {
		t.Fatal(err)
	}
	report, err := p.recover(path, Options{Known: p.known()})
	if err != nil {
		t.Fatal(err)
	}
	p.wholeBut(report)
	if report.OK || len(report.Problems) != 1 || !strings.Contains(report.Problems[0], deltaSuffix) {
		t.Errorf("%v", report.Problems)
	}
}

// The first page may name the live database's own file: the copy must never write to that.
func TestTheFileOfAPhysicalBackupThatTheHeaderNamesIsOnlyRead(t *testing.T) {
	p := newPatient(t)
	named := filepath.Join(t.TempDir(), "antes.dif")
	path, _ := p.script("alter database add difference file '" + named + "';\ncommit;\n" + locked)
	before := fingerprint(t, named)
	report, err := p.recover(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if report.Saved["GRUPO"] != p.rows["GRUPO"]+1 {
		t.Errorf("%v", report.Steps)
	}
	if fingerprint(t, named) != before {
		t.Error("the live database's file was changed")
	}
}

func TestAClosedDatabaseIsOpenedInTheCopy(t *testing.T) {
	p := newPatient(t)
	report, err := p.recover(p.with(func(file []byte) { putShort(file, atFlags, short(file, atFlags)|flagShutdown&^0x80) }), Options{Known: p.known()})
	if err != nil || !report.OK || !report.Header.Shutdown {
		t.Errorf("%+v: %v", report, err)
	}
}

// A transaction over two databases whose other half never came: gbak stops at what it wrote, unless it is told not to.
func TestATransactionInLimboIsPassedOverAndTold(t *testing.T) {
	p := newPatient(t)
	path, said := p.script("set list on;\nupdate grupo set nome = 'limbo' where id = 1;\nselect current_transaction as t from rdb$database;\ncommit;\n")
	number := 0
	for line := range strings.Lines(said) {
		if rest, ok := strings.CutPrefix(line, "T "); ok {
			number = atoi(t, strings.TrimSpace(rest))
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	states := p.page(file, p.of(pageTransactions, 0)[0])[tipBegin:]
	states[number/4] = states[number/4]&^(3<<(2*(number%4))) | 1<<(2*(number%4))
	report, err := p.recover(p.lay(file), Options{Known: p.known()})
	if err != nil {
		t.Fatal(err, report.Steps)
	}
	p.wholeBut(report) // as it was before that transaction
	if report.Way != "ignore" || report.OK || !strings.Contains(strings.Join(report.Problems, "\n"), "limbo") {
		t.Errorf("%s: %v", report.Way, report.Problems)
	}
}

func atoi(t *testing.T, text string) (n int) {
	t.Helper()
	for _, c := range text {
		n = 10*n + int(c-'0')
	}
	if n == 0 {
		t.Fatalf("%q is no number", text)
	}
	return n
}

// Where a text lies on pages of its own and these are damaged, the row comes without it.
func TestARowWithoutItsLargeTextIsSavedAndTold(t *testing.T) {
	p := newPatient(t)
	path, _ := p.script("update cliente set observacao = cast(rpad('x', 8000, 'abc') as blob sub_type text) || rpad('y', 8000, 'abc') || rpad('z', 8000, 'abc') where id = 7;\ncommit;\n")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := 0
	for n := 0; (n+1)*p.seen.size <= len(file); n++ {
		if page := p.page(file, n); page[0] == pageBlob {
			clear(page)
			spoilt++
		}
	}
	if spoilt == 0 {
		t.Fatal("no text lies on pages of its own")
	}
	report, err := p.recover(p.lay(file), Options{Known: p.known()})
	if err != nil {
		t.Fatal(err, report.Steps)
	}
	if report.Way != "tables" || report.Saved["CLIENTE"] != p.rows["CLIENTE"] || report.Lost["CLIENTE"] == "" {
		t.Errorf("%s: %d rows of %d, lost: %v\n%s", report.Way, report.Saved["CLIENTE"], p.rows["CLIENTE"], report.Lost, strings.Join(report.Steps, "\n"))
	}
	p.wholeBut(report, "CLIENTE")
	p.works(report.Path)
}

// Whatever a first page holds, reading it is no harm, and an item never reaches out of it.
func FuzzHeader(f *testing.F) {
	page := make([]byte, 4096)
	page[0] = pageHeader
	putShort(page, atPageSize, 4096)
	putShort(page, atODS, ofFirebird|12)
	f.Add(page)
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, page []byte) {
		if _, ok := readHeader(page); ok {
			forgetDifference(page)
			unlock(page)
			if h, ok := readHeader(page); !ok || h.BackupState != 0 || h.difference != "" {
				t.Errorf("%+v", h)
			}
		}
	})
}

// Whatever a record is packed to, unpacking gives no more than it was asked for.
func TestUnpackKnowsItsBounds(t *testing.T) {
	if got := string(unpack([]byte{3, 'a', 'b', 'c', 0xFE, 'x', 1, 'y'}, 100)); got != "abcxxy" {
		t.Errorf("%q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		packed, most := rapid.SliceOf(rapid.Byte()).Draw(t, "packed"), rapid.IntRange(0, 300).Draw(t, "most")
		if got := unpack(packed, most); len(got) > most {
			t.Fatalf("%d bytes of %d", len(got), most)
		}
		page := make([]byte, 4096)
		copy(page[recordTable:], packed)
		_, _, _ = roleOf(page, rapid.IntRange(0, 5000).Draw(t, "entry"))
	})
}

// The keys of records are those that the engine gives them.
func TestKeysOfRecordsAreTheEngines(t *testing.T) {
	p := newPatient(t)
	whole := p.with(func([]byte) {})
	relation := p.relation("CLIENTE")
	want := map[string]bool{}
	for _, key := range p.query(whole, "select rdb$db_key from cliente") {
		want[strings.TrimSpace(key)] = true
	}
	found := 0
	for _, page := range p.seen.pagesOf(relation) {
		for line := range page.lines {
			if want[recordKey(relation, int64(page.sequence)*int64(p.seen.recordsPerPage())+int64(line)+1)] {
				found++
			}
		}
	}
	if found != len(want) || found != int(p.rows["CLIENTE"]) {
		t.Errorf("%d of %d keys of %d rows", found, len(want), p.rows["CLIENTE"])
	}
	if got := recordKey(129, 1<<32|5); got != "8100000105000000" || binary.LittleEndian.Uint16([]byte{129, 0}) != 129 {
		t.Error(got)
	}
}

// Where Firebird no longer knows what is in a table, its records are not tried one after the other.
func TestATableThatFirebirdNoLongerKnowsIsGivenUpAtOnce(t *testing.T) {
	p := newPatient(t)
	columns := p.of(pageData, p.relation("RDB$RELATION_FIELDS"))
	path := p.with(func(file []byte) { clear(p.page(file, columns[len(columns)/2])) })
	known := p.known()
	known.Rows = nil // then what the reading itself tells stands in the report
	report, err := p.recover(path, Options{Known: known})
	if err != nil {
		t.Fatal(err, report.Steps)
	}
	given := 0
	for name, lost := range report.Lost {
		if report.Saved[name] == 0 && strings.HasPrefix(lost, "all of it") {
			given++
		}
	}
	if given == 0 || report.Way != "tables" {
		t.Errorf("%s: %v\n%s", report.Way, report.Lost, strings.Join(report.Steps, "\n"))
	}
}
