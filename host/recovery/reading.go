package recovery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// reading is how one table is read that can not be read whole.
type reading struct {
	*course
	table    table
	from, to string

	saved  int64
	skips  int   // places whose row, if there was one, could not be read
	whole  bool  // nothing at all could be read
	blank  int64 // rows that came without their large texts and images
	spent  int   // programs that failed
	reason error // why the last of them did
}

const (
	// One statement asks for so many records by their keys: a text within SQL ends at 32 KB.
	keysAtOnce = 1000
	// One program does so many statements, while all goes well.
	chunksAtOnce = 64
	// A table may fail so often: enough for some hundred damaged places, and an end where all of it is.
	failures = 4000
)

// chunk are records of a table by their numbers; nil: all that there are.
type chunk []int64

// all reads the table, unless Firebird does not know any more what is in it: then each of its records would fail alone, one
// program after the other. Where a program died and did not say how far it had come, it is read once more with a program for
// each chunk.
func (r *reading) all(ctx context.Context) error {
	known, err := r.answers(ctx)
	if err != nil {
		return err
	}
	if r.whole = !known; r.whole {
		return nil
	}
	err = r.read(ctx, chunksAtOnce)
	if !errors.Is(err, errUnknown) {
		return err
	}
	if err := r.empty(ctx); err != nil {
		return err
	}
	r.saved, r.skips, r.blank = 0, 0, 0
	return r.read(ctx, 1)
}

// noRecord is the number of a record that no table has.
const noRecord = 1 << 36

// answers tells whether the table can be asked at all.
func (r *reading) answers(ctx context.Context) (bool, error) {
	if !r.table.known {
		return false, nil
	}
	done, err := r.run(ctx, []chunk{{noRecord}})
	return done == 1, err
}

// empty takes the rows out again.
func (r *reading) empty(ctx context.Context) error {
	patient, end := r.patience(ctx)
	defer end()
	_, err := r.engine.ScriptIn(patient, r.to, "NONE", "delete from "+quoted(r.table.name)+";\ncommit;\n")
	return err
}

// read reads the table in chunks, so many with one program, and in ever smaller ones down to the record that can not be
// read.
func (r *reading) read(ctx context.Context, most int) error {
	left := r.chunks()
	for size := most; len(left) > 0; {
		done, err := r.run(ctx, left[:min(size, len(left))])
		if err != nil {
			return err
		}
		if done == min(size, len(left)) {
			left, size = left[done:], min(2*size, most)
			continue
		}
		failed := left[done]
		left, size = left[done+1:], 1
		switch {
		case len(failed) > 1 && r.spent < failures:
			left = append([]chunk{failed[:len(failed)/2], failed[len(failed)/2:]}, left...)
		case len(failed) > 1:
			r.skips += len(failed)
		default:
			if err := r.withoutBlobs(ctx, failed); err != nil {
				return err
			}
		}
	}
	return nil
}

// chunks are all places where the table may have a record.
func (r *reading) chunks() []chunk {
	var all []chunk
	last := chunk{}
	for _, page := range r.seen.pagesOf(r.table.id) {
		for line := range page.lines {
			last = append(last, int64(page.sequence)*int64(r.seen.recordsPerPage())+int64(line))
			if len(last) == keysAtOnce {
				all, last = append(all, last), chunk{}
			}
		}
	}
	if len(last) > 0 {
		all = append(all, last)
	}
	return all
}

// withoutBlobs reads one row without its large texts and images, where these are what can not be read.
func (r *reading) withoutBlobs(ctx context.Context, record chunk) error {
	whole := r.table.columns
	plain := slices.DeleteFunc(slices.Clone(whole), func(c column) bool { return c.blob })
	if len(plain) == len(whole) || len(plain) == 0 {
		r.skips++
		return nil
	}
	before := r.saved
	r.table.columns = plain
	done, err := r.run(ctx, []chunk{record})
	r.table.columns = whole
	if err == nil && done == 0 {
		r.skips++
	}
	r.blank += r.saved - before
	return err
}

