package lua

import (
	"math"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// openClock makes os: what Lua 5.1 has there for times and dates, and nothing else. The clock and the time zone are the
// host's, the words are those of C, whatever the machine speaks.
func (s *State) openClock() {
	s.library("os", map[string]glua.LGFunction{
		"clock": s.osClock, "date": s.osDate, "difftime": s.osDifftime, "time": s.osTime,
	})
}

// now is the host's clock; without one it stands at the epoch.
func (s *State) now() time.Time {
	if s.options.Now == nil {
		return time.Unix(0, 0).UTC()
	}
	return s.options.Now()
}

// os.clock() counts seconds from the first time it is asked: what programs do with it is subtract.
func (s *State) osClock(l *glua.LState) int {
	now := s.now()
	if s.clockBegan.IsZero() {
		s.clockBegan = now
	}
	l.Push(glua.LNumber(now.Sub(s.clockBegan).Seconds()))
	return 1
}

func (s *State) osDifftime(l *glua.LState) int {
	later := math.Trunc(s.number(l, "difftime", 1))
	earlier := 0.0
	if l.Get(2) != glua.LNil {
		earlier = math.Trunc(s.number(l, "difftime", 2))
	}
	l.Push(glua.LNumber(later - earlier))
	return 1
}

// os.time() is now; os.time{ year =, month =, day = ... } is that time in the host's zone, 12:00 where no hour is given.
// A day beyond the end of its month is one of the next.
func (s *State) osTime(l *glua.LState) int {
	if l.Get(1) == glua.LNil {
		l.Push(glua.LNumber(s.now().Unix()))
		return 1
	}
	table := s.table(l, "time")
	part := func(name string, otherwise int) int { return s.datePart(l, table, name, otherwise) }
	year, month, day := part("year", none), part("month", none), part("day", none)
	at := time.Date(year, time.Month(month), day, part("hour", 12), part("min", 0), part("sec", 0), 0, s.now().Location())
	if summer, ok := table.RawGetString("isdst").(glua.LBool); ok {
		at = inSummer(at, bool(summer))
	}
	l.Push(glua.LNumber(at.Unix()))
	return 1
}

// none is the default of a part that must be given.
const none = math.MinInt

func (s *State) datePart(l *glua.LState, table *glua.LTable, name string, otherwise int) int {
	n, ok := asNumber(table.RawGetString(name))
	switch {
	case !ok && otherwise == none:
		s.raise(l, &fault{code: "arg.type", key: "lua.date_part", args: map[string]any{"part": name}})
	case !ok:
		return otherwise
	case math.IsNaN(float64(n)) || math.Abs(float64(n)) > math.MaxInt32:
		s.badArgument(l, "time", 1, "lua.a_date")
	}
	return int(n)
}

// inSummer chooses between the two times that one reading of the clock stands for when summer time ends.
func inSummer(at time.Time, summer bool) time.Time {
	if at.IsDST() == summer {
		return at
	}
	for _, other := range []time.Time{at.Add(-time.Hour), at.Add(time.Hour)} {
		if other.IsDST() == summer && other.Format(time.TimeOnly) == at.Format(time.TimeOnly) {
			return other
		}
	}
	return at
}

// os.date(format, time): "*t" gives a table, "!" in front means UTC.
func (s *State) osDate(l *glua.LState) int {
	format := "%c"
	if l.Get(1) != glua.LNil {
		format = s.stringArg(l, "date", 1)
	}
	at := s.now()
	if l.Get(2) != glua.LNil {
		seconds := s.number(l, "date", 2)
		if math.IsNaN(seconds) || math.Abs(seconds) > maxSeconds {
			s.badArgument(l, "date", 2, "lua.a_time_number")
		}
		at = time.Unix(int64(seconds), 0).In(at.Location())
	}
	if rest, utc := strings.CutPrefix(format, "!"); utc {
		format, at = rest, at.In(greenwich)
	}
	if format == "*t" {
		l.Push(s.dateTable(at))
		return 1
	}
	return s.pushText(l, s.formatDate(l, format, at))
}

// maxSeconds is the end of the year 9999 and as long before the epoch.
const maxSeconds = 253402300799

// greenwich is UTC as C calls it.
var greenwich = time.FixedZone("GMT", 0)

func (s *State) dateTable(at time.Time) *glua.LTable {
	table := s.l.CreateTable(0, 9)
	for _, part := range []struct {
		name  string
		value int
	}{
		{"sec", at.Second()}, {"min", at.Minute()}, {"hour", at.Hour()}, {"day", at.Day()}, {"month", int(at.Month())},
		{"year", at.Year()}, {"wday", int(at.Weekday()) + 1}, {"yday", at.YearDay()},
	} {
		table.RawSetString(part.name, glua.LNumber(part.value))
	}
	table.RawSetString("isdst", glua.LBool(at.IsDST()))
	return table
}

// dateLayouts are the forms of strftime that Go can write too.
var dateLayouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02",
	'D': "01/02/06", 'e': "_2", 'F': "2006-01-02", 'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04", 'n': "\n",
	'p': "PM", 'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 't': "\t", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05",
	'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST", '%': "%",
}

// longestDate is how many bytes one form of a date writes at most.
const longestDate = 32

// formatDate is strftime with the words of C.
func (s *State) formatDate(l *glua.LState, format string, at time.Time) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		s.spend(l, 1)
		s.room(l, &b, longestDate)
		if layout, ok := dateLayouts[format[i]]; ok {
			b.WriteString(at.Format(layout))
			continue
		}
		number, ok := dateNumber(format[i], at)
		if !ok {
			s.raise(l, &fault{code: "arg.type", key: "lua.date_form", args: map[string]any{"option": "%" + format[i:i+1]}})
		}
		b.WriteString(number)
	}
	return b.String()
}

// dateNumber are the weeks, of which C has three kinds, and what else Go has no layout for.
func dateNumber(form byte, at time.Time) (string, bool) {
	day, weekday := at.YearDay()-1, int(at.Weekday())
	isoYear, isoWeek := at.ISOWeek()
	switch form {
	case 'U':
		return twoDigits((day + 7 - weekday) / 7), true
	case 'W':
		return twoDigits((day + 7 - (weekday+6)%7) / 7), true
	case 'V':
		return twoDigits(isoWeek), true
	case 'g':
		return twoDigits(isoYear % 100), true
	case 'G':
		return strconv.Itoa(isoYear), true
	case 'C':
		return twoDigits(at.Year() / 100), true
	case 'u':
		return strconv.Itoa((weekday+6)%7 + 1), true
	case 'w':
		return strconv.Itoa(weekday), true
	}
	return "", false
}

func twoDigits(n int) string {
	if n >= 0 && n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
