package lua

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// escapes are the letters that mean something behind a backslash.
const escapes = "abfnrtv"

// drivePath is a path of Windows whose backslashes stand alone.
var drivePath = regexp.MustCompile(`^[A-Za-z]:\\([^\\])`)

// escaped tells of the backslashes that Lua leaves out of a text without a word: "C:\DJ" is "C:DJ".
func (i *inspector) escaped() {
	scan := &scan{text: i.chunk.text, line: 1, operators: []int{0}}
	for scan.fault == nil {
		t, ok := scan.next()
		if !ok {
			return
		}
		if t.quoted == "" {
			continue
		}
		if at, letter := strayBackslash(t.quoted); letter != "" {
			i.wrongAt(t.line, t.column+at, &fault{code: "script.syntax", key: "lua.escape", args: map[string]any{
				"letter": letter, "read": readAs(letter),
			}})
		}
	}
}

// strayBackslash is the first backslash of a text in quotes that is not what its writer took it for, and the letter behind it.
func strayBackslash(quoted string) (at int, letter string) {
	if m := drivePath.FindStringSubmatchIndex(quoted[1:]); m != nil {
		return m[2], firstRune(quoted[1+m[2]:])
	}
	for n := 1; n+1 < len(quoted); n++ {
		if quoted[n] != '\\' {
			continue
		}
		if n++; isLetter(quoted[n]) && strings.IndexByte(escapes, quoted[n]) < 0 {
			return n - 1, quoted[n : n+1]
		}
	}
	return 0, ""
}

func firstRune(text string) string { return string([]rune(text)[:1]) }

// readAs is what Lua makes of a backslash and a letter.
func readAs(letter string) string {
	switch letter {
	case "n":
		return "⏎"
	case "t":
		return "⇥"
	case "a", "b", "f", "r", "v":
		return "␦"
	}
	return letter
}

// encoded tells of a file in the code page of Windows, once: what it writes has its accents broken.
func (i *inspector) encoded() {
	if utf8.ValidString(i.chunk.text) {
		return
	}
	for n, line := range i.chunk.lines {
		if !utf8.ValidString(line) {
			m := i.report(LevelWarning, n+1, "", "", &fault{code: "script.suspect", key: "lua.encoding"})
			m.Column, m.SourceLine = broken(line)+1, strings.ToValidUTF8(line, "?")
			return
		}
	}
}

// broken is where the first byte stands that is no UTF-8.
func broken(line string) int {
	for n, r := range line {
		if _, size := utf8.DecodeRuneInString(line[n:]); r == utf8.RuneError && size == 1 {
			return n
		}
	}
	return 0
}
