package firebird

import (
	"context"
	"fmt"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// DropDatabase removes a database file of a server through the server, whose file it is. Nobody may be connected to
// it. Never give it anything but a scratch database: it asks nothing.
func (t Tools) DropDatabase(ctx context.Context, db Database) error {
	if t.Isql == "" {
		return message.New("gbak.failed", "firebird.private_missing", message.Args{"path": t.Dir, "program": "isql"})
	}
	env := map[string]string{"ISC_USER": db.User, "ISC_PASSWORD": db.Password.Reveal(), "LC_ALL": "C.UTF-8"}
	out, err := isql(ctx, t.Isql, env, "DROP DATABASE;\n", "-q", "-b", remotePath(db))
	if err != nil && ctx.Err() == nil {
		return message.New("db.failed", "firebird.drop_failed", message.Args{
			"server": withPort(db.Server), "path": db.Path, "line": strings.Join(strings.Fields(out), " "),
		})
	}
	if err != nil {
		return fmt.Errorf("drop database %s: %w", db.Path, err)
	}
	return nil
}
