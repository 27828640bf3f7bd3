package loader

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

const (
	codeConstraint = "db.constraint"
	codeBusy       = "db.busy"
	savepoint      = "DJSCRIPT_UNIT"
)

// alone writes one unit by itself: one that is too large for a call, or one that failed among others. The row at which it failed
// last goes in a call of its own, which then tells why. Rows that others hold are waited for.
func (l *Loader) alone(ctx context.Context, b *batch, u span, last failure) error {
	for try := 1; ; try++ {
		if last.reason != 0 {
			l.refuseOwn(b, u, last)
			return nil
		}
		all, next, err := l.pieces(ctx, b, u, last.row)
		switch {
		case err == nil && next == nil:
			l.count(all)
			l.keep(b, u)
			return nil
		case err == nil && try < l.options.Tries:
			last = *next
			continue
		case err == nil: // now this row, now that: others are at work at them
			l.refuseRow(b, u, next.row, message.New(codeBusy, "load.busy", message.Args{"table": l.of(b, next.row).relation.name}), Refusal{})
			return nil
		}
		said, ok := firebird.Refused(err)
		if !ok {
			return err
		}
		if said.Rule == firebird.Unique && l.of(b, max(last.row, u.from)).sought(said) {
			said.Rule = firebird.Locked
		}
		if said.Rule == firebird.Locked && try < l.options.Tries {
			if err := pause(ctx, l.options.Wait); err != nil {
				return err
			}
			continue
		}
		l.refuseSaid(b, u, last.row, said)
		return nil
	}
}

