package recovery

import (
	"context"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// examine asks Firebird what it makes of the copy: gstat of its header, gfix of its pages. Nothing is changed. What a tool
// can not do is no failure here: a damaged file is what it is.
func (c *course) examine(ctx context.Context) error {
	c.tell(Progress{Step: Examining})
	if c.headless {
		if err := c.rebuildHeader(ctx); err != nil {
			return err
		}
	}
	if err := c.merge(ctx); err != nil {
		return err
	}
	patient, done := c.patience(ctx)
	defer done()
	if words, err := c.engine.Header(patient, c.copied()); err == nil {
		c.did("recovery.did_gstat", message.Args{"lines": len(words)})
	}
	words, err := c.validate(patient)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		c.report.Against = append(c.report.Against, message.Text("recovery.not_opened", message.Args{"why": c.why(err)}))
		c.did("recovery.did_not_validate", message.Args{"why": c.why(err)})
	case len(words) == 0:
		c.did("recovery.did_validate", nil)
	default:
		c.report.Against = append(c.report.Against, words...)
		c.did("recovery.did_find", message.Args{"n": len(words)})
	}
	c.nameTables(patient)
	c.limbo(patient)
	return context.Cause(ctx)
}

// validate has gfix look at the copy. Without an inventory of its pages gfix looks for them for ever.
func (c *course) validate(ctx context.Context) ([]string, error) {
	for _, d := range c.seen.Damaged {
		if d.Page == c.seen.inventory(d.Page) {
			return nil, message.New("db.corrupt", "recovery.no_inventory", message.Args{"page": d.Page})
		}
	}
	return c.engine.Validate(ctx, c.copied())
}

const tablesQuery = `select rdb$relation_id || ' ' || trim(rdb$relation_name) from rdb$relations where rdb$relation_id is not null`

// nameTables learns the tables' names by their ids, as far as the copy tells them, and names those that damaged pages
// belong to.
func (c *course) nameTables(ctx context.Context) {
	c.names = map[uint16]string{}
	lines, _ := c.engine.Query(ctx, c.copied(), tablesQuery) // without names the pages are told by number
	for _, line := range lines {
		number, name, _ := strings.Cut(line, " ")
		if id, err := strconv.ParseUint(number, 10, 16); err == nil {
			c.names[uint16(id)] = name
		}
	}
	for i := range c.report.Damaged {
		if of := c.report.Damaged[i].of; of.known {
			c.report.Damaged[i].Table = c.names[of.relation]
		}
	}
}

// limbo names the transactions that were left half committed: a backup that passes them over leaves out what they wrote.
func (c *course) limbo(ctx context.Context) {
	words, err := c.engine.Limbo(ctx, c.copied())
	if err != nil {
		return
	}
	n := 0
	for _, line := range words {
		if strings.HasPrefix(line, "Transaction ") {
			n++
		}
	}
	if n > 0 {
		c.problem("recovery.limbo", message.Args{"n": n})
	}
}
