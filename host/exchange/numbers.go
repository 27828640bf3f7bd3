package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Numbers is the file beside the store that keeps the last number of each export: a restored database knows less of them
// than the world outside.
type Numbers struct{ Path string }

// Given is a number that was given to a file of an export.
type Given struct {
	Number  int64  `json:"number"`
	Content string `json:"content"` // of the file: its SHA-256, in hex
	Out     bool   `json:"out"`     // the file has its name
}

// Last is the last number that was given; the zero Given where there was none. A file that can not be read is txt.sequence: a
// number that is guessed may name two files.
func (n Numbers) Last(name string) (Given, error) {
	all, err := n.read()
	return all[name], err
}

// Give keeps a number before its file gets its name, and again, with Out, after that. One that has gone out with another
// content, or that lies below one that was given, is txt.sequence.
func (n Numbers) Give(ctx context.Context, name string, given Given) error {
	if err := os.MkdirAll(filepath.Dir(n.Path), 0o755); err != nil {
		return drive.Explain(err, filepath.Dir(n.Path))
	}
	lock, err := n.lock(ctx)
	if err != nil {
		return err
	}
	return errors.Join(n.give(name, given), lock.Release())
}

func (n Numbers) give(name string, given Given) error {
	all, err := n.read()
	if err != nil {
		return err
	}
	last := all[name]
	if given.Number < last.Number || given.Number == last.Number && last.Out && given.Content != last.Content {
		return message.New("txt.sequence", "ledger.gone_out", message.Args{"name": name, "number": given.Number, "last": last.Number})
	}
	given.Out = given.Out || given.Number == last.Number && last.Out
	all[name] = given
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return drive.WriteFile(filepath.Dir(n.Path), filepath.Base(n.Path), append(text, '\n'))
}

func (n Numbers) read() (map[string]Given, error) {
	all := map[string]Given{}
	text, err := os.ReadFile(n.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err == nil && all == nil {
		err = errors.New("null")
	}
	if err != nil {
		return nil, message.Wrap(err, "txt.sequence", "ledger.numbers", message.Args{"path": n.Path})
	}
	return all, nil
}

func (n Numbers) lock(ctx context.Context) (*drive.Lock, error) {
	for {
		lock, err := drive.TryLock(n.Path + ".lock")
		if lock != nil || err != nil {
			return lock, err
		}
		pause := time.NewTimer(20 * time.Millisecond)
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil, context.Cause(ctx)
		case <-pause.C:
		}
	}
}
