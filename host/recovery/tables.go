package recovery

import (
	"context"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// byTable reads each table of the copy into a new database, range by range around what can not be read. Reading is one
// program for each range: damage that ends one ends only that.
func (c *course) byTable(ctx context.Context) (*candidate, error) {
	k := &candidate{way: wayTables, fdb: c.own("tables.new.fdb"), lost: map[string]string{}}
	triggers, err := c.structure(ctx, k)
	if err != nil {
		c.did(k.way.failed, message.Args{"why": c.why(err)})
		return nil, err
	}
	tables, err := c.tables(ctx, k.fdb)
	if err != nil {
		c.did(k.way.failed, message.Args{"why": c.why(err)})
		return nil, err
	}
	from, err := c.readable(ctx)
	if err != nil {
		return nil, err
	}
	for left := tables; len(left) > 0; {
		c.tell(Progress{Step: Reading, Done: int64(len(tables) - len(left)), Total: int64(len(tables))})
		done, failed, err := c.atOnce(ctx, left, from, k.fdb)
		if err != nil {
			return nil, err
		}
		if left = left[done:]; failed == nil {
			continue
		}
		r := &reading{course: c, table: left[0], from: from, to: k.fdb, reason: failed}
		if err := r.all(ctx); err != nil {
			return nil, err
		}
		if lost := r.tellLost(); lost != "" {
			k.lost[left[0].name] = lost
		}
		left = left[1:]
	}
	if err := c.setGenerators(ctx, k); err != nil {
		return nil, err
	}
	if err := c.activate(ctx, k); err != nil {
		return nil, err
	}
	patient, done := c.patience(ctx)
	defer done()
	if err := c.switchTriggers(patient, k.fdb, triggers, "active"); err != nil {
		c.did(k.way.failed, message.Args{"why": c.why(err)})
		return nil, err
	}
	return c.proven(ctx, k)
}

// readable is a copy of the copy in which damaged pages give way to those that an engine can read, and nothing else was
// changed: what gfix takes out is still there.
func (c *course) readable(ctx context.Context) (string, error) {
	fdb := c.own("readable.fdb")
	if err := duplicate(ctx, c.copied(), fdb); err != nil {
		return "", err
	}
	_, err := c.replacePages(ctx, fdb)
	return fdb, err
}

// atOnce reads tables one after the other, each whole, until one fails; it gives how many did not, and why that one did.
func (c *course) atOnce(ctx context.Context, tables []table, from, to string) (done int, failed, err error) {
	patient, end := c.patience(ctx)
	defer end()
	var sql strings.Builder
	for _, t := range tables {
		sql.WriteString((&reading{course: c, table: t, from: from, to: to}).script([]chunk{nil}))
	}
	out, failed := c.engine.ScriptIn(patient, to, "NONE", sql.String())
	if ctx.Err() != nil {
		return 0, nil, context.Cause(ctx)
	}
	if halts(failed) {
		return 0, nil, failed
	}
	done = len(rowsRead(out))
	for done < len(tables) { // a program that dies does not tell what it did last
		n, err := (&reading{course: c, table: tables[done], to: to}).count(ctx)
		if err != nil {
			return 0, nil, err
		}
		if n == 0 {
			break
		}
		done++
	}
	if done < len(tables) && failed == nil {
		failed = errNoCount
	}
	if done == len(tables) {
		failed = nil
	}
	return done, failed, nil
}
