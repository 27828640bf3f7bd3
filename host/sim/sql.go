package sim

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// A simulated database has no rows to ask for: what SQL answers is what the test says, by a part of the statement. Only how
// many rows a table has is known.

var counting = regexp.MustCompile(`^SELECT COUNT ?\( ?\* ?\)(?: AS)?(?: ([A-Z_]\w*))? FROM "?(\w+)"? ?;?$`)

// answersOf are the answers that a test gives, by statements as statementOf writes them.
func answersOf(all map[string]any) (map[string]any, error) {
	found := make(map[string]any, len(all))
	for text, one := range all {
		switch v := one.(type) {
		case int64:
			found[statementOf(text)] = v
		case map[string]any: // an empty list is one too
			if len(v) > 0 {
				return nil, message.New("option.value", "sim.answer", message.Args{"sql": text})
			}
			found[statementOf(text)] = &firebird.Rows{}
		case []any:
			rows, ok := rowsOf(v)
			if !ok {
				return nil, message.New("option.value", "sim.answer", message.Args{"sql": text})
			}
			found[statementOf(text)] = rows
		default:
			return nil, message.New("option.value", "sim.answer", message.Args{"sql": text})
		}
	}
	return found, nil
}

// rowsOf are the rows of a result; false where one is none.
func rowsOf(list []any) (*firebird.Rows, bool) {
	names := map[string]bool{}
	for _, one := range list {
		row, ok := one.(map[string]any)
		if !ok {
			return nil, false
		}
		for name := range row {
			names[name] = true
		}
	}
	rows := &firebird.Rows{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		rows.Columns = append(rows.Columns, firebird.Column{Name: name})
	}
	for _, one := range list {
		row := make([]any, len(rows.Columns))
		for i, c := range rows.Columns {
			row[i] = one.(map[string]any)[c.Name]
			if number, ok := row[i].(float64); ok { // money is a NUMERIC
				row[i] = firebird.Decimal(strconv.FormatFloat(number, 'f', -1, 64))
			}
		}
		rows.Values = append(rows.Values, row)
	}
	return rows, true
}

// statementOf is a statement in capitals, with one space where there were any.
func statementOf(text string) string { return strings.ToUpper(strings.Join(strings.Fields(text), " ")) }

// answer is what the test says of a statement: the answer to the longest part that it holds.
func (d *database) answer(statement string) any {
	var best string
	for part := range d.answers {
		if strings.Contains(statement, part) && len(part) >= len(best) {
			best = part
		}
	}
	return d.answers[best]
}

// Query answers as the test said, or how many rows a table has.
func (s server) Query(_ context.Context, d copies.Database, text string, _ []any, maxRows int) (*firebird.Rows, error) {
	if err := s.shut(d); err != nil {
		return nil, err
	}
	base, statement := s.databases[d.Name], statementOf(text)
	rows, ok := base.answer(statement).(*firebird.Rows)
	if count := counting.FindStringSubmatch(statement); !ok && count != nil {
		if n, there := base.rowsNow(s.now)[count[2]]; there {
			name := count[1]
			if name == "" {
				name = "COUNT"
			}
			rows, ok = &firebird.Rows{Columns: []firebird.Column{{Name: name}}, Values: [][]any{{firebird.Decimal(strconv.FormatInt(n, 10))}}}, true
		}
	}
	switch {
	case !ok:
		return nil, message.New("arg.sql", "sim.no_answer", message.Args{"sql": text})
	case len(rows.Values) > maxRows:
		return nil, message.New("run.limit", "firebird.too_many", message.Args{"max": maxRows})
	}
	return rows, nil
}

// Transact runs fn; a test sees what was changed in the calls of a run.
func (s server) Transact(_ context.Context, d copies.Database, fn func(primitive.Work) error) error {
	if err := s.shut(d); err != nil {
		return err
	}
	return fn(work{s, d})
}

// work is a transaction of a simulated database.
type work struct {
	server
	database copies.Database
}

// Query answers as outside of it.
func (w work) Query(ctx context.Context, text string, args []any, maxRows int) (*firebird.Rows, error) {
	return w.server.Query(ctx, w.database, text, args, maxRows)
}

// Exec touches as many rows as the test said.
func (w work) Exec(_ context.Context, text string, _ ...any) (int64, error) {
	n, ok := w.databases[w.database.Name].answer(statementOf(text)).(int64)
	if !ok {
		return 0, message.New("arg.sql", "sim.no_answer", message.Args{"sql": text})
	}
	return n, nil
}

// Check takes every statement.
func (w work) Check(context.Context, string, []any) error { return nil }
