package exchange

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
)

// A function may want to know the row that is there already, and a query for each record would cost more than all the rest. So
// documents wait until there are some hundred records, whose rows are then fetched at once. One whose row an earlier one of them
// may change does not wait with it: it is to see what that one wrote.

// mapping is a record on its way into one of its targets.
type mapping struct {
	record *Record
	target int
}

// mostWaiting is how many records are enough for one query.
const mostWaiting = 200

// waiting are documents whose rows are still to be fetched.
type waiting struct {
	*importer
	documents []document
	records   int
	changes   map[changed]bool // what they may change
	single    map[string]bool
}

// changed is a row of a table by its key; without one, any row of it.
type changed struct{ table, key string }

func newWaiting(i *importer) *waiting {
	w := &waiting{importer: i, changes: map[changed]bool{}, single: map[string]bool{}}
	times := map[string]int{}
	for n := range i.Into {
		for _, table := range i.tables(n) {
			times[table]++
		}
	}
	for table, n := range times {
		w.single[table] = n == 1
	}
	return w
}

// wanted says whether a function wants to know any row.
func (w *waiting) wanted() bool {
	return slices.ContainsFunc(w.Into, func(into Into) bool { return len(into.Finds) > 0 })
}

// tables are those that a target writes to.
func (i *importer) tables(target int) []string {
	into := &i.Into[target]
	all := []string{strings.ToUpper(into.Table)}
	for _, one := range into.Lookup {
		if one.Missing == loader.MissingCreate {
			all = append(all, strings.ToUpper(one.Table))
		}
	}
	return all
}

// add has a document wait, or takes those that wait already before it.
func (w *waiting) add(ctx context.Context, d *document) error {
	if w.meets(d) {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	w.each(d, func(n int, at changed) { w.changes[at] = true })
	kept := *d
	kept.records, kept.problems = slices.Clone(d.records), slices.Clone(d.problems)
	w.documents = append(w.documents, kept)
	if w.records += len(d.records); w.records < mostWaiting {
		return nil
	}
	return w.settle(ctx)
}

// meets says whether a document asks for a row that one of those that wait may change.
func (w *waiting) meets(d *document) (found bool) {
	w.each(d, func(n int, at changed) { found = found || len(w.Into[n].Finds) > 0 && w.changes[at] })
	return found
}

// each goes through what a document may change. Where several targets write to a table, or one that has no key of its own, it may
// be any row.
func (w *waiting) each(d *document, do func(target int, at changed)) {
	for _, r := range d.records {
		for _, n := range w.byType[r.Type.Name] {
			for _, table := range w.tables(n) {
				at := changed{table: table}
				if w.single[table] {
					at.key = alike(keyOf(r, w.Into[n].Finds))
				}
				do(n, at)
			}
		}
	}
}

// settle fetches the rows of those that wait, and takes the documents.
func (w *waiting) settle(ctx context.Context) error {
	if err := w.fetch(ctx); err != nil {
		return err
	}
	for n := range w.documents {
		if err := w.take(ctx, &w.documents[n]); err != nil {
			return err
		}
	}
	clear(w.changes)
	w.documents, w.records, w.there = w.documents[:0], 0, nil
	return nil
}

// fetch asks for the rows, once for each target.
func (w *waiting) fetch(ctx context.Context) error {
	w.there = map[mapping]*loader.Current{}
	for n := range w.Into {
		into := &w.Into[n]
		var asked []*Record
		var keys [][]layout.Value
		for _, d := range w.documents {
			for _, r := range d.records {
				if len(into.Finds) > 0 && r.Type.Name == into.Record {
					asked, keys = append(asked, r), append(keys, keyOf(r, into.Finds))
				}
			}
		}
		if len(keys) == 0 {
			continue
		}
		found, err := w.load.Current(ctx, n, keys)
		if err != nil {
			return err
		}
		for i, r := range asked {
			w.there[mapping{r, n}] = found[i]
		}
	}
	return nil
}

func keyOf(r *Record, fields []int) []layout.Value {
	key := make([]layout.Value, len(fields))
	for i, at := range fields {
		key[i] = r.Values[at]
	}
	return key
}

// alike is the same for all keys that any database takes for one: whatever it thinks of capitals, accents and zeros in front.
// That others are the same, too, costs a query.
func alike(key []layout.Value) string {
	var all strings.Builder
	for _, v := range key {
		text := v.String()
		if v.Kind == layout.Number && v.Places > 0 {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		text = strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToUpper(r)
			}
			return -1
		}, norm.NFKD.String(text))
		all.WriteString(strings.TrimLeft(text, "0") + "\x00")
	}
	return all.String()
}
