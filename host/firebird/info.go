package firebird

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Info is what a database says of itself.
type Info struct {
	Path         string `json:"path"`
	Bytes        int64  `json:"bytes"`
	ODS          string `json:"ods"` // version of the file's structure: "12.0" is Firebird 3.0's
	PageSize     int    `json:"page_size"`
	Engine       string `json:"engine"` // the server's version: "3.0.11"
	Dialect      int    `json:"dialect"`
	BackupState  int    `json:"backup_state"`  // 0 normal, 1 locked for a physical backup, 2 merging after one
	Charset      string `json:"charset"`       // "NONE" where there is none
	ShutdownMode int    `json:"shutdown_mode"` // 0 online, 1 multi, 2 single (also: a restore that did not end), 3 full
	Owner        string `json:"owner"`         // who, besides SYSDBA, may close and open it: the user who made it
}

// Info reads what the database says of itself.
func (c *Conn) Info(ctx context.Context) (Info, error) {
	info := Info{Engine: c.Version.Text, Charset: c.Charset}
	err := c.Snapshot(ctx, func(s *Snapshot) error {
		rows, err := s.Query(ctx, `select trim(mon$database_name), mon$page_size, mon$pages, mon$ods_major, mon$ods_minor,
			mon$sql_dialect, mon$backup_state, mon$shutdown_mode,
			(select trim(trailing from rdb$owner_name) from rdb$relations where rdb$relation_name = 'RDB$DATABASE') from mon$database`, nil, 1)
		if err != nil {
			return err
		}
		if len(rows.Values) == 0 {
			return fmt.Errorf("read mon$database: no row")
		}
		return info.read(rows.Values[0])
	})
	return info, err
}

func (info *Info) read(row []any) error {
	info.Path, _ = row[0].(string)
	var numbers [7]int64
	for i := range numbers {
		n, err := strconv.ParseInt(fmt.Sprint(row[i+1]), 10, 64)
		if err != nil {
			return fmt.Errorf("read mon$database: %w", err)
		}
		numbers[i] = n
	}
	info.Owner, _ = row[8].(string)
	info.PageSize = int(numbers[0])
	info.Bytes = numbers[0] * numbers[1]
	info.ODS = fmt.Sprintf("%d.%d", numbers[2], numbers[3])
	info.Dialect, info.BackupState, info.ShutdownMode = int(numbers[4]), int(numbers[5]), int(numbers[6])
	return nil
}

// quoteName writes the name of a table or column so that any name stands in SQL.
func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
