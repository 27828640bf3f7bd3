package exchange

import (
	"bytes"
	"context"
	"maps"
	"os"
	"slices"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
)

// Practice is an export without a database.
type Practice struct {
	Number int64                                                           // that the file gets
	Gone   []byte                                                          // the rows that went out, as Practise gave them
	Answer func(ctx context.Context, query string) (*firebird.Rows, error) // of the queries, whatever the cursor's bounds
}

// Practise composes the file that Export would write, with the rows that p answers. gone are those that went out, and those before
// them. There are no bytes where nothing is to go out.
func (o *Outgoing) Practise(ctx context.Context, p Practice) (x *Exported, file, gone []byte, err error) {
	own := *o
	if own.Store, err = os.MkdirTemp("", "djscript-"); err != nil {
		return nil, nil, nil, drive.Explain(err, os.TempDir())
	}
	defer func() { _ = os.RemoveAll(own.Store) }() // it holds nothing
	e := &export{Outgoing: &own, number: p.Number, result: &Exported{Records: map[string]int64{}, Rehearsed: o.Rehearse}}
	e.trail.Pending = []outing{{Keys: p.Gone}}
	if e.pattern, err = own.check(); err != nil {
		return nil, nil, nil, err
	}
	if err := os.MkdirAll(own.spoolDir(), 0o700); err != nil {
		return nil, nil, nil, drive.Explain(err, own.Store)
	}
	if own.Cursor != nil {
		e.trail.Kind = layout.Number
	}
	if err := e.answer(ctx, p); err != nil {
		return nil, nil, nil, err
	}
	e.tellNumber()
	var out bytes.Buffer
	c, err := e.composer(ctx, nil, &outlet{})
	if err != nil {
		return nil, nil, nil, err
	}
	defer c.close()
	c.out = &out
	if err := c.compose(ctx); err != nil {
		return nil, nil, nil, err
	}
	if e.result.total() == e.own() && !own.Empty {
		e.result.Records = map[string]int64{}
		return e.result, nil, p.Gone, nil
	}
	e.result.Bytes = int64(out.Len())
	return e.result, out.Bytes(), slices.Concat(p.Gone, c.keys), nil
}

// answer puts rows in the place of the queries.
func (x *export) answer(ctx context.Context, p Practice) error {
	x.Records = maps.Clone(x.Records)
	for name, source := range x.Records {
		if source.SQL == "" {
			continue
		}
		rows, err := p.Answer(ctx, source.SQL)
		if err != nil {
			return err
		}
		source.SQL, source.Rows = "", []map[string]any{}
		for _, values := range rows.Values {
			row := map[string]any{}
			for i, c := range rows.Columns {
				row[c.Name] = values[i]
			}
			source.Rows = append(source.Rows, row)
		}
		if len(source.Rows) == 0 {
			source.none = x.needed(name)
		}
		x.Records[name] = source
	}
	return nil
}

// needed are the columns that an export asks of a record's rows.
func (x *export) needed(name string) []string {
	all := slices.Collect(maps.Keys(x.Records[name].Parent))
	if x.Cursor != nil && x.Cursor.Record == name {
		all = append(append(all, x.Cursor.Column), x.Cursor.Key...)
	}
	for child, source := range x.Records {
		if at := x.Codec.Record(child); x.Codec.Layout.Records[at].Parent == name {
			all = slices.AppendSeq(all, maps.Values(source.Parent))
		}
	}
	return all
}
