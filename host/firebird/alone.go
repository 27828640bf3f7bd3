package firebird

import (
	"context"
	"errors"
	"time"

	"github.com/djscript/djscript/host/message"
)

// aloneTime is how long it is tried to get into a database that is closed to everybody.
const aloneTime = 30 * time.Second

// door is the way in and out of a database that is closed to everybody. While it is open the server lets in SYSDBA and the
// owner, as many as come. Its other way, to let in a single one, would be lost to whoever is faster: somebody who is in there
// nobody can send away, and the database could not even be opened any more (3.0.11).
type door struct {
	services *Services
	database Database
}

// connectAlone gets into a database that CloseDatabase has closed. Tills that log in as SYSDBA and were as fast are sent away
// when it is in, and who comes while it is in goes when it leaves.
func connectAlone(ctx context.Context, db Database) (*Conn, error) {
	s, err := ConnectServices(ctx, db)
	if err != nil {
		return nil, err
	}
	charset := db.Charset
	db = s.at(db.Path)
	db.Charset = charset
	d := &door{services: s, database: db}
	patience, stop := context.WithTimeout(ctx, aloneTime)
	defer stop()
	for {
		conn, err := d.enter(patience)
		if err == nil {
			return conn, nil
		}
		err = errors.Join(err, d.close(ctx))
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case message.Code(err) != "db.busy" || patience.Err() != nil:
			return nil, err
		}
	}
}

// enter opens the door, goes in, and sends away whoever came too.
func (d *door) enter(ctx context.Context) (*Conn, error) {
	if err := d.services.online(ctx, d.database, modeMulti); err != nil {
		return nil, err
	}
	conn, err := connect(ctx, d.database, true)
	if err != nil {
		return nil, err
	}
	if err := conn.clear(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	conn.door = d
	return conn, nil
}

// close sends away whoever is in.
func (d *door) close(ctx context.Context) error { return d.services.shut(ctx, d.database, svcForce, 0) }

// clear sends away all who are connected, but for this connection.
func (c *Conn) clear(ctx context.Context) error {
	others := "delete from mon$attachments where mon$attachment_id <> current_connection"
	if c.Version.AtLeast(3, 0) {
		others += " and coalesce(mon$system_flag, 0) = 0"
	}
	return c.Transaction(ctx, func(tx *Transaction) error {
		_, err := tx.Exec(ctx, others)
		return err
	})
}
