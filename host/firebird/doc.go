// Package firebird talks to Firebird: its tools as child processes, its server over the wire, its engine embedded in
// a folder of our own, and a private server for the demonstration and for tests.
//
// It refuses to believe an exit code, to overwrite a file, to answer a query with a statement that writes, and to put
// a password where another program could read it. What it promises of a restore is what it read back afterwards.
package firebird

import "github.com/djscript/djscript/host/secret"

// Database says where a database is and how to get in.
type Database struct {
	// Server is "host:port" of the Firebird server, or "" for the embedded engine, which needs no server.
	Server string
	// Path is the database file as the server sees it: "/dados/loja.fdb", `C:\Loja\LOJA.FDB`, or an alias.
	Path string
	// User and Password are Firebird's own; the embedded engine checks no password.
	User     string
	Password secret.Text
	// Charset is the character set of the connection in Firebird's words ("WIN1252"); "" asks the database.
	Charset string
	// Alone says that CloseDatabase has closed it for whoever has this value: a connection lets itself in, and when it is
	// closed the database is again.
	Alone bool
	// AuthPlugin is the way to log in that is tried first, as a Conn gave it; "" tries them from the strongest on.
	AuthPlugin string
}
