package loader_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

// drawn is a value as a loader gets it and as a plain INSERT gets it.
type drawn struct {
	value layout.Value
	plain any
}

// kinds are types of columns, each with values that it can hold.
var kinds = []struct {
	sql string
	gen func(t *rapid.T) drawn
}{
	{"smallint", numbers(-32768, 32767, 0)}, {"integer", numbers(-1<<31, 1<<31-1, 0)}, {"bigint", numbers(-1<<63, 1<<63-1, 0)},
	{"numeric(4,1)", numbers(-32768, 32767, 1)}, {"numeric(9,2)", numbers(-1<<31, 1<<31-1, 2)}, {"numeric(15,3)", numbers(-1<<63, 1<<63-1, 3)},
	{"decimal(18,4)", numbers(-1<<63, 1<<63-1, 4)}, {"float", numbers(-1_000_000, 1_000_000, 2)}, {"double precision", numbers(-1<<53, 1<<53, 5)},
	{"char(5)", texts(5)}, {"varchar(20)", texts(20)}, {"varchar(20) character set ISO8859_1", texts(20)}, {"varchar(20) character set UTF8", texts(20)},
	{"char(7) character set UTF8", texts(7)}, {"varchar(5000)", texts(5000)}, {"blob sub_type text", texts(40_000)}, {"blob sub_type text character set UTF8", texts(3000)},
	{"date", dates}, {"time", times}, {"timestamp", moments}, {"boolean", truths},
}

func numbers(least, most int64, places uint8) func(t *rapid.T) drawn {
	return func(t *rapid.T) drawn {
		n := rapid.Int64Range(least, most).Draw(t, "number")
		text := fmt.Sprint(n)
		if places > 0 {
			sign := ""
			if n < 0 {
				sign, text = "-", text[1:]
			}
			text = strings.Repeat("0", max(0, int(places)+1-len(text))) + text
			text = sign + text[:len(text)-int(places)] + "." + text[len(text)-int(places):]
		}
		return drawn{num(n, places), firebird.Decimal(text)}
	}
}

func texts(most int) func(t *rapid.T) drawn {
	return func(t *rapid.T) drawn {
		length := rapid.SampledFrom([]int{0, 1, 2, 5, 7, 20, 900, 1100, 5000, 40_000}).Filter(func(n int) bool { return n <= most }).Draw(t, "length")
		piece := rapid.SliceOfN(rapid.SampledFrom([]rune("aZ09 '\";:-?@{}%\\\n\tçÇãÉü")), 1, 30).Draw(t, "text")
		text := slices.Repeat(piece, length/len(piece)+1)[:length]
		return drawn{str(string(text)), string(text)}
	}
}

func dates(t *rapid.T) drawn {
	y, m, d := rapid.IntRange(1, 9999).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")
	return drawn{day(int64(y*10000 + m*100 + d)), fmt.Sprintf("%04d-%02d-%02d", y, m, d)}
}

func times(t *rapid.T) drawn {
	h, m, s, f := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 59).Draw(t, "second"), rapid.IntRange(0, 9999).Draw(t, "fraction")
	return drawn{layout.Value{Kind: layout.Clock, N: int64(h*10000+m*100+s)*10000 + int64(f)}, fmt.Sprintf("%02d:%02d:%02d.%04d", h, m, s, f)}
}

func moments(t *rapid.T) drawn {
	d, c := dates(t), times(t)
	return drawn{layout.Value{Kind: layout.Instant, N: d.value.N*10_000_000_000 + c.value.N}, d.plain.(string) + " " + c.plain.(string)}
}

func truths(t *rapid.T) drawn {
	b := rapid.Bool().Draw(t, "truth")
	v := layout.Value{Kind: layout.Flag}
	if b {
		v.N = 1
	}
	return drawn{v, b}
}

