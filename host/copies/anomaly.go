package copies

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
)

// A copy can restore without a contradiction and be worthless all the same: of a database that somebody emptied, that lost
// a company, that a thief encrypted. So what was proven is held against the copies before it, and when it is unlike them
// it counts for nothing, and nothing is dropped, until a person has looked.

// How many verified copies before it a copy is held against, and how many there must be at least: a new store grows and
// changes from one day to the next.
const (
	elders     = 5
	leastElder = 3
)

// unlike tells in words how a copy whose proof holds differs from the last verified ones of its database. Where too few
// can be read while others can not, the copy was not compared, and that is told.
func (c *Catalogue) unlike(ctx context.Context, made Copy) (odd []string, unread, err error) {
	all, problems, err := c.List(ctx, Filter{Database: made.Database, State: Verified})
	if err != nil {
		return nil, nil, err
	}
	odd, compared := Unlike(made, slices.Values(all))
	if !compared {
		unread = made.uncompared(problems)
	}
	return odd, unread, nil
}

// Unlike tells in words how a copy differs from the last verified ones of its database, among copies that come newest
// first; not compared where there are too few of them. Copies of what stood before a restore say nothing of what is usual.
func Unlike(made Copy, newestFirst iter.Seq[Copy]) (odd []string, compared bool) {
	var before []retention.Measure
	for one := range newestFirst {
		kin := one.State == Verified && one.Store == made.Store && one.Database == made.Database && one.Partial == made.Partial &&
			one.LeftOut.alike(made.LeftOut)
		if kin && one.Class != PreRestore && one.Number() < made.Number() {
			before = append(before, one.measure())
		}
		if len(before) == elders {
			break
		}
	}
	if len(before) < leastElder {
		return nil, false
	}
	for _, reason := range retention.Unusual(made.measure(), before) {
		odd = append(odd, reason.String())
	}
	return odd, true
}

// uncompared tells that a copy was not compared because of what could not be read. Another store's copies are no elders,
// and neither has the first copies of a store any.
func (c Copy) uncompared(problems []error) error {
	hiding := slices.DeleteFunc(problems, func(err error) bool { return message.Code(err) == "copy.foreign" })
	if len(hiding) == 0 || c.Number() <= leastElder {
		return nil
	}
	return message.Wrap(errors.Join(hiding...), "copy.degraded", "copies.uncompared", message.Args{"name": c.Name})
}

// measure is what can be counted of a copy.
func (c Copy) measure() retention.Measure {
	m := retention.Measure{Rows: c.Rows}
	for _, p := range c.Parts {
		if p.Kind == PartDatabase {
			m.Bytes = p.Bytes
		}
	}
	for _, p := range c.Places {
		m.Packed = max(m.Packed, p.Bytes)
	}
	for _, company := range c.Companies {
		m.Companies = append(m.Companies, company.ID)
	}
	return m
}

// suspicion is the error of a copy that restored and is unlike its elders.
func (c Copy) suspicion() error {
	return message.New("copy.suspect", "copies.suspect", message.Args{
		"name": c.Name, "seq": c.Seq, "odd": strings.Join(c.Proof.Odd, "; "),
	})
}

// compare holds a proof that holds against the copies before; unread is what kept it from that.
func (p *Proof) compare(ctx context.Context, c *Catalogue, made Copy) (unread, err error) {
	if !p.OK {
		return nil, nil
	}
	p.Odd, unread, err = c.unlike(ctx, made)
	return unread, err
}
