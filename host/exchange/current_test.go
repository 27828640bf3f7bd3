package exchange

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

// Whatever the order of keys in a file, and whoever else writes to the table, a function sees the row as the records before left it.
func TestAMapSeesTheRowAsTheRecordsBeforeLeftIt(t *testing.T) {
	conn := shop(t)
	for seed := range uint64(6) {
		draw := rand.New(rand.NewPCG(seed, 0))
		err := conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
			_, err := tx.Exec(t.Context(), "delete from PRODUTO")
			if err == nil {
				_, err = tx.Exec(t.Context(), "insert into PRODUTO values (-1, '000001', 'SAL', 1.5, 1, null)")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var file strings.Builder
		want := map[string]int64{"000001": 150}
		others := seed%2 == 1
		for range 450 - 350*int(seed%2) {
			code, price := fmt.Sprintf("%06d", draw.IntN(300-250*int(seed%2))), 1+draw.Int64N(500)
			gone := ""
			if want[code] += price; draw.IntN(10) == 0 {
				gone = "S"
				delete(want, code)
			}
			if others {
				want[after(code)] = price
			}
			file.WriteString(product(code, "X", fmt.Sprintf("%07d", price), "001", "", gone))
		}
		o := productOrder(t, file.String())
		o.Repeated, o.Keep, o.Again = RepeatTake, true, true
		o.Into[0].Finds = []int{0}
		o.Into[0].Map = adding
		if others {
			next := o.Into[0]
			next.Finds, next.DeleteWhen = nil, nil
			next.Map = func(r *Record, _ *loader.Current) ([]layout.Value, error) {
				values := slices.Clone(r.Values)
				values[0] = layout.NewString(after(r.Values[0].String()))
				return values, nil
			}
			o.Into = append(o.Into, next)
		}
		r := o.must(t, conn)
		if r.Rejected > 0 {
			t.Fatal(problems(r))
		}
		var lines []string
		for code, price := range want {
			lines = append(lines, fmt.Sprintf("%s %d", code, price))
		}
		slices.Sort(lines)
		if got := rowsOf(t, conn, "select CODIGO, cast(PRECO * 100 as integer) from PRODUTO order by CODIGO"); got != strings.Join(lines, "\n") {
			t.Fatalf("got\n%s\nwant\n%s", got, strings.Join(lines, "\n"))
		}
	}
}

// after is the code behind another, which the next record may well have.
func after(code string) string {
	n, _ := strconv.Atoi(code)
	return fmt.Sprintf("%06d", (n+1)%50)
}

// adding puts the price of a record upon the one that is there.
func adding(r *Record, current *loader.Current) ([]layout.Value, error) {
	values := slices.Clone(r.Values)
	if current == nil {
		return values, nil
	}
	at := slices.IndexFunc(current.Columns, func(c firebird.Column) bool { return c.Name == "PRECO" })
	there, _, _ := valueOf(current.Values[at], "", nil)
	values[2] = layout.NewNumber(there.N+r.Values[2].N, 2)
	return values, nil
}
