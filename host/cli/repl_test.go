package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestCtrlCClearsTheLineAndEndsIt(t *testing.T) {
	for _, slow := range []bool{false, true} {
		var from io.Reader = strings.NewReader("one\rtw\x03three\r\x03")
		if slow {
			from = iotest.OneByteReader(from)
		}
		k := &keys{from: from}
		var got bytes.Buffer
		dropped := 0
		for {
			buffer := make([]byte, 64)
			n, err := k.Read(buffer)
			got.Write(buffer[:n])
			if k.dropped {
				dropped++
				k.dropped = false
			}
			if err != nil {
				break
			}
		}
		if want := "one\rtw" + clearLine + "three\r" + clearLine; got.String() != want || dropped != 2 {
			t.Errorf("%q, dropped %d", got.String(), dropped)
		}
	}
}

func TestHistoryIsKeptForTheNextSession(t *testing.T) {
	path := filepath.Join(t.TempDir(), "repl_history")
	h := readHistory(path)
	for _, line := range []string{"first", "", "second", "second", "  "} {
		h.Add(line)
	}
	again := readHistory(path)
	if again.Len() != 2 || again.At(0) != "second" || again.At(1) != "first" {
		t.Errorf("%q", again.lines)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("x\ny\n", mostLines)), 0o600); err != nil {
		t.Fatal(err)
	}
	if h := readHistory(path); h.Len() != mostLines || readHistory(path).Len() != mostLines {
		t.Errorf("%d lines are kept", h.Len())
	}
	nowhere := readHistory(filepath.Join(path, "no", "folder"))
	nowhere.Add("typed all the same")
	if nowhere.Len() != 1 {
		t.Error("what can not be kept is lost at once")
	}
}

// conversed opens the prompt of a store, for what a person types there.
func conversed(t *testing.T) *completer {
	t.Helper()
	d := newDesk(t)
	d.write("djscript.toml", sound+"[destination.pendrive]\npath = \"/mnt/b\"\n")
	d.run("s3cret", "secret", "set", "firebird").wants(t, 0)
	a := d.app("", &bytes.Buffer{}, &bytes.Buffer{})
	a.dir = d.dir
	store, err := a.host()
	if err != nil {
		t.Fatal(err)
	}
	session, err := store.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &conversation{app: a, session: session}
	if err := c.open(store); err != nil {
		t.Fatal(err)
	}
	return c.tab
}

func TestTabKnowsNamesOptionsAndValues(t *testing.T) {
	c := conversed(t)
	for _, one := range []struct {
		open, line string
		begin      int
		want       []string
	}{
		{"", ":l", 0, []string{":live"}},
		{"", ":d", 0, []string{":docs", ":dry"}},
		{"", ":docs dj.copy.cr", 6, []string{"dj.copy.create"}},
		{"", "dj.copy.cr", 0, []string{"dj.copy.create"}},
		{"", "x = dj.copy.ne", 4, []string{"dj.copy.newest"}},
		{"", "dj.copy.create { ve", 17, []string{"verify = "}},
		{"dj.copy.create {", "  ve", 2, []string{"verify = "}},
		{"", `dj.copy.create { verify = "l`, 27, []string{"later"}},
		{"", `dj.copy.create { to = "`, 23, []string{"local", "pendrive"}},
		{"", `dj.copy.create { to = { "local", "p`, 34, []string{"pendrive"}},
		{"", `dj.copy.plan("p`, 14, []string{"pendrive"}},
		{"", `dj.notify("w`, 11, []string{"warning"}},
		{"", `dj.notify("info", "x", { bo`, 25, []string{"body = "}},
		{"", "dj.copy.list { state = str", 23, []string{"string"}},
		{"", "dj.nothing { ", 13, nil},
		{"", "", 0, nil},
	} {
		begin, found := c.at(one.open, one.line)
		if begin != one.begin || !slices.Equal(found, one.want) {
			t.Errorf("%q: %d %q, want %d %q", one.open+"|"+one.line, begin, found, one.begin, one.want)
		}
	}
	if _, given := c.at("", "dj.copy.create { verify = 'later', "); slices.Contains(given, "verify = ") || !slices.Contains(given, "to = ") {
		t.Errorf("after verify: %q", given)
	}
}

func TestRecordsAreShownByWhatTheyHave(t *testing.T) {
	var out bytes.Buffer
	records := []map[string]any{{"name": "b", "size": 2, "list": []any{1}, "never": ""}, {"name": "a", "note": "later"}}
	if err := showRecords(&out, records); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("name  note   size\nb     -      2\na     later  -\n", out.String()); diff != "" {
		t.Error(diff)
	}
}
