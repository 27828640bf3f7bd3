package exchange

import (
	"context"
	"errors"
	"slices"

	"github.com/djscript/djscript/host/loader"
)

// Practise is Import without a database: the file is read and held against its layout, and its records go through the functions
// of their targets. Every row that gets so far counts as a new one. known tells of what was imported before.
func (o *Order) Practise(ctx context.Context, known func(into, content string) *Import) (*Result, error) {
	i, err := o.look(ctx)
	if err != nil {
		return nil, err
	}
	if i.hopeless() {
		return i.rejected()
	}
	if before := known(o.Target, i.survey.Content); before != nil && !o.Again {
		return i.repeated(*before)
	}
	practice := &practice{counts: make([]loader.Count, len(o.Into))}
	for n, into := range o.Into {
		practice.counts[n].Table = into.Table
	}
	i.load = practice
	switch err := i.fill(ctx); {
	case errors.Is(err, errTakenBack):
		return i.rejected()
	case err != nil:
		return nil, err
	}
	i.result.Verdict = Done
	return i.result, i.result.write(o)
}

// practice counts rows.
type practice struct{ counts []loader.Count }

// Add takes what comes.
func (p *practice) Add(_ context.Context, rows []loader.Row) error {
	for _, r := range rows {
		if r.Delete {
			p.counts[r.Target].Deleted++
		} else {
			p.counts[r.Target].Inserted++
		}
	}
	return nil
}

// Flush has nothing to wait for.
func (p *practice) Flush(context.Context) error { return nil }

// Counts are the rows of each target.
func (p *practice) Counts() []loader.Count { return slices.Clone(p.counts) }
