package exchange

import (
	"context"
	"errors"

	"github.com/djscript/djscript/host/loader"
)

// Practise is Import without a database: the file is read and held against its layout, its records go through the functions of
// their targets, and their rows to what open opens. known tells of what was imported before.
func (o *Order) Practise(ctx context.Context, known func(into, content string) *Import, open func([]loader.Target, loader.Options) Writer) (*Result, error) {
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
	i.load = open(i.targets(), loader.Options{Refused: i.refused})
	switch err := i.fill(ctx); {
	case errors.Is(err, errTakenBack):
		return i.rejected()
	case err != nil:
		return nil, err
	}
	i.result.Verdict = Done
	return i.result, i.result.write(o)
}
