package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What text files cost is measured by the benchmarks of their rooms, which have a server of their own and their contenders in turn
// in every round; here their rounds are gathered, and held against what is wanted. Memory is that of djscript itself.
var textRooms = []struct{ room, pattern string }{
	{"./host/layout", "Reading"}, {"./host/primitive", "MapOfARecord"}, {"./host/loader", "Load"}, {"./host/exchange", "Export"},
}

// figures are what the rounds of a benchmark gave, by its name and the unit: "Load ours-rows/s".
type figures map[string][]float64

func benchText(ctx context.Context, program string, rounds int) error {
	all := figures{}
	for _, r := range textRooms {
		fmt.Fprintf(os.Stderr, "%s in %s\n", r.pattern, r.room)
		times := "1s"
		if r.pattern == "Load" || r.pattern == "Export" { // each has its contenders once
			times = "1x"
		}
		// The first round warms the caches.
		out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^Benchmark"+r.pattern+"$", "-benchtime", times,
			"-count", strconv.Itoa(rounds+1), r.room).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", r.room, err, out)
		}
		all.read(string(out))
	}
	for name := range all {
		all[name] = all[name][1:]
	}
	peaks, err := benchTextMemory(ctx, program)
	if err != nil {
		return err
	}
	all.report(rounds)
	peaks.report()
	return nil
}

var benchLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// read takes in what go test printed: "BenchmarkReading/fixed-2  30  38 ns/op  330.1 MB/s  0 allocs/op".
func (f figures) read(printed string) {
	for _, line := range benchLine.FindAllStringSubmatch(printed, -1) {
		words := strings.Fields(line[2])
		for i := 0; i+1 < len(words); i += 2 {
			if value, err := strconv.ParseFloat(words[i], 64); err == nil {
				name := line[1] + " " + words[i+1]
				f[name] = append(f[name], value)
			}
		}
	}
}

