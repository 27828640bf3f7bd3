// Package recovery saves what can be saved of a damaged database.
//
// It never works on the database itself: the file is read once, byte by byte, into a folder of our own, and everything
// else is done to that copy, or to a copy of the copy where it changes something. It begins with what changes least and
// goes on only where that was not enough: Firebird's own validation, a plain backup, a backup that passes damaged pages
// over, mending, and at the end table by table, range by range, around what can not be read. What comes of it is a new
// database, restored, validated and counted, where no file lay before; and a report of what was saved and what was lost.
//
// It refuses to call saved what was not counted, and whole what it only hopes is.
package recovery

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Levels are how far a recovery may go, each one with all before it.
const (
	Validate = "validate" // looks, and makes a plain backup: nothing is changed, not even in the copy
	Mend     = "mend"     // takes out of a copy of the copy what can not be read
	Salvage  = "salvage"  // reads table by table
)

const codeCorrupt = "db.corrupt"

// nothing says that nothing could be saved at a level.
var nothing = map[string]string{Validate: "recovery.nothing_validated", Mend: "recovery.nothing_mended", Salvage: "recovery.nothing_salvaged"}

// levels are in the order in which they go further.
var levels = []string{Validate, Mend, Salvage}

// Recovery is what a recovery works with.
type Recovery struct {
	Tools firebird.Tools
	Work  string // folder for its own copies, made where it is not; a folder of one recovery is gone when that ends
	Now   func() time.Time
	// Patience is how long one of Firebird's small programs may take; 0 is DefaultPatience and what the size of the database
	// adds. A circle in a damaged file can last for ever.
	Patience time.Duration
	Tell     func(Progress) // may be nil
}

// Steps of a recovery while it goes on. What Taking counts are bytes, what Saving, Rebuilding and Reading count are tables.
const (
	Taking     = "taking"
	Examining  = "examining"
	Saving     = "saving"
	Rebuilding = "rebuilding"
	Mending    = "mending"
	Reading    = "reading"
	Placing    = "placing"
)

// Progresses are all of them.
var Progresses = []string{Taking, Examining, Saving, Rebuilding, Mending, Reading, Placing}

// Progress is how far a recovery is; Total is 0 where nobody knows.
type Progress struct {
	Step        string
	Done, Total int64
}

// Recover saves what can be saved of the database file at path. The report says what was done, also with an error.
// Errors: db.not_found, db.busy (somebody has it open, or wrote to it), db.corrupt (no database, or nothing could be
// saved at that level), db.encrypted, db.version (another engine's), fs.exists, fs.denied, drive.full.
func (r Recovery) Recover(ctx context.Context, path string, o Options) (report Report, err error) {
	if o.Level == "" {
		o.Level = Salvage
	}
	began := r.Now()
	c := &course{Recovery: r, options: o, report: &report, path: path}
	report = Report{
		Source: path, Level: o.Level, Damaged: []Damage{}, Against: []string{}, Saved: map[string]int64{}, Lost: map[string]string{},
		Problems: []string{}, Steps: []string{},
	}
	defer func() { report.Seconds = r.Now().Sub(began).Seconds() }()
	if err := c.check(); err != nil {
		return report, err
	}
	if err := c.open(ctx); err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.take(ctx); err != nil {
		return report, err
	}
	if err := c.examine(ctx); err != nil {
		return report, err
	}
	found, err := c.save(ctx)
	if err != nil {
		return report, err
	}
	if found == nil {
		args := message.Args{"path": path}
		return report, &UnsavedError{message.New(codeCorrupt, nothing[o.Level], args), report}
	}
	return report, c.publish(ctx, found)
}

// Check tells why a recovery would be refused before anything is copied, as Recover does.
func (r Recovery) Check(path string, o Options) error {
	c := &course{Recovery: r, options: o, report: &Report{}, path: path}
	return c.check()
}

// course is one recovery.
type course struct {
	Recovery
	options Options
	report  *Report
	path    string // of the database

	dir      string
	engine   *firebird.Engine
	header   Header
	headless bool  // the first page is none
	size     int64 // of the database's file
	holes    []hole
	seen     *survey
	names    map[uint16]string // of its tables by their ids
}

// copied is our copy of the file.
func (c *course) copied() string { return c.own("copy.fdb") }

// own is a path in the folder of this recovery.
func (c *course) own(name string) string { return filepath.Join(c.dir, name) }

// did tells a step.
func (c *course) did(key string, args message.Args) {
	c.report.Steps = append(c.report.Steps, message.Text(key, args))
}

// why is an error in one line, without the folder that nobody else knows.
func (c *course) why(err error) string {
	lines := strings.Split(strings.ReplaceAll(err.Error(), c.dir+string(filepath.Separator), ""), "\n")
	return strings.Join(slices.Compact(lines), "; ")
}

func (c *course) problem(key string, args message.Args) {
	if text := message.Text(key, args); !slices.Contains(c.report.Problems, text) {
		c.report.Problems = append(c.report.Problems, text)
	}
}

