package retention

import (
	"cmp"
	"maps"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// Measure is what can be counted of a copy without knowing what it means.
type Measure struct {
	Bytes     int64 // of the database part, not packed
	Packed    int64 // of the zip
	Companies []string
	Rows      map[string]int64 // by table
}

const (
	compared    = 5    // of the last verified copies
	enough      = 3    // of them make a usual size
	leastRows   = 1000 // a table below this may lose any: it holds what is at work
	shrunkUnder = 60   // per cent of the usual size
	grownOver   = 300
	rowsUnder   = 90 // per cent of the fewest that the last copies held
)

// Unusual is what makes a copy unlike the last verified ones, newest first, so that a person has to look at it before it
// counts: an emptied or encrypted database restores without an error, too. None where it is like them, or where there
// are none.
func Unusual(now Measure, last []Measure) []Reason {
	last = last[:min(len(last), compared)]
	if len(last) == 0 {
		return nil
	}
	return slices.Concat(size(now, last), packing(now, last), companies(now, last[0]), rows(now, last))
}

func size(now Measure, last []Measure) []Reason {
	usual := median(last, func(m Measure) int64 { return m.Bytes })
	share := percent(now.Bytes, usual)
	switch {
	case len(last) < enough || usual <= 0:
	case share < shrunkUnder:
		return []Reason{{"retention.shrunk", message.Args{"percent": share}}}
	case share > grownOver:
		return []Reason{{"retention.grown", message.Args{"percent": share}}}
	}
	return nil
}

// packing tells what is encrypted: it hardly packs. What a zip saves must not fall below half of what it used to save.
func packing(now Measure, last []Measure) []Reason {
	saved := func(m Measure) int64 { return 100 - min(percent(m.Packed, m.Bytes), 100) }
	usual := median(last, saved)
	if len(last) < enough || now.Bytes <= 0 || saved(now) >= usual/2 {
		return nil
	}
	return []Reason{{"retention.packs_badly", message.Args{"saved": saved(now), "usual": usual}}}
}

func companies(now, before Measure) (gone []Reason) {
	for _, id := range slices.Sorted(slices.Values(before.Companies)) {
		if !slices.Contains(now.Companies, id) {
			gone = append(gone, Reason{"retention.company_gone", message.Args{"company": id}})
		}
	}
	return gone
}

// rows compares with the fewest that a table held in any of the last copies, so that a table that comes and goes is
// usual; a table that one of them had not is new.
func rows(now Measure, last []Measure) (fell []Reason) {
	for _, table := range slices.Sorted(maps.Keys(last[0].Rows)) {
		fewest := last[0].Rows[table]
		for _, m := range last {
			fewest = min(fewest, m.Rows[table])
		}
		if rows := now.Rows[table]; fewest >= leastRows && percent(rows, fewest) < rowsUnder {
			fell = append(fell, Reason{"retention.rows_fell", message.Args{"table": table, "rows": rows, "before": fewest}})
		}
	}
	return fell
}

func median(all []Measure, of func(Measure) int64) int64 {
	values := make([]int64, len(all))
	for i, m := range all {
		values[i] = of(m)
	}
	slices.SortFunc(values, cmp.Compare)
	return values[len(values)/2]
}

func percent(part, whole int64) int64 {
	if whole <= 0 {
		return 100
	}
	return int64(float64(part) / float64(whole) * 100)
}
