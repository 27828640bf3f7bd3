package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

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
	file, err := os.Create(path)
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
