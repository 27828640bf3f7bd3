package firebird

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nakagami/firebirdsql"

	"github.com/djscript/djscript/host/message"
)

// Closing is how a database is closed to everybody.
type Closing struct {
	// Wait is how long those who are connected may take to leave by themselves. Most who come meanwhile are refused; who
	// slips in is waited for too.
	Wait time.Duration
	// Force sends away whoever is still there then; what they have not committed is rolled back. Without it the database
	// stays open.
	Force bool
	// Waiting is told, once, for whom it is waited. It may be nil.
	Waiting func(who []Session)
}

// The numbers of the services API for closing and opening (firebird/impl/inf_pub.h).
const (
	svcForce        = 41 // whoever is connected is sent away
	svcAttachments  = 42 // nobody new is let in, and it fails unless all leave
	svcShutdownMode = 44
	svcOnlineMode   = 45
	modeNormal      = 0
	modeMulti       = 1 // SYSDBA and the owner
	modeFull        = 3 // nobody
)

const (
	// shutTime is how long one closing may take. A server that rolls back much takes its time.
	shutTime = time.Minute
	// openTime is how long a server that does not answer is waited for: one that is restarted is back by then.
	openTime  = 30 * time.Second
	openPause = 250 * time.Millisecond
	// shutTries is how often a database in which nobody can be seen is tried to be closed.
	shutTries = 3
	// refusal is how many seconds one try to close a database refuses new connections while it waits for others to leave.
	// Firebird lets them in for a second before that, and can not be called off: a longer try would keep whoever cancels.
	refusal = 2
)

// ErrStaysClosed says that a database could not be opened again.
var ErrStaysClosed = message.New("db.closed", "firebird.stays_closed", nil)

// CloseDatabase closes a database to everybody, SYSDBA too, until OpenDatabase. Through a Database that is Alone it can be
// worked with meanwhile. It goes by the server's services and touches no file, so that the server may be anywhere. With an
// error the database is open as it was; where not even that can be had, ErrStaysClosed is in the chain.
//
// Errors: db.busy names who is connected, or says that somebody else has closed the database, or that it is locked for a
// physical backup; db.auth where the user is neither SYSDBA nor the owner; db.server, db.not_found.
func CloseDatabase(ctx context.Context, db Database, o Closing) error {
	s, err := ConnectServices(ctx, db)
	if err != nil {
		return err
	}
	db = s.at(db.Path)
	if err := closable(ctx, db); err != nil {
		return err
	}
	err = s.closeTo(ctx, db, o)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		return nil
	}
	if message.Code(err) == "db.busy" || message.Code(err) == "db.auth" { // the server refused, and so did nothing
		return err
	}
	return errors.Join(err, OpenDatabase(context.WithoutCancel(ctx), db))
}

// closable fails unless the database is open to everybody: what another has closed is not ours to open again.
func closable(ctx context.Context, db Database) error {
	conn, err := Connect(ctx, db)
	if err != nil {
		return err
	}
	info, err := conn.Info(ctx)
	if err = errors.Join(err, conn.Close()); err != nil {
		return err
	}
	args := message.Args{"server": withPort(db.Server), "path": db.Path}
	switch {
	case info.ShutdownMode != modeNormal:
		return message.New("db.busy", "firebird.shutdown", args)
	case info.BackupState != 0: // Firebird itself refuses, in words that nobody understands
		return message.New("db.busy", "firebird.physical", args)
	}
	return nil
}

// closeTo closes the database as soon as nobody is connected, or whoever is may be sent away.
func (s *Services) closeTo(ctx context.Context, db Database, o Closing) error {
	waiting, stop := context.WithTimeout(ctx, o.Wait)
	defer stop()
	told := o.Waiting == nil
	for try := 1; ; try++ {
		who, err := others(ctx, db)
		if err != nil {
			return err
		}
		late := waiting.Err() != nil
		switch {
		case late && o.Force:
			return s.shut(ctx, db, svcForce, 0)
		case late && len(who) > 0:
			return Connected(db, who)
		case !told && len(who) > 0:
			told = true
			o.Waiting(who)
		}
		seconds := refusal
		if late || len(who) == 0 {
			seconds = 0
		}
		err = s.shut(ctx, db, svcAttachments, seconds)
		if !hasGDS(err, gdsShutFailed) || ctx.Err() != nil || late && try >= shutTries {
			return err
		}
	}
}

