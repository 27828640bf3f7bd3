package company

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Replaced is what an exchange did.
type Replaced struct {
	Rows   map[string]int64 // of the companies, by table, as the copy has them
	Along  map[string]int64 // that came along with them
	Held   map[string]int64 // of the companies, not in the copy, that stay
	Proven int              // tables that were shown to hold the same other rows as before
}

// Replace puts the copy's rows in the place of those that are there, and shows by sums over every table that all other
// rows are what they were and the companies' rows are the copy's. Triggers do not fire, and are as they were
// afterwards; generators go on behind whatever number either database has given. After an error the database is of no
// use any more.
func (x *Exchange) Replace(ctx context.Context, seen Findings) (Replaced, error) {
	if err := seen.Stops(); err != nil {
		return Replaced{}, err
	}
	r := &replacing{Exchange: x, seen: seen}
	for _, step := range []func(context.Context) error{r.before, r.clear, r.fill, r.mend, r.after} {
		if err := step(ctx); err != nil {
			return Replaced{}, fmt.Errorf("replace companies: %w", err)
		}
	}
	return r.result, nil
}

type replacing struct {
	*Exchange
	seen   Findings
	awaken []firebird.Statement
	settle func(context.Context) error
	others map[string]Sum // before
	pulls  []*pull
	result Replaced
}

// before sums up what must not change, and puts the triggers to sleep.
func (r *replacing) before(ctx context.Context) (err error) {
	if r.others, err = r.otherRows(ctx, Summing); err != nil {
		return err
	}
	d := &r.Into.Division
	var tables []string
	for _, t := range d.Schema.Tables {
		if r.moves(t.Name) || r.seen.along[t.Name] > 0 {
			tables = append(tables, t.Name)
		}
	}
	silence, awaken := d.Schema.silence(tables)
	r.awaken = awaken
	if r.settle, err = hurry(ctx, r.Into.Runner); err != nil {
		return err
	}
	_, err = r.run(ctx, Clearing, &r.Into, silence)
	return err
}

// clear deletes the companies' rows, but for those that are held.
func (r *replacing) clear(ctx context.Context) error {
	d, mine := &r.Into.Division, r.mine(&r.Into)
	script := d.remove(mine)
	n := len(script)
	script = append(script, d.left(mine)...)
	answers, err := r.run(ctx, Clearing, &r.Into, script)
	if err != nil {
		return err
	}
	left, err := d.tally(answers[n:])
	if err == nil && len(left) > 0 {
		return circle(left)
	}
	return err
}

// fill takes the copy's rows over, those first that others refer to.
func (r *replacing) fill(ctx context.Context) error {
	d := &r.Into.Division
	for _, g := range d.Schema.order() {
		tables, straight := g.sorted(d)
		for _, name := range tables {
			t := d.Schema.Table(name)
			if r.seen.along[name] > 0 && t.Key() != nil {
				r.pulls = append(r.pulls, &pull{x: r.Exchange, into: t, group: g, straight: straight})
			}
			if r.moves(name) {
				r.pulls = append(r.pulls, &pull{x: r.Exchange, into: t, group: g, straight: straight, own: true, over: r.seen.held[name] > 0})
			}
		}
	}
	return r.take(ctx, r.pulls)
}

// take takes rows over. Where some of a group have to wait for others of it, what refers to that group waits for all of them.
func (r *replacing) take(ctx context.Context, pulls []*pull) error {
	for len(pulls) > 0 {
		n := 1
		for n < len(pulls) && pulls[n].with(pulls[0]) {
			n++
		}
		if err := r.takeAll(ctx, pulls[:n]); err != nil {
			return err
		}
		pulls = pulls[n:]
	}
	return nil
}

