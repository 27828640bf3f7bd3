package loader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// Loader writes rows into the tables of their targets, at the speed of the engine, within one transaction of the caller's. Rows
// come in units, each of which is written whole or not at all. While the engine works at some units the next are taken in;
// so the transaction is the loader's from Add until Flush.
type Loader struct {
	tx       *firebird.Transaction
	plan     *plan
	options  Options
	prepared *firebird.Prepared
	counts   []Count
	filling  *batch
	spare    *batch
	call     *call // that the engine works at
	asking   map[int]*asking
	pack     pack
	piece    pack
}

// Options is how a Loader goes about it.
type Options struct {
	// Refused is told of every row for which a unit was not written, most of them in the order of the file.
	Refused func(Refusal)
	// Tries is how often a unit is tried at most whose rows others hold; 0 is 30. Wait is how long it waits in between;
	// 0 is 200 ms.
	Tries int
	Wait  time.Duration
}

// Refusal is why a unit was not written.
type Refusal struct {
	Unit   int64 // line of the unit's first row
	Line   int64
	Target int
	Record string
	Table  string
	Column string // "" where it is not known
	Field  string
	Value  string // of the field, readable
	Err    *message.Error
}

// call is a batch that the engine works at.
type call struct {
	batch  *batch
	done   chan struct{}
	failed []failure
	totals totals
	err    error
}

// failure is a unit that was taken back: the row at which it failed, and why if the program itself refused it.
type failure struct {
	row    int
	reason int
}

// totals are what a call did for each target: inserted, updated, deleted, created.
type totals [][4]int64

// New looks up everything that the targets name and has the engine prepare the program. The error is every mistake in the
// targets, each with option.value, or one of the database.
func New(ctx context.Context, tx *firebird.Transaction, targets []Target, o Options) (*Loader, error) {
	c, err := readCatalogue(ctx, tx, tablesOf(targets))
	if err != nil {
		return nil, err
	}
	p, err := newPlan(c, targets)
	if err != nil {
		return nil, err
	}
	if o.Tries == 0 {
		o.Tries = 30
	}
	if o.Wait == 0 {
		o.Wait = 200 * time.Millisecond
	}
	l := &Loader{tx: tx, plan: p, options: o, filling: newBatch(p), spare: newBatch(p), counts: make([]Count, len(targets)), asking: map[int]*asking{}}
	for i, t := range p.targets {
		l.counts[i].Table = t.relation.name
	}
	l.prepared, err = tx.Prepare(ctx, p.source())
	if err != nil {
		return nil, fmt.Errorf("prepare load: %w", err)
	}
	return l, nil
}

// Counts is what became of the rows of each target, in their order. It is whole after Flush.
func (l *Loader) Counts() []Count { return slices.Clone(l.counts) }

// Close gives the program back to the engine, after it has ended what it works at.
func (l *Loader) Close() error {
	if l.call != nil {
		<-l.call.done
		l.call = nil
	}
	errs := []error{l.prepared.Close()}
	for _, a := range l.asking {
		errs = append(errs, a.prepared.Close())
	}
	return errors.Join(errs...)
}

