package exchange

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/lock"
	"github.com/djscript/djscript/host/message"
)

// Export writes records of a layout out of a database, in one snapshot: under a temporary name, flushed, read back, renamed. Only
// then number and cursor move. A run that dies at any point is finished, or forgotten, by the next of the same name. Errors
// are those of the database, the folder and the order (option.value), txt.record for what does not fit its layout, fs.exists
// where a file has the name already, lock.timeout while another process works on this export; with each nothing has gone out,
// but for what a run that died had left to do.
func Export(ctx context.Context, conn *firebird.Conn, o *Outgoing) (*Exported, error) {
	x := &export{Outgoing: o, conn: conn, result: &Exported{Records: map[string]int64{}, Rehearsed: o.Rehearse}}
	if o.step == nil {
		o.step = func(string) {}
	}
	var err error
	if x.pattern, err = o.check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.spoolDir(), 0o755); err != nil {
		return nil, drive.Explain(err, o.spoolDir())
	}
	held, err := lock.Take(ctx, filepath.Join(o.Store, exportsFolder), folderName(o.Name), o.Holder, o.Wait)
	if err != nil {
		return nil, err
	}
	defer func() { _ = held.Release() }() // the system frees what can not be released
	sweep(o.spoolDir())
	err = x.alone(ctx, func() error { return x.run(ctx) })
	return x.result, err
}

// alone does something while no other computer works on this export: its locks on files hold only this one.
func (x *export) alone(ctx context.Context, do func() error) error {
	if x.Rehearse || !x.remembers() {
		return do()
	}
	if err := Prepare(ctx, x.conn); err != nil {
		return err
	}
	for tries := max(x.Wait, afterDeath) / holdPause; ; tries-- {
		held := false
		err := x.ledger(ctx, func(l Ledger) error {
			if err := l.Hold(ctx, x.Name); err != nil {
				return err
			}
			held = true
			return do()
		})
		if held || message.Code(err) != "lock.timeout" || tries == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(holdPause):
		}
	}
}

// afterDeath is how long the server may take to see that the process is dead which held an export.
const (
	afterDeath = 3 * time.Second
	holdPause  = 100 * time.Millisecond
)

// remembers says whether the database knows how far this export has come.
func (x *export) remembers() bool { return x.Cursor != nil || x.numbered() }

const exportsFolder = "exports"

func (o *Outgoing) spoolDir() string {
	return filepath.Join(o.Store, exportsFolder, folderName(o.Name))
}

func (o *Outgoing) numbers() Numbers {
	return Numbers{Path: filepath.Join(o.Store, exportsFolder, "numbers.json")}
}

// export is one under way.
type export struct {
	*Outgoing
	conn    *firebird.Conn
	pattern *Pattern
	result  *Exported
	before  Progress
	trail   trail
	number  int64
}

func (x *export) run(ctx context.Context) error {
	drive.SweepParts(x.Folder, func(name string) bool { _, ok := x.pattern.Match(name); return ok })
	if err := x.begin(ctx); err != nil {
		return err
	}
	name, err := x.pattern.Format(x.number)
	if err != nil {
		return err
	}
	x.tellNumber()
	out, err := newOutlet(func() (*drive.File, error) { return x.create(name) }, x.keptDir())
	if err != nil {
		return taken(err, filepath.Join(x.Folder, name), x.number)
	}
	defer func() { _ = out.discard() }() // what stays is swept by the next run
	next, err := x.compose(ctx, out)
	if err != nil {
		return err
	}
	x.step("composed")
	if x.result.total() == x.own() && !x.Empty {
		x.result.Records = map[string]int64{}
		return nil
	}
	x.result.Bytes, x.result.SHA256 = out.bytes, out.content()
	if x.Rehearse {
		return nil
	}
	return x.send(ctx, out, next)
}

// tellNumber tells the maps of header and trailer the file's number, as the column number of the rows that they are given.
func (x *export) tellNumber() {
	x.Records = maps.Clone(x.Records)
	for name, source := range x.Records {
		at := x.Codec.Record(name)
		if at < 0 || x.Codec.Layout.Records[at].Role == layout.Body || source.Map == nil || source.SQL != "" {
			continue
		}
		rows := make([]map[string]any, len(source.Rows))
		for i, row := range source.Rows {
			rows[i] = maps.Clone(row)
			rows[i]["number"] = x.number
		}
		source.Rows = rows
		x.Records[name] = source
	}
}

// own is how many records are there whether there are rows or not.
func (x *export) own() (n int64) {
	for _, r := range x.Codec.Layout.Records {
		if r.Role != layout.Body {
			n += x.result.Records[r.Name]
		}
	}
	return n
}

