package tests

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
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

// record FILE LAYOUT RECORD FIELD=VALUE ... [+ RECORD FIELD=VALUE ...]: appends records to a text file, as their layout writes
// them.
func cmdRecord(ts *testscript.TestScript, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: record FILE LAYOUT RECORD FIELD=VALUE ... [+ RECORD FIELD=VALUE ...]")
	}
	files, err := fs.Sub(builtin.Files, "layouts")
	ts.Check(err)
	set, _ := layout.Load(layout.Layer{Files: files})
	l, err := set.Find(args[1])
	ts.Check(err)
	codec, err := layout.NewCodec(l)
	ts.Check(err)
	w := codec.NewWriter()
	var text []byte
	for rest := args[2:]; len(rest) > 0; {
		end := slices.Index(rest, "+")
		if end < 0 {
			end = len(rest)
		}
		text = appendRecord(ts, text, w, codec, rest[:end])
		rest = rest[min(end+1, len(rest)):]
	}
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	ts.Check(err)
	_, err = file.Write(text)
	ts.Check(err)
	ts.Check(file.Close())
}

func appendRecord(ts *testscript.TestScript, to []byte, w *layout.Writer, codec *layout.Codec, args []string) []byte {
	at := codec.Record(args[0])
	if at < 0 {
		ts.Fatalf("no record %s", args[0])
	}
	values := make([]layout.Value, len(codec.Layout.Records[at].Fields))
	for _, arg := range args[1:] {
		name, text, _ := strings.Cut(arg, "=")
		field := codec.Field(at, name)
		if field < 0 {
			ts.Fatalf("no field %s", name)
		}
		values[field] = valueOf(ts, &codec.Layout.Records[at].Fields[field], text)
	}
	to, problems := w.Append(to, at, values)
	for _, p := range problems {
		ts.Fatalf("%s: %v", args[0], p)
	}
	return to
}

// valueOf is a value for a field, as a story writes it: "12.50", "2026-12-31", "08:30:00", "true".
func valueOf(ts *testscript.TestScript, f *layout.Field, text string) layout.Value {
	digits := func() int64 {
		n, err := strconv.ParseInt(strings.NewReplacer(".", "", "-", "", ":", "").Replace(text), 10, 64)
		ts.Check(err)
		if strings.HasPrefix(text, "-") {
			n = -n
		}
		return n
	}
	switch f.Type {
	case layout.Integer, layout.Decimal:
		_, fraction, _ := strings.Cut(text, ".")
		return layout.NewNumber(digits(), uint8(len(fraction)))
	case layout.Date:
		return layout.Value{Kind: layout.Day, N: digits()}
	case layout.Time:
		return layout.Value{Kind: layout.Clock, N: digits() * 10000}
	case layout.Boolean:
		return layout.Value{Kind: layout.Flag, N: map[string]int64{"true": 1}[text]}
	}
	return layout.NewString(text)
}

// asks STORE QUERY ROW...: the query gives these rows, in this order, their values apart by bars.
func cmdAsks(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: asks STORE QUERY ROW...")
	}
	conn, err := firebird.Connect(context.Background(), of(ts).databases[args[0]])
	ts.Check(err)
	defer conn.Close()
	var got []string
	ts.Check(conn.Snapshot(context.Background(), func(s *firebird.Snapshot) error {
		rows, err := s.Query(context.Background(), args[1], nil, 0)
		if err != nil {
			return err
		}
		for _, row := range rows.Values {
			parts := make([]string, len(row))
			for i, v := range row {
				parts[i] = fmt.Sprint(v)
			}
			got = append(got, strings.Join(parts, "|"))
		}
		return nil
	}))
	if want := args[2:]; !slices.Equal(got, want) {
		ts.Fatalf("%s\ngot  %q\nwant %q", args[1], got, want)
	}
}
