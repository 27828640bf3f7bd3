package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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
