package drive

import (
	"context"
	"errors"
	"io/fs"

	"github.com/djscript/djscript/host/message"
)

// fault is what an error of the system means for the person who has the drive in the hand.
type fault int

const (
	unknown fault = iota
	spaceGone
	fileLimit
	readOnly
	unplugged
	denied
	exists
	absent
	busy
)

// Explain is an error of the system on that path as a person is told it: "drive.full", "drive.read_only",
// "drive.removed", "drive.not_found", "fs.denied" or "fs.exists". nil stays nil, and an error that is told already
// stays as it is.
func Explain(err error, path string) error { return explain(err, path) }

func explain(err error, path string) error {
	if err == nil || message.Code(err) != "" || isCancel(err) {
		return err
	}
	args := message.Args{"path": path}
	switch faultOf(err) {
	case spaceGone:
		return message.Wrap(err, "drive.full", "drive.full_now", args)
	case fileLimit:
		return message.Wrap(err, "drive.full", "drive.file_limit", args)
	case readOnly:
		return message.Wrap(err, "drive.read_only", "drive.read_only", args)
	case denied:
		return message.Wrap(err, "fs.denied", "drive.denied", args)
	case exists:
		return message.Wrap(err, "fs.exists", "drive.exists", args)
	case absent:
		return message.Wrap(err, "drive.not_found", "drive.not_found", args)
	case busy:
		return message.Wrap(err, "fs.denied", "drive.busy", args)
	case unplugged:
		return message.Wrap(err, "drive.removed", "drive.removed", args)
	}
	return message.Wrap(err, "drive.removed", "drive.failed", args)
}

// explainMidway is explain of what was written to a moment ago: a kernel whose device is gone calls it read-only.
func explainMidway(err error, path string) error {
	if faultOf(err) == readOnly {
		return message.Wrap(err, "drive.removed", "drive.turned", message.Args{"path": path})
	}
	return explain(err, path)
}

func isCancel(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// full names the missing bytes; 0 means that nobody knows them.
func full(err error, path string, missing int64) error {
	if missing <= 0 {
		return message.Wrap(err, "drive.full", "drive.full_now", message.Args{"path": path})
	}
	args := message.Args{"path": path, "missing": Size(missing), "bytes": missing}
	return message.Wrap(err, "drive.full", "drive.full", args)
}

func faultOf(err error) fault {
	if found := systemFault(err); found != unknown {
		return found
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return exists
	case errors.Is(err, fs.ErrNotExist):
		return absent
	case errors.Is(err, fs.ErrPermission):
		return denied
	}
	return unknown
}
