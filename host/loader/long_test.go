package loader_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

func TestLongTextsOfAnyLengthArrive(t *testing.T) {
	w := newWorld(t, "WIN1252", "create table T (ID integer not null primary key, XML blob sub_type text, A varchar(8000), B varchar(8000));")
	target := loader.Target{Record: "T", Table: "T", Key: []string{"ID"}, Columns: []loader.Assign{{Column: "ID"}, {Column: "XML", Value: 1}, {Column: "A", Value: 2}, {Column: "B", Value: 3}}}
	lengths := []int{0, 1, 1023, 1024, 1025, 8000, 30_000, 32_000, 32_765, 32_766, 32_767, 32_768, 65_535, 65_536, 1_000_000}
	for range 2 { // inserted, then changed
		_, refused := w.load([]loader.Target{target}, loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
			id := int64(0)
			for range 3 {
				for _, n := range lengths {
					id++
					v := layout.Value{Kind: layout.String, Encoding: layout.Windows1252, Bytes: []byte(strings.Repeat("\xe7x", n/2+1)[:n])}
					short := v
					short.Bytes = v.Bytes[:min(n, 8000)]
					if err := l.Add(ctx, row(id, num(id, 0), v, short, short)); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if len(refused) > 0 {
			t.Fatalf("%+v: %v", refused[0], refused[0].Err)
		}
		for i, got := range w.rows("select octet_length(XML), octet_length(A), octet_length(B), hash(XML) from T order by ID") {
			n := lengths[i%len(lengths)]
			if want := fmt.Sprintf("%d|%d|%d|", n, min(n, 8000), min(n, 8000)); !strings.HasPrefix(got, want) {
				t.Errorf("row %d is %s, want %s", i+1, got, want)
			}
		}
	}
}

func TestARowWithMoreLongTextsThanACallTakesIsRefusedAndTheNextIsWritten(t *testing.T) {
	var columns []string
	target := loader.Target{Record: "T", Table: "T", Columns: []loader.Assign{{Column: "ID"}}}
	for i := range 9 {
		columns = append(columns, fmt.Sprintf("X%d blob sub_type text", i))
		target.Columns = append(target.Columns, loader.Assign{Column: fmt.Sprintf("X%d", i), Value: i + 1})
	}
	w := newWorld(t, "WIN1252", "create table T (ID integer not null, "+strings.Join(columns, ", ")+");")
	values := func(id int64, n int) []layout.Value {
		all := []layout.Value{num(id, 0)}
		for range 9 {
			all = append(all, str(strings.Repeat("x", n)))
		}
		return all
	}
	counts, refused := w.load([]loader.Target{target}, loader.Options{}, func(ctx context.Context, l *loader.Loader) error {
		for id, n := range []int{10, 40_000, 3000, 20} {
			if err := l.Add(ctx, row(int64(id), values(int64(id), n)...)); err != nil {
				return err
			}
		}
		return nil
	})
	if len(refused) != 2 || refused[0].Line != 1 || refused[0].Err.Code() != "txt.record" || counts[0].Inserted != 2 {
		t.Errorf("refused %+v, counted %+v", refused, counts)
	}
}
