package primitive

import (
	"errors"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// recordSteps is what a function may spend on one record. It has a budget of its own for each: a file may have ten million.
const recordSteps = 1_000_000

// lastRow is the row that the functions of a record were given, for those of the records under it.
type lastRow struct {
	of  *exchange.Record
	row lua.Value
}

// parents is what the functions of the records under one get of those above.
type parents struct {
	of    *exchange.Record
	value lua.Value
}

// forRecords says which primitive calls functions of the script for each record, until done.
func (h *Host) forRecords(name string) (done func()) {
	h.record = name
	return func() { h.record = "" }
}

// forEach refuses what changes something while a function is called for each record: it would wait for rows that the import
// itself holds, move the file away under it, or stay done where the import is taken back.
func (h *Host) forEach(f *lua.Func) error {
	if h.record == "" || f.Effect == Read || f.Effect == Flow {
		return nil
	}
	return message.New("guard.record", "primitive.txt_record_changes", message.Args{"called": f.Name, "by": h.record})
}

// values are those of the target's fields, as map gives them.
func (t *target) values(r *exchange.Record, current *loader.Current) ([]layout.Value, error) {
	args := []lua.Value{t.row(r), t.of.parents(t.Map.State(), r), {}}
	if current != nil {
		there, err := t.there(current)
		if err != nil {
			return nil, err
		}
		args[2] = there
	}
	given, err := t.Map.CallOnce(recordSteps, args[:t.takes]...)
	if err != nil {
		return nil, rejects(err)
	}
	cells, err := t.pick.Read(given, t.cells)
	if err != nil {
		return nil, rejects(err)
	}
	values := make([]layout.Value, len(t.cells))
	for i, c := range t.cells {
		values[i] = valueOf(c, cells)
	}
	return values, nil
}

// there is a row of the database as dj.db.query gives it.
func (t *target) there(current *loader.Current) (lua.Value, error) {
	rows, err := tables(&firebird.Rows{Columns: current.Columns, Values: [][]any{current.Values}})
	if err != nil {
		return lua.Value{}, err
	}
	return t.Map.State().Encode(rows[0])
}

func (t *target) deletes(r *exchange.Record) (bool, error) {
	given, err := t.DeleteWhen.CallOnce(recordSteps, t.DeleteWhen.State().Row(t.of.types[t.record].row, &fields{t.of.types[t.record], r.Values}))
	if err != nil {
		return false, rejects(err)
	}
	return given.True(), nil
}

// row is a record as a script sees it. What the first target's function writes to it, those of the records under it see.
func (t *target) row(r *exchange.Record) lua.Value {
	typ := t.of.types[t.record]
	row := t.Map.State().Row(typ.row, &fields{typ, r.Values})
	if t.parent && t.of.last[r.Type.Name].of != r {
		t.of.last[r.Type.Name] = lastRow{r, row}
	}
	return row
}

// parents are the records above one, by their types; nil where there are none.
func (t *targets) parents(s *lua.State, r *exchange.Record) lua.Value {
	if r.Parent == nil || r.Parent == t.above.of {
		if r.Parent == nil {
			return lua.Value{}
		}
		return t.above.value
	}
	all := map[string]any{}
	for above := r.Parent; above != nil; above = above.Parent {
		last := t.last[above.Type.Name]
		if last.of != above {
			typ := t.types[t.codec.Record(above.Type.Name)]
			last.row = s.Row(typ.row, &fields{typ, above.Values})
		}
		all[above.Type.Name] = last.row
	}
	value, err := s.Encode(all)
	if err != nil {
		panic(err) // a table of rows always has a form
	}
	t.above = parents{r.Parent, value}
	return value
}

// mistakes are codes of a script that is wrong, whatever the record is.
var mistakes = []string{"script.undefined", "script.undeclared", "option", "api", "run", "guard", "cap", "host"}

// rejects makes an error of a script's function the reason why a record is rejected. What is wrong with the script itself, or
// ends the run, ends the import.
func rejects(err error) error {
	if found, ok := errors.AsType[*lua.Error](err); ok && !isMistake(err) {
		return exchange.Refusal{Reason: saying{found}}
	}
	return err
}

// isMistake tells what is wrong with the script, or ends the run.
func isMistake(err error) bool {
	found, ok := errors.AsType[*lua.Error](err)
	return ok && slices.ContainsFunc(mistakes, found.IsCode)
}

// saying is what a script says against a record: for whoever keeps the shop, without the line of the script.
type saying struct{ of *lua.Error }

// Error is the script's own words.
func (s saying) Error() string {
	if text := strings.TrimSpace(s.of.Message()); text != "" {
		return text
	}
	return message.Text("primitive.txt_no_reason", nil)
}

// Hint is the script's own, too.
func (s saying) Hint() string { return s.of.Hint() }

// Unwrap is the script's error.
func (s saying) Unwrap() error { return s.of }
