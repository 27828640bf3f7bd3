package exchange

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/message"
)

// Order is one file to be imported, and how.
type Order struct {
	Path  string // where it lies
	Name  string // as it was delivered
	Codec *layout.Codec
	// Into are the targets of its records, parents before what stands under them. Records without a target are read, held
	// against the layout, and counted as passed over.
	Into []Into
	// Name of what it goes into, for the ledger: a file that went into one target may go into another.
	Target string
	Unit   Unit
	// MaxErrors is how many records may be rejected before the whole file is; 0 for MostProblems.
	MaxErrors int
	Repeated  Repeated
	Again     bool // although its content was imported before
	Rehearse  bool // everything happens, and is taken back
	// Keep says that Map and DeleteWhen may keep the values of a record: they stay as they are.
	Keep     bool
	Sequence string
	Number   int64
	Run      string
	Now      func() time.Time
	// Report is where reports and rejects are written, without their endings: Path, mostly.
	Report   string
	Progress func(step string, done, total int64)
}

// Into is a target, and what happens to a record on its way there.
type Into struct {
	loader.Target
	// Key are the fields that a record is known by within its file; none where they can not be told before Map.
	Key []string
	// Finds are the fields of the record that name, in the order of Target.Key, the row that Map wants to know; none where it
	// does not.
	Finds []int
	// Map makes the values of the target's columns; without it they are those of the record. A Refusal rejects the record.
	// current is the row that the fields of Finds name; nil where there is none.
	Map func(r *Record, current *loader.Current) ([]layout.Value, error)
	// DeleteWhen says that the record's row is to go.
	DeleteWhen func(r *Record) (bool, error)
}

// Unit is what is rejected whole.
type Unit string

// The units.
const (
	UnitRecord   Unit = "record"
	UnitDocument Unit = "document"
	UnitFile     Unit = "file"
)

// Repeated is what happens to a record whose key another one of the same file has.
type Repeated string

// What may happen.
const (
	RepeatReject Repeated = "reject"
	RepeatTake   Repeated = "take" // one after the other, in the order of the file
)

// Refusal rejects one record, for a reason that a person understands.
type Refusal struct{ Reason error }

func (r Refusal) Error() string { return r.Reason.Error() }

// Unwrap is the reason.
func (r Refusal) Unwrap() error { return r.Reason }

// Import takes one file into a database, in one transaction: all that can be, and what was rejected is in the report. The error
// is one of the disk or the database, after which nothing was taken; a file that is rejected whole is no error but a Result.
func (o *Order) Import(ctx context.Context, conn *firebird.Conn) (*Result, error) {
	i, err := o.look(ctx)
	if err != nil {
		return nil, err
	}
	if i.hopeless() {
		return i.rejected()
	}
	if err := Prepare(ctx, conn); err != nil {
		return nil, err
	}
	err = conn.Transaction(ctx, func(tx *firebird.Transaction) error { return i.write(ctx, tx) })
	before, repeated := ImportedBefore(err)
	switch {
	case repeated:
		if err := i.missNone(ctx, conn, before); err != nil {
			return nil, err
		}
		return i.repeated(before)
	case message.Code(err) == "txt.sequence": // another content under the same number
		i.result.Problems = []Wrong{{Problem: layout.Problem{Err: message.Wrap(err, "txt.sequence", "exchange.number", message.Args{"file": o.Name})}}}
		return i.rejected()
	case errors.Is(err, errTakenBack) && (!o.Rehearse || i.tooMany()):
		return i.rejected()
	case err != nil && !errors.Is(err, errTakenBack):
		return nil, err
	}
	return i.done()
}

// look goes through the file without the database.
func (o *Order) look(ctx context.Context) (*importer, error) {
	if o.MaxErrors == 0 {
		o.MaxErrors = MostProblems
	}
	i := &importer{Order: o, byType: map[string][]int{}}
	i.result = &Result{File: o.Name, Started: o.Now(), Rehearsed: o.Rehearse, Into: o.Target, Sequence: o.Sequence, Run: o.Run, Skipped: map[string]int64{}}
	for n, into := range o.Into {
		i.byType[into.Record] = append(i.byType[into.Record], n)
	}
	survey, err := Look(ctx, o.Path, o.Codec, SurveyOptions{Keys: o.keys(), MostProblems: o.MaxErrors + 1, Progress: i.progress("read")})
	if err != nil {
		return nil, err
	}
	i.survey = survey
	i.result.survey(survey)
	return i, nil
}

// errTakenBack has a transaction rolled back although nothing failed.
var errTakenBack = errors.New("taken back")

