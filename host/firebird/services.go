package firebird

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/nakagami/firebirdsql"

	"github.com/djscript/djscript/host/message"
)

// The numbers of Firebird's services API that are used here (firebird/impl/inf_pub.h and ibase.h).
const (
	svcRestore      = 2
	svcRepair       = 3
	svcProperties   = 8
	svcValidate     = 30 // online, since 2.5.4
	svcWriteMode    = 12
	svcWriteAsync   = 37
	svcWriteSync    = 38
	svcDatabase     = 106
	svcFile         = 5
	svcVerbose      = 107
	svcOptions      = 108
	svcCreate       = 0x2000
	svcRepairLook   = 0x01 | 0x10 | 0x80 // validate, change nothing, every record
	svcServer       = 55
	svcLine         = 62
	svcStdin        = 78
	svcTimeout      = 64
	infoEnd         = 1
	infoTruncated   = 2
	infoNotReady    = 4
	serviceAnswer   = math.MaxUint16 // bytes of one answer
	serviceChunk    = 32000          // bytes of one piece of input
	serviceDeadline = 15 * time.Second
)

// Services is the way to the work that a server does by itself, without a database being opened: restoring from a
// stream, validating. Paths are the server's.
type Services struct {
	// AuthPlugin is the way to log in that worked.
	AuthPlugin string
	// Version is the server's.
	Version Version

	database Database
}

// ConnectServices logs in to the services of a server; of db only the path plays no part. Errors: db.auth, db.server.
func ConnectServices(ctx context.Context, db Database) (*Services, error) {
	if db.Server == "" {
		return nil, message.New("db.server", "firebird.no_server", message.Args{"path": db.Path})
	}
	s := &Services{database: db}
	bounded, cancel := context.WithTimeout(ctx, serviceDeadline)
	defer cancel()
	var err error
	for _, plugin := range authOrder(db.AuthPlugin) {
		s.AuthPlugin = plugin
		if err = s.greet(bounded); err == nil || !isLoginError(err) {
			break
		}
	}
	if err == nil {
		return s, nil
	}
	if ctx.Err() == nil && bounded.Err() != nil {
		return nil, message.New("db.server", "firebird.server_down", message.Args{"server": withPort(db.Server)})
	}
	return nil, told(ctx, err, db)
}

func (s *Services) greet(ctx context.Context) error {
	return s.attached(ctx, func(m *firebirdsql.ServiceManager) error {
		text, err := m.GetServiceInfoString(svcServer)
		if err != nil {
			return err
		}
		version, ok := ParseVersion(text)
		if !ok {
			return fmt.Errorf("read server version: %q", text)
		}
		s.Version = version
		return nil
	})
}

// attached lends fn a connection to the services, which ends at once when the context does.
func (s *Services) attached(ctx context.Context, fn func(*firebirdsql.ServiceManager) error) error {
	m, err := firebirdsql.NewServiceManagerContext(ctx, withPort(s.database.Server), s.database.User,
		s.database.Password.Reveal(), firebirdsql.NewServiceManagerOptions(firebirdsql.WithAuthPlugin(s.AuthPlugin)))
	if err != nil {
		return err
	}
	ended, end := context.WithCancel(context.Background())
	end() // a context that has ended makes Close drop the connection without another word
	stop := context.AfterFunc(ctx, func() { _ = m.CloseContext(ended) })
	err = fn(m)
	if !stop() {
		return ctx.Err()
	}
	if closed := m.Close(); err == nil {
		err = closed
	}
	return err
}

// RestoreStream restores a gbak backup into a new database file on the server, and then looks whether the database
// is really open for work: a restore that broke off leaves it in maintenance, whatever was reported. onLine gets what
// gbak says. It never writes over a file. After an error the unfinished file, if there is one, is left to
// Tools.DropDatabase. Errors: gbak.failed (truncated or damaged backup, file exists), db.auth, db.server.
func (s *Services) RestoreStream(ctx context.Context, r io.Reader, fdb string, onLine func(string)) (Log, error) {
	if onLine == nil {
		onLine = func(string) {}
	}
	log := newLogReader()
	err := s.attached(ctx, func(m *firebirdsql.ServiceManager) error {
		spb := firebirdsql.NewXPBWriterFromTag(svcRestore).PutString(svcDatabase, fdb).PutString(svcFile, "stdin").
			PutInt32(svcOptions, svcCreate).PutTag(svcVerbose)
		if err := m.ServiceStartContext(ctx, spb.Bytes()); err != nil {
			return err
		}
		return feed(m, r, func(line string) {
			log.take(line)
			onLine(line)
		})
	})
	log.over()
	said, failures, finished := log.result()
	switch {
	case ctx.Err() != nil:
		return said, ctx.Err()
	case err != nil && !isServiceText(err):
		return said, told(ctx, err, s.at(fdb))
	case err != nil:
		return said, s.restoreFailed(fdb, err, "")
	case len(failures) > 0:
		return said, s.restoreFailed(fdb, nil, joinWords(failures))
	case !finished:
		return said, s.restoreFailed(fdb, nil, "…")
	}
	return said, s.isOpen(ctx, fdb)
}

// isServiceText tells an error that the service's work brought from one of the connection.
func isServiceText(err error) bool {
	var fb *firebirdsql.FbError
	return errors.As(err, &fb) && !isLoginError(err) || errors.Is(err, errInput)
}

func (s *Services) restoreFailed(fdb string, cause error, line string) error {
	if cause != nil {
		return message.Wrap(cause, "gbak.failed", "firebird.restore_broke", message.Args{"path": fdb})
	}
	return message.New("gbak.failed", "firebird.restore_failed", message.Args{"path": fdb, "line": line})
}

