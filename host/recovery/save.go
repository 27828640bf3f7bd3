package recovery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// way is a way in which a database can be saved, and the sentences that tell of it.
type way struct{ name, did, failed string }

var (
	wayBackup = way{"backup", "recovery.did_backup", "recovery.did_not_backup"}
	wayIgnore = way{"ignore", "recovery.did_ignore", "recovery.did_not_ignore"}
	wayMend   = way{"mend", "recovery.did_back_mended", "recovery.did_not_back_mended"}
	wayTables = way{"tables", "recovery.did_tables", "recovery.did_not_tables"}
)

// candidate is a new database that one step gave.
type candidate struct {
	way      way
	fdb      string
	seen     firebird.Inspection
	lost     map[string]string // of a table, what this step knows that it left behind
	problems []string
	modelled bool // its structure is that of a proven copy
}

// rows is how many rows it has in all.
func (k *candidate) rows() (n int64) {
	for _, rows := range k.seen.Rows {
		n += rows
	}
	return n
}

// better tells whether a candidate is to be had rather than one of a step before. Of as many rows, the one is better that
// knows what it lost, or whose structure is certainly whole.
func (k *candidate) better(before *candidate) bool {
	if rows := before.rows(); k.rows() != rows {
		return k.rows() > rows
	}
	return k.modelled || len(k.lost) > 0
}

// save goes from the step that changes least to the one that changes most, as far as it may and as far as it has to; nil
// where nothing could be saved. A step that is known to have lost something makes the next one worth its while, and so does
// mending, of which nobody knows what it took out.
func (c *course) save(ctx context.Context) (best *candidate, err error) {
	for _, step := range c.steps() {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		found, failed := step(ctx)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if halts(failed) {
			return nil, failed
		}
		if found == nil {
			continue
		}
		if best == nil || found.better(best) {
			best = found
		}
		if best.way != wayMend && len(c.losses(best)) == 0 {
			return best, nil
		}
	}
	return best, nil
}

// halts tells what keeps every further step from working too: no room, no right to write, no memory.
func halts(err error) bool {
	switch message.Code(err) {
	case "drive.full", "fs.denied", "drive.read_only", "drive.removed":
		return true
	}
	return false
}

// steps are those of the level, in order.
func (c *course) steps() []func(context.Context) (*candidate, error) {
	all := []func(context.Context) (*candidate, error){c.plain}
	if c.options.Level != Validate {
		all = append(all, c.ignoring, c.mended)
	}
	if c.options.Level == Salvage {
		all = append(all, c.byTable)
	}
	return all
}

// plain backs the copy up as any database, without garbage collection: what gbak reads to its end is all there.
func (c *course) plain(ctx context.Context) (*candidate, error) {
	return c.through(ctx, wayBackup, c.copied(), firebird.BackupOptions{})
}

// ignoring passes over what gbak can pass over: still nothing is changed.
func (c *course) ignoring(ctx context.Context) (*candidate, error) {
	return c.through(ctx, wayIgnore, c.copied(), firebird.BackupOptions{Ignore: true})
}

// mended takes out of a copy of the copy what can not be read, and backs that up.
func (c *course) mended(ctx context.Context) (*candidate, error) {
	fdb, err := c.mend(ctx)
	if err != nil {
		return nil, err
	}
	k, err := c.through(ctx, wayMend, fdb, firebird.BackupOptions{Ignore: true})
	if k != nil {
		k.problems = append(k.problems, message.Text("recovery.mended", nil))
	}
	return k, err
}

// mend makes the copy of the copy that gfix has mended. One that gfix could not finish is tried all the same.
func (c *course) mend(ctx context.Context) (string, error) {
	fdb := c.own("mended.fdb")
	if _, err := os.Stat(fdb); err == nil {
		return fdb, nil
	}
	c.tell(Progress{Step: Mending})
	if err := duplicate(ctx, c.copied(), fdb); err != nil {
		return "", err
	}
	if err := c.mendPages(ctx, fdb); err != nil {
		return "", err
	}
	patient, done := c.patience(ctx)
	defer done()
	words, err := c.engine.Mend(patient, fdb)
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		c.did("recovery.did_not_mend", message.Args{"why": c.why(err)})
		return fdb, nil
	}
	c.did("recovery.did_mend", message.Args{"n": len(words)})
	return fdb, nil
}

// through backs a database up and restores that backup; nil where the one or the other does not come to its end.
func (c *course) through(ctx context.Context, w way, from string, o firebird.BackupOptions) (*candidate, error) {
	fbk := c.own(w.name + ".fbk")
	defer func() { _ = os.Remove(fbk) }()
	if err := c.backup(ctx, from, fbk, o); err != nil {
		c.did(w.failed, message.Args{"why": c.why(err)})
		return nil, err
	}
	k := &candidate{way: w, fdb: c.own(w.name + ".new.fdb"), lost: map[string]string{}}
	err := c.restore(ctx, fbk, k.fdb, firebird.RestoreOptions{})
	if err != nil && ctx.Err() == nil && !halts(err) {
		// A row that others refer to may be among those that are lost: then the rows come first, and what holds them
		// together as far as it does.
		if err = c.restore(ctx, fbk, k.fdb, firebird.RestoreOptions{Inactive: true}); err == nil {
			err = c.activate(ctx, k)
		}
	}
	if err != nil {
		c.did("recovery.did_not_restore", message.Args{"why": c.why(err)})
		return nil, err
	}
	return c.proven(ctx, k)
}

