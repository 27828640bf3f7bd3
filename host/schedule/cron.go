package schedule

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/djscript/djscript/host/message"
)

// rule is due at the same minutes of each day that it is due on.
type rule struct {
	minutes []int // from midnight, sorted
	cron    *cron.SpecSchedule
	last    bool // also on the month's last day
}

// daily is due every day. A time past midnight is one of the next day, which is due as well.
func daily(times []time.Duration) rule {
	var r rule
	for _, at := range times {
		r.minutes = append(r.minutes, int(at/time.Minute)%minutesADay)
	}
	slices.Sort(r.minutes)
	return r
}

// on says whether the rule is due on a day. As in every cron, a day of the month and a day of the week that are both
// restricted add up: "0 22 1 * MON" is the first of the month and every Monday.
func (r rule) on(d date) bool {
	if r.cron == nil {
		return true
	}
	_, month, day := d.ymd()
	if r.cron.Month&(1<<month) == 0 {
		return false
	}
	byMonth := r.cron.Dom&(1<<day) != 0 || r.last && lastOfMonth(d)
	byWeek := r.cron.Dow&(1<<d.weekday()) != 0
	if (r.cron.Dom|r.cron.Dow)&star != 0 {
		return byMonth && byWeek
	}
	return byMonth || byWeek
}

// star is the parser's mark of a field that was "*".
const star = 1 << 63

func lastOfMonth(d date) bool {
	_, _, day := (d + 1).ymd()
	return day == 1
}

// A field is one of the five: its range, and the names it knows.
type field struct {
	low, high int
	names     map[string]int
}

var fields = [5]field{
	{low: 0, high: 59},
	{low: 0, high: 23},
	{low: 1, high: 31},
	{low: 1, high: 12, names: map[string]int{
		"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
		"dec": 12, "fev": 2, "abr": 4, "mai": 5, "ago": 8, "set": 9, "out": 10, "dez": 12,
	}},
	{low: 0, high: 7, names: map[string]int{
		"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6,
		"dom": 0, "seg": 1, "ter": 2, "qua": 3, "qui": 4, "sex": 5, "sab": 6, "sáb": 6,
	}},
}

const dayOfMonth, dayOfWeek = 2, 4

// parseCron reads five fields: values, names, ranges, steps and lists of them, and "L" for the month's last day.
func parseCron(text string) (rule, *message.Error) {
	parts := strings.Fields(text)
	if err := shape(text, parts); err != nil {
		return rule{}, err
	}
	var r rule
	for i, part := range parts {
		if i == dayOfMonth {
			part, r.last = cutLast(part)
		}
		plain, ok := fields[i].expand(part)
		if !ok {
			return rule{}, message.New("option.value", "schedule.field",
				message.Args{"value": parts[i], "spec": text, "field": i + 1})
		}
		parts[i] = plain
	}
	spec, err := parse(strings.Join(parts, " "))
	if err != nil {
		return rule{}, message.Wrap(err, "option.value", "schedule.spec", message.Args{"spec": text})
	}
	r.cron = spec
	r.minutes = minutesOf(spec)
	if !r.comes() {
		return rule{}, message.New("option.value", "schedule.never", message.Args{"spec": text})
	}
	return r, nil
}

func shape(text string, parts []string) *message.Error {
	args := message.Args{"spec": text, "count": len(parts)}
	switch {
	case strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ="):
		return message.New("option.value", "schedule.zone", args)
	case strings.HasPrefix(text, "@"):
		return message.New("option.value", "schedule.descriptor", args)
	case len(parts) == 6:
		return message.New("option.value", "schedule.seconds", args)
	case len(parts) != 5:
		return message.New("option.value", "schedule.count", args)
	}
	return nil
}

// lastOnly stands in for "L" where nothing else is left: a 31st is always the last.
const lastOnly = "31"

// cutLast takes "L" out of a list of days of the month.
func cutLast(part string) (string, bool) {
	all := strings.Split(part, ",")
	rest := slices.DeleteFunc(slices.Clone(all), func(one string) bool { return strings.EqualFold(one, "L") })
	if len(rest) == 0 {
		return lastOnly, true
	}
	return strings.Join(rest, ","), len(rest) < len(all)
}

var itemShape = regexp.MustCompile(`^(\*|\?|([\pL\d]+)(?:-([\pL\d]+))?)(?:/(\d{1,2}))?$`)

// expand checks a field and spells it in numbers that the parser takes: it knows no Portuguese and no 7 for Sunday,
// and takes steps wider than the field and ranges that begin with a star.
func (f field) expand(part string) (string, bool) {
	var plain []string
	for item := range strings.SplitSeq(part, ",") {
		if item == "*" || item == "?" || item == "*/1" || item == "?/1" {
			plain = append(plain, "*")
			continue
		}
		values, ok := f.values(item)
		if !ok {
			return "", false
		}
		plain = append(plain, values...)
	}
	return strings.Join(plain, ","), true
}

func (f field) values(item string) ([]string, bool) {
	m := itemShape.FindStringSubmatch(item)
	if m == nil {
		return nil, false
	}
	low, high, step := f.low, f.top(), 1
	if m[2] != "" {
		var ok1, ok2 bool
		low, ok1 = f.value(m[2])
		high, ok2 = low, true
		switch {
		case m[3] != "":
			high, ok2 = f.value(m[3])
		case m[4] != "":
			high = f.top()
		}
		// Friday to Monday goes around the weekend; no other field goes around.
		if high < low && f.high == 7 {
			high += 7
		}
		if !ok1 || !ok2 || high < low {
			return nil, false
		}
	}
	if m[4] != "" {
		step, _ = strconv.Atoi(m[4])
		if step == 0 || step > f.top()-f.low+1 {
			return nil, false
		}
	}
	var all []string
	for v := low; v <= high; v += step {
		if f.high == 7 {
			all = append(all, strconv.Itoa(v%7))
		} else {
			all = append(all, strconv.Itoa(v))
		}
	}
	return all, true
}

// top is the field's highest value; 7 is Sunday once more.
func (f field) top() int {
	if f.high == 7 {
		return 6
	}
	return f.high
}

func (f field) value(text string) (int, bool) {
	if n, ok := f.names[strings.ToLower(text)]; ok {
		return n, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.low && n <= f.high
}

// parse is the library's parser, which panics on some texts.
func parse(text string) (spec *cron.SpecSchedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("parse %q: %v", text, r)
		}
	}()
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return nil, err
	}
	spec, ok := schedule.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("not five fields")
	}
	return spec, nil
}

func minutesOf(spec *cron.SpecSchedule) []int {
	var all []int
	for hour := range 24 {
		for minute := range 60 {
			if spec.Hour&(1<<hour) != 0 && spec.Minute&(1<<minute) != 0 {
				all = append(all, hour*60+minute)
			}
		}
	}
	return all
}

// comes says whether any day is meant: "0 22 31 2 *" reads well and is never.
func (r rule) comes() bool {
	leapYear := civil(2000, time.January, 1)
	for d := leapYear; d < leapYear+366; d++ {
		_, month, day := d.ymd()
		monthly := r.cron.Dom&(1<<day) != 0 || r.last && lastOfMonth(d)
		weekly := (r.cron.Dom|r.cron.Dow)&star == 0 && r.cron.Dow != 0
		if r.cron.Month&(1<<month) != 0 && (monthly || weekly) {
			return true
		}
	}
	return false
}
