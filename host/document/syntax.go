// Package document reads a TOML text key by key, and says all that is wrong with it at once: what is no TOML, and what is
// unknown, missing or mistyped, each with file, line, key and the nearest known word. What the values mean is for the room
// that asks for them.
package document

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"github.com/djscript/djscript/host/message"
)

// MaxFile is far above any file that a person writes; a larger one is something else.
const MaxFile = 256 << 10

// Document is a TOML file as it was written: its values, and where each stands.
type Document struct {
	File   string // what mistakes call it
	Values map[string]any

	lines  places
	broken map[string]bool // keys whose line is no TOML: neither there nor missing
	under  string          // the file of which some of the values are taken; "": there is none
	secret func(key string) *message.Error
}

// Owns says whether a file is the document's own, or the one that values were taken from.
func (doc *Document) Owns(file string) bool {
	return file == doc.File || doc.under != "" && file == doc.under
}

// Parse reads TOML. Lines that are no TOML are put aside and the rest is read, so that one slip does not hide
// the others; where the rest makes no sense without them, only the first is told and ok is false.
//
// secret is what is told of a line that is no TOML and may hold what must not be repeated, by the key of the line; it is nil
// for other keys, and may be nil itself.
func Parse(file string, data []byte, secret func(key string) *message.Error) (doc *Document, mistakes Mistakes, ok bool) {
	doc = &Document{
		File: file, Values: map[string]any{}, secret: secret, broken: map[string]bool{},
		lines: places{alias: map[string]string{}, files: map[string]string{}},
	}
	if len(data) > MaxFile {
		return doc, Mistakes{doc.onLine(0, message.New("option.syntax", "document.too_large", nil))}, false
	}
	text, encoding := doc.decode(data)
	if scan(text).deep {
		return doc, Mistakes{doc.onLine(0, message.New("option.syntax", "document.too_large", nil))}, false
	}
	text, syntax, ok := doc.read(text)
	doc.lines.found = linesOf(text)
	return doc, append(encoding, syntax...), ok
}

// The editors of the field save in Windows-1252 or UTF-16 unless told otherwise.
func (doc *Document) decode(data []byte) (string, Mistakes) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	if utf8.ValidString(text) && !strings.ContainsRune(text, 0) {
		return text, nil
	}
	line := 1
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if r == utf8.RuneError && size == 1 || r == 0 {
			break
		}
		if r == '\n' {
			line++
		}
		rest = rest[size:]
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "?")
	return text, Mistakes{doc.onLine(line, message.New("option.syntax", "document.encoding", nil))}
}

// maxBroken is how many broken lines are told at once: more of them is another kind of file.
const maxBroken = 20

func (doc *Document) read(text string) (string, Mistakes, bool) {
	var mistakes Mistakes
	for range maxBroken {
		values := map[string]any{}
		_, err := toml.Decode(text, &values)
		if err == nil {
			doc.Values = values
			return text, mistakes, true
		}
		line, detail := position(err)
		rest, key, aside := putAside(text, line)
		mistake := doc.onLine(line, doc.syntaxError(detail, key))
		mistake.Key = key
		mistakes = append(mistakes, mistake)
		if !aside {
			break
		}
		if !twice(detail) {
			doc.broken[key] = true
		}
		text = rest
	}
	return text, mistakes[:1], false
}

func position(err error) (line int, detail string) {
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		return parse.Position.Line, parse.Message
	}
	return 0, err.Error()
}

var (
	keyLine     = regexp.MustCompile(`^\s*([A-Za-z0-9_-]+)\s*=`)
	elementLine = regexp.MustCompile(`^\s*\{.*\}\s*,?\s*(#.*)?$`)
)

const standIn = "stand-in-for-a-broken-key"

// putAside empties a line that sets one key, or that is one table of a list, and says which key of which table, or which
// element, that was.
func putAside(text string, line int) (rest, key string, ok bool) {
	all := strings.Split(text, "\n")
	if line < 1 || line > len(all) {
		return text, "", false
	}
	before := strings.Join(all[:line-1], "\n") + "\n"
	// The broken line's table is where another key would stand in its stead.
	switch found := keyLine.FindStringSubmatch(all[line-1]); {
	case found != nil:
		all[line-1] = ""
		key = holder(before+standIn+" = 0") + found[1]
	case elementLine.MatchString(all[line-1]):
		// What follows in the list stays where it is.
		all[line-1] = "{},"
		key = strings.TrimSuffix(holder(before+"{"+standIn+" = 0}"), ".")
	default:
		return text, "", false
	}
	return strings.Join(all, "\n"), key, true
}

// holder is where the stand-in stands in a text, with the dot after it.
func holder(text string) string {
	for path := range linesOf(text) {
		if within, ok := strings.CutSuffix(path, standIn); ok {
			return within
		}
	}
	return ""
}

func (doc *Document) syntaxError(detail, key string) *message.Error {
	if doc.secret != nil {
		// The library quotes what it could not read.
		if hidden := doc.secret(key); hidden != nil {
			return hidden
		}
	}
	switch {
	case strings.Contains(detail, "escape") || strings.Contains(detail, "hexadecimal"):
		return message.New("option.syntax", "document.escape", nil)
	case twice(detail):
		return message.New("option.syntax", "document.twice", nil)
	}
	return message.New("option.syntax", "document.syntax", message.Args{"detail": plainly(detail)})
}

func (doc *Document) onLine(line int, err *message.Error) Mistake {
	return Mistake{File: doc.File, Line: line, Code: err.Code(), Err: err}
}

// At is a mistake at a key. The line is that of the nearest part of the key that stands in the file.
func (doc *Document) At(key string, err *message.Error) Mistake {
	return Mistake{File: cmp.Or(doc.lines.fileOf(key), doc.File), Line: doc.lines.of(key), Key: withoutIndex(key), Code: err.Code(), Err: err}
}

// Broken says whether a key stands on a line that is no TOML, or within what does.
func (doc *Document) Broken(key string) bool {
	if len(doc.broken) == 0 {
		return false
	}
	for key = doc.lines.written(key); key != ""; key = around(key) {
		if doc.broken[key] {
			return true
		}
	}
	return false
}

// A key set twice is there, once.
func twice(detail string) bool { return strings.Contains(detail, "already") }
