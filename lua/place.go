package lua

import "strings"

// Place is where somebody stands who is typing a line: in the arguments or in the options of a call.
type Place struct {
	Call     string   // the function, "dj.copy.create"; "" outside of every call
	Argument int      // which argument, from 0; in a table, the one that the table is
	Options  bool     // in the table of the options, where a key can begin
	Key      string   // the option whose value is being written, "" where none is
	Given    []string // the options that are written already
	InText   bool     // within quotes
	Word     string   // what of a name, or of the text in quotes, is written already
}

// bracket is one that is open.
type bracket struct {
	round bool
	place Place
	list  bool // a table within the options: no key of theirs begins in it
}

// PlaceOf finds where the end of an unfinished line stands. It takes anything: what is no Lua has no place.
func PlaceOf(line string) Place {
	r := placeReader{text: line}
	for r.at < len(r.text) && !r.inText {
		r.step()
	}
	place := Place{}
	if n := len(r.open); n > 0 {
		top := r.open[n-1]
		place = top.place
		place.Options = !top.round && !top.list && place.Call != "" && place.Key == "" && !r.inText
	}
	place.InText, place.Word = r.inText, r.word
	if r.at > len(r.text) || !r.inText && (r.text == "" || !isPath(r.text[len(r.text)-1])) {
		place.Word = ""
	}
	return place
}

type placeReader struct {
	text   string
	at     int
	open   []bracket
	word   string // the last name, or what of a text is there
	inText bool
}

func isPath(c byte) bool {
	return c == '_' || c == '.' || c == ':' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (r *placeReader) step() {
	c := r.text[r.at]
	switch {
	case strings.HasPrefix(r.text[r.at:], "--"):
		r.pass(strings.IndexByte(r.text[r.at:], '\n'), 1)
	case strings.HasPrefix(r.text[r.at:], "[["):
		r.pass(strings.Index(r.text[r.at:], "]]"), 2)
	case c == '"' || c == '\'':
		r.quoted(c)
	case isPath(c):
		begin := r.at
		for r.at < len(r.text) && isPath(r.text[r.at]) {
			r.at++
		}
		r.word = r.text[begin:r.at]
	default:
		r.at++
		r.sign(c)
	}
}

// pass goes on behind what ends so far away, or to the end of the line.
func (r *placeReader) pass(distance, length int) {
	if distance < 0 {
		r.at, r.word = len(r.text)+1, ""
		return
	}
	r.at += distance + length
	r.word = ""
}

func (r *placeReader) quoted(quote byte) {
	begin := r.at + 1
	for r.at = begin; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\\':
			r.at++
		case quote:
			r.at++
			r.word = ""
			return
		}
	}
	r.inText, r.word = true, r.text[begin:]
	r.at = len(r.text)
}

func (r *placeReader) sign(c byte) {
	var top *bracket
	if n := len(r.open); n > 0 {
		top = &r.open[n-1]
	}
	switch c {
	case ' ', '\t', '\r', '\n':
		return
	case '(':
		r.open = append(r.open, bracket{round: true, place: Place{Call: r.word}})
	case '{':
		r.table(top)
	case ')', '}':
		if top != nil {
			r.open = r.open[:len(r.open)-1]
		}
	case '=':
		if top != nil && !top.round && !top.list && r.word != "" {
			top.place.Key = r.word
			top.place.Given = append(top.place.Given, r.word)
		}
	case ',', ';':
		if top != nil && top.round {
			top.place.Argument++
		} else if top != nil && !top.list {
			top.place.Key = ""
		}
	}
	r.word = ""
}

// table opens one: the options of a call, f { } or f(x, { }), or something within them.
func (r *placeReader) table(top *bracket) {
	switch {
	case r.word != "":
		r.open = append(r.open, bracket{place: Place{Call: r.word}})
	case top != nil && top.round:
		r.open = append(r.open, bracket{place: Place{Call: top.place.Call, Argument: top.place.Argument}})
	case top != nil && top.place.Key != "":
		r.open = append(r.open, bracket{place: Place{Call: top.place.Call, Argument: top.place.Argument, Key: top.place.Key}, list: true})
	default:
		r.open = append(r.open, bracket{list: true})
	}
}
