package exchange

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// composer writes the rows of an opening as a file: a record, and what stands under it, in the layout's order.
type composer struct {
	*opening
	out    io.Writer
	writer *layout.Writer
	buf    []byte
	result *Exported
	counts []int64
	gone   map[rowKey]bool     // rows that went out before, and whether one was met
	fresh  map[rowKey]struct{} // rows that were met, beside those
	keys   []byte              // of those that go out now
	seen   int64               // the largest of the cursor's values; only with keys
	rows   int64               // read
	lines  int64               // written
	// guarded is set within a unit that is left out where something in it does not fit.
	guarded bool
	waiting int   // records under way that count what stands under them
	after   *rest // what comes after a header that counts it; nil for no such header
}

func (c *composer) close() {
	c.opening.close()
	c.after.close()
}

// errLeft has a document left out, whose problems are told.
var errLeft = errors.New("document left out")

// chunk is how much is written at once.
const chunk = 64 << 10

// compose writes it all.
func (c *composer) compose(ctx context.Context) error {
	c.counts = make([]int64, len(c.feeds))
	c.fresh = map[rowKey]struct{}{}
	for _, f := range c.feeds {
		if f != nil && f.shape.Parent != "" {
			if err := c.keep(ctx, f); err != nil {
				return err
			}
		}
	}
	for i := range c.feeds {
		if err := c.top(ctx, i); err != nil {
			return err
		}
	}
	for _, p := range c.writer.End() {
		return c.misfit("", p)
	}
	if err := c.head(); err != nil {
		return err
	}
	if err := c.flush(); err != nil {
		return err
	}
	c.orphans()
	for i, n := range c.counts {
		if n > 0 {
			c.result.Records[c.o.Codec.Layout.Records[i].Name] = n
		}
	}
	return nil
}

// keep spools a type that stands under another.
func (c *composer) keep(ctx context.Context, f *feed) (err error) {
	if f.spool, err = newSpool(c.o.spoolDir()); err != nil {
		return err
	}
	r := f.newRow()
	var room []byte
	for more := true; more; {
		if room, more, err = f.next(&r, room[:0]); err != nil {
			return c.failed(f, err)
		}
		if !more {
			break
		}
		if err := c.look(f, &r); err != nil {
			return err
		}
		if err := f.spool.add(&r); err != nil {
			return err
		}
		if c.rows++; c.rows%progressEvery == 0 {
			if err := c.pause(ctx); err != nil {
				return err
			}
		}
	}
	return f.spool.rest()
}

// progressEvery is after how many rows somebody is told.
const progressEvery = 1000

