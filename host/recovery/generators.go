package recovery

import (
	"context"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// setGenerators gives the generators of a new database the values that they have in the copy. Where they can not be
// read that is told: the next row would get a number that is taken.
func (c *course) setGenerators(ctx context.Context, k *candidate) error {
	patient, done := c.patience(ctx)
	defer done()
	names, err := c.engine.Query(patient, k.fdb, generatorsQuery)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return nil
	}
	ask := make([]string, len(names))
	for i, name := range names {
		ask[i] = "select gen_id(" + quoted(name) + ", 0) as n from rdb$database"
	}
	// They lie on one page, or on few: all of them can be read, or none. A union names no column by itself.
	values, err := c.engine.Query(patient, c.copied(), strings.Join(ask, " union all "))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil || len(values) != len(names) {
		k.problems = append(k.problems, message.Text("recovery.generators_lost", nil))
		return nil
	}
	var sql strings.Builder
	for i, name := range names {
		sql.WriteString("set generator " + quoted(name) + " to " + strings.TrimSpace(values[i]) + ";\n")
	}
	_, err = c.engine.Script(patient, k.fdb, sql.String()+"commit;\n")
	return err
}