func (c *course) tell(p Progress) {
	if c.Tell != nil {
		c.Tell(p)
	}
}

// far is a function to tell how far a step is.
func (c *course) far(step string) func(done, total int64) {
	return func(done, total int64) { c.tell(Progress{Step: step, Done: done, Total: total}) }
}

// check refuses what can be refused without copying anything.
func (c *course) check() error {
	if !slices.Contains(levels, c.options.Level) {
		return message.New("option.value", "recovery.level", message.Args{"level": c.options.Level})
	}
	if _, err := os.Lstat(c.options.To); err == nil {
		return message.New("fs.exists", "recovery.exists", message.Args{"path": c.options.To})
	}
	info, err := os.Stat(filepath.Dir(c.options.To))
	if err != nil || !info.IsDir() {
		return message.Wrap(err, "drive.not_found", "recovery.no_folder", message.Args{"path": filepath.Dir(c.options.To)})
	}
	return c.readHead()
}

// readHead looks at the beginning of the file.
func (c *course) readHead() error {
	info, err := os.Stat(c.path)
	if err != nil {
		return unopened(err, c.path)
	}
	if !info.Mode().IsRegular() {
		return message.New("db.not_found", "recovery.missing", message.Args{"path": c.path})
	}
	c.size = info.Size()
	head, err := beginning(c.path)
	if err != nil {
		return unopened(err, c.path)
	}
	header, ok := readHeader(head)
	if !ok {
		return c.withoutHeader(head)
	}
	c.header, c.report.Header = header, header
	return c.fits()
}

// beginning is the first page of a file, at most, as far as the disk gives it.
func beginning(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, pageSizes[len(pageSizes)-1])
	n, _ := file.ReadAt(head, 0) // a damaged beginning is what we are here for
	return head[:n], nil
}

// withoutHeader takes a file whose first page is none for a database only where its other pages are those of one.
func (c *course) withoutHeader(head []byte) error {
	kind := kindOf(head)
	if kind == kindOther {
		file, err := os.Open(c.path)
		if err != nil {
			return unopened(err, c.path)
		}
		defer file.Close()
		c.header.PageSize, c.headless = pageSize(file, c.size), true
		if c.header.PageSize > 0 {
			c.report.Header = c.header
			return nil
		}
	}
	args := message.Args{"path": c.path}
	return message.New(codeCorrupt, notDatabase[kind], args)
}

// fits refuses a database that the engine of these tools can not open whatever its state is.
func (c *course) fits() error {
	args := message.Args{"path": c.path, "ods": c.header.ODS, "tools": c.Tools.Version, "bin": c.Tools.Dir, "version": firebirdOf(c.header.major), "file": c.header.more}
	switch {
	case c.header.Encrypted:
		return message.New("db.encrypted", "recovery.encrypted", args)
	case c.header.more != "":
		return message.New("db.version", "recovery.several_files", args)
	case c.header.major != structureOf(c.Tools.Version):
		return message.New("db.version", "recovery.version", args)
	}
	return nil
}

// structureOf is the structure on the disk that an engine reads.
func structureOf(v firebird.Version) int {
	if v.AtLeast(4, 0) {
		return 13
	}
	if v.AtLeast(3, 0) {
		return 12
	}
	return 11
}

// firebirdOf are the versions of Firebird that write a structure.
func firebirdOf(structure int) string {
	switch structure {
	case 10:
		return "1.5"
	case 11:
		return "2.5"
	case 12:
		return "3.0"
	case 13:
		return "4.0 / 5.0"
	}
	return "?"
}

// A copy, a copy of it that is mended, a backup, and a new database.
const roomTimes = 4

// open makes the folder of this recovery, with an engine in it.
func (c *course) open(ctx context.Context) (err error) {
	if err := os.MkdirAll(c.Work, 0o711); err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	if err := drive.Room(c.Work, roomTimes*c.size); err != nil {
		return err
	}
	if err := drive.Room(filepath.Dir(c.options.To), c.size); err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp(c.Work, "recovery-"); err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	if c.engine, err = firebird.NewEngine(ctx, c.own("engine"), c.Tools); err != nil {
		return errors.Join(err, os.RemoveAll(c.dir))
	}
	return nil
}

// close leaves nothing of it.
func (c *course) close() error { return errors.Join(c.engine.Remove(), os.RemoveAll(c.dir)) }

// DefaultPatience is far longer than anything takes: gfix validates 200 MB in a quarter of a second.
const DefaultPatience = 3 * time.Minute

// patience bounds one of Firebird's small programs.
func (c *course) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	const bytesPerSecond = 2 << 20
	long := c.Patience
	if long == 0 {
		long = DefaultPatience + time.Duration(c.size/bytesPerSecond)*time.Second
	}
	return context.WithTimeoutCause(ctx, long, message.New("gbak.hang", "recovery.hang", message.Args{"path": c.path}))
}