// numbered says whether this export is one of a sequence.
func (x *export) numbered() bool { return x.pattern.Numbered() }

func (x *export) keptDir() string {
	if !x.numbered() || x.Rehearse {
		return ""
	}
	return x.spoolDir()
}

func (x *export) create(name string) (*drive.File, error) {
	if x.Rehearse {
		return nil, x.place(name)
	}
	create := drive.CreateOver
	if x.numbered() {
		create = drive.Create
	}
	file, err := create(x.Folder, name)
	if err == nil {
		file.Share()
	}
	return file, err
}

// place tells why the file could not be written.
func (x *export) place(name string) error {
	if x.numbered() {
		return drive.Vacant(filepath.Join(x.Folder, name))
	}
	return drive.Folder(x.Folder)
}

// begin learns how far this export has come, and finishes what a run that died had begun.
func (x *export) begin(ctx context.Context) (err error) {
	if !x.remembers() {
		return nil
	}
	if x.Rehearse {
		made, err := Prepared(ctx, x.conn)
		if err != nil || !made {
			x.number = 1
			return err
		}
	}
	if x.before, err = x.progress(ctx); err != nil {
		return err
	}
	given, err := x.numbers().Last(x.Name)
	if err != nil {
		return err
	}
	number, open, out := x.before.Next(given)
	if open != nil {
		if err := x.finish(ctx, open, out); err != nil {
			return err
		}
		number++
	}
	if x.numbered() {
		x.number = number
	}
	if !x.Rehearse {
		forget(x.spoolDir(), number)
	}
	x.trail, err = readTrail(x.before.Cursor)
	return err
}

func (x *export) progress(ctx context.Context) (found Progress, err error) {
	err = x.ledger(ctx, func(l Ledger) error {
		found, err = l.Cursor(ctx, x.Name)
		return err
	})
	return found, err
}

// position is where the transactions stand: of those below oldest none is open.
func position(ctx context.Context, conn *firebird.Conn) (oldest int64, err error) {
	err = conn.Snapshot(ctx, func(s *firebird.Snapshot) error {
		oldest, err = number(s.Ask(ctx, `select MON$OLDEST_ACTIVE from MON$DATABASE`))
		return err
	})
	return oldest, err
}

func number(answers [][]string, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(answers[0][0], 10, 64)
}

// compose writes all records, and gives the cursor as it is when they have gone out.
func (x *export) compose(ctx context.Context, out *outlet) (next json.RawMessage, err error) {
	// Asked before the snapshot begins: what has ended by now is in it.
	oldest, err := position(ctx, x.conn)
	if err != nil {
		return nil, err
	}
	err = x.conn.Snapshot(ctx, func(s *firebird.Snapshot) error {
		rows, err := s.Query(ctx, `select CURRENT_TRANSACTION, CURRENT_TIMESTAMP from RDB$DATABASE`, nil, 1)
		if err != nil {
			return err
		}
		current, clock := whole(rows.Values[0][0]), moment(rows.Values[0][1])
		c, err := x.composer(ctx, s, out)
		if err != nil {
			return err
		}
		defer c.close()
		if err := c.compose(ctx); err != nil {
			return err
		}
		x.trail.settle(oldest, current, x.Now(), x.late())
		next, err = x.moved(c, current, clock)
		return err
	})
	return next, err
}

// composer opens everything.
func (x *export) composer(ctx context.Context, s *firebird.Snapshot, out *outlet) (*composer, error) {
	c := &composer{opening: &opening{o: x.Outgoing}, out: out, writer: x.Codec.NewWriter(), result: x.result}
	switch {
	case x.Period != nil:
		c.from, c.until = x.Period.From, x.Period.Until
	case x.Cursor != nil:
		c.from, c.until, c.gone = x.Cursor.From, x.Cursor.Until, x.trail.gone()
		c.kind = x.trail.Kind
		if x.trail.Settled != nil {
			c.from = layout.Value{Kind: x.trail.Kind, N: *x.trail.Settled}
		}
	}
	return c, c.open(ctx, s)
}

func (x *export) late() time.Duration {
	if x.Cursor == nil {
		return 0
	}
	return x.Cursor.late()
}

