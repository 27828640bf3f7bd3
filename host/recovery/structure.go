package recovery

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// column is a column of a table that has values of its own.
type column struct {
	name string
	blob bool
}

// table is a table of the store's own, with its id in the damaged database.
type table struct {
	name    string
	columns []column
	id      uint16
	known   bool // the id is
}

// Columns of plain tables; computed ones and arrays have nothing that could be put in. A name may hold any character but
// this one.
const (
	between      = "\t"
	columnsQuery = `select trim(trailing from rf.rdb$relation_name) || ascii_char(9) || trim(trailing from rf.rdb$field_name) || ascii_char(9) || f.rdb$field_type
		from rdb$relation_fields rf join rdb$relations r on r.rdb$relation_name = rf.rdb$relation_name
		join rdb$fields f on f.rdb$field_name = rf.rdb$field_source
		where coalesce(r.rdb$system_flag, 0) = 0 and r.rdb$view_blr is null and coalesce(r.rdb$relation_type, 0) = 0
		and f.rdb$computed_blr is null and f.rdb$dimensions is null
		order by rf.rdb$relation_name, rf.rdb$field_position`
	arraysQuery = `select trim(trailing from rf.rdb$relation_name) || '.' || trim(trailing from rf.rdb$field_name)
		from rdb$relation_fields rf join rdb$fields f on f.rdb$field_name = rf.rdb$field_source
		where f.rdb$dimensions is not null and coalesce(rf.rdb$system_flag, 0) = 0`
	triggersQuery = `select trim(trailing from rdb$trigger_name) from rdb$triggers
		where coalesce(rdb$system_flag, 0) = 0 and coalesce(rdb$trigger_inactive, 0) = 0`
	generatorsQuery = `select trim(trailing from rdb$generator_name) from rdb$generators where coalesce(rdb$system_flag, 0) = 0`
	blobType        = "261"
)

// structure makes a new database with the tables of the damaged one and no rows in them: from the copy itself, else from the
// mended one, else from a proven copy. Its triggers are off; they are given, to be switched on again. So are its indexes.
func (c *course) structure(ctx context.Context, k *candidate) (triggers []string, err error) {
	var failed []error
	for _, from := range c.structures() {
		fbk, err := from.make(ctx)
		if err == nil {
			err = c.restore(ctx, fbk, k.fdb, firebird.RestoreOptions{Inactive: true, MetadataOnly: true})
		}
		if fbk != "" {
			_ = os.Remove(fbk)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			if k.modelled = from.copied; k.modelled {
				k.problems = append(k.problems, message.Text("recovery.structure_of_copy", message.Args{"copy": c.options.Known.Name}))
			}
			return c.quiet(ctx, k.fdb)
		}
		failed = append(failed, err)
	}
	return nil, errors.Join(failed...)
}

// model is where a structure can come from: a backup that is made or taken out of a copy.
type model struct {
	make   func(ctx context.Context) (fbk string, err error)
	copied bool // it is that of a proven copy
}

// structures are the models, the best first. Where Firebird's own tables are damaged that is the copy's: the damaged one
// may have lost a column without anybody noticing.
func (c *course) structures() []model {
	of := func(fdb, name string) model {
		return model{make: func(ctx context.Context) (string, error) {
			fbk := c.own(name)
			return fbk, c.backup(ctx, fdb, fbk, firebird.BackupOptions{MetadataOnly: true, Ignore: true})
		}}
	}
	all := []model{of(c.copied(), "structure.fbk"), of(c.own("mended.fdb"), "structure-mended.fbk")}
	if known := c.options.Known; known != nil && known.Backup != nil {
		copied := model{make: func(ctx context.Context) (string, error) { return known.Backup(ctx, c.own("structure")) }, copied: true}
		if len(c.systemHurt()) > 0 {
			return append([]model{copied}, all...)
		}
		all = append(all, copied)
	}
	return all
}

// quiet switches the triggers off: rows go in as they were.
func (c *course) quiet(ctx context.Context, fdb string) (triggers []string, err error) {
	patient, done := c.patience(ctx)
	defer done()
	if triggers, err = c.engine.Query(patient, fdb, triggersQuery); err != nil {
		return nil, err
	}
	return triggers, c.switchTriggers(patient, fdb, triggers, "inactive")
}

func (c *course) switchTriggers(ctx context.Context, fdb string, triggers []string, to string) error {
	if len(triggers) == 0 {
		return nil
	}
	var sql strings.Builder
	for _, name := range triggers {
		sql.WriteString("alter trigger " + quoted(name) + " " + to + ";\n")
	}
	_, err := c.engine.Script(ctx, fdb, sql.String()+"commit;\n")
	return err
}

// tables are those of the new database, with their ids in the damaged one.
func (c *course) tables(ctx context.Context, fdb string) ([]table, error) {
	patient, done := c.patience(ctx)
	defer done()
	lines, err := c.engine.Query(patient, fdb, columnsQuery)
	if err != nil {
		return nil, err
	}
	ids := map[string]uint16{}
	for id, name := range c.names {
		ids[name] = id
	}
	var all []table
	for _, line := range lines {
		parts := strings.Split(line, between)
		if len(parts) != 3 {
			continue
		}
		if len(all) == 0 || all[len(all)-1].name != parts[0] {
			id, known := ids[parts[0]]
			all = append(all, table{name: parts[0], id: id, known: known})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, column{parts[1], strings.TrimSpace(parts[2]) == blobType})
	}
	arrays, err := c.engine.Query(patient, fdb, arraysQuery)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Compact(arrays) {
		c.problem("recovery.array_lost", message.Args{"column": name})
	}
	return all, nil
}
