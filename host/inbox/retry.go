package inbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Retry puts rejected files into the inbox again, under the names by which they were delivered: those of these names, or all
// where there is none. What was reported of them goes. It gives the names of those that lie in the inbox; a name that is not
// among the rejected, or that waits in the inbox already, is an error that keeps no other file.
func (in *Inbox) Retry(ctx context.Context, names ...string) (put []string, err error) {
	rejected, err := in.ended(in.Rejected, Rejected)
	if err != nil {
		return nil, err
	}
	slices.Reverse(rejected) // the oldest first: two may have had one name
	var errs []error
	for _, name := range names {
		if !slices.ContainsFunc(rejected, func(e Ended) bool { return e.called(name) }) {
			errs = append(errs, message.New("txt.file", "inbox.not_rejected", message.Args{"name": name, "folder": in.Rejected}))
		}
	}
	for _, e := range rejected {
		if len(names) > 0 && !slices.ContainsFunc(names, e.called) {
			continue
		}
		if ctx.Err() != nil {
			errs = append(errs, context.Cause(ctx))
			break
		}
		if err := in.putBack(ctx, e); err != nil {
			errs = append(errs, err)
			continue
		}
		put = append(put, e.File)
	}
	return put, errors.Join(errs...)
}

// called tells whether a name is one of the file's. Case does not count, as in a pattern.
func (e Ended) called(name string) bool {
	return strings.EqualFold(e.Name, name) || strings.EqualFold(e.File, name)
}

func (in *Inbox) putBack(ctx context.Context, e Ended) error {
	to := filepath.Join(in.Folder, e.File)
	recordPath := e.Path + outcomeSuffix
	r, _ := readRecord(recordPath)
	err := patiently(ctx, func() error { return drive.Rename(e.Path, to) })
	if errors.Is(err, drive.ErrOtherVolume) {
		if _, err = drive.Lay(ctx, e.Path, to); err == nil {
			err = drive.Explain(os.Remove(e.Path), e.Path)
		}
	}
	if message.Code(err) == "fs.exists" {
		return message.Wrap(err, "fs.exists", "inbox.waits_already", message.Args{"name": e.File, "folder": in.Folder})
	}
	if err != nil {
		return err
	}
	in.step("put back")
	for _, rest := range append(r.Reports, outcomeSuffix) {
		_ = os.Remove(e.Path + rest) // one that stays tells of a file that is not there
	}
	return nil
}
