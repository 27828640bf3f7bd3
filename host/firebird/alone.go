package firebird

import (
	"context"
	"errors"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Tills that were sent away try to come back all the time. For aloneTime those who are faster than we are thrown out. Of
// several that come in the same moment the server lets in none, and has them all wait for each other; enterTime ends that.
const (
	aloneTime = 30 * time.Second
	enterTime = 2 * time.Second
)

// door is the way in and out of a database that is closed to everybody.
type door struct {
	services *Services
	database Database
}

// connectAlone gets into a database that CloseDatabase has closed: it lets one connection in and is that one. Whoever was
// faster is thrown out again.
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
			conn.door = d
			return conn, nil
		}
		err = errors.Join(err, d.close(ctx))
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case patience.Err() != nil:
			return nil, message.Wrap(err, "db.busy", "firebird.busy", message.Args{"server": withPort(db.Server), "path": db.Path})
		case message.Code(err) != "db.busy" && !errors.Is(err, context.DeadlineExceeded):
			return nil, err
		}
	}
}

// enter lets one in and is that one, or finds that another was faster (db.busy): it may be in before the server has done
// with opening.
func (d *door) enter(ctx context.Context) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, enterTime)
	defer cancel()
	if err := d.open(ctx); err != nil {
		return nil, err
	}
	return connect(ctx, d.database, true)
}

// open lets one in: whoever connects first.
func (d *door) open(ctx context.Context) error {
	return same(d.services.online(ctx, d.database, modeSingle))
}

// close throws out whoever is in.
func (d *door) close(ctx context.Context) error {
	return same(d.services.shut(ctx, d.database, svcForce, 0))
}

// same is no error where the door stands as it is wanted already: Firebird does not take that for done.
func same(err error) error {
	if hasGDS(err, gdsBadMode) {
		return nil
	}
	return err
}

// Yield gives the place of the one connection to a database that is closed to everybody to whoever comes first now: a tool
// of Firebird's. It may be called again, when another was faster. Of a database that is open it does nothing.
func (c *Conn) Yield(ctx context.Context) error {
	if c.door == nil {
		return nil
	}
	c.pool.SetMaxIdleConns(0)
	if err := c.door.close(ctx); err != nil {
		return err
	}
	if err := c.door.open(ctx); message.Code(err) != "db.busy" { // else another is in already: the tool finds that out
		return err
	}
	return nil
}
