package copies

import (
	"context"
	"errors"
	"io"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// gbakStream is a live database read by gbak, with the evidence taken around its snapshot.
type gbakStream struct {
	*making
	source *source
	skip   []string // tables whose rows are left out
	bare   bool     // the rows of all of them are
}

func (g *gbakStream) part() string { return g.database.Name + ".fbk" }

func (g *gbakStream) copy(ctx context.Context, w io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var after *bracket
	way, log, err := g.backup(ctx, w, func(started <-chan struct{}) {
		if after != nil {
			_, _ = after.result() // of a way that was not possible: its gbak is over, and so is its question
		}
		after = g.source.bracket(ctx, started)
	})
	if err != nil {
		cancel()
		if after != nil {
			_, _ = after.result() // it was told to stop; gbak's error is the one that matters
		}
		return err
	}
	values, err := after.result()
	if left := g.source.conn.Close(); left != nil { // nothing more is asked; a database of our own is closed again at once
		g.degrade(left)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil { // without its second half the evidence is none; the copy is whole all the same
		g.degrade(message.Wrap(err, "copy.degraded", "copies.no_evidence", message.Args{"database": g.database.Name}))
		g.source.database.System.Evidence = nil
	}
	g.manifest.Tools.Way = string(way)
	g.manifest.Rows = log.Rows
	for i, query := range g.source.database.System.Evidence {
		g.manifest.Evidence = append(g.manifest.Evidence, Evidence{Query: query, Before: g.source.before[i], After: values[i]})
	}
	return nil
}

// backup reads gbak by the fastest way that works here, and remembers it. A way that is not possible says so before
// its first byte, so the next can be tried on the same entry of the zip.
func (g *gbakStream) backup(ctx context.Context, w io.Writer, began func(<-chan struct{})) (firebird.Way, firebird.Log, error) {
	ways := readWays(g.State, g.Now())
	var last error
	for _, way := range ways.order(g.database.At, firebird.Ways(g.database.At, g.database.At.Local())) {
		log, n, err := g.by(ctx, way, w, began)
		if err == nil {
			if err := ways.remember(g.database.At, way); err != nil {
				g.degrade(err) // only a cache
			}
			return way, log, nil
		}
		last = err
		if n > 0 || !errors.Is(err, firebird.ErrWayNotPossible) {
			break
		}
	}
	return "", firebird.Log{}, last
}

func (g *gbakStream) by(ctx context.Context, way firebird.Way, w io.Writer, began func(<-chan struct{})) (firebird.Log, int64, error) {
	backup, err := g.Tools.Backup(ctx, g.database.At, way, firebird.BackupOptions{
		Silence: g.Silence, WorkDir: g.Bench.Dir, SkipTables: g.skip, MetadataOnly: g.bare,
		OnTable: func(table string) { g.tell(Progress{Step: "copying", Table: table, Total: g.expected}) },
	})
	if err != nil {
		return firebird.Log{}, 0, err
	}
	defer backup.Close()
	began(backup.Started())
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{backup}, make([]byte, blockSize))
	if err != nil {
		return firebird.Log{}, n, errors.Join(err, backup.Close())
	}
	log, err := backup.Wait()
	return log, n, err
}
