package exchange

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// Outgoing is an export as it is ordered.
type Outgoing struct {
	// Name is what the numbers and the cursor are kept under. One process at a time works on an export of that name.
	Name   string
	Codec  *layout.Codec
	Folder string
	// File is what the files are called: "{number:8}.djm", or one name, whose file is replaced whole.
	File string
	// Records are where the records come from, by their types. Those of the file's own (header, trailer) that need nothing may
	// be left out.
	Records map[string]Source
	// Only are the types to write; none means all. What stands under one that is off is off, too.
	Only   []string
	Cursor *Cursor
	// Period exports what it says, and lets the cursor be.
	Period *Period
	// Empty writes a file without rows; otherwise there is none.
	Empty bool
	// Reject leaves out a document in which a value does not fit, and tells of it; otherwise it ends the export. Such a document
	// is tried again with each export as long as its cursor's value is not settled (Cursor.Late).
	Reject bool
	// Rehearse does everything but the file, the number and the cursor.
	Rehearse bool

	// Store is the folder in which the store keeps its own: locks, numbers, what went out.
	Store string
	Keep  Keep
	// Holder is what others are told who come meanwhile, Wait how long they wait.
	Holder string
	Wait   time.Duration
	Now    func() time.Time
	// Progress is told now and then how many rows are through; it may be nil.
	Progress func(rows int64)

	step func(string)
}

// Source is where the records of one type come from: a query or rows.
type Source struct {
	// SQL is one SELECT; :from and :until are its bounds of the cursor.
	SQL  string
	Rows []map[string]any
	// Parent says which rows stand under which: column = column of the parent's row.
	Parent map[string]string
	// Map makes of a row the values of the fields, by their names; its columns are in small letters. It may be nil.
	Map func(row map[string]any) (map[string]any, error)

	none []string // the columns of a query without rows, where there is no database
}

// Cursor says what went out before: of the rows of a record, by the value of a column that grows.
type Cursor struct {
	Record, Column string
	// Key are the columns that tell one row from another. A number is taken as its own key; with a date or a time they have to be
	// given.
	Key []string
	// Late is how long a row may come after others with larger values, beside the time for which its transaction is open: tills
	// whose clocks differ, programs that fetch an id and use it later. Zero is a day; a negative one none.
	Late time.Duration
	// From is where a new cursor begins; Null for the first row that there is.
	From layout.Value
	// Until is the largest value that goes out; Null for no end.
	Until layout.Value
}

// Period is an export by hand: From < column <= Until of the cursor's record.
type Period struct {
	From, Until layout.Value
	// Numbered gives the file the next number.
	Numbered bool
}

const codeOption = "option.value"

// usualLate is how long rows may come late.
const usualLate = 24 * time.Hour

func (c *Cursor) late() time.Duration { return max(0, cmp.Or(c.Late, usualLate)) }

// FullHours is the last moment before the hour that a time is in, FullDays that before its day: what a cursor of whole hours or
// days goes up to.
func FullHours(at time.Time) layout.Value {
	return instant(time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), 0, 0, 0, time.UTC).Add(-tick))
}

// FullDays is the last moment of the day before.
func FullDays(at time.Time) layout.Value {
	return instant(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC).Add(-tick))
}

// tick is the smallest time that Firebird tells from another.
const tick = 100 * time.Microsecond

// Exported is what became of an export.
type Exported struct {
	Path    string // "" where there is no file
	Number  int64  // 0 for none
	Records map[string]int64
	Bytes   int64
	SHA256  string
	// Gone are rows of the cursor's record that went out before; Rejected are documents, Orphans rows without a parent.
	Gone, Rejected, Orphans int64
	Problems                []Flaw // at most mostFlaws
	More                    int64  // problems that are not among these
	// Finished is what a run that died had left to do.
	Finished  *Finished
	Rehearsed bool
}

// Flaw is a problem with a row.
type Flaw struct {
	layout.Problem
	Row string // "ID 4711"
}

// Finished is the file of a run that died, which went out now, or had gone out already.
type Finished struct {
	Path   string
	Number int64
	// Lost says that nothing was left of it: the number is not given again, and its rows go out under the next.
	Lost bool
}

