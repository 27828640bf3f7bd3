package firebird

import (
	"context"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Company is one company of a store's system.
type Company struct {
	ID   string `json:"id"` // unique within its database only
	Name string `json:"name"`
	CNPJ string `json:"cnpj,omitempty"` // as the system keeps it; 14 positions, letters allowed
}

// Companies are the rows of the system profile's query, which has to give the columns id, name and cnpj, in any
// order; arg.sql when it does not.
func (c *Conn) Companies(ctx context.Context, statement string) ([]Company, error) {
	var companies []Company
	err := c.Snapshot(ctx, func(s *Snapshot) error {
		rows, err := s.Query(ctx, statement, nil, 0)
		if err != nil {
			return err
		}
		id, name, cnpj := rows.index("id"), rows.index("name"), rows.index("cnpj")
		if id < 0 || name < 0 || cnpj < 0 {
			return message.New("arg.sql", "firebird.companies", message.Args{"columns": rows.names()})
		}
		for _, row := range rows.Values {
			companies = append(companies, Company{ID: asText(row[id]), Name: asText(row[name]), CNPJ: asText(row[cnpj])})
		}
		return nil
	})
	return companies, err
}

func (r *Rows) index(name string) int {
	return slices.IndexFunc(r.Columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
}

func (r *Rows) names() string {
	names := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		names[i] = strings.ToLower(c.Name)
	}
	return strings.Join(names, ", ")
}