func TestRowsOfAnyTableAreThoseOfPlainInserts(t *testing.T) {
	w := newWorld(t, "WIN1252", "commit;")
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		picked := rapid.SliceOfN(rapid.IntRange(0, len(kinds)-1), 1, 12).Draw(t, "columns")
		target := loader.Target{Record: "R", Table: fmt.Sprintf("OURS_%d", n)}
		columns := []string{"LINHA integer not null"}
		target.Columns = append(target.Columns, loader.Assign{Column: "LINHA"})
		for i, k := range picked {
			columns = append(columns, fmt.Sprintf("C%d %s", i, kinds[k].sql))
			target.Columns = append(target.Columns, loader.Assign{Column: fmt.Sprintf("c%d", i), Value: i + 1})
		}
		var rows [][]layout.Value
		var plain [][]any
		for line := range rapid.IntRange(0, 60).Draw(t, "rows") {
			values, args := []layout.Value{num(int64(line), 0)}, []any{line}
			for _, k := range picked {
				one := drawn{}
				if rapid.IntRange(0, 3).Draw(t, "null") > 0 {
					one = kinds[k].gen(t)
				}
				values, args = append(values, one.value), append(args, one.plain)
			}
			rows, plain = append(rows, values), append(plain, args)
		}
		w.exec(fmt.Sprintf("create table OURS_%d (%s)", n, strings.Join(columns, ", ")), fmt.Sprintf("create table PLAIN_%d (%s)", n, strings.Join(columns, ", ")))
		counts, refused := w.load([]loader.Target{target}, loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
			for line, values := range rows {
				if err := l.Add(ctx, row(int64(line), values...)); err != nil {
					return err
				}
			}
			return nil
		})
		if len(refused) > 0 {
			t.Fatalf("refused: %+v: %v", refused[0], refused[0].Err)
		}
		if counts[0].Inserted != int64(len(rows)) {
			t.Fatalf("%d rows, counted %+v", len(rows), counts)
		}
		places := strings.Repeat(", ?", len(picked))
		for _, args := range plain {
			w.exec1(fmt.Sprintf("insert into PLAIN_%d values (?%s)", n, places), args...)
		}
		got, want := w.rows(fmt.Sprintf("select * from OURS_%d order by 1", n)), w.rows(fmt.Sprintf("select * from PLAIN_%d order by 1", n))
		if !slices.Equal(got, want) {
			t.Fatalf("there is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestEveryByteOfATextComesOutAsItWentIn(t *testing.T) {
	for _, charset := range []string{"NONE", "WIN1252", "UTF8"} {
		t.Run(charset, func(t *testing.T) {
			w := newWorld(t, charset, "create table T (LINHA integer not null, A varchar(300) character set NONE, B varchar(300) character set OCTETS, C varchar(300) character set ISO8859_1, D blob sub_type text character set NONE);")
			target := loader.Target{Record: "R", Table: "T", Columns: []loader.Assign{
				{Column: "LINHA"}, {Column: "A", Value: 1}, {Column: "B", Value: 2}, {Column: "C", Value: 3}, {Column: "D", Value: 4},
			}}
			rapid.Check(t, func(t *rapid.T) {
				w.exec("delete from T")
				bytes := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 1, 300).Draw(t, "texts")
				for i, end := range rapid.SliceOfN(rapid.SampledFrom([]byte{' ', 0, 'x', 255}), 0, len(bytes)).Draw(t, "ends") {
					bytes[i] = append(bytes[i][:min(len(bytes[i]), 299)], end)
				}
				_, refused := w.load([]loader.Target{target}, loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
					for i, b := range bytes {
						v := layout.Value{Kind: layout.String, Encoding: layout.Windows1252, Bytes: b}
						latin := layout.Value{Kind: layout.String, Encoding: layout.Latin1, Bytes: b}
						if err := l.Add(ctx, row(int64(i), num(int64(i), 0), v, v, latin, v)); err != nil {
							return err
						}
					}
					return nil
				})
				if len(refused) > 0 {
					t.Fatalf("refused: %+v: %v", refused[0], refused[0].Err)
				}
				for i, one := range w.octets("select cast(A as varchar(300) character set octets), B, cast(C as varchar(300) character set octets), cast(cast(D as varchar(300) character set none) as varchar(300) character set octets) from T order by LINHA") {
					for k, got := range one {
						if want := hex.EncodeToString(bytes[i]); got != want {
							t.Fatalf("column %d of row %d is %s, want %s", k, i, got, want)
						}
					}
				}
			})
		})
	}
}

// octets are the values of a query of OCTETS, in hexadecimal.
func (w *world) octets(query string) (all [][]string) {
	w.t.Helper()
	err := w.conn.Snapshot(w.t.Context(), func(s *firebird.Snapshot) error {
		rows, err := s.Query(w.t.Context(), query, nil, 0)
		if err != nil {
			return err
		}
		for _, row := range rows.Values {
			var one []string
			for _, v := range row {
				b, _ := v.([]byte)
				one = append(one, hex.EncodeToString(b))
			}
			all = append(all, one)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) exec1(statement string, args ...any) {
	w.t.Helper()
	err := w.conn.Transaction(w.t.Context(), func(tx *firebird.Transaction) error {
		_, err := tx.Exec(w.t.Context(), statement, args...)
		return err
	})
	if err != nil {
		w.t.Fatal(err, statement)
	}
}

// exec runs statements, each in a transaction of its own.
func (w *world) exec(statements ...string) {
	w.t.Helper()
	for _, one := range statements {
		w.exec1(one)
	}
}
