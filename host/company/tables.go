package company

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Tables is what puts the rows that a copy has of some tables beside those that a database has now: a row that is there
// becomes what it was, one that is gone comes back, one that is new stays. No row of any other table changes. Both are
// restored as scratch databases under one engine, and nobody else has them open.
type Tables struct {
	Into, From Runner
	Names      []string
	// Done is told how far a part of the work is.
	Done func(part Part, done, total int)
}

// Returned is what became of a table.
type Returned struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"` // of the copy
	Back  int64  `json:"back"` // of them were gone
	Stay  int64  `json:"stay"` // are there and not in the copy
	Made  bool   `json:"made"` // the table itself was gone
}

// Return does it, and shows by sums that all other tables are what they were, and row by row that these have what the copy
// has. Triggers do not fire, and are as they were afterwards; generators go on behind whatever number either database has
// given. After an error the database is of no use any more.
func (t Tables) Return(ctx context.Context) ([]Returned, []Change, error) {
	r := &returning{job: t}
	for _, step := range []func(context.Context) error{r.open, r.refuse, r.make, r.before, r.fill, r.prove} {
		if err := step(ctx); err != nil {
			return nil, nil, err
		}
	}
	return r.result, r.changes, nil
}

type returning struct {
	job Tables
	replacing
	made    []string             // tables that were gone
	hang    []firebird.Statement // what hangs on them
	changes []Change
	result  []Returned
}

// open reads the structure of both. Which company a row belongs to does not matter here.
func (r *returning) open(ctx context.Context) error {
	r.Exchange = &Exchange{Done: r.job.Done}
	for on, side := range map[Runner]*Side{r.job.Into: &r.Into, r.job.From: &r.From} {
		schema, err := Read(ctx, on)
		if err != nil {
			return err
		}
		*side = Side{Runner: on, Division: Division{Schema: schema}}
	}
	return nil
}

// refuse tells all that keeps the tables from being put back.
func (r *returning) refuse(context.Context) error {
	from, into := &r.From.Division.Schema, &r.Into.Division.Schema
	var wrong []error
	for i, name := range r.job.Names {
		theirs, ours := from.Table(name), into.Table(name)
		args := message.Args{"table": name}
		switch {
		case slices.Index(r.job.Names, name) < i:
			wrong = append(wrong, message.New("option.value", "company.table_twice", args))
		case theirs == nil:
			wrong = append(wrong, message.New("company.structure", "company.not_in_copy", args))
		case ours == nil:
			r.made = append(r.made, name)
		case ours.Key() == nil || !theirs.has(ours.Key().Columns):
			wrong = append(wrong, message.New("company.structure", "company.no_key", args))
		default:
			r.changes = append(r.changes, columnChanges(ours, theirs)...)
		}
	}
	return errors.Join(append(wrong, Findings{Changes: r.changes}.Stops())...)
}

// before puts the triggers to sleep, sums up what must not change, and counts.
func (r *returning) before(ctx context.Context) (err error) {
	x := r.Exchange
	if r.settle, err = hurry(ctx, x.Into.Runner); err != nil {
		return err
	}
	var script []firebird.Statement
	if _, err := r.run(ctx, Clearing, &x.From, x.From.Division.Schema.hush()); err != nil {
		return err
	}
	script, r.awaken = x.Into.Division.Schema.silence(r.job.Names)
	if _, err := r.run(ctx, Clearing, &x.Into, script); err != nil {
		return err
	}
	if r.others, err = r.besides(ctx, Summing); err != nil {
		return err
	}
	rows, err := r.count(ctx)
	if err != nil {
		return err
	}
	for _, name := range r.job.Names {
		r.result = append(r.result, Returned{Table: name, Stay: rows[name], Made: slices.Contains(r.made, name)})
	}
	return nil
}

// besides sums up all other tables.
func (r *returning) besides(ctx context.Context, part Part) (map[string]Sum, error) {
	d := &r.Into.Division
	which := d.of(nil).others()
	which.whole = r.job.Names // of the opposite
	return d.sums(ctx, r.Into.Runner, summing{which: which, tell: r.teller(part)})
}

func (r *returning) count(ctx context.Context) (map[string]int64, error) {
	var script []firebird.Statement
	for _, name := range r.job.Names {
		script = append(script, ask("SELECT '%s' || ascii_char(9) || COUNT(*) FROM %s", strings.ReplaceAll(name, "'", "''"), quote(name)))
	}
	answers, err := r.run(ctx, Summing, &r.Into, script)
	if err != nil {
		return nil, err
	}
	rows := map[string]int64{}
	for _, lines := range answers {
		for _, line := range lines {
			at := strings.LastIndex(line, tab)
			var n int64
			if _, err := fmt.Sscan(line[at+1:], &n); err != nil {
				return nil, fmt.Errorf("count rows: %w", err)
			}
			rows[line[:at]] = n
		}
	}
	return rows, nil
}

