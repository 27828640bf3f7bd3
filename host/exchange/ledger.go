package exchange

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Ledger is what a database knows of the files that came in and went out, within one transaction: what is written commits
// with the rows. The table is made by Prepare.
type Ledger struct{ tx *firebird.Transaction }

// LedgerIn is the ledger within a transaction.
func LedgerIn(tx *firebird.Transaction) Ledger { return Ledger{tx: tx} }

// Import is one file that was imported. It is known by what it went into and by its content.
type Import struct {
	Into     string // the layout and the targets by which it was read
	Content  string // SHA-256 of the file, in hex
	File     string // its name
	Sequence string // "" for none
	Number   int64
	At       time.Time // on the store's clock
	Run      string
	Again    int // how often it had been imported before
	Counts   Counts
}

// Counts are what became of the records of a file.
type Counts struct{ Records, Inserted, Updated, Deleted, Rejected int64 }

// Imported is the last import of a content into a target; nil where there was none.
func (l Ledger) Imported(ctx context.Context, into, content string) (*Import, error) {
	found, err := l.imports(ctx, "KIND = 'I' and NAME = ? and CONTENT = ? order by AGAIN desc", into, content)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Record writes that a file is imported, before its rows are: of two transactions that import the same, one gets further. The
// other's error tells of the first (ImportedBefore), or is db.busy while that has not ended. Again imports once more what was
// imported before. A number under which the target has another content is txt.sequence, unless it is asked for again. The import
// that was written is given back, for Count.
func (l Ledger) Record(ctx context.Context, i Import, again bool) (Import, error) {
	before, err := l.Imported(ctx, i.Into, i.Content)
	if err != nil {
		return i, err
	}
	if before != nil {
		if !again {
			return i, importedBefore{Already(*before), *before}
		}
		i.Again = before.Again + 1
	}
	if i.Sequence != "" && !again {
		under, err := l.imports(ctx, "SEQUENCE_NAME = ? and SEQUENCE_NUMBER = ? and NAME = ?", i.Sequence, i.Number, i.Into)
		if err != nil {
			return i, err
		}
		if len(under) > 0 {
			return i, OtherContent(i.File, i.Number, under[0])
		}
	}
	err = l.insert(ctx, i, readable(i.File))
	if message.Code(err) == "arg.value" { // a letter that this database does not have
		err = l.insert(ctx, i, strings.Map(asciiOnly, readable(i.File)))
	}
	if message.Code(err) != "db.constraint" {
		return i, refused(err)
	}
	if before, failed := l.Imported(ctx, i.Into, i.Content); failed == nil && before != nil { // committed since we looked
		return i, importedBefore{Already(*before), *before}
	}
	return i, message.Wrap(err, "db.busy", "ledger.busy", message.Args{"file": i.File})
}

// Repeated keeps that a content that was imported before came under a number of its own: nobody has to miss that number.
func (l Ledger) Repeated(ctx context.Context, before Import, sequence string, number int64) error {
	under, err := l.Under(ctx, sequence, number)
	if err != nil || len(under) > 0 {
		return err
	}
	_, err = l.tx.Exec(ctx, `insert into DJSCRIPT_EXCHANGE (KIND, NAME, CONTENT, AGAIN, FILE_NAME, SEQUENCE_NAME, SEQUENCE_NUMBER, DONE_AT, RUN_ID)
		select 'R', NAME, CONTENT, (select count(*) from DJSCRIPT_EXCHANGE where KIND = 'R' and NAME = I.NAME and CONTENT = I.CONTENT),
		FILE_NAME, cast(? as varchar(60) character set utf8), cast(? as bigint), DONE_AT, RUN_ID
		from DJSCRIPT_EXCHANGE I where KIND = 'I' and NAME = ? and CONTENT = ? and AGAIN = ?`,
		sequence, number, before.Into, before.Content, before.Again)
	return refused(err)
}

const importColumns = `NAME, CONTENT, AGAIN, FILE_NAME, SEQUENCE_NAME, SEQUENCE_NUMBER, DONE_AT, RUN_ID, RECORDS, INSERTED, UPDATED, DELETED, REJECTED`

func (l Ledger) insert(ctx context.Context, i Import, file string) error {
	var sequence, number any
	if i.Sequence != "" {
		sequence, number = i.Sequence, i.Number
	}
	_, err := l.tx.Exec(ctx, `insert into DJSCRIPT_EXCHANGE (KIND, `+importColumns+`) values ('I', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		i.Into, i.Content, i.Again, file, sequence, number, i.At, i.Run,
		i.Counts.Records, i.Counts.Inserted, i.Counts.Updated, i.Counts.Deleted, i.Counts.Rejected)
	return err
}

// Count writes what became of the records of a file that Record wrote in this transaction.
func (l Ledger) Count(ctx context.Context, i Import) error {
	_, err := l.tx.Exec(ctx, `update DJSCRIPT_EXCHANGE set RECORDS = ?, INSERTED = ?, UPDATED = ?, DELETED = ?, REJECTED = ?
		where KIND = 'I' and NAME = ? and CONTENT = ? and AGAIN = ?`,
		i.Counts.Records, i.Counts.Inserted, i.Counts.Updated, i.Counts.Deleted, i.Counts.Rejected, i.Into, i.Content, i.Again)
	return refused(err)
}

// OtherContent tells that a number was imported with another content.
func OtherContent(file string, number int64, before Import) error {
	return message.New("txt.sequence", "ledger.other_content", message.Args{
		"name": file, "number": number, "file": before.File, "day": message.Day(before.At.Format(time.DateOnly)), "time": before.At.Format("15:04"),
	})
}

// importedBefore is the error of what was imported before.
type importedBefore struct {
	error
	before Import
}

// Unwrap is what a person is told.
func (e importedBefore) Unwrap() error { return e.error }

// ImportedBefore is the import of which an error of Record tells.
func ImportedBefore(err error) (Import, bool) {
	found, ok := errors.AsType[importedBefore](err)
	return found.before, ok
}

// Already tells that a content was imported before.
func Already(before Import) error {
	return message.New("txt.file", "ledger.repeated", message.Args{
		"file": before.File, "day": message.Day(before.At.Format(time.DateOnly)), "time": before.At.Format("15:04"),
	})
}

// Under are the imports under a number of a sequence, oldest first.
func (l Ledger) Under(ctx context.Context, sequence string, number int64) ([]Import, error) {
	// Only what came in has the name of a sequence. Asked for the kind beside it, Firebird would go through all imports each time.
	return l.imports(ctx, "SEQUENCE_NAME = ? and SEQUENCE_NUMBER = ? order by DONE_AT, AGAIN", sequence, number)
}

// Highest is the largest number of a sequence that was imported, and whether there was one.
func (l Ledger) Highest(ctx context.Context, sequence string) (number int64, known bool, err error) {
	numbers, err := l.numbers(ctx, `select first 1 SEQUENCE_NUMBER from DJSCRIPT_EXCHANGE where SEQUENCE_NAME = ?
		order by SEQUENCE_NAME desc, SEQUENCE_NUMBER desc`, sequence)
	if err != nil || len(numbers) == 0 {
		return 0, false, err
	}
	return numbers[0], true, nil
}

// Last are the numbers of a sequence that were imported, as the ranges without a gap, smallest first.
func (l Ledger) Last(ctx context.Context, sequence string) ([]Range, error) {
	const edges = `select distinct a.SEQUENCE_NUMBER from DJSCRIPT_EXCHANGE a where a.SEQUENCE_NAME = ? and not exists (
		select 1 from DJSCRIPT_EXCHANGE b where b.SEQUENCE_NAME = a.SEQUENCE_NAME and b.SEQUENCE_NUMBER = a.SEQUENCE_NUMBER `
	first, err := l.numbers(ctx, edges+`- 1) order by 1`, sequence)
	if err != nil {
		return nil, err
	}
	last, err := l.numbers(ctx, edges+`+ 1) order by 1`, sequence)
	if err != nil {
		return nil, err
	}
	var ranges []Range
	for i := range min(len(first), len(last)) {
		ranges = append(ranges, Range{First: first[i], Last: last[i]})
	}
	return ranges, nil
}

// Sequences are the names of those under which files were imported, in the order of the alphabet.
func (l Ledger) Sequences(ctx context.Context) ([]string, error) {
	return l.names(ctx, `select distinct SEQUENCE_NAME from DJSCRIPT_EXCHANGE where KIND = 'I' and SEQUENCE_NAME is not null order by 1`)
}

// Exports are the names of the exports that there were.
func (l Ledger) Exports(ctx context.Context) ([]string, error) {
	return l.names(ctx, `select NAME from DJSCRIPT_EXCHANGE where KIND = 'E' order by 1`)
}

func (l Ledger) names(ctx context.Context, query string) ([]string, error) {
	rows, err := l.tx.Query(ctx, query, nil, 0)
	if err != nil {
		return nil, refused(err)
	}
	names := make([]string, len(rows.Values))
	for i, row := range rows.Values {
		names[i] = text(row[0])
	}
	return names, nil
}

// Gaps are what is missing between ranges that were done.
func Gaps(done []Range) []Range {
	var gaps []Range
	for i := 1; i < len(done); i++ {
		gaps = append(gaps, Range{First: done[i-1].Last + 1, Last: done[i].First - 1})
	}
	return gaps
}

func (l Ledger) numbers(ctx context.Context, query, sequence string) ([]int64, error) {
	rows, err := l.tx.Query(ctx, query, []any{sequence}, 0)
	if err != nil {
		return nil, refused(err)
	}
	numbers := make([]int64, len(rows.Values))
	for i, row := range rows.Values {
		numbers[i] = whole(row[0])
	}
	return numbers, nil
}

func (l Ledger) imports(ctx context.Context, where string, args ...any) ([]Import, error) {
	rows, err := l.tx.Query(ctx, `select `+importColumns+` from DJSCRIPT_EXCHANGE where `+where, args, 0)
	if err != nil {
		return nil, refused(err)
	}
	found := make([]Import, len(rows.Values))
	for n, row := range rows.Values {
		i := &found[n]
		i.Into, i.Content, i.Again, i.File = text(row[0]), text(row[1]), int(whole(row[2])), text(row[3])
		i.Sequence, i.Number, i.At, i.Run = text(row[4]), whole(row[5]), moment(row[6]), text(row[7])
		i.Counts = Counts{whole(row[8]), whole(row[9]), whole(row[10]), whole(row[11]), whole(row[12])}
	}
	return found, nil
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func whole(value any) int64 {
	switch v := value.(type) {
	case int64:
		return v
	case firebird.Decimal:
		n, _ := strconv.ParseInt(string(v), 10, 64) // a BIGINT
		return n
	}
	return 0
}

// moment is a time on the store's clock, which the database keeps without a zone.
func moment(value any) time.Time {
	t, _ := time.ParseInLocation("2006-01-02T15:04:05", text(value), time.Local)
	return t
}

// readable is the name of a file for people: what it is known by is its content.
func readable(name string) string {
	var letters []rune
	for _, r := range name {
		if !unicode.IsPrint(r) {
			r = '_'
		}
		letters = append(letters, r)
	}
	return string(letters[:min(len(letters), 255)])
}

func asciiOnly(r rune) rune {
	if r > unicode.MaxASCII {
		return '_'
	}
	return r
}

// refused tells what to do where the user may not use the table.
func refused(err error) error {
	if firebird.Denied(err) {
		return message.Wrap(err, "db.denied", "ledger.denied", nil)
	}
	return err
}