// mostFlaws are as many as a person reads.
const mostFlaws = 100

func (x *Exported) flaw(f Flaw) {
	if len(x.Problems) == mostFlaws {
		x.More++
		return
	}
	x.Problems = append(x.Problems, f)
}

// Sentence tells the result in one sentence.
func (x *Exported) Sentence() string {
	args := message.Args{"path": x.Path, "number": x.Number, "records": x.total(), "bytes": x.Bytes}
	switch {
	case x.Rehearsed:
		return message.Text("export.rehearsed", args)
	case x.Path == "":
		return message.Text("export.empty", args)
	case x.Number > 0:
		return message.Text("export.sent_number", args)
	}
	return message.Text("export.sent", args)
}

func (x *Exported) total() (n int64) {
	for _, of := range x.Records {
		n += of
	}
	return n
}

// on are the types of record that are written, by their numbers in the layout.
func (o *Outgoing) on() []bool {
	records := o.Codec.Layout.Records
	on := make([]bool, len(records))
	for i, r := range records {
		_, has := o.Records[r.Name]
		wanted := len(o.Only) == 0 || slices.Contains(o.Only, r.Name) || r.Role != layout.Body
		on[i] = wanted && (has || r.Role != layout.Body)
	}
	for range records { // a child may be declared before its parent
		for i, r := range records {
			if r.Parent != "" {
				on[i] = on[i] && on[o.Codec.Record(r.Parent)]
			}
		}
	}
	return on
}

// Check tells every mistake of the order that can be seen without the database.
func (o *Outgoing) Check() error {
	_, err := o.check()
	return err
}

// check tells every mistake of the order that can be seen without the database.
func (o *Outgoing) check() (*Pattern, error) {
	var errs []error
	wrong := func(key string, args message.Args) { errs = append(errs, message.New(codeOption, key, args)) }
	pattern, err := ParsePattern(o.File)
	if err != nil {
		errs = append(errs, err)
	} else if _, err := pattern.Format(0); err != nil {
		errs = append(errs, err)
	}
	if o.Name == "" || len(o.Name) > 80 {
		wrong("export.name", nil)
	}
	if pattern != nil {
		switch {
		case o.Period == nil && o.Cursor != nil && !pattern.Numbered():
			wrong("export.cursor_number", message.Args{"file": o.File})
		case o.Period != nil && o.Period.Numbered != pattern.Numbered():
			wrong("export.period_number", message.Args{"file": o.File})
		}
	}
	if o.Period != nil && o.Cursor == nil {
		wrong("export.period_cursor", nil)
	}
	l := o.Codec.Layout
	known := func(name string) bool { return o.Codec.Record(name) >= 0 }
	names := o.recordNames()
	for name, s := range o.Records {
		if !known(name) {
			wrong("export.no_record", message.Args{"record": name, "layout": l.Name, "known": names})
			continue
		}
		if (s.SQL == "") == (s.Rows == nil) {
			wrong("export.source", message.Args{"record": name})
		}
		parent := l.Records[o.Codec.Record(name)].Parent
		if (parent == "") != (len(s.Parent) == 0) {
			wrong("export.parent", message.Args{"record": name, "parent": parent})
		}
		if _, has := o.Records[parent]; parent != "" && !has {
			wrong("export.no_parent", message.Args{"record": name, "parent": parent})
		}
	}
	for _, name := range o.Only {
		if !known(name) {
			wrong("export.no_record", message.Args{"record": name, "layout": l.Name, "known": names})
		}
	}
	if o.Cursor != nil && o.Records[o.Cursor.Record].SQL == "" {
		wrong("export.cursor_record", message.Args{"record": o.Cursor.Record})
	}
	if o.Cursor != nil && known(o.Cursor.Record) && !o.on()[o.Codec.Record(o.Cursor.Record)] && len(errs) == 0 {
		wrong("export.cursor_off", message.Args{"record": o.Cursor.Record})
	}
	return pattern, errors.Join(errs...)
}

func (o *Outgoing) recordNames() string {
	var names []string
	for _, r := range o.Codec.Layout.Records {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}
