package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
)

// Recall is a file in .djscript; nil where there is none.
func (d disk) Recall(name string) ([]byte, error) {
	at := filepath.Join(d.host.dir(), filepath.FromSlash(name))
	text, err := os.ReadFile(at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, message.Wrap(err, "fs.denied", "run.unreadable", message.Args{"path": at})
	}
	return text, nil
}

// Remember replaces it: under a temporary name, flushed, renamed.
func (d disk) Remember(name string, text []byte) error {
	folder := filepath.Join(d.host.dir(), filepath.FromSlash(path.Dir(name)))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return drive.WriteFile(folder, path.Base(name), text)
}

// Runs reads the journals, the newest first. One that can not be read is passed over: the others still tell.
func (d disk) Runs(ctx context.Context, since time.Time, each func(*journal.Entry)) error {
	runs, err := d.host.Journal().Runs()
	if err != nil {
		return err
	}
	for _, id := range runs {
		if ctx.Err() != nil { // each is a file, and there may be thousands
			return context.Cause(ctx)
		}
		entry, err := d.host.Journal().Read(id)
		if err != nil {
			continue
		}
		if entry.At.Before(since) {
			break
		}
		each(entry)
	}
	return nil
}
