package firebird

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// groupQuery counts the rows of a table by what a column holds. That it is cast keeps Firebird from walking through an
// index, which takes several times as long as to read the table and sort.
func groupQuery(table, column string) string {
	return fmt.Sprintf("select count(*) || ' ' || coalesce(c, '') as line from (select trim(cast(%s as varchar(60))) as c from %s) group by c",
		quoteName(column), quoteName(table))
}

// groups counts in one run of isql. What can not be told, a column of some odd type say, is nothing to fail for.
func (e *Engine) groups(ctx context.Context, fdb string, columns map[string]string) map[string]map[string]int64 {
	if len(columns) == 0 {
		return nil
	}
	s := newScript()
	tables := slices.Sorted(maps.Keys(columns))
	for i, table := range tables {
		s.section(strconv.Itoa(i))
		s.add(groupQuery(table, columns[table]))
	}
	sections, err := e.ask(ctx, fdb, unicode, s)
	if err != nil {
		return nil
	}
	all := map[string]map[string]int64{}
	for i, table := range tables {
		if all[table], err = parseGroups(firstValues(sections[strconv.Itoa(i)])); err != nil {
			return nil
		}
	}
	return all
}

// Groups counts the rows of tables by what a column of each holds, "" for NULL.
func (s *Snapshot) Groups(ctx context.Context, columns map[string]string) (map[string]map[string]int64, error) {
	all := map[string]map[string]int64{}
	for table, column := range columns {
		rows, err := s.Query(ctx, groupQuery(table, column), nil, 0)
		if err != nil {
			return nil, fmt.Errorf("count rows of %s: %w", table, err)
		}
		var lines []string
		for _, row := range rows.Values {
			lines = append(lines, fmt.Sprint(row[0]))
		}
		if all[table], err = parseGroups(lines); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func parseGroups(lines []string) (map[string]int64, error) {
	found := make(map[string]int64, len(lines))
	for _, line := range lines {
		count, value, _ := strings.Cut(line, " ")
		n, err := strconv.ParseInt(count, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read row count %q", line)
		}
		found[value] = n
	}
	return found, nil
}
