package primitive

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	queryArgs struct {
		SQL      string         `lua:"sql,arg"`
		Params   *lua.Value     `lua:"params,arg,optional"`
		Database string         `lua:"database"`
		MaxRows  *int64         `lua:"max_rows"`
		Timeout  *time.Duration `lua:"timeout"`
	}
	execArgs struct {
		SQL      string         `lua:"sql,arg"`
		Params   *lua.Value     `lua:"params,arg,optional"`
		Database string         `lua:"database"`
		Rows     *int64         `lua:"rows"`
		Timeout  *time.Duration `lua:"timeout"`
	}
	transactionArgs struct {
		Database string         `lua:"database"`
		Timeout  *time.Duration `lua:"timeout"`
		Fn       *lua.Function  `lua:"fn,arg"`
	}
)

// Work is one transaction.
type Work interface {
	Query(ctx context.Context, statement string, args []any, maxRows int) (*firebird.Rows, error)
	Exec(ctx context.Context, statement string, args ...any) (int64, error)
	// Check has the server understand a statement without running it.
	Check(ctx context.Context, statement string, args []any) error
}

// transaction is one that fn of dj.db.transaction works in. What touched other rows than the script says dooms it, whatever the
// script makes of the error.
type transaction struct {
	Work
	doomed error
}

// usualRows is how many rows a query may give where the script does not say it: what is more is rather a mistake.
const usualRows = 10_000

func (h *Host) sql() []lua.Func {
	return []lua.Func{
		on("database", bind("db.query", Read, h.dbQuery)),
		on("database", bind("db.exec", Write, h.dbExec)),
		on("database", bind("db.transaction", Write, h.dbTransaction)),
	}
}

func (h *Host) dbQuery(ctx context.Context, a *queryArgs) ([]map[string]any, error) {
	most := int64(usualRows)
	if a.MaxRows != nil {
		most = *a.MaxRows
	}
	if most < 1 {
		return nil, message.New("option.value", "primitive.max_rows", nil)
	}
	d, args, err := h.statement(a.Database, a.SQL, a.Params, firebird.Reads)
	if err != nil {
		return nil, err
	}
	ctx, cancel := within(ctx, a.Timeout)
	defer cancel()
	var rows *firebird.Rows
	if work := h.works[d.Name]; work != nil {
		rows, err = work.Query(ctx, a.SQL, args, int(most))
	} else {
		rows, err = h.Firebird.Query(ctx, d, a.SQL, args, int(most))
	}
	if err != nil {
		return nil, ended(ctx, err)
	}
	return tables(rows)
}

func (h *Host) dbExec(ctx context.Context, a *execArgs) (n int64, err error) {
	d, args, err := h.statement(a.Database, a.SQL, a.Params, firebird.Changes)
	if err != nil {
		return 0, err
	}
	ctx, cancel := within(ctx, a.Timeout)
	defer cancel()
	run := func(work Work) (err error) {
		if n, err = work.Exec(ctx, a.SQL, args...); err == nil && a.Rows != nil && n != *a.Rows {
			err = message.New("db.rows", "primitive.rows", message.Args{"want": *a.Rows, "got": n})
		}
		return err
	}
	if work := h.works[d.Name]; work != nil {
		if err = run(work); message.Code(err) == "db.rows" {
			work.doomed = err
		}
	} else {
		err = h.Firebird.Transact(ctx, d, run)
	}
	return n, ended(ctx, err)
}

// planExec has the server understand the statement. How many rows it would touch is not known, but where the script insists
// on it.
func (h *Host) planExec(ctx context.Context, args any) (any, error) {
	a := args.(*execArgs)
	d, values, err := h.statement(a.Database, a.SQL, a.Params, firebird.Changes)
	if err != nil {
		return nil, err
	}
	err = h.Firebird.Transact(ctx, d, func(work Work) error { return work.Check(ctx, a.SQL, values) })
	if a.Rows != nil {
		return *a.Rows, err
	}
	return lua.Unknown{}, err
}

