package tests

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// glob NAME PATTERN: the one file that fits, by that name.
func cmdGlob(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: glob NAME PATTERN")
	}
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s fits %d files: %v", args[1], len(found), found)
	}
	ts.Setenv(args[0], found[0])
	ts.Setenv(args[0]+"_BASE", filepath.Base(found[0]))
}

// flip FILE BYTE BIT: turns one bit over. BYTE counts from the start, from the end where it is negative, or from the
// packed data of an entry of the zip: "manifest.json+10"; "header:manifest.json+0" counts from its local header.
func cmdFlip(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: flip FILE BYTE BIT")
	}
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	text[place(ts, path, len(text), args[1])] ^= 1 << number(ts, args[2])
	ts.Check(os.WriteFile(path, text, 0o600))
}

func place(ts *testscript.TestScript, path string, size int, where string) int {
	if n, err := strconv.Atoi(where); err == nil {
		return (n + size) % size
	}
	name, offset, _ := strings.Cut(where, "+")
	name, header := strings.CutPrefix(name, "header:")
	archive, err := zip.OpenReader(path)
	ts.Check(err)
	defer archive.Close()
	for _, f := range archive.File {
		if f.Name == name {
			at, err := f.DataOffset()
			ts.Check(err)
			if header {
				at -= int64(30 + len(f.Name) + len(f.Extra))
			}
			return int(at) + number(ts, offset)
		}
	}
	ts.Fatalf("%s is not in %s", name, path)
	return 0
}

// truncate FILE N: leaves the first N bytes, or takes the last N away where N is negative.
func cmdTruncate(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: truncate FILE N")
	}
	path := ts.MkAbs(args[0])
	info, err := os.Stat(path)
	ts.Check(err)
	n := int64(number(ts, args[1]))
	if n < 0 {
		n += info.Size()
	}
	ts.Check(os.Truncate(path, n))
}

// zip FILE NAME...: a zip of these, as any program makes it.
func cmdZip(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: zip FILE NAME...")
	}
	entries := map[string]string{}
	for _, name := range args[1:] {
		entries[name] = ts.ReadFile(name)
	}
	ts.Check(writeZip(ts.MkAbs(args[0]), args[1:], entries))
}

// scramble FILE ENTRY OLD NEW: writes the zip anew, sound in itself, with words of that entry changed, as somebody would
// who wants to deceive.
func cmdScramble(ts *testscript.TestScript, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: scramble FILE ENTRY OLD NEW")
	}
	path := ts.MkAbs(args[0])
	names, entries, err := readZip(path)
	ts.Check(err)
	if !strings.Contains(entries[args[1]], args[2]) {
		ts.Fatalf("%s does not hold %s", args[1], args[2])
	}
	entries[args[1]] = strings.ReplaceAll(entries[args[1]], args[2], args[3])
	ts.Check(writeZip(path, names, entries))
}

func readZip(path string) (names []string, entries map[string]string, err error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, err
	}
	defer archive.Close()
	entries = map[string]string{}
	for _, f := range archive.File {
		content, err := fs.ReadFile(archive, f.Name)
		if err != nil {
			return nil, nil, err
		}
		names, entries[f.Name] = append(names, f.Name), string(content)
	}
	return names, entries, nil
}

func writeZip(path string, names []string, entries map[string]string) error {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		entry, err := w.Create(name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(entry, entries[name]); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o600)
}

// damage FILE KIND N: fills with zeros the Nth page of that kind (5: of rows, 4: of pointers, 7: of an index, 1: the first)
// of a database, from the end where N is negative, as a bad sector does.
func cmdDamage(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: damage FILE KIND N")
	}
	const size = 8192
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	var pages [][]byte
	for at := 0; at+size <= len(text); at += size {
		if int(text[at]) == number(ts, args[1]) {
			pages = append(pages, text[at:at+size])
		}
	}
	n := number(ts, args[2])
	if n < 0 {
		n += len(pages)
	}
	if n < 0 || n >= len(pages) {
		ts.Fatalf("%s has %d pages of kind %s", path, len(pages), args[1])
	}
	clear(pages[n])
	ts.Check(os.WriteFile(path, text, 0o600))
}