// takeAll takes rows over that can be taken one table after the other, or those of one group: where some have to wait for
// others, it goes round again as long as that helps.
func (r *replacing) takeAll(ctx context.Context, pulls []*pull) error {
	last := int64(-1)
	for {
		script := make([]firebird.Statement, len(pulls))
		for i, p := range pulls {
			script[i] = p.block()
		}
		answers, err := r.run(ctx, Filling, &r.Into, script)
		if err != nil {
			return err
		}
		var again []*pull
		waiting := int64(0)
		for i, p := range pulls {
			var taken, gaps, waits int64
			if len(answers[i]) != 1 {
				return fmt.Errorf("take rows of %s: no answer", p.into.Name)
			}
			if _, err := fmt.Sscan(answers[i][0], &taken, &gaps, &waits); err != nil {
				return fmt.Errorf("take rows of %s: %w", p.into.Name, err)
			}
			p.gaps = p.gaps || gaps > 0
			waiting += waits
			if !p.straight {
				p.over = p.own // what came in this round is there in the next
				again = append(again, p)
			}
		}
		if waiting == 0 {
			return nil
		}
		if waiting == last {
			return circle(waitingTables(again))
		}
		last, pulls = waiting, again
	}
}

func waitingTables(pulls []*pull) map[string]int64 {
	tables := map[string]int64{}
	for _, p := range pulls {
		tables[p.into.Name] = 1
	}
	return tables
}

// mend closes the gaps that were left where rows refer to each other in a circle, and moves the generators on.
func (r *replacing) mend(ctx context.Context) error {
	var script []firebird.Statement
	for _, p := range r.pulls {
		if !p.gaps {
			continue
		}
		for _, ref := range p.group.within(&r.Into.Division, p.into.Name) {
			if len(r.Into.Division.yields(ref)) > 0 {
				script = append(script, p.mend(ref))
			}
		}
	}
	script = append(script, r.generators()...)
	_, err := r.run(ctx, Filling, &r.Into, script)
	return err
}

// generators go on behind the larger of both values: so the next number is one that neither database has given. One
// that counts down goes on below the smaller.
func (x *Exchange) generators() (all []firebird.Statement) {
	for _, g := range x.Into.Division.Schema.Generators {
		other := x.From.Division.Schema.like(g)
		if other == "" {
			continue
		}
		b := &block{x: x}
		b.declare("THEIRS BIGINT")
		b.declare("OURS BIGINT")
		b.body = fmt.Sprintf(`EXECUTE STATEMENT %s %s INTO :THEIRS;
			OURS = GEN_ID(%[3]s, 0);
			IF (THEIRS > OURS AND THEIRS > 0 OR THEIRS < OURS AND OURS <= 0) THEN OURS = GEN_ID(%[3]s, THEIRS - OURS);`,
			text("SELECT GEN_ID("+quote(other)+", 0) FROM RDB$DATABASE"), x.From.Runner.Reach().Clause, quote(g.Name))
		all = append(all, b.statement())
	}
	return all
}

// like is the name of the generator that is that one here; "" where there is none.
func (s *Schema) like(g Generator) string {
	for _, other := range s.Generators {
		if g.Table != "" && other.Table == g.Table && other.Column == g.Column || g.Table == "" && other.Table == "" && other.Name == g.Name {
			return other.Name
		}
	}
	return ""
}

// after shows that everything is as it should be, and tidies up.
func (r *replacing) after(ctx context.Context) error {
	if err := r.prove(ctx); err != nil {
		return err
	}
	d := &r.Into.Division
	script := append([]firebird.Statement{d.counted(newTable)}, slices.Concat(closeMarks(heldTable, newTable, extraTable), r.awaken)...)
	answers, err := r.run(ctx, Proving, &r.Into, script)
	if err != nil {
		return err
	}
	if r.result.Along, err = d.tally(answers[:1]); err != nil {
		return err
	}
	r.result.Held = map[string]int64{}
	for _, held := range r.seen.Held {
		r.result.Held[held.Table] = held.Count
	}
	return r.settle(ctx)
}

// differs is the error of tables that are not as they should be.
func differs(tables []string) error {
	return message.New("company.differs", "company.differs", message.Args{"tables": strings.Join(tables, ", ")})
}
