package config

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"github.com/djscript/djscript/host/message"
)

// maxFile is far above any configuration; a larger file is something else.
const maxFile = 256 << 10

// document is a TOML file as it was written: its values, and where each stands.
type document struct {
	file   string
	values map[string]any
	lines  places
	broken map[string]bool // keys whose line is no TOML: neither there nor missing
	base   string          // the reseller's file, of which some of the values are; "": there is none
}

// owns says whether a file is the document's own, or that of the reseller that was laid under it.
func (doc *document) owns(file string) bool {
	return file == doc.file || doc.base != "" && file == doc.base
}

// parse reads TOML. Lines that are no TOML are put aside and the rest is read, so that one slip does not hide
// the others; where the rest makes no sense without them, only the first is told and ok is false.
func parse(file string, data []byte) (doc *document, mistakes []Mistake, ok bool) {
	doc = &document{file: file, values: map[string]any{}, lines: places{alias: map[string]string{}, files: map[string]string{}}, broken: map[string]bool{}}
	if len(data) > maxFile {
		return doc, []Mistake{doc.at(0, message.New("option.syntax", "config.too_large", nil))}, false
	}
	text, encoding := doc.decode(data)
	if scan(text).deep {
		return doc, []Mistake{doc.at(0, message.New("option.syntax", "config.too_large", nil))}, false
	}
	text, syntax, ok := doc.read(text)
	doc.lines.found = linesOf(text)
	return doc, append(encoding, syntax...), ok
}

// The editors of the field save in Windows-1252 or UTF-16 unless told otherwise.
func (doc *document) decode(data []byte) (string, []Mistake) {
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
	return text, []Mistake{doc.at(line, message.New("option.syntax", "config.encoding", nil))}
}

// maxBroken is how many broken lines are told at once: more of them is another kind of file.
const maxBroken = 20

func (doc *document) read(text string) (string, []Mistake, bool) {
	var mistakes []Mistake
	for range maxBroken {
		values := map[string]any{}
		_, err := toml.Decode(text, &values)
		if err == nil {
			doc.values = values
			return text, mistakes, true
		}
		line, detail := position(err)
		rest, key, aside := putAside(text, line)
		mistake := doc.at(line, syntaxError(detail, key))
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

var keyLine = regexp.MustCompile(`^\s*([A-Za-z0-9_-]+)\s*=`)

const standIn = "stand-in-for-a-broken-key"

// putAside empties a line that sets one key, and says which key of which table that was.
func putAside(text string, line int) (rest, key string, ok bool) {
	all := strings.Split(text, "\n")
	if line < 1 || line > len(all) {
		return text, "", false
	}
	found := keyLine.FindStringSubmatch(all[line-1])
	if found == nil {
		return text, "", false
	}
	all[line-1] = ""
	// The broken line's table is where another key would stand in its stead.
	for path := range linesOf(strings.Join(all[:line-1], "\n") + "\n" + standIn + " = 0") {
		if within, ok := strings.CutSuffix(path, standIn); ok {
			key = within + found[1]
		}
	}
	return strings.Join(all, "\n"), key, true
}

func syntaxError(detail, key string) *message.Error {
	switch {
	case strings.HasSuffix(key, "password"):
		// The library quotes what it could not read.
		return message.New("option.syntax", "config.syntax_password", nil)
	case strings.HasPrefix(key, "notify.") && strings.HasSuffix(key, ".url"):
		return message.New("option.syntax", "config.syntax_url", nil)
	case strings.HasPrefix(key, "encryption."):
		return message.New("option.syntax", "config.syntax_recipients", nil) // it may be the secret key by mistake
	case strings.Contains(detail, "escape") || strings.Contains(detail, "hexadecimal"):
		return message.New("option.syntax", "config.escape", nil)
	case twice(detail):
		return message.New("option.syntax", "config.twice", nil)
	}
	return message.New("option.syntax", "config.syntax", message.Args{"detail": plainly(detail)})
}

func (doc *document) at(line int, err *message.Error) Mistake {
	return Mistake{File: doc.file, Line: line, Code: err.Code(), Err: err}
}

// A key set twice is there, once.
func twice(detail string) bool { return strings.Contains(detail, "already") }