func (c *composer) pause(ctx context.Context) error {
	if c.o.Progress != nil {
		c.o.Progress(c.rows)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// look sees whether a row of the cursor went out before. Two with one key can not be told apart, now or by the next export.
func (c *composer) look(f *feed, r *row) error {
	if f.cursor < 0 || c.o.Period != nil {
		return nil
	}
	met, gone := c.gone[r.id]
	if !gone {
		_, met = c.fresh[r.id]
		c.fresh[r.id] = struct{}{}
	}
	if met {
		return message.New("option.value", "export.key_twice", message.Args{"record": f.shape.Name, "row": f.name(r)})
	}
	if r.gone = gone; gone {
		c.gone[r.id] = true
		c.result.Gone++
	}
	return nil
}

// failed names the record whose query failed, where that did.
func (c *composer) failed(f *feed, err error) error {
	if failed, ok := errors.AsType[queryError](err); ok {
		return f.failed(failed.error)
	}
	return err
}

// top writes the rows of a type that stands under nothing.
func (c *composer) top(ctx context.Context, i int) error {
	f, shape := c.feeds[i], &c.o.Codec.Layout.Records[i]
	switch {
	case f == nil && shape.Role != layout.Body:
		return c.line(&feed{record: i, shape: shape}, &row{values: make([]layout.Value, len(shape.Fields))})
	case f == nil || shape.Parent != "":
		return nil
	}
	ahead := readAhead(ctx, f)
	defer ahead.stop()
	for {
		rows, err := ahead.next()
		if err != nil {
			return c.failed(f, err)
		}
		if rows == nil {
			return nil
		}
		for k := range rows {
			if err := c.look(f, &rows[k]); err != nil {
				return err
			}
			if err := c.tree(f, &rows[k]); err != nil {
				return err
			}
		}
		c.rows += int64(len(rows))
		if err := c.pause(ctx); err != nil {
			return err
		}
	}
}

// tree writes a row and what stands under it.
func (c *composer) tree(f *feed, r *row) error {
	write, err := c.due(f, r)
	if err != nil {
		return err
	}
	if !write {
		return c.pass(f, r)
	}
	if c.o.Reject && !c.guarded && c.unit(f) {
		return c.guard(f, r)
	}
	return c.write(f, r)
}

func (c *composer) write(f *feed, r *row) error {
	if f.shape.Role == layout.Body && c.writer.Waits(f.record, r.values) {
		return c.counting(f, r)
	}
	return c.whole(f, r)
}

// counting writes a row that says how many stand under it: it is put before them when they are written.
func (c *composer) counting(f *feed, r *row) error {
	c.waiting++
	from, number := len(c.buf), c.lines+1
	err := c.whole(f, r)
	c.waiting--
	if err != nil {
		return err
	}
	line, problems := c.writer.Held(nil)
	if len(problems) > 0 {
		return c.wrong(f, r, number, problems)
	}
	c.buf = slices.Insert(c.buf, from, line...)
	return c.spill()
}

// whole writes a row, and then those under it.
func (c *composer) whole(f *feed, r *row) error {
	if err := c.line(f, r); err != nil {
		return err
	}
	if f.cursor >= 0 && c.o.Period == nil {
		c.went(r)
	}
	for i, child := range f.children {
		err := child.spool.under(r.keys[i], &child.one, func(under *row) error { return c.tree(child, under) })
		if err != nil {
			return err
		}
	}
	return nil
}

// unit says whether a row with all below it is what is left out whole: the cursor's record, or what stands under nothing.
func (c *composer) unit(f *feed) bool {
	return f.shape.Role == layout.Body && (f.cursor >= 0 || f.shape.Parent == "" && !c.above(f))
}

// guard writes a row and all below it, or leaves it out.
func (c *composer) guard(f *feed, r *row) error {
	if err := c.spill(); err != nil {
		return err
	}
	c.writer.Mark()
	from, keys, counts, lines, seen := len(c.buf), len(c.keys), slices.Clone(c.counts), c.lines, c.seen
	c.guarded = true
	err := c.write(f, r)
	c.guarded = false
	if !errors.Is(err, errLeft) {
		return err
	}
	c.writer.Return()
	c.keys = c.keys[:keys]
	c.buf, c.counts, c.lines, c.seen = c.buf[:from], counts, lines, seen
	c.result.Rejected++
	return c.pass(f, r)
}

// due says whether a row is to be written: one that went out before is not, nor one that stands above such rows alone.
func (c *composer) due(f *feed, r *row) (bool, error) {
	if r.gone {
		return false, nil
	}
	if c.result.Gone == 0 || c.o.Cursor == nil || f.cursor >= 0 || !c.above(f) {
		return true, nil
	}
	fresh, gone, err := c.below(f, r)
	return fresh || !gone, err
}

// above says whether the cursor's record stands under a type.
func (c *composer) above(f *feed) bool {
	return slices.ContainsFunc(f.children, func(child *feed) bool { return child.cursor >= 0 || c.above(child) })
}

// below says whether rows of the cursor stand under a row that go out now, and such that are gone.
func (c *composer) below(f *feed, r *row) (fresh, gone bool, err error) {
	for i, child := range f.children {
		if child.cursor < 0 && !c.above(child) {
			continue
		}
		err = child.spool.under(r.keys[i], &child.one, func(under *row) error {
			if child.cursor >= 0 {
				fresh, gone = fresh || !under.gone, gone || under.gone
				return nil
			}
			new, old, err := c.below(child, under)
			fresh, gone = fresh || new, gone || old
			return err
		})
		if err != nil {
			return false, false, err
		}
	}
	return fresh, gone, nil
}

// pass goes by what stands under a row that is not written: those rows have their parent.
func (c *composer) pass(f *feed, r *row) error {
	for i, child := range f.children {
		err := child.spool.under(r.keys[i], &child.one, func(under *row) error { return c.pass(child, under) })
		if err != nil {
			return err
		}
	}
	return nil
}

// line writes one record.
func (c *composer) line(f *feed, r *row) error {
	if f.shape.Role == layout.Header && c.writer.Waits(f.record, r.values) {
		c.after = &rest{dir: c.o.spoolDir()}
	}
	var problems []layout.Problem
	c.buf, problems = c.writer.Append(c.buf, f.record, r.values)
	c.counts[f.record]++
	c.lines++
	if len(problems) > 0 {
		return c.wrong(f, r, c.lines, problems)
	}
	return c.spill()
}

// spill writes what has come together, where none of it may yet be taken back and nothing is put into it.
func (c *composer) spill() error {
	if len(c.buf) > chunk && !c.guarded && c.waiting == 0 {
		return c.flush()
	}
	return nil
}

// wrong is what is done about what does not fit: the unit is left out where the fault is the line's own, and where that is
// wanted.
func (c *composer) wrong(f *feed, r *row, line int64, problems []layout.Problem) error {
	own := true
	for _, p := range problems {
		c.result.flaw(c.flawOf(f, r, p))
		own = own && p.Line == line && p.Field != ""
	}
	if own && c.guarded {
		return errLeft
	}
	return c.misfit(f.name(r), problems[0])
}

func (c *composer) flawOf(f *feed, r *row, p layout.Problem) Flaw {
	return Flaw{Problem: p, Row: f.name(r)}
}

// name is what a person knows a row by.
func (f *feed) name(r *row) string {
	if len(f.columns) == 0 {
		return f.shape.Name
	}
	return f.columns[f.told] + " " + r.told.String()
}

// misfit is the error of what does not fit.
func (c *composer) misfit(row string, p layout.Problem) error {
	code := p.Err.Code()
	if p.Field == "" {
		return message.Wrap(p.Err, code, "export.structure", nil)
	}
	return message.Wrap(p.Err, code, "export.unfit", message.Args{"record": p.Record, "row": row, "field": p.Field, "value": p.Value})
}

// went notes a row that goes out.
func (c *composer) went(r *row) {
	if len(c.keys) == 0 || r.mark > c.seen {
		c.seen = r.mark
	}
	c.keys = append(c.keys, r.id[:]...)
}

func (c *composer) flush() (err error) {
	if c.after != nil {
		err = c.after.add(c.buf)
	} else {
		_, err = c.out.Write(c.buf)
	}
	c.buf = c.buf[:0]
	return err
}

// head writes a header that counts what comes after it, and what came.
func (c *composer) head() error {
	if c.after == nil {
		return nil
	}
	line, problems := c.writer.Held(nil)
	if len(problems) > 0 {
		return c.misfit("", problems[0])
	}
	after := c.after
	c.after = nil
	defer after.close()
	if _, err := c.out.Write(line); err != nil {
		return err
	}
	return after.writeTo(c.out)
}

// orphans tells of rows whose parent is not there.
func (c *composer) orphans() {
	for _, f := range c.feeds {
		if f == nil || f.spool == nil {
			continue
		}
		for i, seen := range f.spool.seen {
			if seen {
				continue
			}
			c.result.Orphans++
			if len(c.result.Problems) == mostFlaws {
				c.result.More++
				continue
			}
			if f.spool.read(int32(i), &f.one) == nil {
				c.result.flaw(c.flawOf(f, &f.one, layout.Problem{
					Record: f.shape.Name, Err: message.New("txt.record", "export.orphan", message.Args{"record": f.shape.Name, "row": f.name(&f.one), "parent": f.shape.Parent}),
				}))
			}
		}
	}
}