// keys are the fields of the keys that may not be there twice.
func (o *Order) keys() map[string][]string {
	keys := map[string][]string{}
	if o.Repeated == RepeatTake {
		return keys
	}
	for _, into := range o.Into {
		if keys[into.Record] == nil {
			keys[into.Record] = into.Key
		}
	}
	return keys
}

// importer is one import under way.
type importer struct {
	*Order
	result *Result
	survey *Survey
	load   Writer
	rows   []loader.Row
	byType map[string][]int // the targets of a type of record
	there  map[mapping]*loader.Current
}

// Writer takes the rows of a file: loader.Loader.
type Writer interface {
	Add(ctx context.Context, rows []loader.Row) error
	Flush(ctx context.Context) error
	Counts() []loader.Count
	Current(ctx context.Context, target int, keys [][]layout.Value) ([]*loader.Current, error)
}

// hopeless says that nothing of the file may be taken, as its survey shows.
func (i *importer) hopeless() bool {
	problems := len(i.survey.Problems) + len(i.survey.Repeats)
	return len(i.survey.Whole()) > 0 || problems > i.MaxErrors || problems > 0 && i.Unit == UnitFile
}

// write does it all within one transaction.
func (i *importer) write(ctx context.Context, tx *firebird.Transaction) error {
	entry, err := LedgerIn(tx).Record(ctx, Import{
		Into: i.Target, Content: i.survey.Content, File: i.Name, Sequence: i.Sequence, Number: i.Number, At: i.Now(), Run: i.Run,
	}, i.Again)
	if err != nil {
		return err
	}
	load, err := loader.New(ctx, tx, i.targets(), loader.Options{Refused: i.refused})
	if err != nil {
		return err
	}
	defer func() { _ = load.Close() }()
	i.load = load
	if err := i.fill(ctx); err != nil {
		return err
	}
	if i.Rehearse {
		return errTakenBack
	}
	// The report is there before the rows are: a run that dies in between tells all the same what was rejected.
	i.result.Verdict = Done
	if err := i.result.write(i.Order); err != nil {
		return err
	}
	entry.Counts = i.result.ledger()
	return LedgerIn(tx).Count(ctx, entry)
}

func (i *importer) targets() []loader.Target {
	targets := make([]loader.Target, len(i.Into))
	for n, into := range i.Into {
		targets[n] = into.Target
	}
	return targets
}

// fill writes the records of the file, and counts them.
func (i *importer) fill(ctx context.Context) error {
	if err := i.read(ctx); err != nil {
		return err
	}
	if err := i.load.Flush(ctx); err != nil {
		return err
	}
	i.result.count(i.load.Counts())
	if i.tooMany() {
		return errTakenBack
	}
	return nil
}

// tooMany says that the file is rejected whole for what is wrong with its records.
func (i *importer) tooMany() bool {
	n := len(i.result.Problems)
	return n > i.MaxErrors || n > 0 && i.Unit == UnitFile
}

