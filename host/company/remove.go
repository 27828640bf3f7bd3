package company

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Runner is a scratch database that nobody else has open: a firebird.File under an engine of ours, or a firebird.Conn
// where there is none.
type Runner interface {
	Asker
	Run(ctx context.Context, statements []firebird.Statement, done func(n int)) ([][]string, error)
	// Reach is how a statement in another such database comes to this one.
	Reach() firebird.Reach
}

// Removal is what is to be taken out of a scratch database.
type Removal struct {
	Division Division
	// Keep are the companies that stay; nil: all. Rows that belong to nobody stay too.
	Keep []string
	// Empty are tables of which no row stays, archive tables above all.
	Empty []string
	// Done is told how many of all steps are through.
	Done func(done, total int)
}

// Removed is what came of it.
type Removed struct {
	// Held are the rows, by table, that would have gone and stayed, since rows that stay refer to them.
	Held map[string]int64
}

// Run takes the rows out. Nothing else of the database changes: its triggers do not fire, and are as they were
// afterwards. The error is company.circle where rows refer to each other in a way that can not be taken apart.
func (r Removal) Run(ctx context.Context, in Runner) (Removed, error) {
	d := &r.Division
	which := r.rows()
	silence, awaken := d.Schema.silence(d.touched(which))
	script := slices.Concat(silence, openMarks(heldTable), d.reach(which, heldTable), d.remove(which))
	counted := len(script)
	script = append(script, d.left(which)...)
	held := len(script)
	script = append(script, d.counted(heldTable))
	script = slices.Concat(script, closeMarks(heldTable), awaken)
	settle, err := hurry(ctx, in)
	if err != nil {
		return Removed{}, fmt.Errorf("remove companies: %w", err)
	}
	answers, err := in.Run(ctx, script, steps(r.Done, len(script)))
	if err == nil {
		err = settle(ctx)
	}
	if err != nil {
		return Removed{}, fmt.Errorf("remove companies: %w", err)
	}
	left, err := d.tally(answers[counted:held])
	if err != nil {
		return Removed{}, err
	}
	if len(left) > 0 {
		return Removed{}, circle(left)
	}
	result := Removed{}
	result.Held, err = d.tally(answers[held : held+1])
	return result, err
}

func (r Removal) rows() *rows {
	which := r.Division.beside(r.Keep)
	if r.Keep == nil {
		which = r.Division.of(nil)
	}
	which.whole = r.Empty
	return which
}

// hurry has a scratch database not wait for the disk, where it can be told so: after a crash it is thrown away anyway.
// settle makes it wait again.
func hurry(ctx context.Context, in Runner) (settle func(context.Context) error, err error) {
	patient, ok := in.(interface {
		ForcedWrites(ctx context.Context, on bool) error
	})
	if !ok {
		return func(context.Context) error { return nil }, nil
	}
	forced, err := in.Ask(ctx, "SELECT MON$FORCED_WRITES FROM MON$DATABASE")
	if err != nil || len(forced[0]) != 1 || forced[0][0] == "0" {
		return func(context.Context) error { return nil }, err
	}
	return func(ctx context.Context) error { return patient.ForcedWrites(ctx, true) }, patient.ForcedWrites(ctx, false)
}

// touched are the tables of which rows may be meant.
func (d *Division) touched(which *rows) (names []string) {
	for _, t := range d.Schema.Tables {
		if which.any(t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

// counted counts marks, as "table TAB rows".
func (d *Division) counted(marks string) firebird.Statement {
	return ask("SELECT T || ascii_char(9) || N FROM (SELECT T, COUNT(*) AS N FROM %s GROUP BY T)", quote(marks))
}

// circle is the error of rows that hold each other.
func circle(left map[string]int64) error {
	var names []string
	for name := range left {
		names = append(names, name)
	}
	slices.Sort(names)
	return message.New("company.circle", "company.circle", message.Args{"tables": strings.Join(names, ", ")})
}

func steps(tell func(done, total int), total int) func(int) {
	if tell == nil {
		return nil
	}
	return func(n int) { tell(n, total) }
}
