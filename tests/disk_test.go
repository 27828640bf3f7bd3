package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

const page = 4096 // a tmpfs gives space by the page

// smalldisk DIR SIZE: DIR becomes a drive of that size ("64k").
func cmdSmallDisk(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: smalldisk DIR SIZE")
	}
	mount(ts, ts.MkAbs(args[0]), args[1])
}

// readonly DIR: the drive of smalldisk becomes read-only.
func cmdReadOnly(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: readonly DIR")
	}
	remountReadOnly(ts, ts.MkAbs(args[0]))
}

// fill STORE DESTINATION FROM TO STEP: for every size in pages, the destination is a drive of just that size. Whatever
// the size, the other destination holds the copy; here it is either whole, or whole without its proof, or nothing of it
// lies here; and the run says which. FROM and TO may count from the pages of a whole copy: "copy-2".
func cmdFill(ts *testscript.TestScript, args []string) {
	if len(args) != 5 {
		ts.Fatalf("usage: fill STORE DESTINATION FROM TO STEP")
	}
	dir := filepath.Join(ts.MkAbs(args[0]), "copias", args[1])
	mount(ts, dir, "64m") // what was a drive of its own is refused where it is none any more
	copyPages := pagesOfCopy(ts, args[0])
	unmount(dir)
	from, to := pages(ts, copyPages, args[2]), pages(ts, copyPages, args[3])
	var wrong []string
	for size := from; size <= to; size += number(ts, args[4]) {
		mount(ts, dir, strconv.Itoa(size*page))
		if why := filled(ts, args[0], args[1], dir); why != "" {
			wrong = append(wrong, fmt.Sprintf("with %d pages (a copy has %d): %s", size, copyPages, why))
		}
		unmount(dir)
	}
	if len(wrong) > 0 {
		ts.Fatalf("%s", strings.Join(wrong, "\n"))
	}
}

func pages(ts *testscript.TestScript, copyPages int, text string) int {
	if rest, ok := strings.CutPrefix(text, "copy"); ok {
		return copyPages + number(ts, rest)
	}
	return number(ts, text)
}

// pagesOfCopy makes a copy and measures its zip.
func pagesOfCopy(ts *testscript.TestScript, store string) int {
	runToEnd(ts, store)
	zips, err := filepath.Glob(filepath.Join(ts.MkAbs(store), "copias", "local", "*.zip"))
	ts.Check(err)
	info, err := os.Stat(zips[len(zips)-1])
	ts.Check(err)
	return int(info.Size()+page-1) / page
}

// filled makes a copy while one destination is that small, and tells what is wrong with how it ended.
func filled(ts *testscript.TestScript, store, destination, dir string) string {
	code := exitOf(ts.Exec("djscript", "-C", store, "backup"))
	said := ts.ReadFile("stderr")
	missed := strings.Contains(said, "aviso: o destino "+destination+" ficou sem a cópia: o destino "+dir) &&
		strings.Contains(said, "nenhuma cópia foi perdida")
	held, err := filepath.Glob(filepath.Join(dir, "*.zip*"))
	ts.Check(err)
	left := strange(ts.MkAbs(store), nil)
	switch {
	case len(left) > 0:
		return "left behind: " + strings.Join(left, ", ")
	case code == "0" && len(held) >= 2 && !missed, code == "3" && len(held) == 0 && missed,
		code == "3" && len(held) == 2 && !missed && strings.Contains(said, "não pôde ser anotada no registro dele"),
		code == "3" && len(held) == 2 && !missed && strings.Contains(said, "a prova não pôde ser gravada ao lado de "+held[0]):
		return ""
	}
	return fmt.Sprintf("exit %s, it holds %v, and it said\n%s", code, held, said)
}