// others are who is connected besides this question.
func others(ctx context.Context, db Database) ([]Session, error) {
	conn, err := Connect(ctx, db)
	if err != nil {
		return nil, err
	}
	all, err := conn.Sessions(ctx)
	return slices.DeleteFunc(all, func(one Session) bool { return one.Self }), errors.Join(err, conn.Close())
}

// shut closes the database to everybody. It is seen to its end whatever the context says: the server would go on alone,
// and close the database when nobody reckons with it any more.
func (s *Services) shut(ctx context.Context, db Database, how byte, seconds int) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutTime)
	defer cancel()
	err := s.do(ctx, firebirdsql.NewXPBWriterFromTag(svcProperties).PutString(svcDatabase, db.Path).
		PutByte(svcShutdownMode, modeFull).PutInt32(how, int32(seconds)))
	return toldClosing(ctx, err, db)
}

// online opens the database as far as the mode says.
func (s *Services) online(ctx context.Context, db Database, mode byte) error {
	err := s.do(ctx, firebirdsql.NewXPBWriterFromTag(svcProperties).PutString(svcDatabase, db.Path).PutByte(svcOnlineMode, mode))
	return toldClosing(ctx, err, db)
}

// toldClosing tells what Firebird answered to closing and opening.
func toldClosing(ctx context.Context, err error, db Database) error {
	args := message.Args{"server": withPort(db.Server), "path": db.Path, "user": db.User}
	switch {
	case hasGDS(err, gdsNotOwner):
		return message.Wrap(oneLine{err}, "db.auth", "firebird.not_owner", args)
	case hasGDS(err, gdsBadMode):
		return message.Wrap(oneLine{err}, "db.busy", "firebird.shutdown", args)
	}
	return told(ctx, err, db)
}

// OpenDatabase opens a database to everybody; one that is open stays so. A server that does not answer is waited for, since
// it may only be starting again. What can not be opened is ErrStaysClosed.
func OpenDatabase(ctx context.Context, db Database) error {
	patience, stop := context.WithTimeout(ctx, openTime)
	defer stop()
	for {
		err := openNow(patience, db)
		if err == nil {
			return nil
		}
		pause := time.NewTimer(openPause)
		select {
		case <-pause.C:
		case <-patience.Done():
		}
		pause.Stop()
		if patience.Err() != nil || !passes(err) {
			return message.Wrap(err, "db.closed", "firebird.stays_closed", message.Args{"server": withPort(db.Server), "path": db.Path})
		}
	}
}

// passes tells an error that goes away by itself: the server is starting or ending, or another closing still goes on.
func passes(err error) bool {
	code := message.Code(err)
	return code == "db.server" || code == "db.busy" || hasGDS(err, gdsLoginFailed)
}

// openNow opens the database and looks whether it is.
func openNow(ctx context.Context, db Database) error {
	s, err := ConnectServices(ctx, db)
	if err != nil {
		return err
	}
	db = s.at(db.Path)
	if err := s.online(ctx, db, modeNormal); err != nil && !hasGDS(err, gdsBadMode) { // it may be open already
		return err
	}
	// A closing that a run that died began may still go on in the server: then we are refused. Who cancels now is too late.
	ctx = context.WithoutCancel(ctx)
	conn, err := Connect(ctx, db)
	if err != nil {
		return err
	}
	info, err := conn.Info(ctx)
	if err = errors.Join(err, conn.Close()); err == nil && info.ShutdownMode != modeNormal {
		return message.New("db.busy", "firebird.shutdown", message.Args{"server": withPort(db.Server), "path": db.Path})
	}
	return err
}
