package copies

import (
	"context"
	"strings"

	"github.com/djscript/djscript/host/firebird"
)

// companies asks a restored database, which no server has, for its companies.
func (s *scratch) companies(ctx context.Context, query string) ([]firebird.Company, error) {
	if query == "" {
		return nil, nil
	}
	const tab = "\t"
	lines, err := s.engine.Query(ctx, s.fdb, "select c.id || ascii_char(9) || coalesce(c.name, '') || ascii_char(9) || coalesce(c.cnpj, '') from ("+query+") c")
	if err != nil {
		return nil, err
	}
	var found []firebird.Company
	for _, line := range lines {
		fields := append(strings.Split(line, tab), "", "")
		found = append(found, firebird.Company{ID: strings.TrimSpace(fields[0]), Name: strings.TrimSpace(fields[1]), CNPJ: strings.TrimSpace(fields[2])})
	}
	return found, nil
}
