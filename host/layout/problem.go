package layout

import (
	"unicode/utf8"

	"github.com/djscript/djscript/host/message"
)

// Problem is one thing that is wrong in a file, and where.
type Problem struct {
	Line     int64 // from 1; 0: the file as a whole
	Column   int   // byte of the line, from 1; 0: the line as a whole
	Document int64 // the document that it belongs to, from 1; 0: none
	Whole    bool  // it puts the whole file in doubt
	Record   string
	Field    string
	Value    string // what stands there, readable
	Err      *message.Error
}

// Error is where it is and what is wrong.
func (p Problem) Error() string {
	args := message.Args{"line": p.Line, "column": p.Column, "field": p.Field, "what": p.Err.Sentence()}
	switch {
	case p.Line == 0:
		return p.Err.Sentence()
	case p.Field != "" && p.Column > 0:
		return message.Text("layout.at_field", args)
	case p.Field != "":
		return message.Text("layout.at_field_alone", args)
	case p.Column > 0:
		return message.Text("layout.at_column", args)
	}
	return message.Text("layout.at_line", args)
}

// Code is the stable name of what is wrong: txt.record, txt.encoding, txt.layout.
func (p Problem) Code() string { return p.Err.Code() }

// Hint is what to do about it.
func (p Problem) Hint() string { return p.Err.Hint() }

// Unwrap is the error without its place.
func (p Problem) Unwrap() error { return p.Err }

const (
	codeRecord   = "txt.record"   // a record is not as its layout says
	codeEncoding = "txt.encoding" // a byte that the code page does not have
	codeLayout   = "txt.layout"   // the whole file is of another kind
)

func wrong(key string, args message.Args) *message.Error {
	return message.New(codeRecord, key, args)
}

// shownMost is how many bytes of a value are told.
const shownMost = 80

// shown is a value as it stands, short enough for a sentence.
func (e Encoding) shown(value []byte) string {
	if len(value) > shownMost {
		return e.Shown(value[:shownMost]) + "…"
	}
	return e.Shown(value)
}

// Shown is what stands in a file, for people: in UTF-8, with a dot for what can not be shown.
func (e Encoding) Shown(raw []byte) string {
	var text []byte
	for _, r := range string(e.appendUTF8(nil, raw)) {
		if r < ' ' || r == 0x7F || r == utf8.RuneError {
			r = '·'
		}
		text = append(text, string(r)...)
	}
	return string(text)
}
