package firebird

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Conn is a way to a database through its server. It holds no connection while nothing is asked: a connection that
// idles stands in the way of maintenance, and one that the server dropped answers nonsense.
type Conn struct {
	// AuthPlugin is the way to log in that worked; put into a Database it saves the trying.
	AuthPlugin string
	// Charset is the database's own character set, "NONE" where it has none.
	Charset string
	// Version is the server's.
	Version Version

	database   Database
	connection string // character set of the connection
	pool       *sql.DB
	door       *door // of a database that is closed to everybody; else nil
}

// connectTime is how long a server may take to answer when the caller's context says nothing.
const connectTime = 15 * time.Second

// Connect looks whether the database can be opened and learns what has to be known to speak to it. Errors: db.auth,
// db.server (it does not answer), db.not_found (no such database there), fs.denied, db.busy (shut down or taken),
// db.corrupt, each naming server and path.
func Connect(ctx context.Context, db Database) (*Conn, error) {
	if db.Server == "" {
		return nil, message.New("db.server", "firebird.no_server", message.Args{"path": db.Path})
	}
	if !sayable(db.Path) {
		return nil, message.New("db.not_found", "firebird.driver_path", message.Args{"path": db.Path})
	}
	if db.Alone {
		return connectAlone(ctx, db)
	}
	return connect(ctx, db, false)
}

// connect connects; keep holds on to the connection between questions.
func connect(ctx context.Context, db Database, keep bool) (*Conn, error) {
	c := &Conn{database: db, connection: connectionCharset(db.Charset)}
	bounded, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	var err error
	for _, plugin := range authOrder(db.AuthPlugin) {
		if err = c.open(bounded, plugin, keep); err == nil || !isLoginError(err) {
			break
		}
	}
	if err == nil && db.Charset == "" && connectionCharset(c.Charset) != c.connection {
		c.connection = connectionCharset(c.Charset)
		err = errors.Join(c.pool.Close(), c.open(bounded, c.AuthPlugin, keep))
	}
	if err == nil {
		return c, nil
	}
	_ = c.Close()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if bounded.Err() != nil {
		return nil, message.New("db.server", "firebird.server_down", message.Args{"server": withPort(db.Server)})
	}
	return nil, told(ctx, err, db)
}

// open makes the pool and asks the first question.
func (c *Conn) open(ctx context.Context, plugin string, keep bool) error {
	pool, err := sql.Open("firebirdsql", dsn(c.database, c.connection, plugin))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(2)
	pool.SetMaxIdleConns(0)
	if keep {
		pool.SetMaxOpenConns(1)
		pool.SetMaxIdleConns(1)
	}
	if err := c.greet(ctx, pool); err != nil {
		return errors.Join(err, pool.Close())
	}
	c.pool, c.AuthPlugin = pool, plugin
	return nil
}

func (c *Conn) greet(ctx context.Context, pool *sql.DB) error {
	tx, err := pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var charset, engine sql.NullString
	err = tx.QueryRowContext(ctx, `select trim(rdb$character_set_name), rdb$get_context('SYSTEM', 'ENGINE_VERSION')
		from rdb$database`).Scan(&charset, &engine)
	if err != nil {
		return err
	}
	c.Charset = charset.String
	if c.Charset == "" {
		c.Charset = "NONE"
	}
	version, ok := ParseVersion(engine.String)
	if !ok {
		return fmt.Errorf("read server version: %q", engine.String)
	}
	c.Version = version
	return nil
}

// Database is what Connect was given, with what it found out: the way to log in and the connection's character set.
func (c *Conn) Database() Database {
	db := c.database
	db.AuthPlugin, db.Charset = c.AuthPlugin, c.connection
	return db
}

// Close ends every connection. A database that was closed to everybody is so again. It may be called again.
func (c *Conn) Close() error {
	if c.pool == nil {
		return nil
	}
	err := c.pool.Close()
	if c.door != nil {
		err = c.door.close(context.Background()) // also where the server has cut the connection off
		c.door = nil
	}
	return err
}

// Snapshot runs fn in one snapshot of the database: whatever others commit meanwhile, fn sees the same state. The
// snapshot is rolled back in any case, and lends itself only to queries.
func (c *Conn) Snapshot(ctx context.Context, fn func(*Snapshot) error) error {
	tx, err := c.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return told(ctx, err, c.database)
	}
	defer func() { _ = tx.Rollback() }() // fails when the context has ended; then the server has rolled back
	return fn(&Snapshot{conn: c, tx: tx})
}

// Transaction runs fn in one transaction that sees what others commit and gives up at once where another holds the
// row (db.busy). It is committed when fn gives nil, and rolled back otherwise.
func (c *Conn) Transaction(ctx context.Context, fn func(*Transaction) error) error {
	tx, err := c.pool.BeginTx(ctx, &sql.TxOptions{Isolation: readCommittedNoWait})
	if err != nil {
		return told(ctx, err, c.database)
	}
	defer func() { _ = tx.Rollback() }() // when fn panics, too; after the commit there is nothing left of it
	if err := fn(&Transaction{conn: c, tx: tx}); err != nil {
		return err
	}
	return told(ctx, tx.Commit(), c.database)
}
