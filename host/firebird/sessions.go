package firebird

import (
	"context"
	"fmt"
	"strings"
)

// Session is somebody connected to a database.
type Session struct {
	ID      string `json:"id"`
	User    string `json:"user"`
	Host    string `json:"host"`    // address without port; "" for a program on the server itself
	Program string `json:"program"` // its path as it says, "" when it does not
	Since   string `json:"since"`   // "2006-01-02T15:04:05" by the server's clock
	Self    bool   `json:"self"`    // this very question
}

// Sessions are all who are connected now, in the order in which they came; not the server's own workers.
func (c *Conn) Sessions(ctx context.Context) ([]Session, error) {
	system := ""
	if c.Version.AtLeast(3, 0) {
		system = " where coalesce(mon$system_flag, 0) = 0"
	}
	var sessions []Session
	err := c.Snapshot(ctx, func(s *Snapshot) error {
		rows, err := s.Query(ctx, `select mon$attachment_id, trim(mon$user), mon$remote_address, mon$remote_process,
			mon$timestamp, iif(mon$attachment_id = current_connection, 1, 0) from mon$attachments`+system+
			" order by mon$timestamp, mon$attachment_id", nil, 0)
		if err != nil {
			return err
		}
		for _, row := range rows.Values {
			sessions = append(sessions, session(row))
		}
		return nil
	})
	return sessions, err
}

func session(row []any) Session {
	host, program := asText(row[2]), asText(row[3])
	if at := strings.LastIndexByte(host, '/'); at >= 0 { // "192.168.0.12/50713"
		host = host[:at]
	}
	return Session{
		ID: asText(row[0]), User: asText(row[1]), Host: host, Program: program, Since: asText(row[4]),
		Self: asText(row[5]) == "1",
	}
}

// asText is a value of a query as text; "" for NULL.
func asText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []byte:
		return strings.TrimSpace(decoded(string(v)))
	default:
		return strings.TrimSpace(fmt.Sprint(v))
	}
}
