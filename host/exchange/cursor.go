package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/djscript/djscript/host/message"
)

// Progress is how far an export has come.
type Progress struct {
	Name   string
	Number int64           // the last that went out, as far as this database knows; 0 before the first
	Cursor json.RawMessage // up to where; nil before the first
	Intent *Intent         // what was about to go out when a run ended; nil for nothing
	At     time.Time
}

// Intent is what an export is about to do, written before the file gets its name: a run that comes after a crash looks
// whether it did, and goes on from there.
type Intent struct {
	Number  int64           `json:"number"`
	File    string          `json:"file"`    // where it is to lie
	Content string          `json:"content"` // its SHA-256, in hex
	Cursor  json.RawMessage `json:"cursor"`  // up to where it tells
}

// Next is the number of the next file. With it comes the intent that has to be seen to first, under that number: its file has
// to get its name, or, where it is out, only Settle is missing. Given is what Numbers knows. An intent that does not fit that
// stands in a database that was restored; it is of no use any more.
func (e Progress) Next(given Given) (number int64, open *Intent, out bool) {
	if e.Intent == nil || e.Intent.Number <= e.Number {
		return max(e.Number, given.Number) + 1, nil, false
	}
	if e.Intent.Number > given.Number {
		return e.Intent.Number, e.Intent, false
	}
	if e.Intent.Number < given.Number || e.Intent.Content != given.Content {
		return given.Number + 1, nil, false
	}
	return e.Intent.Number, e.Intent, given.Out
}

// Cursor is how far an export has come; the zero Progress of that name where there was none.
func (l Ledger) Cursor(ctx context.Context, name string) (Progress, error) {
	e := Progress{Name: name}
	rows, err := l.tx.Query(ctx, `select SEQUENCE_NUMBER, CURSOR_JSON, INTENT_JSON, DONE_AT from DJSCRIPT_EXCHANGE
		where KIND = 'E' and NAME = ? and CONTENT = '' and AGAIN = 0`, []any{name}, 1)
	if err != nil {
		return e, refused(err)
	}
	if len(rows.Values) == 0 {
		return e, nil
	}
	row := rows.Values[0]
	e.Number, e.At = whole(row[0]), moment(row[3])
	if cursor := text(row[1]); cursor != "" {
		e.Cursor = json.RawMessage(cursor)
	}
	if intent := text(row[2]); intent != "" {
		if err := json.Unmarshal([]byte(intent), &e.Intent); err != nil {
			return e, fmt.Errorf("read intent of export %s: %w", name, err)
		}
	}
	return e, nil
}

// Hold has one process at a time work on an export, on whatever computer, until this transaction ends; lock.timeout while another
// does. The server itself ends the transaction of a process that died.
func (l Ledger) Hold(ctx context.Context, name string) error {
	_, err := l.tx.Exec(ctx, `update or insert into DJSCRIPT_EXCHANGE (KIND, NAME, CONTENT, AGAIN) values ('H', ?, '', 0)
		matching (KIND, NAME, CONTENT, AGAIN)`, name)
	switch message.Code(err) {
	case "db.busy", "db.constraint": // it holds the row; or is just making it
		return message.Wrap(err, "lock.timeout", "ledger.held", message.Args{"name": name})
	}
	return refused(err)
}

// Intend writes what is about to go out. A number that went out already is txt.sequence.
//
// The order is: Hold in a transaction of its own, Intend and its commit, Numbers.Give, the file gets its name, Numbers.Give with
// Out, Settle. Whenever a run dies, the next one finds the intent and goes on under the same number, with the same content: what is
// to go out is kept aside until it is settled, because whoever fetches the file may have done so.
func (l Ledger) Intend(ctx context.Context, name string, intent Intent) error {
	before, err := l.Cursor(ctx, name)
	if err != nil {
		return err
	}
	if intent.Number <= before.Number {
		return message.New("txt.sequence", "ledger.gone_out", message.Args{"name": name, "number": intent.Number, "last": before.Number})
	}
	written, err := json.Marshal(intent)
	if err != nil {
		return err
	}
	_, err = l.tx.Exec(ctx, `update or insert into DJSCRIPT_EXCHANGE (KIND, NAME, CONTENT, AGAIN, INTENT_JSON) values ('E', ?, '', 0, ?)
		matching (KIND, NAME, CONTENT, AGAIN)`, name, ascii(written))
	return refused(err)
}

// Settle writes that a number went out, and up to where. The number never falls.
func (l Ledger) Settle(ctx context.Context, name string, cursor json.RawMessage, number int64, at time.Time) error {
	before, err := l.Cursor(ctx, name)
	if err != nil {
		return err
	}
	var text any
	if cursor != nil {
		text = ascii(cursor)
	}
	_, err = l.tx.Exec(ctx, `update or insert into DJSCRIPT_EXCHANGE (KIND, NAME, CONTENT, AGAIN, SEQUENCE_NUMBER, CURSOR_JSON, INTENT_JSON, DONE_AT)
		values ('E', ?, '', 0, ?, ?, null, ?) matching (KIND, NAME, CONTENT, AGAIN)`, name, max(number, before.Number), text, at)
	return refused(err)
}

// ascii is JSON in which letters beyond ASCII are written as escapes: whatever the database's character set is.
func ascii(text []byte) string {
	if !slices.ContainsFunc(text, func(c byte) bool { return c >= utf8.RuneSelf }) { // of a cursor it may be megabytes
		return string(text)
	}
	var b strings.Builder
	for _, r := range string(text) {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
