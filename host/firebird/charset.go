package firebird

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/djscript/djscript/host/message"
)

// The driver stores a text with one character outside the connection's set as an empty text, and says nothing. So
// texts are encoded here and bound as bytes, and a text that does not fit is an error.

// charmaps are the sets that the driver decodes; a database in another one is spoken to in UTF8.
var charmaps = map[string]*charmap.Charmap{
	"WIN1250": charmap.Windows1250, "WIN1251": charmap.Windows1251, "WIN1252": charmap.Windows1252,
	"WIN1253": charmap.Windows1253, "WIN1254": charmap.Windows1254, "WIN1255": charmap.Windows1255,
	"WIN1256": charmap.Windows1256, "WIN1257": charmap.Windows1257, "WIN1258": charmap.Windows1258,
	"ISO8859_1": charmap.ISO8859_1, "ISO8859_2": charmap.ISO8859_2, "ISO8859_3": charmap.ISO8859_3,
	"ISO8859_4": charmap.ISO8859_4, "ISO8859_5": charmap.ISO8859_5, "ISO8859_6": charmap.ISO8859_6,
	"ISO8859_7": charmap.ISO8859_7, "ISO8859_8": charmap.ISO8859_8, "ISO8859_9": charmap.ISO8859_9,
	"ISO8859_13": charmap.ISO8859_13, "KOI8R": charmap.KOI8R, "KOI8U": charmap.KOI8U,
}

const unicode = "UTF8"

// connectionCharset is what to connect in to a database of that set. A database without one (NONE) holds what its
// program wrote: in Brazil, Windows-1252.
func connectionCharset(database string) string {
	switch database = strings.ToUpper(strings.TrimSpace(database)); {
	case database == "" || database == "NONE" || database == "ASCII":
		return "WIN1252"
	case charmaps[database] != nil:
		return database
	default:
		return unicode
	}
}

// encode is the text in the connection's set. The error is arg.value.
func encode(text, charset string) ([]byte, error) {
	set, ok := charmaps[charset]
	if !ok {
		return []byte(text), nil
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := set.EncodeRune(r)
		if !ok {
			return nil, message.New("arg.value", "firebird.charset", message.Args{
				"text": text, "charset": charset, "rune": string(r),
			})
		}
		out = append(out, b)
	}
	return out, nil
}

// decoded mends a text that a column without a set brought through a UTF8 connection as it lay there.
func decoded(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	mended, err := charmap.Windows1252.NewDecoder().String(text)
	if err != nil {
		return strings.ToValidUTF8(text, "�")
	}
	return mended
}