// fill takes the copy's rows over, those first that others refer to.
func (r *returning) fill(ctx context.Context) error {
	d := &r.Into.Division
	for _, g := range d.Schema.order() {
		tables, straight := g.sorted(d)
		for _, name := range tables {
			if slices.Contains(r.job.Names, name) {
				t := d.Schema.Table(name)
				r.pulls = append(r.pulls, &pull{x: r.Exchange, into: t, group: g, straight: straight, own: true, all: true, over: !slices.Contains(r.made, name)})
			}
		}
	}
	err := r.take(ctx, r.pulls)
	if err == nil {
		err = r.mend(ctx)
	}
	if err == nil {
		_, err = r.run(ctx, Filling, &r.Into, r.hang)
	}
	if _, refused := errors.AsType[*firebird.StatementError](err); refused {
		err = message.Wrap(err, "company.structure", "company.not_taken", message.Args{"tables": strings.Join(r.job.Names, ", ")})
	}
	return err
}

// prove compares the other tables with what they were, and every row of the copy with the one that is there now.
func (r *returning) prove(ctx context.Context) error {
	others, err := r.besides(ctx, Proving)
	if err != nil {
		return err
	}
	script := make([]firebird.Statement, len(r.job.Names), len(r.job.Names)+len(r.awaken))
	for i, name := range r.job.Names {
		script[i] = r.unlike(r.Into.Division.Schema.Table(name))
	}
	answers, err := r.run(ctx, Proving, &r.Into, append(script, r.awaken...))
	if err != nil {
		return err
	}
	now, err := r.count(ctx)
	if err != nil {
		return err
	}
	var wrong []string
	for i := range r.result {
		one, unlike, was := &r.result[i], int64(0), r.result[i].Stay
		if _, err := fmt.Sscan(strings.Join(answers[i], ""), &one.Rows, &unlike); err != nil {
			return fmt.Errorf("compare rows of %s: %w", one.Table, err)
		}
		one.Back, one.Stay = now[one.Table]-was, now[one.Table]-one.Rows
		if unlike > 0 || one.Stay < 0 {
			wrong = append(wrong, one.Table)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		if others[name] != r.others[name] {
			wrong = append(wrong, name)
		}
	}
	for _, name := range r.made {
		if same, err := r.same(ctx, name); err != nil || !same {
			return errors.Join(err, differs([]string{name}))
		}
	}
	if len(wrong) > 0 || len(others) != len(r.others) {
		return differs(wrong)
	}
	return r.settle(ctx)
}

// same tells whether a table holds just what the copy's holds.
func (r *returning) same(ctx context.Context, table string) (bool, error) {
	var found [2]map[string]Sum
	for i, side := range []*Side{&r.Into, &r.From} {
		which := side.Division.of(nil)
		which.whole = []string{table}
		var err error
		if found[i], err = side.Division.sums(ctx, side.Runner, summing{which: which, only: r.compared}); err != nil {
			return false, err
		}
	}
	return found[0][table] == found[1][table], nil
}

// unlike answers with how many rows the copy has of a table, and how many of them are not there or not like that.
func (r *returning) unlike(t *Table) firebird.Statement {
	if t.Key() == nil { // it was made, and is summed up
		return ask("SELECT COUNT(*) || ' 0' FROM %s", quote(t.Name))
	}
	b := &block{x: r.Exchange, answer: "A VARCHAR(80)"}
	columns := r.compared(t.Name)
	v := b.variables(t, columns)
	b.declare("N BIGINT = 0")
	b.declare("U BIGINT = 0")
	key := t.Key().Columns
	same := []string{equal("T", key, variablesOf(columns, v, key))} // by its index
	for i, c := range columns {
		same = append(same, "T."+quote(c)+" IS NOT DISTINCT FROM :"+v[i])
	}
	b.body = b.each(theirs(columns, t.Name, "1 = 1"), v, fmt.Sprintf("N = N + 1; IF (NOT EXISTS (SELECT 1 FROM %s T WHERE %s)) THEN U = U + 1;",
		quote(t.Name), strings.Join(same, " AND "))) + "\nA = N || ' ' || U; SUSPEND;"
	return b.statement()
}
