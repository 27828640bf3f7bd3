package firebird

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Session is somebody connected to a database.
type Session struct {
	ID       string `json:"id"`
	User     string `json:"user"`
	Host     string `json:"host"`     // address without port; "" for a program on the server itself
	Computer string `json:"computer"` // its name, "" where the program does not say it, and before Firebird 3.0
	Program  string `json:"program"`  // its path as it says, "" when it does not
	Since    string `json:"since"`    // "2006-01-02T15:04:05" by the server's clock
	Self     bool   `json:"self"`     // this very question
}

// Sessions are all who are connected now, in the order in which they came; not the server's own workers.
func (c *Conn) Sessions(ctx context.Context) ([]Session, error) {
	computer, system := "null", ""
	if c.Version.AtLeast(3, 0) {
		computer, system = "mon$remote_host", " where coalesce(mon$system_flag, 0) = 0"
	}
	var sessions []Session
	err := c.Snapshot(ctx, func(s *Snapshot) error {
		rows, err := s.Query(ctx, `select mon$attachment_id, trim(mon$user), mon$remote_address, mon$remote_process,
			mon$timestamp, iif(mon$attachment_id = current_connection, 1, 0), `+computer+" from mon$attachments"+system+
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
		Self: asText(row[5]) == "1", Computer: asText(row[6]),
	}
}

// Connected is db.busy for a database that is kept from being closed by those who are connected: each program, with its
// computer, its user, and since when.
func Connected(db Database, who []Session) error {
	return message.New("db.busy", "firebird.connected", message.Args{
		"server": withPort(db.Server), "path": db.Path, "who": Who(who),
	})
}

// mostNamed is how many programs a sentence names.
const mostNamed = 6

// Who tells of sessions in words. A program that holds several connections is named once, with its oldest.
func Who(all []Session) string {
	var named []string
	seen := map[[4]string]bool{}
	for _, one := range all {
		key := [4]string{one.User, one.Host, one.Computer, one.Program}
		if !seen[key] {
			seen[key] = true
			named = append(named, one.String())
		}
	}
	if more := len(named) - mostNamed; more > 0 {
		named = append(named[:mostNamed], message.Plural("firebird.more_connected", more, nil))
	}
	return strings.Join(named, "; ")
}

// String is the session as a person is told it: "DJPDV.exe on CAIXA2 (192.168.0.12), user SYSDBA, since 21/11/2026 14:02".
func (s Session) String() string {
	program := s.Program[strings.LastIndexAny(s.Program, `/\`)+1:]
	host := s.Host
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		host = ""
	}
	since := s.Since
	if t, err := time.Parse(sinceLayout, since); err == nil {
		since = message.Day(t.Format(time.DateOnly)).String() + " " + t.Format("15:04")
	}
	return message.Text("firebird.session", message.Args{
		"program": program, "host": host, "computer": s.Computer, "user": s.User, "since": since,
	})
}

// sinceLayout is how Since is written; parts of a second may follow.
const sinceLayout = "2006-01-02T15:04:05"

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
