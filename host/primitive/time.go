package primitive

import (
	"cmp"
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// A time is a text in RFC 3339 with the store's offset, "2026-12-31T22:00:00-03:00"; a day is "2026-12-31".

type (
	nowArgs   struct{}
	parseArgs struct {
		Text   string `lua:"text,arg"`
		Layout string `lua:"layout,arg"`
	}
	formatArgs struct {
		Time   string `lua:"time,arg"`
		Layout string `lua:"layout,arg"`
	}
	addArgs struct {
		Time     string `lua:"time,arg"`
		Duration string `lua:"duration,arg"`
	}
	daysArgs struct {
		From string `lua:"from,arg"`
		To   string `lua:"to,arg"`
	}
	weekdayArgs struct {
		Time string `lua:"time,arg"`
	}
)

func (h *Host) clock() []lua.Func {
	return []lua.Func{bind("time.now", Flow, func(context.Context, *nowArgs) (string, error) {
		return h.Env.Clock().Format(time.RFC3339), nil
	})}
}

func (h *Host) timeParse(_ context.Context, a *parseArgs) (string, error) {
	l, err := readLayout(a.Layout)
	if err != nil {
		return "", err
	}
	fields, ok := l.parse(a.Text)
	if !l.has("yyyy") && !l.has("yy") || !l.has("mm") || !l.has("dd") {
		return "", message.New("option.value", "primitive.layout_day", message.Args{"layout": a.Layout})
	}
	year := cmp.Or(fields["yyyy"], century(fields["yy"]))
	at := h.at(year, fields["mm"], fields["dd"], fields["HH"], fields["MM"], fields["SS"])
	day := time.Date(year, time.Month(fields["mm"]), fields["dd"], 0, 0, 0, 0, time.UTC)
	if !ok || int(day.Month()) != fields["mm"] || day.Day() != fields["dd"] || fields["HH"] > 23 || fields["MM"] > 59 || fields["SS"] > 59 {
		return "", message.New("time.bad", "primitive.time_form", message.Args{
			"text": a.Text, "layout": a.Layout, "example": l.format(time.Date(2026, 12, 31, 23, 59, 58, 0, time.UTC)),
		})
	}
	return written(at, !l.has("HH")), nil
}

// century is the year that two digits stand for: 69 to 99 are of the last century.
func century(year int) int {
	if year >= 69 {
		return 1900 + year
	}
	return 2000 + year
}

// at is that time in the store. Of an hour that summer time leaves out it is the one after: midnight is always of its day.
func (h *Host) at(year, month, day, hour, minute, second int) time.Time {
	wall := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	at := time.Date(year, time.Month(month), day, hour, minute, second, 0, h.Location)
	if at.Format(time.DateTime) == wall.Format(time.DateTime) {
		return at
	}
	_, before := at.Add(-12 * time.Hour).Zone()
	_, after := at.Add(12 * time.Hour).Zone()
	return wall.Add(-time.Duration(min(before, after)) * time.Second).In(h.Location)
}

func written(t time.Time, day bool) string {
	if day {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

// moment reads a time or a day as scripts write them.
func (h *Host) moment(text string) (t time.Time, day bool, err error) {
	if t, err := time.ParseInLocation(time.DateOnly, text, time.UTC); err == nil {
		return h.at(t.Year(), int(t.Month()), t.Day(), 0, 0, 0), true, nil
	}
	t, err = time.Parse(time.RFC3339, text)
	if err != nil {
		return t, false, message.New("time.bad", "primitive.no_time", message.Args{"text": text})
	}
	return t.In(h.Location), false, nil
}

func (h *Host) timeFormat(_ context.Context, a *formatArgs) (string, error) {
	l, err := readLayout(a.Layout)
	if err != nil {
		return "", err
	}
	t, _, err := h.moment(a.Time)
	return l.format(t), err
}

// timeAdd counts days by the calendar, so that tomorrow at ten is at ten, and hours by the clock.
func (h *Host) timeAdd(_ context.Context, a *addArgs) (string, error) {
	t, day, err := h.moment(a.Time)
	if err != nil {
		return "", err
	}
	days, rest, ok := readSpan(a.Duration)
	if !ok {
		return "", message.New("option.value", "primitive.no_span", message.Args{"text": a.Duration})
	}
	if days != 0 {
		t = h.at(t.Year(), int(t.Month()), t.Day()+days, t.Hour(), t.Minute(), t.Second())
	}
	return written(t.Add(rest), day && rest == 0), nil
}

var (
	spanShape = regexp.MustCompile(`^-?(?:[0-9]{1,6}(?:ms|[smhdw]))+$`)
	spanPart  = regexp.MustCompile(`([0-9]+)(ms|[smhdw])`)
)

// readSpan reads "1d", "-2w" or "1h30m": whole days, and what is shorter.
func readSpan(text string) (days int, rest time.Duration, ok bool) {
	units := map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour}
	for _, part := range spanPart.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(part[1]) // so few digits are a number
		switch part[2] {
		case "d":
			days += n
		case "w":
			days += 7 * n
		default:
			rest += time.Duration(n) * units[part[2]]
		}
	}
	if strings.HasPrefix(text, "-") {
		days, rest = -days, -rest
	}
	return days, rest, spanShape.MatchString(text)
}

// timeDays is how many midnights lie between.
func (h *Host) timeDays(_ context.Context, a *daysArgs) (int64, error) {
	from, _, err := h.moment(a.From)
	if err != nil {
		return 0, err
	}
	to, _, err := h.moment(a.To)
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int64(midnight(to).Sub(midnight(from)) / (24 * time.Hour)), err
}

func (h *Host) timeWeekday(_ context.Context, a *weekdayArgs) (string, error) {
	t, _, err := h.moment(a.Time)
	return strings.ToLower(t.Format("Mon")), err
}

// timeForm is how a time is written: words such as dd, and what stands between them.
type timeForm []layoutPart

type layoutPart struct {
	word string // "" where text stands for itself
	text string
}

// layoutWords are what a layout may say, those in Portuguese too, and how Go writes each.
var layoutWords = []struct{ written, word string }{
	{"yyyy", "yyyy"}, {"aaaa", "yyyy"}, {"yy", "yy"}, {"aa", "yy"}, {"mm", "mm"}, {"dd", "dd"}, {"HH", "HH"}, {"MM", "MM"}, {"SS", "SS"},
}

var goLayouts = map[string]string{"yyyy": "2006", "yy": "06", "mm": "01", "dd": "02", "HH": "15", "MM": "04", "SS": "05"}

// readLayout reads "dd/mm/yyyy HH:MM". Letters that are no word of it stand between ' '.
func readLayout(text string) (timeForm, error) {
	var l timeForm
	bad := message.New("option.value", "primitive.layout", message.Args{"layout": text})
	for rest := text; rest != ""; {
		part, length := layoutPart{text: rest[:1]}, 1
		for _, known := range layoutWords {
			if strings.HasPrefix(rest, known.written) {
				part, length = layoutPart{word: known.word}, len(known.written)
				break
			}
		}
		if part.text == "'" {
			quoted, _, closed := strings.Cut(rest[1:], "'")
			if !closed {
				return nil, bad
			}
			part, length = layoutPart{text: quoted}, len(quoted)+2
		} else if part.word == "" && unicode.IsLetter([]rune(rest)[0]) || part.word != "" && l.has(part.word) {
			return nil, bad
		}
		l, rest = append(l, part), rest[length:]
	}
	if len(l) == 0 {
		return nil, bad
	}
	return l, nil
}

func (l timeForm) has(word string) bool {
	for _, part := range l {
		if part.word == word {
			return true
		}
	}
	return false
}

func (l timeForm) format(t time.Time) string {
	var b strings.Builder
	for _, part := range l {
		b.WriteString(part.text)
		if part.word != "" {
			b.WriteString(t.Format(goLayouts[part.word]))
		}
	}
	return b.String()
}

// parse reads the numbers of a text that is written so.
func (l timeForm) parse(text string) (fields map[string]int, ok bool) {
	fields = map[string]int{}
	for _, part := range l {
		if part.word == "" {
			if text, ok = strings.CutPrefix(text, part.text); !ok {
				return fields, false
			}
			continue
		}
		width := len(part.word)
		if len(text) < width || strings.Trim(text[:width], "0123456789") != "" {
			return fields, false
		}
		fields[part.word], _ = strconv.Atoi(text[:width])
		text = text[width:]
	}
	return fields, text == ""
}