// read reads the file again and gives its records to the loader.
func (i *importer) read(ctx context.Context) error {
	in, err := openReader(ctx, i.Path, i.progress("write"))
	if err != nil {
		return err
	}
	defer in.close()
	r := i.Codec.NewReader(in)
	w := newWaiting(i)
	take := func(d *document) error { return i.take(ctx, d) }
	if w.wanted() {
		take = func(d *document) error { return w.add(ctx, d) }
	}
	if err := documents(i.Codec, r, i.Keep, take); err != nil {
		return err
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	if content, _ := in.sum(); content != i.survey.Content {
		return message.New("txt.file", "exchange.changed", message.Args{"file": i.Name})
	}
	return nil
}

// take gives one document to the loader, without what is wrong with it.
func (i *importer) take(ctx context.Context, d *document) error {
	problems := slices.Clone(d.problems)
	i.rows = i.rows[:0]
	unread := map[int64]bool{}
	for _, p := range problems {
		unread[p.Line] = true
	}
	for _, r := range d.records {
		if unread[r.Line] {
			continue // a function would only say once more what is wrong with it
		}
		wrong, err := i.rowsOf(r)
		if err != nil {
			return err
		}
		problems = append(problems, wrong...)
	}
	switch {
	case i.Unit == UnitRecord && len(d.records) > 1:
		return i.takeSingly(ctx, d, problems)
	case len(problems) > 0:
		i.result.reject(d.first, true, problems...)
	case len(i.rows) > 0:
		if err := i.load.Add(ctx, i.rows); err != nil {
			return err
		}
	}
	return i.enough()
}

// takeSingly takes the records of a document but for those that are wrong, and what stands under them. What the engine refuses
// is taken out, and the rest tried again.
func (i *importer) takeSingly(ctx context.Context, d *document, problems []layout.Problem) error {
	for _, p := range problems {
		i.result.reject(p.Line, false, p)
		i.leave(d, p.Line)
	}
	for len(i.rows) > 0 {
		before := len(i.result.Problems)
		if err := i.load.Add(ctx, i.rows); err != nil {
			return err
		}
		if err := i.load.Flush(ctx); err != nil {
			return err
		}
		if len(i.result.Problems) == before {
			break
		}
		for _, p := range slices.Clone(i.result.Problems[before:]) {
			i.leave(d, p.Line)
		}
	}
	return i.enough()
}

// leave takes the rows of a line out, and those that stand under them: the line itself may have none any more, and then the
// loader would put what stands under it under the record before.
func (i *importer) leave(d *document, line int64) {
	left, above := map[int64]bool{line: true}, d.parents()
	i.rows = slices.DeleteFunc(i.rows, func(r loader.Row) bool {
		if !left[r.Line] && len(i.Into[r.Target].Parent) > 0 && left[above[r.Line]] {
			left[r.Line] = true
			i.result.reject(r.Line, false)
		}
		return left[r.Line]
	})
}

// enough stops an import that will be taken back anyhow.
func (i *importer) enough() error {
	if len(i.result.Problems) > i.MaxErrors {
		return errTakenBack
	}
	return nil
}

// rowsOf adds the rows of a record, and gives what stands against it.
func (i *importer) rowsOf(r *Record) (problems []layout.Problem, err error) {
	if first := i.survey.Repeats[r.Line]; first > 0 {
		return []layout.Problem{repetition(r.Line, first)}, nil
	}
	targets := i.byType[r.Type.Name]
	if len(targets) == 0 {
		i.result.Skipped[r.Type.Name]++
	}
	for _, n := range targets {
		into := &i.Into[n]
		row := loader.Row{Target: n, Line: r.Line, Values: r.Values}
		if into.Map != nil {
			row.Values, err = into.Map(r, i.there[mapping{r, n}])
		}
		if err == nil && into.DeleteWhen != nil {
			row.Delete, err = into.DeleteWhen(r)
		}
		if refusal, ok := errors.AsType[Refusal](err); ok {
			return []layout.Problem{{Line: r.Line, Record: r.Type.Name, Err: message.Wrap(refusal.Reason, "txt.record", "exchange.script", message.Args{"reason": refusal.Reason.Error()})}}, nil
		}
		if err != nil {
			return nil, err
		}
		i.rows = append(i.rows, row)
	}
	return nil, nil
}

// progress is what is told of how far a step is; nil where nobody listens.
func (i *importer) progress(step string) func(done, total int64) {
	if i.Progress == nil {
		return nil
	}
	return func(done, total int64) { i.Progress(step, done, total) }
}

func repetition(line, first int64) layout.Problem {
	return layout.Problem{Line: line, Err: message.New("txt.record", "exchange.repeated", message.Args{"line": first})}
}

// refused takes in what the loader has against a unit.
func (i *importer) refused(r loader.Refusal) {
	p := layout.Problem{Line: r.Line, Record: r.Record, Field: r.Field, Value: r.Value, Err: r.Err}
	if i.Unit == UnitRecord {
		i.result.reject(r.Line, false, p)
		return
	}
	i.result.reject(r.Unit, true, p)
}

// rejected is the end of a file of which nothing is taken.
func (i *importer) rejected() (*Result, error) {
	r := i.result
	if len(r.Problems) == 0 {
		r.Problems = i.survey.wrongs()
	}
	r.Verdict, r.Rejected, r.rejects = Rejected, r.Records, nil
	r.Inserted, r.Updated, r.Kept, r.Deleted, r.Tables = 0, 0, 0, 0, nil
	return r, r.write(i.Order)
}

// repeated is the end of a file whose content is in the database already.
func (i *importer) repeated(before Import) (*Result, error) {
	i.result.Verdict, i.result.Before = Repeat, &before
	if i.result.told(i.Order) {
		return i.result, nil
	}
	return i.result, i.result.write(i.Order)
}

// missNone keeps that the number of a file has come, although its content had come before.
func (i *importer) missNone(ctx context.Context, conn *firebird.Conn, before Import) error {
	if i.Sequence == "" || i.Rehearse {
		return nil
	}
	return conn.Transaction(ctx, func(tx *firebird.Transaction) error { return LedgerIn(tx).Repeated(ctx, before, i.Sequence, i.Number) })
}

// done is the end of a file that was imported, or would have been.
func (i *importer) done() (*Result, error) {
	i.result.Verdict = Done
	if i.Rehearse {
		return i.result, i.result.write(i.Order)
	}
	return i.result, nil
}