// isOpen fails unless the restored database is open for everybody.
func (s *Services) isOpen(ctx context.Context, fdb string) error {
	conn, err := Connect(ctx, s.at(fdb))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	info, err := conn.Info(ctx)
	if err == nil && info.ShutdownMode != 0 {
		return s.restoreFailed(fdb, nil, fmt.Sprintf("MON$SHUTDOWN_MODE = %d", info.ShutdownMode))
	}
	return err
}

// at is the database of that path on this server.
func (s *Services) at(path string) Database {
	db := s.database
	db.Path, db.AuthPlugin, db.Charset, db.Alone = path, s.AuthPlugin, "", false
	return db
}

// errInput is in the chain when the reader of a restore failed, not the restore.
var errInput = errors.New("read backup")

// feed answers a restore's calls for input until it has no more to say.
func feed(m *firebirdsql.ServiceManager, r io.Reader, onLine func(string)) error {
	var piece []byte
	buffer := make([]byte, serviceChunk)
	var failed error
	for {
		answer, err := m.GetServiceInfo(piece, []byte{svcStdin, svcLine}, serviceAnswer)
		if err != nil {
			return errors.Join(failed, err)
		}
		wanted, line, hasLine, end, err := readAnswer(answer)
		if err != nil {
			return err
		}
		if hasLine && line != "" {
			onLine(line)
		}
		piece = nil
		switch {
		case wanted > 0:
			n, err := io.ReadFull(r, buffer[:min(wanted, serviceChunk)])
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				failed, n = fmt.Errorf("%w: %w", errInput, err), 0 // an empty piece ends the input, and the job
			}
			piece = append([]byte{svcLine, byte(n), byte(n >> 8)}, buffer[:n]...)
		case end:
			return failed
		}
	}
}

// readAnswer takes apart what a service answered to a question for input wanted and a line of output.
func readAnswer(b []byte) (wanted int, line string, hasLine, end bool, err error) {
	for len(b) > 0 {
		switch {
		case b[0] == svcStdin && len(b) >= 5:
			wanted, b = int(binary.LittleEndian.Uint32(b[1:])), b[5:]
		case b[0] == svcLine && len(b) >= 3:
			n := int(binary.LittleEndian.Uint16(b[1:]))
			if len(b) < 3+n {
				return 0, "", false, false, fmt.Errorf("read service answer: line of %d bytes cut off", n)
			}
			line, hasLine, b = decoded(string(b[3:3+n])), true, b[3+n:]
		case b[0] == infoEnd:
			return wanted, line, hasLine, wanted == 0 && line == "", nil
		case b[0] == infoNotReady, b[0] == infoTruncated, b[0] == svcTimeout:
			return wanted, line, hasLine, false, nil
		default:
			return 0, "", false, false, fmt.Errorf("read service answer: unexpected item %d", b[0])
		}
	}
	return wanted, line, hasLine, false, nil
}

// Validate looks through a database for damage and gives what is wrong with it, line by line: none for a sound one.
// full reads every record and needs the database for itself (db.busy otherwise); without full the others may go on
// working (Firebird 2.5.4 and later).
func (s *Services) Validate(ctx context.Context, fdb string, full bool) ([]string, error) {
	spb := firebirdsql.NewXPBWriterFromTag(svcValidate).PutString(svcDatabase, fdb)
	if full {
		spb = firebirdsql.NewXPBWriterFromTag(svcRepair).PutString(svcDatabase, fdb).PutInt32(svcOptions, svcRepairLook)
	}
	var lines []string
	err := s.attached(ctx, func(m *firebirdsql.ServiceManager) error {
		if err := m.ServiceStartContext(ctx, spb.Bytes()); err != nil {
			return err
		}
		text, err := m.WaitStringContext(ctx)
		lines = strings.Split(text, "\n")
		return err
	})
	var fb *firebirdsql.FbError
	if full && errors.As(err, &fb) && strings.Contains(fb.Message, "validation errors") {
		lines, err = strings.Split(fb.Message, "\n"), nil // the summary comes as the error
	}
	if err != nil {
		return nil, told(ctx, err, s.at(fdb))
	}
	return validationErrors(lines), nil
}

// ForcedWrites says whether the server waits for the disk at every commit, as every database that matters has it. Off,
// a database that is only just being made is made faster.
func (s *Services) ForcedWrites(ctx context.Context, fdb string, on bool) error {
	mode := byte(svcWriteAsync)
	if on {
		mode = svcWriteSync
	}
	spb := firebirdsql.NewXPBWriterFromTag(svcProperties).PutString(svcDatabase, fdb).PutByte(svcWriteMode, mode)
	return told(ctx, s.do(ctx, spb), s.at(fdb))
}

// do has a piece of work done that says nothing, and waits for its end.
func (s *Services) do(ctx context.Context, work *firebirdsql.XPBWriter) error {
	return s.attached(ctx, func(m *firebirdsql.ServiceManager) error {
		if err := m.ServiceStartContext(ctx, work.Bytes()); err != nil {
			return err
		}
		return m.WaitContext(ctx)
	})
}

// validationErrors are the lines of a validation that tell of damage. Its exit code is 0 either way.
func validationErrors(lines []string) []string {
	var errs []string
	for _, line := range lines {
		lower := strings.ToLower(line)
		if contains(lower, "error:", "errors found", "number of", "errors\t", "summary of validation errors") {
			errs = append(errs, strings.TrimSpace(line))
		}
	}
	return errs
}