func (h *Host) dbTransaction(ctx context.Context, a *transactionArgs) (any, error) {
	d, err := h.begin(a)
	if err != nil {
		return nil, err
	}
	ctx, cancel := within(ctx, a.Timeout)
	defer cancel()
	var values []lua.Value
	err = h.Firebird.Transact(ctx, d, func(work Work) (err error) {
		if h.works == nil {
			h.works = map[string]*transaction{}
		}
		within := &transaction{Work: work}
		h.works[d.Name] = within
		defer delete(h.works, d.Name)
		if values, err = a.Fn.CallValues(); err == nil {
			err = within.doomed
		}
		return err
	})
	return first(values), ended(ctx, err)
}

// planTransaction rehearses fn.
func (h *Host) planTransaction(_ context.Context, args any) (any, error) {
	a := args.(*transactionArgs)
	if _, err := h.begin(a); err != nil {
		return nil, err
	}
	values, err := a.Fn.CallValues()
	return first(values), err
}

// begin is the database of a transaction, which has none yet.
func (h *Host) begin(a *transactionArgs) (copies.Database, error) {
	d, err := h.database(a.Database)
	if err == nil && h.works[d.Name] != nil {
		err = message.New("arg.value", "primitive.transaction_nested", message.Args{"database": d.Name})
	}
	return d, err
}

// statement is the database and the values of a statement of that kind.
func (h *Host) statement(database, text string, params *lua.Value, kind func(string, []any) error) (copies.Database, []any, error) {
	args, err := values(params)
	if err == nil {
		err = kind(text, args)
	}
	if err != nil {
		return copies.Database{}, nil, err
	}
	d, err := h.database(database)
	return d, args, err
}

// values are what goes into a statement: a list, with n where a value of it is nil.
func values(params *lua.Value) ([]any, error) {
	if params == nil {
		return nil, nil
	}
	plain, err := params.Go()
	if err != nil {
		return nil, err
	}
	list, ok := plain.([]any)
	if table, isTable := plain.(map[string]any); isTable {
		list, ok = packed(table)
	}
	for i, one := range list {
		switch v := one.(type) {
		case nil, bool, string, int64, float64:
		case *lua.Decimal:
			list[i] = firebird.Decimal(v.String())
		default:
			ok = false
		}
	}
	if !ok {
		return nil, message.New("arg.value", "primitive.params", nil)
	}
	return list, nil
}

// packed is the list of so many values as n says, of which some are nil.
func packed(table map[string]any) ([]any, bool) {
	if len(table) == 0 {
		return nil, true
	}
	n, ok := table["n"].(int64)
	if !ok || n < 0 || n > 1000 {
		return nil, false
	}
	list, found := make([]any, n), 1
	for i := range list {
		if value, there := table[strconv.Itoa(i+1)]; there {
			list[i] = value
			found++
		}
	}
	return list, found == len(table)
}

// tables are the rows of a result, each by the names of its columns in small letters, as SQL that is not quoted does not
// tell them apart. NULL is nothing.
func tables(rows *firebird.Rows) ([]map[string]any, error) {
	names, seen := make([]string, len(rows.Columns)), map[string]bool{}
	for i, c := range rows.Columns {
		names[i] = strings.ToLower(c.Name)
		if seen[names[i]] {
			return nil, message.New("arg.sql", "primitive.column_twice", message.Args{"column": names[i]})
		}
		seen[names[i]] = true
	}
	all := make([]map[string]any, 0, len(rows.Values))
	for _, row := range rows.Values {
		one := make(map[string]any, len(names))
		for i, value := range row {
			one[names[i]] = value
		}
		if err := lend(one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// lend makes of a row of the database what a script sees.
func lend(row map[string]any) error {
	for name, value := range row {
		switch v := value.(type) {
		case nil:
			delete(row, name)
		case firebird.Decimal:
			number, err := lua.ParseDecimal(string(v))
			if err != nil {
				return err
			}
			row[name] = number
		}
	}
	return nil
}

// within ends a call after a time of its own.
func within(ctx context.Context, limit *time.Duration) (context.Context, context.CancelFunc) {
	if limit == nil {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, *limit, message.New("run.timeout", "primitive.timeout", message.Args{"limit": limit.String()}))
}

// ended is why a call ended: where its own time was over, that.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
