package exchange

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// trail is how far a cursor has come.
//
// A row with a smaller value may be committed after one with a larger: id 99 after id 100. So a value is settled only when no row
// up to it can come any more: every transaction that was open when it went out has ended (those that began later take larger
// ids), rows have had their time to be late, and one more export has read since. Until then each export reads again from the last settled value, and leaves
// out what went out already, by a hash of each row. A transaction that stays open for hours makes that set larger, and nothing
// else; one that was rolled back holds up nothing.
type trail struct {
	Kind    layout.Kind `json:"kind"`
	Settled *int64      `json:"settled,omitempty"` // as layout.Value has it; nothing before the first
	Pending []outing    `json:"pending,omitempty"` // oldest first
}

// outing is one export that is not settled.
type outing struct {
	Transaction int64     `json:"transaction"` // of its snapshot
	At          time.Time `json:"at"`
	Seen        int64     `json:"seen"`  // the largest value that went out
	Until       int64     `json:"until"` // the value that is settled with it
	Keys        []byte    `json:"keys"`  // of its rows, keySize each
}

// keySize makes it as good as certain that no two rows have the same.
const keySize = 16

type rowKey [keySize]byte

func readTrail(written json.RawMessage) (t trail, err error) {
	if written != nil {
		err = json.Unmarshal(written, &t)
	}
	return t, err
}

// settle takes out what nothing can come before any more, once an export has read all that is there: of the transactions all
// below oldest had ended before it read. A database that was
// restored counts its transactions anew; then none of before is open.
func (t *trail) settle(oldest, current int64, now time.Time, late time.Duration) {
	for _, one := range t.Pending {
		ended := one.Transaction < oldest || one.Transaction > current
		// A date or a time carries its lateness in Until.
		if t.Kind == layout.Number && now.Sub(one.At) < late {
			ended = false
		}
		if ended && (t.Settled == nil || one.Until > *t.Settled) {
			until := one.Until
			t.Settled = &until
		}
	}
	t.Pending = slices.DeleteFunc(t.Pending, func(one outing) bool { return t.Settled != nil && one.Seen <= *t.Settled })
}

// gone are the rows that went out and are not settled.
func (t *trail) gone() map[rowKey]bool {
	n := 0
	for _, one := range t.Pending {
		n += len(one.Keys) / keySize
	}
	set := make(map[rowKey]bool, n)
	for _, one := range t.Pending {
		for keys := one.Keys; len(keys) >= keySize; keys = keys[keySize:] {
			set[rowKey(keys)] = false
		}
	}
	return set
}

// bounds is what :from and :until are bound to, as text that the database understands whatever the column's size.
func bounds(column string, from, until layout.Value) (low, high string, err error) {
	ends, ok := map[string][2]string{
		"SMALLINT": {"-32768", "32767"}, "INTEGER": {"-2147483648", "2147483647"},
		"BIGINT": {"-9223372036854775808", "9223372036854775807"},
		"DATE":   {"0001-01-01", "9999-12-31"}, "TIMESTAMP": {"0001-01-01 00:00:00", "9999-12-31 23:59:59.9999"},
	}[column]
	if !ok {
		return "", "", message.New("option.value", "export.cursor_type", message.Args{"type": column})
	}
	low, high = ends[0], ends[1]
	if from.Kind != layout.Null {
		low = boundText(from)
	}
	if until.Kind != layout.Null {
		high = boundText(until)
	}
	return low, high, nil
}

// boundText is a value as the server reads it: Firebird 3 knows no "T" between a day and a time.
func boundText(v layout.Value) string {
	return string(bytes.Replace(v.Append(nil), []byte("T"), []byte(" "), 1))
}

var cursorKinds = map[string]layout.Kind{
	"SMALLINT": layout.Number, "INTEGER": layout.Number, "BIGINT": layout.Number, "DATE": layout.Day, "TIMESTAMP": layout.Instant,
}

// as is a bound in the kind of its column: of a day the last moment, of a moment the last day that is over with it; false where
// it is neither.
func as(v layout.Value, kind layout.Kind) (layout.Value, bool) {
	switch {
	case v.Kind == layout.Null || v.Kind == kind && v.Places == 0:
		return v, true
	case v.Kind == layout.Day && kind == layout.Instant:
		return layout.Value{Kind: kind, N: v.N*dayClock + lastClock}, true
	case v.Kind == layout.Instant && kind == layout.Day:
		whole := v.N / dayClock
		if v.N%dayClock < lastClock {
			return dayValue(timeOf(whole).AddDate(0, 0, -1)), true
		}
		return layout.Value{Kind: kind, N: whole}, true
	}
	return v, false
}

// lastClock is the last moment of a day.
const lastClock = 2359599999

func timeOf(day int64) time.Time {
	return time.Date(int(day/10000), time.Month(day/100%100), int(day%100), 0, 0, 0, 0, time.UTC)
}
