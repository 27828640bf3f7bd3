package run

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/inbox"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// textFiles are the text files of a real store.
type textFiles struct {
	host    *Host
	layouts func() (*layout.Set, document.Mistakes)
	run     string
	tell    func(copies.Progress)
}

func (h *Host) textFiles() *textFiles {
	read := sync.OnceValues(h.Layouts)
	return &textFiles{host: h, layouts: read, tell: func(copies.Progress) {}}
}

// FindLayout is a layout by its name, or NAME@VERSION. One whose file has mistakes is told with the first of them.
func FindLayout(set *layout.Set, wrong document.Mistakes, name string) (*layout.Layout, error) {
	l, err := set.Find(name)
	if err == nil {
		return l, nil
	}
	plain, _, _ := strings.Cut(name, "@")
	for _, m := range wrong {
		if file, _, _ := strings.Cut(strings.TrimSuffix(path.Base(m.File), ".toml"), "@"); file == plain {
			return nil, m
		}
	}
	return nil, err
}

// Layout is a layout of the store, the reseller or the program.
func (t *textFiles) Layout(name string) (*layout.Layout, error) {
	set, wrong := t.layouts()
	return FindLayout(set, wrong, name)
}

// ReadAt opens the file, reads and closes it.
func (t *textFiles) ReadAt(path string, p []byte, at int64) (n int, mark string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", unreadable(err, path)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, "", unreadable(err, path)
	}
	if n, err = file.ReadAt(p, at); err != nil && err != io.EOF { //nolint:errorlint // as io.ReaderAt says
		err = unreadable(err, path)
	}
	return n, fmt.Sprint(info.Size(), info.ModTime().UnixNano()), err
}

func unreadable(err error, path string) error {
	return message.Wrap(err, "txt.file", "exchange.unreadable", message.Args{"path": path})
}

// Columns asks the database.
func (t *textFiles) Columns(ctx context.Context, d copies.Database, tables []string) (map[string][]string, error) {
	found := map[string][]string{}
	err := connected(ctx, d, func(c *firebird.Conn) error {
		return c.Snapshot(ctx, func(s *firebird.Snapshot) error {
			for _, table := range tables {
				rows, err := s.Query(ctx, `select trim(RDB$FIELD_NAME) from RDB$RELATION_FIELDS where RDB$RELATION_NAME = ?`, []any{strings.ToUpper(table)}, 10_000)
				if err != nil {
					return err
				}
				for _, row := range rows.Values {
					found[strings.ToUpper(table)] = append(found[strings.ToUpper(table)], fmt.Sprint(row[0]))
				}
			}
			return nil
		})
	})
	return found, err
}

// Steps of an import and of an export, for people.
const (
	Surveying = "surveying"
	Importing = "importing"
	Exporting = "exporting"
)

var steps = map[string]string{"read": Surveying, "write": Importing}

// Import takes a file into a database.
func (t *textFiles) Import(ctx context.Context, d copies.Database, o *exchange.Order) (result *exchange.Result, err error) {
	o.Run, o.Now = t.run, t.host.now
	o.Progress = func(step string, done, total int64) {
		t.tell(copies.Progress{Step: steps[step], Database: o.Name, Done: done, Total: total})
	}
	err = connected(ctx, d, func(c *firebird.Conn) error {
		result, err = o.Import(ctx, c)
		return err
	})
	return result, err
}

// Export writes a file out of a database.
func (t *textFiles) Export(ctx context.Context, d copies.Database, o *exchange.Outgoing) (x *exchange.Exported, err error) {
	t.outgoing(o)
	o.Progress = func(rows int64) { t.tell(copies.Progress{Step: Exporting, Database: o.Name, Done: rows}) }
	err = connected(ctx, d, func(c *firebird.Conn) error {
		x, err = exchange.Export(ctx, c, o)
		return err
	})
	return x, err
}

// ExportAgain writes a file once more that went out before.
func (t *textFiles) ExportAgain(ctx context.Context, o *exchange.Outgoing, number int64) (*exchange.Exported, error) {
	t.outgoing(o)
	return exchange.Again(ctx, o, number)
}

func (t *textFiles) outgoing(o *exchange.Outgoing) {
	o.Store, o.Holder, o.Now = filepath.Join(t.host.Config.Dir, stateFolder), cmp.Or(t.run, "djscript"), t.host.now
}

// Take goes through an inbox once.
func (t *textFiles) Take(ctx context.Context, d copies.Database, o inbox.Options, handle inbox.Handler) (inbox.Taken, error) {
	o.Now, o.Holder = t.host.now, cmp.Or(t.run, "djscript")
	if name, err := os.Hostname(); err == nil {
		o.Holder += ", " + name
	}
	if o.Sequence != "" {
		o.Past = past{d}
	}
	in, err := inbox.Open(o)
	if err != nil {
		return inbox.Taken{}, err
	}
	return in.Take(ctx, handle)
}

// Waiting are the files of an inbox that nobody has taken.
func (t *textFiles) Waiting(o inbox.Options) ([]inbox.Claimed, error) {
	o.Now = t.host.now
	in, err := inbox.Open(o)
	if err != nil {
		return nil, err
	}
	pattern, err := exchange.ParsePattern(o.Match)
	if err != nil {
		return nil, err
	}
	listed, err := in.List(0)
	if err != nil {
		return nil, err
	}
	var files []inbox.Claimed
	for _, lying := range listed.Waiting {
		number, _ := pattern.Match(lying.Name)
		files = append(files, inbox.Claimed{Name: lying.Name, Path: o.Folder + "/" + lying.Name, Number: number})
	}
	return files, nil
}

// past asks the ledger of a database, with a connection for each question: between two of them a file may be imported for
// an hour.
type past struct{ d copies.Database }

// Highest is the largest number that was imported.
func (p past) Highest(ctx context.Context, sequence string) (number int64, known bool, err error) {
	err = connected(ctx, p.d, func(c *firebird.Conn) error {
		if err := exchange.Prepare(ctx, c); err != nil {
			return err
		}
		number, known, err = exchange.PastOf(c).Highest(ctx, sequence)
		return err
	})
	return number, known, err
}

// Under are the imports under a number.
func (p past) Under(ctx context.Context, sequence string, number int64) (found []exchange.Import, err error) {
	err = connected(ctx, p.d, func(c *firebird.Conn) error {
		if err := exchange.Prepare(ctx, c); err != nil {
			return err
		}
		found, err = exchange.PastOf(c).Under(ctx, sequence, number)
		return err
	})
	return found, err
}