// proven is a candidate that was looked at; nil for one that does not hold.
func (c *course) proven(ctx context.Context, k *candidate) (_ *candidate, err error) {
	patient, done := c.patience(ctx)
	defer done()
	if k.seen, err = c.engine.Inspect(patient, k.fdb, firebird.Questions{}); err != nil {
		c.did("recovery.did_not_restore", message.Args{"why": c.why(err)})
		return nil, err
	}
	if k.seen.ShutdownMode != 0 || len(k.seen.ValidationErrors) > 0 {
		err := message.New("db.corrupt", "recovery.unsound", message.Args{"n": len(k.seen.ValidationErrors), "mode": k.seen.ShutdownMode})
		c.did("recovery.did_not_restore", message.Args{"why": c.why(err)})
		return nil, err
	}
	c.did(k.way.did, message.Args{"tables": len(k.seen.Rows), "rows": k.rows()})
	return k, nil
}

func (c *course) backup(ctx context.Context, fdb, fbk string, o firebird.BackupOptions) error {
	o.WorkDir = c.dir
	tables := 0
	o.OnTable = func(string) {
		tables++
		c.tell(Progress{Step: Saving, Done: int64(tables), Total: int64(len(c.names))})
	}
	backup, err := c.engine.Backup(ctx, fdb, o)
	if err != nil {
		return err
	}
	defer backup.Close()
	out, err := os.OpenFile(fbk, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return drive.Explain(err, c.dir)
	}
	_, err = io.Copy(out, backup)
	if err = errors.Join(err, out.Close()); err != nil {
		if message.Code(err) == "" {
			err = drive.Explain(err, c.dir)
		}
		return err
	}
	_, err = backup.Wait()
	return err
}

func (c *course) restore(ctx context.Context, fbk, fdb string, o firebird.RestoreOptions) error {
	in, err := os.Open(fbk)
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	defer in.Close()
	tables := 0
	o.OnTable = func(string) {
		tables++
		c.tell(Progress{Step: Rebuilding, Done: int64(tables), Total: int64(len(c.names))})
	}
	_, err = c.engine.RestoreFrom(ctx, drive.Until(ctx, in), fdb, o)
	return err
}

// publish gives the new database its place: written under a temporary name, flushed, read back, and never over a file.
func (c *course) publish(ctx context.Context, k *candidate) error {
	c.tell(Progress{Step: Placing})
	laid, err := drive.Lay(ctx, k.fdb, c.options.To)
	if err != nil {
		return err
	}
	r := c.report
	r.Path, r.Way, r.Bytes, r.Saved = c.options.To, k.way.name, laid.Bytes, maps.Clone(k.seen.Rows)
	r.Lost = c.losses(k)
	r.Problems = append(r.Problems, k.problems...)
	if hurt := c.systemHurt(); len(hurt) > 0 && !k.modelled {
		c.problem("recovery.system_hurt", message.Args{"tables": strings.Join(hurt, ", ")})
	}
	r.OK = len(r.Lost) == 0 && len(r.Problems) == 0
	return nil
}

// losses are, by table, what is known or feared to be missing in a candidate.
func (c *course) losses(k *candidate) map[string]string {
	lost := maps.Clone(k.lost)
	for relation, pages := range c.seen.lostPages() {
		name, known := c.names[relation]
		if !known {
			name = "#" + strconv.Itoa(int(relation))
		}
		if _, told := lost[name]; told || c.system(relation) {
			continue
		}
		lost[name] = message.Plural("recovery.lost_pages", pages, message.Args{"rows": pages * c.seen.records[relation].perPage()})
	}
	if known := c.options.Known; known != nil {
		for _, table := range slices.Sorted(maps.Keys(known.Rows)) {
			if missing := known.Rows[table] - k.seen.Rows[table]; missing > 0 {
				lost[table] = message.Text("recovery.lost_rows", message.Args{"n": missing, "had": known.Rows[table], "copy": known.Name})
			}
		}
	}
	return lost
}

// systemHurt are Firebird's own tables of which pages are damaged: what they say of the store's tables may be missing.
func (c *course) systemHurt() []string {
	var hurt []string
	for relation := range c.seen.lostPages() {
		if c.system(relation) {
			hurt = append(hurt, cmp.Or(c.names[relation], "#"+strconv.Itoa(int(relation))))
		}
	}
	slices.Sort(hurt)
	return hurt
}

// firstOwn is the least id of a table that is not Firebird's own.
const firstOwn = 128

func (c *course) system(relation uint16) bool { return relation < firstOwn }
