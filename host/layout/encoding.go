package layout

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Encoding is a code page.
type Encoding uint8

// The code pages. Windows-1252 and ISO 8859-1 differ from 0x80 to 0x9F; 0xC7 is "Ç" in both and "Ã" in CP850, so that a guess
// is never safe and a layout says which.
const (
	UTF8 Encoding = iota
	UTF8BOM
	Windows1252
	CP850
	Latin1
)

var encodingNames = []string{UTF8: "utf-8", UTF8BOM: "utf-8-bom", Windows1252: "cp1252", CP850: "cp850", Latin1: "iso-8859-1"}

// EncodingNames are the names of all code pages.
func EncodingNames() []string { return encodingNames }

// EncodingOf is the code page of a name; false where there is none.
func EncodingOf(name string) (Encoding, bool) {
	for e, known := range encodingNames {
		if known == name {
			return Encoding(e), true
		}
	}
	return 0, false
}

// String is its name.
func (e Encoding) String() string { return encodingNames[e] }

// page is a code page of one byte a letter.
type page struct {
	letters [256]rune
	text    [256]bool // what may stand in a text
	bytes   map[rune]byte
}

// pages are those of one byte a letter; nil for UTF-8.
var pages = [...]*page{
	UTF8: nil, UTF8BOM: nil, Windows1252: newPage(charmap.Windows1252), CP850: newPage(charmap.CodePage850), Latin1: newPage(charmap.ISO8859_1),
}

func newPage(from *charmap.Charmap) *page {
	p := &page{bytes: make(map[rune]byte, 256)}
	for i := range 256 {
		r := from.DecodeByte(byte(i))
		p.letters[i] = r
		// Windows-1252 has five bytes, and ISO 8859-1 thirty-two, that are no letters.
		if p.text[i] = !unicode.IsControl(r) && r != utf8.RuneError || i == '\t'; p.text[i] {
			p.bytes[r] = byte(i)
		}
	}
	return p
}

// plain says that a text holds nothing but ASCII's letters, digits and signs.
func plain(text []byte) bool { return plainUntil(text) == len(text) }

// plainUntil is how far a text surely holds nothing but ASCII's letters, digits and signs; its length where all of it does.
func plainUntil(text []byte) int {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		if !plainWord(binary.LittleEndian.Uint64(text[i:])) {
			return i
		}
	}
	for ; i < len(text); i++ {
		if text[i]-0x20 >= 0x60 {
			return i
		}
	}
	return i
}

// plainWord is plain for eight bytes at once.
func plainWord(word uint64) bool {
	const high, blanks = 0x8080808080808080, 0x2020202020202020
	return (word|(word-blanks)&^word)&high == 0
}

// strange is the first byte that can not stand in a text of the code page, counted from 0; -1 for none.
func (e Encoding) strange(line []byte) int {
	p := pages[e]
	if p == nil {
		return strangeUTF8(line)
	}
	for i := 0; i < len(line); i += 8 {
		next := line[i:min(i+8, len(line))]
		if len(next) == 8 && plainWord(binary.LittleEndian.Uint64(next)) {
			continue
		}
		for k, c := range next {
			if !p.text[c] {
				return i + k
			}
		}
	}
	return -1
}

func strangeUTF8(line []byte) int {
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && size <= 1 || unicode.IsControl(r) && r != '\t' {
			return i
		}
		i += size
	}
	return -1
}

// appendUTF8 appends a text of that code page as UTF-8.
func (e Encoding) appendUTF8(to, text []byte) []byte {
	p := pages[e]
	if p == nil || plain(text) {
		return append(to, text...)
	}
	for _, c := range text {
		to = utf8.AppendRune(to, p.letters[c])
	}
	return to
}

// Append appends a text, written in code page from, in code page e. A letter that e lacks is its plain one ("a" for "ã") where
// fold is set; where that is not enough, it is given as bad and the text ends before it.
func (e Encoding) Append(to, text []byte, from Encoding, fold bool) (_ []byte, bad rune) {
	if plain(text) || e.same(from) {
		return append(to, text...), 0
	}
	if pages[from] != nil {
		text = from.appendUTF8(nil, text)
	}
	p := pages[e]
	if p == nil {
		return append(to, text...), 0
	}
	for _, r := range string(text) {
		c, ok := p.bytes[r]
		if !ok && fold {
			if plainer := folded(r); plainer != "" {
				to = append(to, plainer...)
				continue
			}
		}
		if !ok {
			return to, r
		}
		to = append(to, c)
	}
	return to, 0
}

func (e Encoding) same(other Encoding) bool {
	return e == other || pages[e] == nil && pages[other] == nil
}

// folded is a letter without its accents, in ASCII; "" where there is none like it.
func folded(r rune) string {
	for _, alike := range [...]struct{ from, to string }{{"–—‐‑", "-"}, {"‘’‚", "'"}, {"“”„", `"`}, {"…", "..."}, {"€", "EUR"}, {"\u00a0", " "}} {
		if bytes.ContainsRune([]byte(alike.from), r) {
			return alike.to
		}
	}
	var to []byte
	for _, part := range norm.NFKD.String(string(r)) {
		switch {
		case part < utf8.RuneSelf:
			to = append(to, byte(part))
		case !unicode.Is(unicode.Mn, part):
			return ""
		}
	}
	return string(to)
}

var (
	markUTF8 = []byte{0xEF, 0xBB, 0xBF}
	markLE   = []byte{0xFF, 0xFE}
	markBE   = []byte{0xFE, 0xFF}
)

// isUTF16 tells by a file's first bytes: its mark, or a zero in every second place.
func isUTF16(head []byte) bool {
	if bytes.HasPrefix(head, markLE) || bytes.HasPrefix(head, markBE) {
		return true
	}
	head = head[:min(len(head), 256)&^1]
	zeros := [2]int{}
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	return half >= 4 && (zeros[0] > half*3/4 && zeros[1] == 0 || zeros[1] > half*3/4 && zeros[0] == 0)
}
