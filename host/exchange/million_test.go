package exchange

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// A million products go in, and half of them again as changed ones, counted to the row, in memory that does not grow with the
// file.
func TestAMillionProducts(t *testing.T) {
	const million = 1_000_000
	conn := shop(t)
	path := filepath.Join(t.TempDir(), "PRODUTO.TXT")
	deliver := func(n int, price string) *Order {
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		out := bufio.NewWriter(file)
		for i := range n {
			fmt.Fprintf(out, "%06d%-20s%s00122112026N\r\n", i, fmt.Sprintf("PRODUTO %d", i), price)
		}
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		o := productOrder(t, "")
		o.Path = path
		return o
	}
	o := deliver(million, "0000123")
	start := time.Now()
	r := o.must(t, conn)
	t.Logf("%d rows/s", int64(float64(r.Records)/time.Since(start).Seconds()))
	if r.Inserted != million-2 || r.Updated != 2 || r.Rejected != 0 || r.Records != million {
		t.Errorf("%+v", r)
	}
	o = deliver(million/2, "0000456")
	start = time.Now()
	r = o.must(t, conn)
	t.Logf("%d rows/s", int64(float64(r.Records)/time.Since(start).Seconds()))
	if r.Inserted != 0 || r.Updated != million/2 {
		t.Errorf("%+v", r)
	}
	if got := rowsOf(t, conn, "select count(*), sum(PRECO), count(distinct CODIGO) from PRODUTO"); got != fmt.Sprintf("%d %d.00 %d", million, million/2*(456+123)/100, million) {
		t.Error(got)
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	t.Logf("%d MB from the system", mem.Sys>>20)
}
