package loader

import (
	"fmt"
	"strings"
)

// The rows of many units go to the engine in one text, and a block that was prepared once takes them apart and writes them, each
// unit within a savepoint of its own. Measured on a table of ten columns with two indexes (BenchmarkLoad), against one INSERT a
// row: the round trip goes, the parameters go (an EXECUTE BLOCK with a parameter for every value is half as fast), and what
// remains is a few microseconds a row above what the engine itself needs to insert it.
//
// What the form of the text owes to measurement:
//   - a row is cut out of the text first, and the values out of the row: SUBSTRING copies its whole source, 32 KB of it;
//   - values stand in columns as wide as this text's widest, by parameters: narrow rows make many a call;
//   - blanks at the end are cut off by TRIM, at the price of one function; a length before each value costs two. What stands
//     there in place of blanks is a byte that no text of the call ends with, so that none loses one of its own;
//   - a row without an empty value is read without looking whether one is empty, which costs as much as reading it;
//   - days are counted: the engine reads "2026-12-31" slower than a number.

// The head of a row: two letters of its kind, whether the unit goes on, whether values are empty; then a mark for each slot.
const (
	headKind  = 2
	headMore  = 3
	headNulls = 4
	headWidth = 4

	more, last    = '+', '.'
	full, partial = 'F', 'S'
	markNull      = '0'
	markHere      = '1'
	markLong      = 'a' // and the letters behind it: the text is a parameter of its own
)

// What I counts beside inserted rows: rows that lookups created, and updated ones.
const (
	oneCreated = 100_000
	oneUpdated = 10_000_000_000
)

const (
	packSize  = 32000 // of the text; a VARCHAR has 32765 at most
	longTexts = 8     // parameters for texts that are too long to stand among the others
	shortMost = 1024  // bytes of one that stands there
)

// kindOf are the two letters that rows of a target begin with; those that are to be deleted have letters of their own.
func kindOf(t *target, deleted bool) string {
	n := 2 * t.place
	if deleted {
		n++
	}
	return string([]byte{byte('0' + n/64), byte('0' + n%64)})
}

// long tells whether a text of the column may be too long to stand among the others.
func long(c *column) bool {
	return c.kind == kindMemo || c.kind == kindBlob || (c.kind == kindVarchar || c.kind == kindChar) && c.bytes > shortMost
}

// most is how many bytes a value of the column has at most among the others.
func (c *column) most() int {
	switch c.kind {
	case kindChar, kindVarchar:
		return min(c.bytes, shortMost)
	case kindMemo, kindBlob:
		return shortMost
	case kindNumber, kindFloat:
		return 21
	}
	return len("2026-12-31 23:59:59.0000")
}

// widest is how long a row can be. The engine is slower the larger the variable is that a row is cut into.
func (p *plan) widest() int {
	widest := 0
	for _, t := range p.targets {
		var widths []int
		for _, s := range t.slots {
			widths = append(widths, s.column.most())
		}
		widest = max(widest, t.width(widths))
	}
	return min(widest, packSize)
}

// trims tells whether the end of a value is cut off; all others take blanks behind them.
func (c *column) trims() bool {
	return c.kind == kindVarchar || c.kind == kindMemo || c.kind == kindBlob || c.kind == kindChar && c.charset == "OCTETS"
}

func (t *target) variable(slot int) string { return fmt.Sprintf(":V%d_%d", t.place, slot) }
func (t *target) found(lookup int) string  { return fmt.Sprintf(":F%d_%d", t.place, lookup) }
func (t *target) carry(c *column) string {
	for i, one := range t.relation.columns {
		if one == c {
			return fmt.Sprintf(":C%d_%d", t.place, i)
		}
	}
	return "NULL"
}

// program writes the block.
type program struct {
	*plan
	params, declared, returns []string
	body                      strings.Builder
}

// source is the text of the block. Its parameters are those that a pack fills: see pack.args.
func (p *plan) source() string {
	w := &program{plan: p}
	w.declare()
	w.main()
	return "execute block (" + strings.Join(w.params, ", ") + ")\nreturns (" + strings.Join(w.returns, ", ") + ")\nas\n" +
		strings.Join(w.declared, "\n") + "\nbegin\n" + w.body.String() + "end"
}

