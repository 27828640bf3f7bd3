package firebird

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"slices"
	"strings"

	"github.com/nakagami/firebirdsql"

	"github.com/djscript/djscript/host/message"
)

// Firebird's error codes that a person is told about in a sentence of their own (firebird/impl/msg, gds codes).
var (
	gdsLogin       = []int{335544472, 335545106} // login, login_error
	gdsLoginFailed = []int{335545106}            // login_error: not for the password, for instance while the server ends
	gdsLetters     = []int{335544565}            // transliteration_failed
	gdsIO          = []int{335544344}            // io_error: opening, reading or writing the file
	gdsUnavailable = []int{335544375}            // unavailable: no such alias, no engine for it
	gdsFormat      = []int{335544323, 335544379} // bad_db_format, wrong_ods
	gdsCorrupt     = []int{335544335, 335544333, 335544404, 335544405, 335544650, 335544649}
	gdsShutdown    = []int{335544528, 335544856, 335544506, 335545132} // shutdown, att_shutdown, shutinprog, att_shut_db_down
	gdsShutFailed  = []int{335544557}                                  // shutfail: somebody is connected
	gdsDenied      = []int{335544352, 335545094}                       // no_priv; there is no privilege for this operation
	gdsNotOwner    = []int{335544352, 335544788}                       // no_priv, adm_task_denied
	gdsBadMode     = []int{335544835}                                  // bad_shutdown_mode: it is so already, or cannot be
	gdsBusy        = []int{335544345, 335544336, 335544451, 335544510, 335544453, 335544451, 335544899}
	gdsLost        = []int{335544721, 335544726, 335544727, 335544741, 335544421}
	gdsConstraint  = []int{335544466, 335544665, 335544347, 335544558, 335544838, 335544839, 335544879}
	gdsSQL         = []int{335544569, 335544343, 335544579, 335544580, 335544578, 335544321, 335544334}
)

// plainLogin is how the driver says that the server wants another way to log in than was offered.
const plainLogin = "Your user name and password are not defined"

// secondaryAttachment is all that a server says to a full validation when somebody is connected.
const secondaryAttachment = "secondary server attachments cannot validate"

func isLoginError(err error) bool {
	return hasGDS(err, gdsLogin) || err != nil && strings.Contains(err.Error(), plainLogin)
}

// hasGDS tells whether the server answered with one of these error codes.
func hasGDS(err error, codes []int) bool {
	var fb *firebirdsql.FbError
	if !errors.As(err, &fb) {
		return false
	}
	return slices.ContainsFunc(codes, func(code int) bool { return slices.Contains(fb.GDSCodes, code) })
}

// Denied tells whether the server answered that the user lacks a right.
func Denied(err error) bool { return hasGDS(err, gdsDenied) }

// told gives an error of the driver the code and the sentence that a person understands; what is told already, and
// the context's own errors, stay as they are.
func told(ctx context.Context, err error, db Database) error {
	switch {
	case err == nil || message.Code(err) != "":
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case isDialError(err): // before the next: net calls its own time-out a deadline that was exceeded
		return message.Wrap(oneLine{err}, "db.server", "firebird.server_down", message.Args{"server": withPort(db.Server)})
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	err = oneLine{err}
	args := message.Args{"server": withPort(db.Server), "path": db.Path, "user": db.User}
	switch {
	case isLoginError(err):
		return message.Wrap(err, "db.auth", "firebird.auth", args)
	case hasGDS(err, gdsLetters) && !ascii(db.Path):
		return message.Wrap(err, "db.not_found", "firebird.path_letters", args)
	case hasGDS(err, gdsShutFailed):
		return message.Wrap(err, "db.busy", "firebird.busy", args)
	case hasGDS(err, gdsShutdown):
		return message.Wrap(err, "db.busy", "firebird.shutdown", args)
	case hasGDS(err, gdsCorrupt):
		return message.Wrap(err, "db.corrupt", "firebird.corrupt", args)
	case hasGDS(err, gdsFormat):
		return message.Wrap(err, "db.corrupt", "firebird.not_database", args)
	case hasGDS(err, gdsIO):
		return toldIO(err, args)
	case hasGDS(err, gdsUnavailable):
		return message.Wrap(err, "db.not_found", "firebird.not_found", args)
	case hasGDS(err, gdsConstraint):
		return message.Wrap(err, "db.constraint", "firebird.constraint", args)
	case hasGDS(err, gdsBusy), strings.Contains(err.Error(), secondaryAttachment):
		return message.Wrap(err, "db.busy", "firebird.busy", args)
	case hasGDS(err, gdsLost):
		return message.Wrap(err, "db.server", "firebird.lost", args)
	case hasGDS(err, gdsSQL):
		return message.Wrap(err, "arg.sql", "firebird.query", args)
	case isLost(err):
		return message.Wrap(err, "db.server", "firebird.lost", args)
	default:
		return message.Wrap(err, "db.failed", "firebird.failed", args)
	}
}

// oneLine is an error of Firebird, which speaks in several lines, in one.
type oneLine struct{ error }

// Error is all that Firebird said, line after line.
func (e oneLine) Error() string {
	var lines []string
	for line := range strings.Lines(e.error.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

// Unwrap is the error itself.
func (e oneLine) Unwrap() error { return e.error }

// toldIO tells why the server could not open or read the file. The operating system's word for it comes as text, on
// Windows in the server's language; so what is not known to be a matter of rights or of damage is a missing file.
func toldIO(err error, args message.Args) error {
	text := strings.ToLower(err.Error())
	switch {
	case contains(text, "permission denied", "access is denied", "acesso negado", "read-only file"):
		return message.Wrap(err, "fs.denied", "firebird.denied", args)
	case contains(text, "\"lock\" operation", "sharing violation", "being used by another", "sendo usado por outro", "text file busy"):
		return message.Wrap(err, "db.busy", "firebird.busy", args)
	case contains(text, "\"read\"", "during \"read", "during \"write", "end-of-file", "end of file", "file size is less"):
		return message.Wrap(err, "db.corrupt", "firebird.corrupt", args)
	default:
		return message.Wrap(err, "db.not_found", "firebird.not_found", args)
	}
}

func ascii(text string) bool {
	return !slices.ContainsFunc([]byte(text), func(b byte) bool { return b >= 0x80 })
}

func contains(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

func isDialError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func isLost(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, net.ErrClosed) || errors.Is(err, fs.ErrClosed)
}