// Add takes in the rows of one unit, in the order of the file: a row stands under the nearest before it of its target's Under.
// A unit that the database can not hold is refused at once, and others when the engine has said so. The error is one after
// which nothing more can be written.
func (l *Loader) Add(ctx context.Context, rows []Row) error {
	b := l.filling
	from := len(b.rows)
	if !l.take(rows) {
		b.drop(from)
		return nil
	}
	to := len(b.rows)
	if from == to {
		return nil
	}
	b.rows[to-1].more = false
	b.units = append(b.units, span{from, to})
	b.measure(from, to)
	if b.fits() {
		return nil
	}
	// The last unit is too much. The other batch is free when the engine has done with it.
	if err := l.settle(ctx); err != nil {
		return err
	}
	rest := b.last(l.spare)
	l.begin(ctx)
	l.filling, l.spare = rest, b
	if rest.fits() {
		return nil
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	defer rest.clear()
	return l.alone(ctx, rest, rest.units[0], failure{row: -1})
}

// take takes in rows and tells all that is wrong with them.
func (l *Loader) take(rows []Row) bool {
	b, good := l.filling, true
	seen := make([]int, len(l.plan.targets)) // 1: there is such a row above, 2: it is being deleted
	for _, r := range rows {
		t := l.plan.targets[r.Target]
		if len(t.Parent) > 0 {
			if seen[t.Under] == 2 {
				seen[r.Target] = 2
				continue
			}
			if seen[t.Under] == 0 {
				l.refuse(rows[0].Line, t, r.Line, message.New(codeRecord, "load.orphan", message.Args{"record": t.Record, "parent": l.plan.targets[t.Under].Record}), Refusal{})
				good = false
				continue
			}
		}
		seen[r.Target] = 1
		if r.Delete {
			seen[r.Target] = 2
			if len(t.key) == 0 {
				l.refuse(rows[0].Line, t, r.Line, message.New(codeRecord, "load.delete_key", message.Args{"record": t.Record, "table": t.relation.name}), Refusal{})
				good = false
				continue
			}
		}
		for _, one := range b.add(r) {
			s := t.slots[one.slot]
			value := layout.Value{}
			if s.value < len(r.Values) {
				value = r.Values[s.value]
			}
			l.refuse(rows[0].Line, t, r.Line, one.err, Refusal{Column: s.column.name, Field: s.field, Value: shown(value)})
			good = false
		}
		b.rows[len(b.rows)-1].more = true
	}
	return good
}

func (l *Loader) refuse(unit int64, t *target, line int64, err *message.Error, r Refusal) {
	r.Unit, r.Line, r.Target, r.Record, r.Table, r.Err = unit, line, t.place, t.Record, t.relation.name, err
	if l.options.Refused != nil {
		l.options.Refused(r)
	}
}

// drop forgets rows that were taken in.
func (b *batch) drop(from int) {
	if from < len(b.rows) {
		b.cells = b.cells[:b.rows[from].cells]
		b.rows = b.rows[:from]
	}
}

// last moves the last unit to another batch.
func (b *batch) last(to *batch) *batch {
	to.clear()
	unit := b.units[len(b.units)-1]
	to.copyRows(b, unit)
	b.drop(unit.from)
	b.units = b.units[:len(b.units)-1]
	return to
}

// copyRows appends a unit of another batch.
func (b *batch) copyRows(from *batch, unit span) {
	start := len(b.rows)
	for _, row := range from.rows[unit.from:unit.to] {
		cells := from.cells[row.cells : row.cells+len(b.plan.targets[row.target].slots)]
		row.cells = len(b.cells)
		for _, c := range cells {
			if c.from >= 0 {
				text := from.bytes[c.from:c.to]
				c.from = len(b.bytes)
				b.bytes = append(b.bytes, text...)
				c.to = len(b.bytes)
			}
			b.cells = append(b.cells, c)
		}
		b.rows = append(b.rows, row)
	}
	b.units = append(b.units, span{start, len(b.rows)})
	b.measure(start, len(b.rows))
}

// remeasure counts what one call would need for these rows alone.
func (b *batch) remeasure(from, to int) {
	b.longs, b.endings = 0, [256]bool{}
	for i := range b.widths {
		b.counts[i] = 0
		clear(b.widths[i])
	}
	b.measure(from, to)
}

// Flush has the engine write all that was added.
func (l *Loader) Flush(ctx context.Context) error {
	if err := l.settle(ctx); err != nil {
		return err
	}
	defer l.filling.clear()
	l.begin(ctx)
	return l.settle(ctx)
}

// begin gives the engine what is filled.
func (l *Loader) begin(ctx context.Context) {
	b := l.filling
	if len(b.units) == 0 {
		return
	}
	b.remeasure(0, len(b.rows))
	l.pack.write(b, 0, len(b.rows), mode{})
	c := &call{batch: b, done: make(chan struct{})}
	l.call = c
	go func() {
		defer close(c.done)
		c.failed, c.totals, c.err = l.run(ctx, &l.pack, 0)
	}()
}

// settle waits for the engine and deals with the units that it took back.
func (l *Loader) settle(ctx context.Context) error {
	c := l.call
	if c == nil {
		return nil
	}
	<-c.done
	l.call = nil
	if c.err != nil {
		return c.err
	}
	l.count(c.totals)
	failed := map[int]failure{} // by the unit's first row
	for _, f := range c.failed {
		for _, u := range c.batch.units {
			if u.from <= f.row && f.row < u.to {
				failed[u.from] = f
			}
		}
	}
	for _, u := range c.batch.units {
		f, bad := failed[u.from]
		if !bad {
			l.keep(c.batch, u)
			continue
		}
		// A row that another held a moment ago, or put in while we did, may now be taken.

		if err := l.alone(ctx, c.batch, u, f); err != nil {
			return err
		}
	}
	return nil
}

// keep counts the rows of a unit that was written, of targets that leave a row as it is. Those that were inserted are taken off
// by count.
func (l *Loader) keep(b *batch, u span) {
	for _, row := range b.rows[u.from:u.to] {
		if !row.deleted && l.plan.targets[row.target].stays {
			l.counts[row.target].Kept++
		}
	}
}

func (l *Loader) count(all totals) {
	for i, n := range all {
		c := &l.counts[i]
		c.Inserted, c.Updated, c.Deleted, c.Created = c.Inserted+n[0], c.Updated+n[1], c.Deleted+n[2], c.Created+n[3]
		if l.plan.targets[i].stays {
			c.Kept -= n[0]
		}
	}
}

// run has the engine work at a pack, whose first row is that row of its batch.
func (l *Loader) run(ctx context.Context, p *pack, first int) (failed []failure, all totals, err error) {
	err = l.prepared.Each(ctx, p.args, func(values []any) error {
		at, reason := answer(values).number(0), answer(values).number(1)
		if at > 0 {
			row, found := slices.BinarySearch(p.starts, int(at))
			if !found {
				return errors.New("load rows: the engine names a row that is none")
			}
			failed = append(failed, failure{row: first + row, reason: int(reason)})
			return nil
		}
		for i := range l.plan.targets {
			n, deleted := answer(values).number(2+2*i), answer(values).number(3+2*i)
			all = append(all, [4]int64{n % oneCreated, n / oneUpdated, deleted, n % oneUpdated / oneCreated})
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return failed, all, nil
}
