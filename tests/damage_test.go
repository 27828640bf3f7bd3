package tests

import (
	"archive/zip"
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

// scramble FILE ENTRY NEW: writes the zip anew with that entry's text changed, as somebody would who wants to deceive.
func cmdScramble(ts *testscript.TestScript, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: scramble FILE ENTRY OLD NEW")
	}
	path := ts.MkAbs(args[0])
	ts.Check(rewrite(path, args[1], args[2], args[3]))
}

func rewrite(path, entry, old, replacement string) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	out, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	defer out.Close()
	w := zip.NewWriter(out)
	for _, f := range archive.File {
		text, err := archive.Open(f.Name)
		if err != nil {
			return err
		}
		buffer := &strings.Builder{}
		if _, err := copyAll(buffer, text); err != nil {
			return err
		}
		to, err := w.Create(f.Name)
		if err != nil {
			return err
		}
		content := buffer.String()
		if f.Name == entry {
			content = strings.ReplaceAll(content, old, replacement)
		}
		if _, err := to.Write([]byte(content)); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
