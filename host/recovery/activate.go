package recovery

import (
	"context"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// indexes that are off, keys first, references last, each with the table and "K", "F" or "I".
const indexesQuery = `select iif(i.rdb$foreign_key is not null, 'F', iif(c.rdb$constraint_name is not null, 'K', 'I')) || ' ' || trim(i.rdb$index_name)
	from rdb$indices i left join rdb$relation_constraints c on c.rdb$index_name = i.rdb$index_name
	where coalesce(i.rdb$index_inactive, 0) <> 0 and coalesce(i.rdb$system_flag, 0) = 0
	order by iif(i.rdb$foreign_key is not null, 2, iif(c.rdb$constraint_name is not null, 0, 1)), i.rdb$index_name`

const offQuery = `select trim(rdb$index_name) from rdb$indices
	where coalesce(rdb$index_inactive, 0) <> 0 and coalesce(rdb$system_flag, 0) = 0`

// stillOff tells of an index that could not be switched on, by its kind.
var stillOff = map[string]string{"F": "recovery.reference_off", "K": "recovery.key_off", "I": "recovery.index_off"}

// activate switches the indexes of a database on that was restored without them, but for those that were off in the copy.
// One that can not be, since rows refer to others that are lost or are there twice, stays off and is named.
func (c *course) activate(ctx context.Context, k *candidate) error {
	patient, done := c.patience(ctx)
	defer done()
	off, err := c.engine.Query(patient, k.fdb, indexesQuery)
	if err != nil {
		return err
	}
	before, _ := c.engine.Query(patient, c.copied(), offQuery) // where the copy does not tell, none was off
	off = slices.DeleteFunc(off, func(line string) bool { return slices.Contains(before, line[2:]) })
	var all strings.Builder
	for _, line := range off {
		all.WriteString(switchOn(line[2:]))
	}
	if _, err := c.engine.Script(patient, k.fdb, all.String()); err == nil || len(off) == 0 {
		return nil
	}
	for _, line := range off { // those that are on already stay so
		kind, name, _ := strings.Cut(line, " ")
		if _, err := c.engine.Script(patient, k.fdb, switchOn(name)); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			args := message.Args{"index": name, "why": c.why(err)}
			k.problems = append(k.problems, message.Text(stillOff[kind], args))
		}
	}
	return nil
}

func switchOn(index string) string { return "alter index " + quoted(index) + " active;\ncommit;\n" }

// quoted writes a name so that any name stands in SQL.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
