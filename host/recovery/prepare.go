package recovery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// deltaSuffix is what a database's file is called, behind its own name, that it writes to during a physical backup.
const deltaSuffix = ".delta"

// take copies the database into the folder of this recovery, looks at each of its pages, and makes the copy one that an
// engine can open.
func (c *course) take(ctx context.Context) (err error) {
	if c.holes, err = take(ctx, c.path, c.copied(), c.far(Taking)); err != nil {
		return err
	}
	c.did("recovery.did_copy", message.Args{"size": drive.Size(c.size)})
	for _, h := range c.holes {
		c.problem("recovery.unread", message.Args{"from": h.from, "bytes": h.length})
	}
	file, err := os.OpenFile(c.copied(), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open copy: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if c.seen, err = look(ctx, file, c.size, c.header.PageSize, c.holes); err != nil {
		return err
	}
	c.report.Damaged = append(c.report.Damaged, c.seen.Damaged...)
	c.tellHeader()
	if c.seen.want > c.seen.pages {
		c.did("recovery.did_lengthen", message.Args{"pages": c.seen.want - c.seen.pages})
	}
	// Whole pages, as many as there have to be: an engine does not open less.
	if err := file.Truncate(int64(c.seen.want) * int64(c.seen.size)); err != nil {
		return drive.Explain(err, c.dir)
	}
	return c.prepare(ctx, file)
}

// tellHeader tells what the first page says, or that it says nothing.
func (c *course) tellHeader() {
	if c.headless {
		c.did("recovery.did_no_header", message.Args{"size": c.header.PageSize})
		return
	}
	c.did("recovery.did_header", message.Args{"ods": c.header.ODS, "size": c.header.PageSize, "pages": c.seen.want, "version": firebirdOf(c.header.major)})
}

// prepare makes the copy's first page one that opens: by itself, not where the live database lies.
func (c *course) prepare(ctx context.Context, file *os.File) error {
	page := make([]byte, c.seen.size)
	if _, err := file.ReadAt(page, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read first page: %w", err)
	}
	if c.header.Shutdown {
		putShort(page, atFlags, short(page, atFlags)&^flagShutdown)
		c.did("recovery.did_online", nil)
	}
	if c.header.BackupState != 0 {
		forgetDifference(page)
		if err := c.takeDelta(ctx, page); err != nil {
			return err
		}
	}
	if _, err := file.WriteAt(page, 0); err != nil {
		return drive.Explain(err, c.dir)
	}
	return nil
}

// takeDelta brings what was written during a physical backup that never ended along with the copy. Where it is not there,
// the copy goes on from the moment when the backup began.
func (c *course) takeDelta(ctx context.Context, page []byte) error {
	from := c.header.difference
	if from == "" {
		from = c.path + deltaSuffix
	}
	args := message.Args{"path": from}
	holes, err := take(ctx, from, c.copied()+deltaSuffix, c.far(Taking))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		unlock(page)
		c.problem("recovery.no_delta", args)
		return nil
	case err != nil:
		return err
	}
	for _, h := range holes {
		c.problem("recovery.unread_delta", message.Args{"path": from, "from": h.from, "bytes": h.length})
	}
	c.did("recovery.did_delta", args)
	return nil
}

// merge brings what the delta holds into the copy, so that the copy is one file. It is tried on a copy of both; where it
// does not work, the copy goes on without the delta.
func (c *course) merge(ctx context.Context) error {
	delta := c.copied() + deltaSuffix
	if _, err := os.Stat(delta); err != nil {
		return nil
	}
	whole := c.own("merged.fdb")
	if err := errors.Join(duplicate(ctx, c.copied(), whole), duplicate(ctx, delta, whole+deltaSuffix)); err != nil {
		return err
	}
	patient, done := c.patience(ctx)
	defer done()
	_, failed := c.engine.Script(patient, whole, "alter database end backup;\ncommit;\n")
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failed == nil {
		c.did("recovery.did_merge", nil)
		if err := errors.Join(os.Remove(delta), os.Remove(c.copied()), os.Rename(whole, c.copied())); err != nil {
			return fmt.Errorf("take merged copy: %w", err)
		}
		return c.lookAgain(ctx)
	}
	c.problem("recovery.not_merged", message.Args{"why": c.why(failed)})
	_, _ = os.Remove(whole), os.Remove(whole+deltaSuffix)
	return errors.Join(os.Remove(delta), c.rewriteHeader(unlock))
}

// lookAgain looks at the pages of the copy as it is now.
func (c *course) lookAgain(ctx context.Context) error {
	file, err := os.Open(c.copied())
	if err != nil {
		return fmt.Errorf("open copy: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open copy: %w", err)
	}
	if c.seen, err = look(ctx, file, info.Size(), c.seen.size, c.holes); err != nil {
		return err
	}
	c.report.Damaged = append([]Damage{}, c.seen.Damaged...)
	return nil
}

// rewriteHeader changes the first page of the copy.
func (c *course) rewriteHeader(change func(page []byte)) (err error) {
	file, err := os.OpenFile(c.copied(), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open copy: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	page := make([]byte, c.seen.size)
	if _, err := file.ReadAt(page, 0); err != nil {
		return fmt.Errorf("read first page: %w", err)
	}
	change(page)
	_, err = file.WriteAt(page, 0)
	return err
}
