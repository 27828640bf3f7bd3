package company

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Count is how many rows of a table belong to a company.
type Count struct {
	Table   string
	Company string // "" for rows of nobody
	Rows    int64
}

// Count counts the rows of every table that belongs to companies, by company.
func (d *Division) Count(ctx context.Context, from Asker) ([]Count, error) {
	queries := make([]string, len(d.Own))
	for i, o := range d.Own {
		queries[i] = fmt.Sprintf("SELECT COALESCE(TRIM(TRAILING FROM C), '') || ascii_char(9) || N FROM (SELECT C, COUNT(*) AS N FROM (SELECT %s AS C FROM %s T) GROUP BY C)",
			d.owner(o.Table, "T"), quote(o.Table))
	}
	answers, err := from.Ask(ctx, queries...)
	if err != nil {
		return nil, fmt.Errorf("count rows of companies: %w", err)
	}
	var found []Count
	for i, lines := range answers {
		for _, line := range lines {
			c := Count{Table: d.Own[i].Table}
			company, n, ok := strings.Cut(line, tab)
			if c.Rows, err = strconv.ParseInt(n, 10, 64); err != nil || !ok {
				return nil, fmt.Errorf("count rows of %s: %q", c.Table, line)
			}
			c.Company = company
			found = append(found, c)
		}
	}
	return found, nil
}

// Columns are the tables in which each row names its company, with the column that does.
func (d *Division) Columns() map[string]string {
	columns := map[string]string{}
	for _, o := range d.Own {
		if o.Column != "" && !o.Keeper {
			columns[o.Table] = o.Column
		}
	}
	return columns
}