func (w *program) line(format string, args ...any) {
	fmt.Fprintf(&w.body, format+"\n", args...)
}

func (w *program) local(format string, args ...any) {
	w.declared = append(w.declared, "declare "+fmt.Sprintf(format, args...)+";")
}

// long tells whether any value may be.
func (p *plan) long() bool {
	for _, t := range p.targets {
		for _, s := range t.slots {
			if s.long {
				return true
			}
		}
	}
	return false
}

// carries tells whether rows need something of the row above them.
func (p *plan) carries() bool {
	for _, t := range p.targets {
		if len(t.carried) > 0 {
			return true
		}
	}
	return false
}

func (w *program) declare() {
	w.params = append(w.params, fmt.Sprintf("P varchar(%d) character set none = ?", packSize), "PAD char(1) character set none = ?",
		"ROWS_END integer = ?", "WIDEST integer = ?", "LOUD integer = ?", "GOING_ON integer = ?", "STAYING integer = ?")
	w.returns = append(w.returns, "ROW_AT integer", "ROW_REASON integer")
	w.local("R varchar(%d) character set none", w.widest())
	w.local("B integer = 1")
	w.local("ROW_KIND char(2) character set none")
	w.local("GOES_ON char(1) character set none")
	w.local("M char(1) character set none")
	w.local("N bigint")
	w.local("Z integer = 0")
	if w.long() {
		for i := range longTexts {
			w.params = append(w.params, fmt.Sprintf("X%d blob sub_type text character set none = ?", i))
		}
	}
	for _, t := range w.targets {
		w.params = append(w.params, fmt.Sprintf("W%d integer = ?", t.place))
		for i, s := range t.slots {
			w.params = append(w.params, fmt.Sprintf("O%d_%d integer = ?", t.place, i), fmt.Sprintf("L%d_%d integer = ?", t.place, i))
			w.local("V%d_%d type of column %s.%s", t.place, i, quoted(s.relation.name), quoted(s.column.name))
		}
		for i, l := range t.lookups {
			w.local("F%d_%d type of column %s.%s", t.place, i, quoted(l.relation.name), quoted(l.take.name))
		}
		for _, c := range t.carried {
			w.local("%s type of column %s.%s", t.carry(c)[1:], quoted(t.relation.name), quoted(c.name))
		}
		// What a unit wrote is not counted when it is taken back. Two counts, with others in their upper digits: an assignment
		// more for each unit is noticed.
		w.returns = append(w.returns, fmt.Sprintf("I%d bigint, D%d bigint", t.place, t.place))
		w.local("SI%d bigint", t.place)
		w.local("SD%d bigint", t.place)
	}
}

// main goes through the text, unit by unit.
func (w *program) main() {
	for _, t := range w.targets {
		w.line("I%[1]d = 0; D%[1]d = 0;", t.place)
	}
	w.carriedOver("if (GOING_ON = 1) then", func(t *target, c *column, name string) {
		w.line("%s = rdb$get_context('USER_TRANSACTION', '%s');", t.carry(c)[1:], name)
	})
	w.line("while (B < ROWS_END) do begin")
	for _, t := range w.targets {
		w.line("SI%[1]d = I%[1]d; SD%[1]d = D%[1]d;", t.place)
	}
	// The block within the block is what is taken back. Against the book, one that has a WHEN itself keeps what it did before
	// the statement that failed, if that is an INSERT or the like (measured on 3.0.11).
	w.line("begin\nbegin\nGOES_ON = '+'; ROW_REASON = 0;\nwhile (GOES_ON = '+') do begin")
	w.line("R = substring(:P from :B for :WIDEST); ROW_KIND = substring(:R from 1 for 2); GOES_ON = substring(:R from %d for 1); ROW_AT = B;", headMore)
	for i, t := range w.targets {
		w.line("%sif (ROW_KIND = '%s') then begin", []string{"else ", ""}[btoi(i == 0)], kindOf(t, false))
		w.line("B = B + W%d;", t.place)
		if t.straight() {
			w.insertStraight(t)
		} else {
			w.unpack(t, func(int) bool { return true })
			w.write(t)
		}
		w.line("end")
	}
	for _, t := range w.targets {
		if len(t.key) > 0 {
			w.line("else if (ROW_KIND = '%s') then begin\nB = B + W%d;", kindOf(t, true), t.place)
			w.unpack(t, t.finds)
			w.remove(t)
			w.line("end")
		}
	}
	w.line("else begin\n%s\nZ = 1 / Z;\nend\nend\nend", runaway)
	w.failed()
	w.line("end\nend")
	w.carriedOver("if (STAYING = 1) then", func(t *target, c *column, name string) {
		w.line("N = rdb$set_context('USER_TRANSACTION', '%s', %s);", name, t.carry(c))
	})
	w.line("ROW_AT = 0; ROW_REASON = 0; suspend;")
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w *program) carriedOver(condition string, each func(t *target, c *column, name string)) {
	if !w.carries() {
		return
	}
	w.line("%s begin", condition)
	for _, t := range w.targets {
		for _, c := range t.carried {
			each(t, c, "DJSCRIPT_"+t.carry(c)[1:])
		}
	}
	w.line("end")
}

