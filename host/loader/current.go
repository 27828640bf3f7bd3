package loader

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
)

// The rows that are there are asked for by a block that goes through the keys of a text, as the load does: the engine itself
// says which key has which row, by the rules of its own comparison, and looks each up by its index.

// Current is a row as it is in the database, as a query gives it.
type Current struct {
	Columns []firebird.Column
	Values  []any
}

// asking is the block of one target, and what its answers hold.
type asking struct {
	prepared *firebird.Prepared
	columns  []firebird.Column
	key      []*column
}

// Current are the rows that keys name, one for each; nil where there is none. A key is the values of Target.Key, in its order.
// What was added before is written first.
func (l *Loader) Current(ctx context.Context, target int, keys [][]layout.Value) ([]*Current, error) {
	if err := l.Flush(ctx); err != nil {
		return nil, err
	}
	a, err := l.asks(ctx, l.plan.targets[target])
	if err != nil {
		return nil, err
	}
	found := make([]*Current, len(keys))
	texts, at := a.texts(keys)
	for len(texts) > 0 {
		n := a.fit(texts)
		if n == 0 { // longer than any row's
			texts, at = texts[1:], at[1:]
			continue
		}
		if err := a.ask(ctx, texts[:n], func(key int, row *Current) { found[at[key]] = row }); err != nil {
			return nil, err
		}
		texts, at = texts[n:], at[n:]
	}
	return found, nil
}

// asks is the block of a target, which the engine prepares once.
func (l *Loader) asks(ctx context.Context, t *target) (*asking, error) {
	if a := l.asking[t.place]; a != nil {
		return a, nil
	}
	a := &asking{key: t.key}
	prepared, err := l.tx.Prepare(ctx, a.source(t.relation))
	if err != nil {
		return nil, fmt.Errorf("prepare the rows that are there: %w", err)
	}
	a.prepared, l.asking[t.place] = prepared, a
	return a, nil
}

// source is the text of the block.
func (a *asking) source(r *relation) string {
	params := []string{fmt.Sprintf("P varchar(%d) character set none = ?", packSize), "KEYS integer = ?"}
	returns := []string{"KEY_AT integer"}
	var locals, cuts, where, from, into []string
	for i, c := range a.key {
		params = append(params, fmt.Sprintf("W%d integer = ?", i))
		locals = append(locals, fmt.Sprintf("declare K%d type of column %s.%s;", i, quoted(r.name), quoted(c.name)))
		cuts = append(cuts, fmt.Sprintf("K%[1]d = %[2]s; B = B + W%[1]d;", i, c.cutKey(fmt.Sprintf("substring(:P from :B for :W%d)", i))))
		where = append(where, fmt.Sprintf("%s = :K%d", quoted(c.name), i))
	}
	for _, c := range r.columns {
		if c.kind == kindStrange {
			continue
		}
		n := len(a.columns)
		a.columns = append(a.columns, firebird.Column{Name: c.name})
		returns = append(returns, fmt.Sprintf("C%d type of column %s.%s", n, quoted(r.name), quoted(c.name)))
		from, into = append(from, quoted(c.name)), append(into, fmt.Sprintf(":C%d", n))
	}
	return fmt.Sprintf(`execute block (%s)
returns (%s)
as
declare B integer = 1;
%s
begin
KEY_AT = 0;
while (KEY_AT < KEYS) do begin
%s
for select first 1 %s from %s where %s into %s do suspend;
KEY_AT = KEY_AT + 1;
end
end`, strings.Join(params, ", "), strings.Join(returns, ", "), strings.Join(locals, "\n"), strings.Join(cuts, "\n"),
		strings.Join(from, ", "), quoted(r.name), strings.Join(where, " and "), strings.Join(into, ", "))
}

// cutKey is the expression of a value of a key. Blanks behind it make no difference to any comparison.
func (c *column) cutKey(cut string) string {
	switch c.kind {
	case kindChar, kindVarchar:
		return "trim(trailing from " + cut + ")"
	case kindDate:
		return "date '0001-01-01' + cast(" + cut + " as integer)"
	}
	return cut
}

// texts are the keys as the block reads them, and which each was. One with a value that is empty, or that its column can not
// hold, has no row.
func (a *asking) texts(keys [][]layout.Value) (texts [][][]byte, at []int) {
	for i, key := range keys {
		text := make([][]byte, len(a.key))
		good := true
		for k, c := range a.key {
			if good = key[k].Kind != layout.Null; !good {
				break
			}
			value, unfit := c.append(nil, key[k])
			if good = unfit == nil; !good {
				break
			}
			text[k] = value
		}
		if good {
			texts, at = append(texts, text), append(at, i)
		}
	}
	return texts, at
}

// widths are those of the widest values.
func (a *asking) widths(texts [][][]byte) (widths []int, sum int) {
	widths = make([]int, len(a.key))
	for _, text := range texts {
		for k, value := range text {
			widths[k] = max(widths[k], len(value), 1)
		}
	}
	for _, w := range widths {
		sum += w
	}
	return widths, sum
}

// fit is how many of the keys go into one call.
func (a *asking) fit(texts [][][]byte) int {
	for n := len(texts); n > 0; n /= 2 {
		if _, width := a.widths(texts[:n]); n*width <= packSize {
			return n
		}
	}
	return 0
}

func (a *asking) ask(ctx context.Context, texts [][][]byte, found func(key int, row *Current)) error {
	widths, _ := a.widths(texts)
	var p []byte
	for _, text := range texts {
		for k, value := range text {
			p = append(append(p, value...), bytes.Repeat([]byte{' '}, widths[k]-len(value))...)
		}
	}
	args := []any{p, len(texts)}
	for _, w := range widths {
		args = append(args, w)
	}
	rows, err := a.prepared.Query(ctx, args)
	if err != nil {
		return fmt.Errorf("ask for the rows that are there: %w", err)
	}
	for i := range a.columns {
		a.columns[i].Type, a.columns[i].Scale = rows.Columns[i+1].Type, rows.Columns[i+1].Scale
	}
	for _, row := range rows.Values {
		found(int(answer(row).number(0)), &Current{Columns: a.columns, Values: slices.Clone(row[1:])})
	}
	return nil
}