func (f figures) median(name string) float64 {
	all := slices.Sorted(slices.Values(f[name]))
	if len(all) == 0 {
		return 0
	}
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

func (f figures) row(what, name, unit, ratio, target string) {
	all := f[name]
	fmt.Printf("| %s | %s %s (%s to %s) | %s | %s |\n", what, thousands(f.median(name)), unit, thousands(slices.Min(all)), thousands(slices.Max(all)), ratio, target)
}

func (f figures) ratio(name, other string) float64 { return f.median(name) / f.median(other) }

func (f figures) report(rounds int) {
	fmt.Printf("\nText files, %d rounds, median (slowest to fastest)\n\n| what | measured | ratio | wanted |\n|---|---|---|---|\n", rounds)
	perField := func(name string) string { return fmt.Sprintf("%.0f allocations for 1,000,000 fields", f.median(name)) }
	f.row("fixed width, 122 bytes a line", "Reading/fixed MB/s", "MB/s", perField("Reading/fixed allocs/op"), "300 MB/s")
	f.row("divided by pipes, 83 bytes a line", "Reading/pipes MB/s", "MB/s", perField("Reading/pipes allocs/op"), "200 MB/s")
	f.row("one Lua function for each record", "MapOfARecord records/s", "records/s", "", "200,000 records/s")
	f.row("one prepared INSERT for each row, by the driver", "Load driver-rows/s", "rows/s", "", "")
	f.row("isql with a script of INSERTs", "Load isql-rows/s", "rows/s", "", "")
	f.row("external table, INSERT ... SELECT", "Load external-rows/s", "rows/s", "", "")
	f.row("ours, naming every bad row", "Load ours-rows/s", "rows/s", fmt.Sprintf("%.1f x the driver, %.2f of the external table",
		f.ratio("Load ours-rows/s", "Load driver-rows/s"), f.ratio("Load ours-rows/s", "Load external-rows/s")), "5 x, 0.6")
	f.row("one prepared UPDATE OR INSERT for each row", "Load upsert-driver-rows/s", "rows/s", "", "")
	f.row("ours, update, else insert", "Load upsert-ours-rows/s", "rows/s", fmt.Sprintf("%.1f x the driver", f.ratio("Load upsert-ours-rows/s", "Load upsert-driver-rows/s")), "4 x")
	f.row("out: isql, SELECT to a file", "Export isql-rows/s", "rows/s", "", "")
	f.row("out: INSERT ... SELECT into an external table", "Export external-rows/s", "rows/s", "", "")
	f.row("out: read by the driver, and let go", "Export driver-rows/s", "rows/s", fmt.Sprintf("%.2f of isql", f.ratio("Export driver-rows/s", "Export isql-rows/s")), "")
	f.row("out: ours", "Export ours-rows/s", "rows/s", fmt.Sprintf("%.2f of isql, %.2f of the external table",
		f.ratio("Export ours-rows/s", "Export isql-rows/s"), f.ratio("Export ours-rows/s", "Export external-rows/s")), "1.2 of isql")
	f.row("out: ours, numbered and kept", "Export numbered-rows/s", "rows/s", fmt.Sprintf("%.2f of isql", f.ratio("Export numbered-rows/s", "Export isql-rows/s")), "")
}

// thousands is a number without decimals, its thousands set off.
func thousands(n float64) string {
	text := strconv.FormatInt(int64(n+0.5), 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// textSizes are those of the files whose reading and import is watched.
var textSizes = []int64{1_000_000, 100_000_000, 2_000_000_000}

// textPeaks are kB of djscript, its command and its run together, for each of textSizes; and of exports of so many rows, the second
// with a cursor that has not settled any of them.
type textPeaks struct {
	read, taken, sent, moved []int64
	rows                     []int
}

// Products with a text of two kilobytes: a file of 2 GB is a million of them.
const (
	textLayout = `title = "products"
origin = "ours"
encoding = "cp1252"

[[record]]
name = "PRO"
fields = [
  { name = "codigo", at = [1, 9], type = "integer", key = true, required = true },
  { name = "nome", at = [10, 49], required = true },
  { name = "preco", at = [50, 60], type = "decimal", places = 2, required = true },
  { name = "texto", at = [61, 2000] },
]
`
	textScript = `local into = { PRO = { table = "CARGA", key = { "CODIGO" }, columns = { CODIGO = "codigo", NOME = "nome", PRECO = "preco" } } }

return dj.script {
  name = "carga",
  params = { path = { type = "text", default = "" }, rows = { type = "integer", default = 1 } },
  jobs = {
    take = function(_, p)
      return dj.txt.import(p.path, { layout = "carga", into = into })
    end,
    send = function(_, p)
      local sql = "select CODIGO, NOME, PRECO from CARGA order by CODIGO rows " .. p.rows
      return dj.txt.export { layout = "carga", folder = p.path, name = "SAI.TXT", records = { PRO = { sql = sql } } }
    end,
    move = function(_, p)
      local sql = "select CODIGO, NOME, PRECO from CARGA where CODIGO > :from and CODIGO <= :until rows " .. p.rows
      local cursor = { record = "PRO", column = "CODIGO" }
      return dj.txt.export { layout = "carga", folder = p.path, name = "{number:8}.TXT", cursor = cursor, records = { PRO = { sql = sql } } }
    end,
  },
}
`
	textTable = `create table CARGA (CODIGO integer not null primary key, NOME varchar(40), PRECO numeric(15,2)); commit;`
)

func benchTextMemory(ctx context.Context, program string) (peaks textPeaks, err error) {
	g, err := prepare(ctx, program, 1<<20)
	if err != nil {
		return peaks, err
	}
	defer func() { err = errors.Join(err, g.server.Stop(), os.RemoveAll(g.dir)) }()
	if err := g.textStore(ctx); err != nil {
		return peaks, err
	}
	from := 0
	for _, size := range textSizes {
		fmt.Fprintf(os.Stderr, "memory of a file of %d MB\n", size/1_000_000)
		path := g.path("a/carga.txt")
		if from, err = writeProducts(path, from, size); err != nil {
			return peaks, err
		}
		for _, one := range []struct {
			to   *[]int64
			args []string
		}{
			{&peaks.read, []string{"layout", "check", path, "--layout", "carga", "-n", "1"}},
			{&peaks.taken, []string{"run", "carga:take", "path=" + path}},
			{&peaks.sent, []string{"run", "carga:send", "path=" + g.path("b"), "rows=" + strconv.Itoa(from)}},
			{&peaks.moved, []string{"run", "carga:move", "path=" + g.path("b"), "rows=" + strconv.Itoa(from)}},
		} {
			g.peak = 0
			if err := g.watched(ctx, one.args...); err != nil {
				return peaks, err
			}
			*one.to = append(*one.to, g.peak)
		}
		peaks.rows = append(peaks.rows, from)
		g.clear(ctx)
	}
	return peaks, nil
}

func (g *ground) textStore(ctx context.Context) error {
	if out, err := g.server.Script(ctx, g.db, textTable); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	config, err := os.ReadFile(g.path("store/djscript.toml"))
	if err != nil {
		return err
	}
	config = append(config, "[script.carga]\ngrants = [\"db.read\", \"db.write\", \"txt.read\", \"txt.write\"]\n"...)
	return errors.Join(os.WriteFile(g.path("store/djscript.toml"), config, 0o644), os.MkdirAll(g.path("store/scripts/layouts"), 0o755),
		os.WriteFile(g.path("store/scripts/layouts/carga.toml"), []byte(textLayout), 0o644),
		os.WriteFile(g.path("store/scripts/carga.lua"), []byte(textScript), 0o644))
}

// writeProducts writes a file of about that size, with products that no other has: those after from. It gives the last.
func writeProducts(path string, from int, size int64) (last int, err error) {
	file, err := os.Create(filepath.Clean(path))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriterSize(file, 1<<20)
	text := strings.Repeat("Texto do produto. ", 108)[:1940]
	last = from + int(size/2002)
	for n := from + 1; n <= last; n++ {
		fmt.Fprintf(out, "%09d%-40s%011d%s\r\n", n, fmt.Sprintf("PRODUTO %d", n), n, text)
	}
	return last, out.Flush()
}

func (p textPeaks) report() {
	fmt.Print("\nPeak memory of djscript, its command and its run together (wanted: under 100 MB, and no more for a larger file)\n\n")
	fmt.Println("| a file of | read and checked | imported | rows in the table by then | exported | with a cursor |\n|---|---|---|---|---|---|")
	for i, size := range textSizes {
		fmt.Printf("| %s MB | %d MB | %d MB | %s | %d MB | %d MB |\n", thousands(float64(size)/1e6), p.read[i]>>10, p.taken[i]>>10,
			thousands(float64(p.rows[i])), p.sent[i]>>10, p.moved[i]>>10)
	}
}
