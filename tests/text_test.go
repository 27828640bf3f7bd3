package tests

import (
	"bufio"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// bytes FILE TEXT [TIMES]: writes a file of these bytes, "\xc7" for one that is no UTF-8, as often as is said.
func cmdBytes(ts *testscript.TestScript, args []string) {
	if len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: bytes FILE TEXT [TIMES]")
	}
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	times := 1
	if len(args) == 3 {
		times, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	ts.Check(err)
	out := bufio.NewWriter(file)
	for range times {
		_, err = out.WriteString(text)
		ts.Check(err)
	}
	ts.Check(out.Flush())
	ts.Check(file.Close())
}
