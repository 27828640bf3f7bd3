package firebird

import (
	"context"

	"github.com/nakagami/firebirdsql"
)

// legacyAuth is the only way that clients of Firebird 2.5 know. Its tables are those of Firebird's own security.sql.
var legacyAuth = auth{plugins: "Legacy_Auth", manager: "Legacy_UserManager", password: 8, prepare: `
CREATE TABLE PLG$USERS (
	PLG$USER_NAME SEC$USER_NAME NOT NULL PRIMARY KEY, PLG$GROUP_NAME SEC$USER_NAME, PLG$UID INTEGER, PLG$GID INTEGER,
	PLG$PASSWD VARCHAR(64) CHARACTER SET BINARY NOT NULL, PLG$COMMENT RDB$DESCRIPTION,
	PLG$FIRST_NAME SEC$NAME_PART, PLG$MIDDLE_NAME SEC$NAME_PART, PLG$LAST_NAME SEC$NAME_PART);
CREATE VIEW PLG$VIEW_USERS AS SELECT * FROM PLG$USERS;
GRANT ALL ON PLG$USERS TO VIEW PLG$VIEW_USERS;
GRANT SELECT ON PLG$VIEW_USERS TO PUBLIC;
COMMIT;
`}

// StartLegacyServer starts a server that knows only the old way to log in.
func StartLegacyServer(ctx context.Context, dir string, t Tools) (*PrivateServer, error) {
	return startPrivate(ctx, dir, t, legacyAuth, freePort)
}

// StartServerOn starts a server on the ports that the function gives.
func StartServerOn(ctx context.Context, dir string, t Tools, ports func(context.Context) (string, error)) (*PrivateServer, error) {
	return startPrivate(ctx, dir, t, modernAuth, ports)
}

// FreePort is the usual source of ports.
func FreePort(ctx context.Context) (string, error) { return freePort(ctx) }

// NoTools is the error of a machine without Firebird.
func NoTools(places string) error { return noTools(places) }

// NotOwner is what Firebird's refusal becomes where the user is neither SYSDBA nor the owner. On a private server everybody
// is SYSDBA.
func NotOwner(ctx context.Context, db Database) error {
	return toldClosing(ctx, &firebirdsql.FbError{GDSCodes: []int{335544352}, Message: "no permission"}, db)
}

// Clear sends away all who are connected, but for this connection.
func Clear(ctx context.Context, c *Conn) error { return c.clear(ctx) }

// Twice creates a database, once more where Firebird was unlucky.
func Twice(create, remove func() error) error { return twice(create, remove) }

// EndProcess ends the process of a server, which Restart starts again.
func EndProcess(s *PrivateServer) { s.endProcess() }
