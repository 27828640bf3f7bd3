package loader

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/djscript/djscript/host/layout"
)

const unicodeSet = "UTF8"

// sets are the character sets of a letter a byte that columns have in Brazil, by Firebird's names. A column without one
// (NONE) holds what the store's programs write: Windows-1252.
var sets = map[string]*charmap.Charmap{
	"WIN1252": charmap.Windows1252, "NONE": charmap.Windows1252, "ISO8859_1": charmap.ISO8859_1, "DOS850": charmap.CodePage850,
	"DOS437": charmap.CodePage437, "ISO8859_15": charmap.ISO8859_15, "WIN1250": charmap.Windows1250, "ISO8859_2": charmap.ISO8859_2,
}

var pages = map[layout.Encoding]*charmap.Charmap{
	layout.Windows1252: charmap.Windows1252, layout.CP850: charmap.CodePage850, layout.Latin1: charmap.ISO8859_1,
}

// encoded appends a text in the column's character set. bad is the first letter that the set does not have.
func (c *column) encoded(to []byte, v layout.Value) (_ []byte, bad string) {
	page, set := pages[v.Encoding], sets[c.charset]
	switch {
	case c.charset == "" || c.charset == "OCTETS", page != nil && page == set, isASCII(v.Bytes):
		return append(to, v.Bytes...), ""
	case page == nil:
		for i, r := range string(v.Bytes) {
			if _, size := utf8.DecodeRune(v.Bytes[i:]); r == utf8.RuneError && size == 1 {
				return to, fmt.Sprintf("0x%02X", v.Bytes[i])
			}
			if to, bad = c.letter(to, set, r); bad != "" {
				return to, bad
			}
		}
		return to, ""
	}
	for _, b := range v.Bytes {
		if to, bad = c.letter(to, set, page.DecodeByte(b)); bad != "" {
			return to, bad
		}
	}
	return to, ""
}

// letter appends one letter. Of a set that is not known here only ASCII is sure.
func (c *column) letter(to []byte, set *charmap.Charmap, r rune) ([]byte, string) {
	if r < utf8.RuneSelf {
		return append(to, byte(r)), ""
	}
	if c.charset == unicodeSet && r != utf8.RuneError {
		return utf8.AppendRune(to, r), ""
	}
	if set != nil {
		if b, ok := set.EncodeRune(r); ok {
			return append(to, b), ""
		}
	}
	return to, string(r)
}

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