// failed takes a unit back and goes on behind it. A unit that is to be loud fails with the engine's own words, of which a block
// hears only the number.
func (w *program) failed() {
	w.line("when any do begin\nif (LOUD = 1 and ROW_REASON = 0) then exception;")
	for _, t := range w.targets {
		w.line("I%[1]d = SI%[1]d; D%[1]d = SD%[1]d;", t.place)
	}
	w.line("suspend;\nwhile (GOES_ON = '+') do begin\nR = substring(:P from :B for %d); ROW_KIND = substring(:R from 1 for 2); GOES_ON = substring(:R from %d for 1);", headWidth, headMore)
	for i, t := range w.targets {
		w.line("%sif (ROW_KIND = '%s' or ROW_KIND = '%s') then B = B + W%d;", []string{"else ", ""}[btoi(i == 0)], kindOf(t, false), kindOf(t, true), t.place)
	}
	w.line("else begin %s end\nend\nend", runaway)
}

// runaway ends a call whose text is not what the program knows: it must never go round for ever in a store's server.
const runaway = "B = ROWS_END; GOES_ON = '.';"

// unpack takes a row apart, as far as these slots go.
func (w *program) unpack(t *target, wanted func(slot int) bool) {
	if t.marks() > 0 {
		w.line("if (substring(:R from %d for 1) = '%c') then begin", headNulls, full)
	}
	for i, s := range t.slots {
		if wanted(i) {
			w.line("V%d_%d = %s;", t.place, i, t.cut(i, s))
		}
	}
	if t.marks() == 0 {
		return
	}
	w.line("end else begin")
	for i, s := range t.slots {
		if wanted(i) {
			w.unpackMarked(t, i, s)
		}
	}
	w.line("end")
}

// unpackMarked takes a value out of a row of which some are empty or stand elsewhere.
func (w *program) unpackMarked(t *target, i int, s slot) {
	mark := fmt.Sprintf("substring(:R from %d for 1)", headWidth+1+i)
	switch {
	case s.long:
		w.line("M = %s;\nif (M = '%c') then V%d_%d = %s;\nelse if (M = '%c') then V%d_%d = null;", mark, markHere, t.place, i, t.cut(i, s), markNull, t.place, i)
		for n := range longTexts {
			w.line("else if (M = '%c') then V%d_%d = X%d;", markLong+n, t.place, i, n)
		}
	case s.empty:
		w.line("V%d_%d = case when %s = '%c' then %s end;", t.place, i, mark, markHere, t.cut(i, s))
	default:
		w.line("V%d_%d = %s;", t.place, i, t.cut(i, s))
	}
}

// cut is the expression of one value.
func (t *target) cut(i int, s slot) string {
	e := fmt.Sprintf("substring(:R from :O%d_%d for :L%d_%d)", t.place, i, t.place, i)
	switch {
	case s.column.trims():
		return "trim(trailing :PAD from " + e + ")"
	case s.column.kind == kindDate:
		return "date '0001-01-01' + cast(" + e + " as integer)"
	}
	return e
}
