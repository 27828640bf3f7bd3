package drive

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Holder is a program that has something open on a drive.
type Holder struct {
	PID  int    `json:"pid"`
	Name string `json:"name"`
}

// String is the program as a person finds it in the task manager.
func (h Holder) String() string { return fmt.Sprintf("%s (%d)", h.Name, h.PID) }

// A virus scanner looks at what was just written, and is done in a moment.
const (
	ejectTries = 10
	ejectPause = 500 * time.Millisecond
)

// Eject flushes a drive and takes it from the system: nil means that it may be pulled out, and nothing else does. Who
// holds it is named ("drive.busy"); then it stays as it was, flushed. The system's own disk, and what is no drive that
// can be taken out, are "drive.system".
func Eject(ctx context.Context, d Drive) error {
	if !apartFromSystem(d.Path) || SameDisk(d.Path, SystemFolder()) {
		return message.New("drive.system", "drive.system", message.Args{"path": d.Path})
	}
	return explain(eject(ctx, d, ejectPause), d.Path)
}

// patiently tries until it succeeds, is refused for another reason than that somebody holds the drive, or has been
// tried often enough.
func patiently(ctx context.Context, pause time.Duration, held func(error) bool, try func() error) error {
	err := try()
	for range ejectTries - 1 {
		if err == nil || !held(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		err = try()
	}
	return err
}

// held is the refusal that names who holds a drive.
func held(cause error, path string, by []Holder) error {
	if len(by) == 0 {
		return message.Wrap(cause, "drive.busy", "drive.held", message.Args{"path": path})
	}
	slices.SortFunc(by, func(a, b Holder) int { return a.PID - b.PID })
	var names []string
	for _, h := range by {
		names = append(names, h.String())
	}
	return message.Wrap(cause, "drive.busy", "drive.held_by", message.Args{"path": path, "who": strings.Join(names, ", ")})
}