// run reads chunks, each by a statement of its own in a transaction of its own, until one fails; it gives how many did not.
// What was put in is counted: a program that dies does not say how far it came.
func (r *reading) run(ctx context.Context, all []chunk) (done int, err error) {
	patient, end := r.patience(ctx)
	defer end()
	out, failed := r.engine.ScriptIn(patient, r.to, "NONE", r.script(all))
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	said := rowsRead(out)
	if failed == nil && len(said) == len(all) {
		r.saved += sum(said)
		return len(all), nil
	}
	if halts(failed) {
		return 0, failed
	}
	r.spent++
	if r.reason = failed; failed == nil {
		r.reason = errNoCount
	}
	there, err := r.count(ctx)
	if err != nil {
		return 0, err
	}
	if there == r.saved+sum(said) {
		r.saved = there
		return len(said), nil
	}
	if len(all) > 1 {
		return 0, errUnknown
	}
	r.saved = there
	return 1, nil
}

var (
	errNoCount = errors.New("no count of the rows that were read")
	errUnknown = errors.New("a program died, and it is not known which rows it had read")
)

// count is how many rows of the table are in the new database.
func (r *reading) count(ctx context.Context) (int64, error) {
	patient, end := r.patience(ctx)
	defer end()
	values, err := r.engine.Query(patient, r.to, "select count(*) from "+quoted(r.table.name))
	if err != nil {
		return 0, err
	}
	if len(values) != 1 {
		return 0, errNoCount
	}
	return strconv.ParseInt(strings.TrimSpace(values[0]), 10, 64)
}

func sum(all []int64) (n int64) {
	for _, one := range all {
		n += one
	}
	return n
}

// rowsRead are the counts in what isql said, one for each statement that came to its end.
func rowsRead(out string) (all []int64) {
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "ROWS_READ"); ok {
			if n, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}

// script copies rows from the damaged copy into the new database, within one engine.
func (r *reading) script(all []chunk) string {
	var declare, into, names strings.Builder
	for i, c := range r.table.columns {
		if i > 0 {
			into.WriteString(", ")
			names.WriteString(", ")
		}
		fmt.Fprintf(&declare, "declare v%d type of column %s.%s;\n", i, quoted(r.table.name), quoted(c.name))
		fmt.Fprintf(&into, ":v%d", i)
		names.WriteString(quoted(c.name))
	}
	var sql strings.Builder
	sql.WriteString("set list on;\nset bail on;\nset term @^@ ;\n")
	for _, records := range all {
		query := "select " + names.String() + " from " + quoted(r.table.name) + r.table.where(records)
		fmt.Fprintf(&sql, `execute block returns (rows_read bigint) as
%sbegin
rows_read = 0;
for execute statement '%s' on external '%s' as user 'SYSDBA' into %s do
begin
insert into %s (%s) values (%s);
rows_read = rows_read + 1;
end
suspend;
end @^@
commit @^@
`, declare.String(), text(query), text(r.from), into.String(), quoted(r.table.name), names.String(), into.String())
	}
	return sql.String() + "set term ; @^@\n"
}

// text writes a text within a text of SQL.
func text(s string) string { return strings.ReplaceAll(s, "'", "''") }

// where is the condition of records by their keys. Firebird 3.0 finds a key at once, and reads the whole table for a range
// of them.
func (t table) where(records chunk) string {
	if records == nil {
		return ""
	}
	keys := make([]string, len(records))
	for i, record := range records {
		keys[i] = "x'" + recordKey(t.id, record+1) + "'"
	}
	return " where rdb$db_key in (" + strings.Join(keys, ",") + ")"
}

// recordKey is a record's key as SQL writes bytes: the table in two, a byte that is nothing, the number in five, of which
// the highest comes first and the others from the lowest on. Numbers are counted from 1.
func recordKey(relation uint16, number int64) string {
	key := make([]byte, 8)
	putShort(key, 0, relation)
	key[3] = byte(number >> 32)
	putLong(key, 4, uint32(number))
	return fmt.Sprintf("%X", key)
}

// tellLost says what the reading knows that it left behind.
func (r *reading) tellLost() string {
	switch {
	case r.whole:
		return message.Text("recovery.lost_table", message.Args{"why": r.why(r.reason)})
	case r.skips > 0 && r.blank > 0:
		return message.Text("recovery.lost_both", message.Args{"n": r.skips, "blank": r.blank, "why": r.why(r.reason)})
	case r.skips > 0:
		return message.Text("recovery.lost_places", message.Args{"n": r.skips, "why": r.why(r.reason)})
	case r.blank > 0:
		return message.Text("recovery.lost_blobs", message.Args{"blank": r.blank})
	}
	return ""
}