// moved is the cursor after an export.
func (x *export) moved(c *composer, transaction int64, clock time.Time) (json.RawMessage, error) {
	if x.Cursor == nil || x.Period != nil {
		return x.before.Cursor, nil
	}
	x.trail.Kind = c.kind
	if len(c.keys) > 0 {
		one := outing{Transaction: transaction, At: x.Now(), Seen: c.seen, Until: c.seen, Keys: c.keys}
		// Never beyond what was seen: a clock that was years ahead for a moment would leave out all rows until then.
		switch late := clock.Add(-x.late()); c.kind {
		case layout.Day: // more of a day come until it is over
			one.Until = min(one.Until, dayOf(late.AddDate(0, 0, -1)))
		case layout.Instant:
			one.Until = min(one.Until, instant(late.Add(-tick)).N)
		}
		if c.until.Kind != layout.Null {
			one.Until = min(one.Until, c.until.N)
		}
		x.trail.Pending = append(x.trail.Pending, one)
	}
	return json.Marshal(x.trail)
}

// send gives the file its name. The order is Ledger.Intend's.
func (x *export) send(ctx context.Context, out *outlet, next json.RawMessage) error {
	content, path := out.content(), out.file.Path()
	if !x.numbered() {
		_, err := out.file.Publish(ctx, content)
		if err == nil {
			x.result.Path = path
		}
		return err
	}
	if err := out.keep(ctx, x.number); err != nil {
		return err
	}
	x.step("kept")
	intent := Intent{Number: x.number, File: path, Content: content, Cursor: next}
	err := x.ledger(ctx, func(l Ledger) error { return l.Intend(ctx, x.Name, intent) })
	if err != nil {
		return err
	}
	x.step("intended")
	if err := x.numbers().Give(ctx, x.Name, Given{Number: x.number, Content: content}); err != nil {
		return err
	}
	x.step("given")
	if _, err := out.file.Publish(ctx, content); err != nil {
		return taken(err, path, x.number)
	}
	x.step("renamed")
	if err := x.settled(ctx, intent); err != nil {
		return err
	}
	x.result.Path, x.result.Number = path, x.number
	return x.Keep.prune(x.spoolDir(), x.Now())
}

// settled writes down that a file is out.
func (x *export) settled(ctx context.Context, i Intent) error {
	if err := x.numbers().Give(ctx, x.Name, Given{Number: i.Number, Content: i.Content, Out: true}); err != nil {
		return err
	}
	x.step("out")
	err := x.ledger(ctx, func(l Ledger) error { return l.Settle(ctx, x.Name, i.Cursor, i.Number, x.Now()) })
	x.step("settled")
	return err
}

func (x *export) ledger(ctx context.Context, do func(Ledger) error) error {
	return x.conn.Transaction(ctx, func(tx *firebird.Transaction) error { return do(LedgerIn(tx)) })
}

// finish ends what a run that died had begun, under the same number and with the same content: whoever fetches the files may have
// that one.
func (x *export) finish(ctx context.Context, open *Intent, out bool) error {
	x.result.Finished = &Finished{Path: open.File, Number: open.Number}
	if x.Rehearse {
		x.before.Cursor, x.before.Number = open.Cursor, open.Number
		return nil
	}
	k := kept{path: keptPath(x.spoolDir(), open.Number, open.Content), number: open.Number, content: open.Content}
	if !out {
		err := k.put(ctx, filepath.Dir(open.File), filepath.Base(open.File))
		switch {
		case err == nil:
		case message.Code(err) == "txt.file", missing(k.path):
			x.result.Finished.Lost = true
			open.Cursor = x.before.Cursor
		default:
			return err
		}
	}
	if err := x.settled(ctx, *open); err != nil {
		return err
	}
	var err error
	x.before, err = x.progress(ctx)
	return err
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

// Again writes a file that went out once more, byte for byte under its name: where it is gone, or where it is still there and
// the same. Errors are txt.sequence (it never went out, or is not kept any more), txt.file (what was kept is damaged), fs.exists.
func Again(ctx context.Context, o *Outgoing, number int64) (*Exported, error) {
	pattern, err := o.check()
	if err != nil {
		return nil, err
	}
	all, err := keptIn(o.spoolDir())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	given, err := o.numbers().Last(o.Name)
	if err != nil {
		return nil, err
	}
	for _, k := range slices.Backward(all) {
		if k.number != number || k.number > given.Number || k.number == given.Number && k.content != given.Content {
			continue
		}
		name, err := pattern.Format(number)
		if err != nil {
			return nil, err
		}
		if err := k.put(ctx, o.Folder, name); err != nil {
			return nil, err
		}
		path := filepath.Join(o.Folder, name)
		info, err := os.Stat(path)
		if err != nil {
			return nil, drive.Explain(err, path)
		}
		return &Exported{Path: path, Number: number, Bytes: info.Size(), SHA256: k.content}, nil
	}
	last := int64(0)
	if len(all) > 0 {
		last = all[0].number
	}
	return nil, message.New("txt.sequence", "export.not_kept", message.Args{"name": o.Name, "number": number, "oldest": cmp.Or(last, given.Number), "last": given.Number})
}
