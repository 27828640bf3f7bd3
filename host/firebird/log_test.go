package firebird

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

func read(text string) (Log, []string, bool) {
	r := newLogReader()
	w := &lineWriter{take: r.take, moved: func() {}, flood: func() {}}
	_, _ = w.Write([]byte(text))
	w.end()
	r.over()
	return r.result()
}

func TestTheLastCountOfATableStands(t *testing.T) {
	log, failures, finished := read(`gbak:readied database loja.fdb for backup
gbak:starting transaction
gbak:    writing table data for table X
gbak:         writing column 10 records written
gbak:    writing data for table VENDA ` + `
gbak:10000 records written ` + `
gbak:20000 records written ` + `
gbak:20001 records written ` + `
gbak:    writing data for table   lead
gbak:1 records written
gbak:    writing data for table EMPTY
gbak:    writing table ERROR: none
gbak:    writing index cannot commit index
gbak: WARNING:function X is not defined
gbak:closing file, committing, and finishing. 1545216 bytes written
`)
	want := map[string]int64{"VENDA": 20001, "  lead": 1, "EMPTY": 0}
	if diff := cmp.Diff(want, log.Rows); diff != "" || !finished || len(failures) > 0 || log.Bytes != 1545216 || len(log.Warnings) != 1 {
		t.Errorf("%s %v %v %+v", diff, finished, failures, log)
	}
}

func TestNamesOfOldDatabasesAreWindows1252(t *testing.T) {
	log, _, _ := read("gbak:    writing data for table PRE\xC7OS\ngbak:3 records written\ngbak:    writing data for table PREÇOS 2\ngbak:4 records written\n")
	if log.Rows["PREÇOS"] != 3 || log.Rows["PREÇOS 2"] != 4 {
		t.Errorf("%v", log.Rows)
	}
}

func TestWhatSoundsHarmlessIsAFailure(t *testing.T) {
	for _, line := range []string{
		"gbak: ERROR:anything", "ERROR: Backup incomplete", "gbak:cannot commit index FK_1",
		"gbak:Database is not online due to failure to activate one or more indices.",
		"gbak:do not recognize table attribute 0 -- continuing", "gbak:adjusting an invalid decompression length from 3 to 2",
		"gbak:skipped 12 bytes after reading a bad attribute 3", "gbak:     3 records ignored",
		"gbak:restore failed for record in table X", "gbak:warning -- record could not be restored",
		"gbak: WARNING:index X omitted because 2 of the expected 3 keys were found", "gbak:Exiting before completion due to errors",
		"Done with volume #0, \"stdin\"", "\tPress return to reopen that file, or type a new", "gbak:commit failed on table X",
		"gbak:error accessing BLOB column B -- continuing",
	} {
		if _, failures, _ := read(line + "\n"); len(failures) != 1 {
			t.Errorf("%q is taken for harmless", line)
		}
	}
}

func TestLinesStayFewAndShort(t *testing.T) {
	flooded := 0
	r := newLogReader()
	w := &lineWriter{take: r.take, moved: func() {}, flood: func() { flooded++ }}
	for range 3 {
		_, _ = w.Write([]byte(strings.Repeat("x", 20<<20)))
	}
	for i := range 1000 {
		_, _ = fmt.Fprintf(w, "gbak:line %d\n", i)
	}
	w.end()
	if log, _, _ := r.result(); flooded != 1 || len(log.Lines) > keptLines || len(log.Lines) > 0 && len(log.Lines[0]) > lineBytes {
		t.Errorf("flooded %d times, %d lines", flooded, len(log.Lines))
	}
}

func TestLinesAreTheSameHoweverTheyCome(t *testing.T) {
	text := "gbak:    writing data for table A\r\ngbak:1 records written\n\n\ngbak:    writing data for table B\ngbak:2 records written"
	want, _, _ := read(text)
	for size := 1; size < len(text); size++ {
		r := newLogReader()
		w := &lineWriter{take: r.take, moved: func() {}, flood: func() {}}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			_, _ = w.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		w.end()
		if got, _, _ := r.result(); !cmp.Equal(want, got) {
			t.Fatal(size, cmp.Diff(want, got))
		}
	}
}

func FuzzLog(f *testing.F) {
	f.Add([]byte("gbak:    writing data for table A\ngbak:10 records written\ngbak: ERROR:x\n"))
	f.Add([]byte("gbak:99999999999999999999 records written\n\xff\x00\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		log, failures, _ := read(string(text))
		if len(log.Lines) > keptLines || len(failures) > keptWarns {
			t.Error("kept too much")
		}
		for name, n := range log.Rows {
			if n < 0 {
				t.Errorf("%q has %d rows", name, n)
			}
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add("\nCAST                            1.50\n\n\nCAST                            <null>\n\n")
	f.Add("\n\nX\n\n")
	f.Fuzz(func(_ *testing.T, section string) { records(section) })
}

func TestRecordsOfAList(t *testing.T) {
	label := fmt.Sprintf("%-32s", "CAST")
	for section, want := range map[string][]string{
		"":                                     nil,
		"\n\n":                                 nil,
		"\n" + label + "1.50\n\n\n":            {"1.50"},
		"\n" + label + "<null>\n\n":            {""},
		"\n" + label + "\n\n":                  {""},
		"\nCAST\n\n":                           {""},
		"\n" + label + "a\nb   \n\n\n":         {"a\nb   "},
		"\n" + label + "1\n\n" + label + "2\n": {"1", "2"},
	} {
		if diff := cmp.Diff(want, records(section)); diff != "" {
			t.Errorf("%q: %s", section, diff)
		}
	}
}

func TestFirebirdsWordsAreSortedIntoCodes(t *testing.T) {
	for words, want := range map[string]string{
		"Your user name and password are not defined. Ask your database administrator":                                                   "db.auth",
		"Unable to complete network request to host \"x\"; Failed to establish a connection.":                                            "db.server",
		"Cannot attach to services manager; service x:service_mgr is not defined":                                                        "db.server",
		`I/O error during "open" operation for file "x"; No such file or directory`:                                                      "db.not_found",
		`I/O error during "CreateFile (open)" operation for file "x"; O sistema n` + "\xe3" + `o pode encontrar o arquivo especificado.`: "db.not_found",
		`I/O error during "CreateFile (open)" operation for file "x"; Acesso negado.`:                                                    "fs.denied",
		`I/O error during "open" operation for file "x"; Permission denied`:                                                              "fs.denied",
		`I/O error during "WriteFile"; Espa` + "\xe7" + `o insuficiente no disco.`:                                                       "drive.full",
		`I/O error during "WriteFile"; N` + "\xc6" + `o h` + "\xa0" + ` espa` + "\x87" + `o suficiente no disco.`:                        "drive.full",
		"free disk space exhausted": "drive.full",
		"I/O error during \"lock\" operation; Database already opened with engine instance, incompatible with current": "db.busy",
		"database loja.fdb shutdown":                                         "db.busy",
		"unsupported on-disk structure for file x; found 13.0, support 12.0": "db.version",
		"wrong page type; page 3 is of wrong type":                           "db.corrupt",
		"cannot open backup file /tmp/x":                                     "gbak.failed",
		"something new":                                                      "gbak.failed",
	} {
		err := ending{subject: "x", server: "y", failures: []string{decodeName([]byte(words))}, exit: errors.New("1")}.verdict()
		if got := message.Code(err); got != want {
			t.Errorf("%q is %s, want %s", words, got, want)
		}
		if errors.Is(err, ErrWayNotPossible) != strings.HasPrefix(words, "cannot open") {
			t.Errorf("%q: way", words)
		}
	}
}
