package company

import (
	"context"
	"slices"
)

// otherRows sums up all rows that are not the companies', but for those that came along.
func (x *Exchange) otherRows(ctx context.Context, part Part) (map[string]Sum, error) {
	return x.Into.Division.sums(ctx, x.Into.Runner, summing{which: x.mine(&x.Into).others(), except: newTable, tell: x.teller(part)})
}

func (x *Exchange) teller(part Part) func(done, total int) {
	return func(done, total int) {
		if x.Done != nil {
			x.Done(part, done, total)
		}
	}
}

// prove compares: the other rows with what they were, and the companies' rows with the copy's.
func (r *replacing) prove(ctx context.Context) error {
	others, err := r.otherRows(ctx, Proving)
	if err != nil {
		return err
	}
	ours, err := r.Into.Division.sums(ctx, r.Into.Runner, summing{which: r.mine(&r.Into), except: extraTable, only: r.compared, tell: r.teller(Proving)})
	if err != nil {
		return err
	}
	theirs, err := r.From.Division.sums(ctx, r.From.Runner, summing{which: r.mine(&r.From), only: r.compared, tell: r.teller(Proving)})
	if err != nil {
		return err
	}
	var wrong []string
	for _, t := range r.Into.Division.Schema.Tables {
		if others[t.Name] != r.others[t.Name] || ours[t.Name] != theirs[t.Name] {
			wrong = append(wrong, t.Name)
		}
	}
	if len(wrong) > 0 {
		return differs(wrong)
	}
	r.result.Proven = len(others)
	r.result.Rows = map[string]int64{}
	for table, sum := range theirs {
		r.result.Rows[table] = sum.Rows
	}
	return nil
}

// compared are the columns that must be the same in both databases. A value that was converted may look different. They
// come in the order of their names, since the same columns may stand in another order.
func (x *Exchange) compared(table string) []string {
	into, from := x.Into.Division.Schema.Table(table), x.From.Division.Schema.Table(table)
	same := keep(carried(into, from), func(name string) bool { return into.Column(name).Type == from.Column(name).Type })
	slices.Sort(same)
	return same
}
