package exchange

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Pattern is what the files of an inbox or of an export are called: "{number:8}.djp", "PRODUTO.TXT", "*.djp". Case does not
// count, as on Windows; "*" stands for any letters, "?" for one.
type Pattern struct {
	text     string
	match    *regexp.Regexp
	width    int // of the number
	numbered bool
	wild     bool
}

// OutcomeSuffix follows the name of a file in the name of the record of what became of it, which no pattern means.
const OutcomeSuffix = ".outcome.json"

// mostDigits fit an int64, whatever they are.
const mostDigits = 18

var place = regexp.MustCompile(`\{[^{}]*\}|[*?{}]`)

// ParsePattern understands a pattern; option.value where it can not.
func ParsePattern(text string) (*Pattern, error) {
	p := &Pattern{text: text}
	var errs []error
	wrong := func(err error) { errs = append(errs, err) }
	if strings.Trim(text, ". ") == "" || strings.ContainsAny(text, `/\`) {
		wrong(message.New("option.value", "inbox.pattern_name", message.Args{"pattern": text}))
	}
	var expression strings.Builder
	rest := text
	for at := place.FindStringIndex(rest); at != nil; at = place.FindStringIndex(rest) {
		expression.WriteString(regexp.QuoteMeta(rest[:at[0]]))
		switch found := rest[at[0]:at[1]]; found {
		case "*":
			p.wild = true
			expression.WriteString(".*?") // as little as may be: the digits before a "{number}" are the number's
		case "?":
			p.wild = true
			expression.WriteString(".")
		default:
			width, ok := widthOf(found)
			switch {
			case !ok:
				wrong(message.New("option.value", "inbox.pattern_place", message.Args{"pattern": text, "place": found}))
			case p.numbered:
				wrong(message.New("option.value", "inbox.pattern_twice", message.Args{"pattern": text}))
			default:
				p.numbered, p.width = true, width
				expression.WriteString(digits(width))
			}
		}
		rest = rest[at[1]:]
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	var err error
	p.match, err = regexp.Compile("(?is)^" + expression.String() + regexp.QuoteMeta(rest) + "$")
	return p, err
}

var numberPlace = regexp.MustCompile(`^\{number(?::([0-9]{1,2}))?\}$`)

func widthOf(found string) (int, bool) {
	m := numberPlace.FindStringSubmatch(found)
	if m == nil {
		return 0, false
	}
	if m[1] == "" {
		return 1, true
	}
	width, err := strconv.Atoi(m[1])
	return width, err == nil && width >= 1 && width <= mostDigits
}

// digits matches a number of that width. One that has outgrown its width has no zeros before it.
func digits(width int) string {
	if width == 1 {
		return fmt.Sprintf("([0-9]{1,%d})", mostDigits)
	}
	if width == mostDigits {
		return fmt.Sprintf("([0-9]{%d})", mostDigits)
	}
	return fmt.Sprintf("([0-9]{%d}|[1-9][0-9]{%d,%d})", width, width, mostDigits-1)
}

// String is the pattern as it was written.
func (p *Pattern) String() string { return p.text }

// Numbered tells whether a number stands in the names.
func (p *Pattern) Numbered() bool { return p.numbered }

// Match tells whether a file is called so, and the number in its name; 0 where there is none. What hides itself behind a dot
// is meant by no pattern that does not begin with one.
func (p *Pattern) Match(name string) (number int64, ok bool) {
	if strings.HasPrefix(name, ".") && !strings.HasPrefix(p.text, ".") {
		return 0, false
	}
	m := p.match.FindStringSubmatch(name)
	if m == nil || strings.HasSuffix(strings.ToLower(name), OutcomeSuffix) {
		return 0, false
	}
	if p.numbered {
		number, _ = strconv.ParseInt(m[1], 10, 64) // digits that fit
	}
	return number, true
}

// Format is the name of the file of that number; option.value for a pattern that names no single file.
func (p *Pattern) Format(number int64) (string, error) {
	if p.wild || number < 0 {
		return "", message.New("option.value", "inbox.pattern_wild", message.Args{"pattern": p.text})
	}
	return place.ReplaceAllLiteralString(p.text, fmt.Sprintf("%0*d", p.width, number)), nil
}