// sought tells whether the row that is there already is one that was looked for just before and not found: another transaction has
// put it in and not committed yet, and of that the engine says no more than that it is there.
func (t *target) sought(said firebird.Refusal) bool {
	is := func(r *relation, columns []string) bool {
		return slices.ContainsFunc(r.unique, func(k uniqueKey) bool { return k.name == said.Constraint && k.over(columns) })
	}
	return len(t.key) > 0 && t.Exists != Reject && is(t.relation, names(t.key)) || slices.ContainsFunc(t.lookups, func(l lookup) bool {
		var by []string
		for _, s := range l.slots {
			by = append(by, t.slots[s].column.name)
		}
		return l.Missing == MissingCreate && is(l.relation, by)
	})
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pieces writes a unit by as many calls as it takes, or not at all: the failure then is where, or the error why.
func (l *Loader) pieces(ctx context.Context, b *batch, u span, loud int) (all totals, failed *failure, err error) {
	if _, err := l.tx.Exec(ctx, "savepoint "+savepoint); err != nil {
		return nil, nil, err
	}
	for from := u.from; from < u.to && failed == nil && err == nil; {
		to := b.piece(from, u.to, loud)
		if to == from {
			failed = &failure{row: from, reason: reasonTooLong}
			break
		}
		l.piece.write(b, from, to, mode{loud: from == loud, goon: from > u.from, stays: to < u.to})
		var some []failure
		var n totals
		some, n, err = l.run(ctx, &l.piece, from)
		if len(some) > 0 {
			failed = &some[0]
		}
		all = all.plus(n)
		from = to
	}
	if err == nil && failed == nil {
		_, err := l.tx.Exec(ctx, "release savepoint "+savepoint)
		return all, nil, err
	}
	if _, undone := l.tx.Exec(ctx, "rollback to savepoint "+savepoint); undone != nil {
		return nil, nil, fmt.Errorf("take a unit back: %w", undone)
	}
	return nil, failed, err
}

// piece is the end of the longest piece of a unit that one call takes; the row loud is a piece of its own. The batch's measures
// are then those of the piece.
func (b *batch) piece(from, to, loud int) int {
	end := from
	b.remeasure(from, from)
	for end < to && (end == from || end != loud && end-1 != loud) {
		b.measure(end, end+1)
		if !b.fits() {
			break
		}
		end++
	}
	b.remeasure(from, end)
	return end
}

func (all totals) plus(more totals) totals {
	if all == nil {
		return more
	}
	for i := range more {
		for k := range more[i] {
			all[i][k] += more[i][k]
		}
	}
	return all
}

func (l *Loader) of(b *batch, row int) *target { return l.plan.targets[b.rows[row].target] }

func (l *Loader) refuseRow(b *batch, u span, row int, err *message.Error, r Refusal) {
	l.refuse(b.rows[u.from].line, l.of(b, row), b.rows[row].line, err, r)
}

// refuseOwn tells what the program itself found.
func (l *Loader) refuseOwn(b *batch, u span, f failure) {
	t := l.of(b, f.row)
	args := message.Args{"table": t.relation.name}
	switch f.reason {
	case reasonTooLong:
		l.refuseRow(b, u, f.row, message.New(codeRecord, "load.row_too_long", args), Refusal{})
	case reasonExists:
		args["key"] = l.values(b, f.row, t.key)
		l.refuseRow(b, u, f.row, message.New(codeConstraint, "load.exists", args), l.at(b, f.row, t.key[0]))
	default:
		one := t.lookups[f.reason-reasonMissing]
		var by []string
		where := Refusal{Column: one.into.name}
		for _, s := range one.slots {
			value := l.cell(b, f.row, s)
			by = append(by, t.slots[s].column.name+" = "+value)
			where.Field, where.Value = t.slots[s].field, value
		}
		args = message.Args{"column": one.into.name, "table": one.relation.name, "key": strings.Join(by, ", ")}
		l.refuseRow(b, u, f.row, message.New(codeConstraint, "load.not_found", args), where)
	}
}

// refuseSaid tells what the engine said.
func (l *Loader) refuseSaid(b *batch, u span, row int, said firebird.Refusal) {
	if row < 0 {
		row = u.from
	}
	t := l.of(b, row)
	args := message.Args{"table": t.relation.name, "constraint": said.Constraint, "key": plainKey(said.Key), "said": said.Said, "column": said.Column}
	if said.Table != "" {
		args["table"] = said.Table
	}
	where := Refusal{Column: said.Column}
	key, code := "load.said", codeConstraint
	switch said.Rule {
	case firebird.Locked:
		key, code = "load.busy", codeBusy
	case firebird.Unique:
		key = "load.unique"
		for _, k := range t.relation.unique {
			if k.name == said.Constraint {
				where = l.at(b, row, t.relation.column(k.columns[0]))
			}
		}
	case firebird.Reference:
		key = "load.reference"
		for _, f := range t.relation.foreign {
			if f.name == said.Constraint {
				args["to"], args["has"] = f.to, strings.Join(f.has, ", ")
				where = l.at(b, row, t.relation.column(f.columns[0]))
			}
		}
	case firebird.Referred:
		key = "load.referred"
	case firebird.Required:
		key = "load.empty"
		if c := t.relation.column(said.Column); c != nil {
			where = l.at(b, row, c)
		}
	case firebird.Check:
		key = "load.check"
	case firebird.Own:
		key = "load.own"
	case firebird.Many:
		key = "load.many"
	}
	l.refuseRow(b, u, row, message.New(code, key, args), where)
}

// at is the field that a column got its value from, where it is one.
func (l *Loader) at(b *batch, row int, c *column) Refusal {
	t := l.of(b, row)
	where := Refusal{}
	if c != nil {
		where.Column = c.name
	}
	for i, s := range t.slots {
		if s.column == c {
			where.Field, where.Value = s.field, l.cell(b, row, i)
		}
	}
	return where
}

// values are columns with what a row brings for them.
func (l *Loader) values(b *batch, row int, columns []*column) string {
	var all []string
	for _, c := range columns {
		all = append(all, c.name+" = "+l.at(b, row, c).Value)
	}
	return strings.Join(all, ", ")
}

// cell is a value that a row brings, readable.
func (l *Loader) cell(b *batch, row, slot int) string {
	t := l.of(b, row)
	c := b.cells[b.rows[row].cells+slot]
	if c.from < 0 {
		return ""
	}
	text := b.bytes[c.from:c.to]
	column := t.slots[slot].column
	if column.kind == kindDate {
		return dayOf(text)
	}
	return readable(text, sets[column.charset])
}

// plainKey takes the brackets and quotes of the engine off ("ID" = 1).
func plainKey(key string) string {
	return strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(key, "("), ")"), `"`, "")
}

// shownMost is how many letters of a value are told.
const shownMost = 80

// shown is a value for people.
func shown(v layout.Value) string {
	return readable(plainText(nil, v), pages[v.Encoding])
}

// readable is a text of that code page, nil for UTF-8, short and without what can not be printed.
func readable(text []byte, page *charmap.Charmap) string {
	var all []rune
	for len(text) > 0 && len(all) < shownMost {
		r, size := utf8.DecodeRune(text)
		if page != nil {
			r, size = page.DecodeByte(text[0]), 1
		}
		if !unicode.IsPrint(r) {
			r = '·'
		}
		all = append(all, r)
		text = text[size:]
	}
	if len(text) > 0 {
		all = append(all, '…')
	}
	return string(all)
}
