package config

import (
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/cnpj"
	"github.com/djscript/djscript/host/message"
)

// clock is a time of day, "22:00", as the time since midnight.
func (t *table) clock(name string) (time.Duration, bool) {
	text, ok := t.Text(name)
	if !ok {
		return 0, false
	}
	at, ok := parseClock(text)
	if !ok {
		t.Bad(name, message.New("option.value", "config.clock", message.Args{"value": text}))
	}
	return at, ok
}

func (t *table) clocks(name string) []time.Duration {
	var all []time.Duration
	for i, text := range t.Texts(name) {
		at, ok := parseClock(text)
		switch {
		case !ok && text != "":
			t.BadElement(name, i, message.New("option.value", "config.clock", message.Args{"value": text}))
		case slices.Contains(all, at):
			t.BadElement(name, i, message.New("option.value", "document.repeated", message.Args{"name": text}))
		default:
			all = append(all, at)
		}
	}
	slices.Sort(all)
	return all
}

var clockShape = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)$`)

func parseClock(text string) (time.Duration, bool) {
	found := clockShape.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	hour, _ := strconv.Atoi(found[1])
	minute, _ := strconv.Atoi(found[2])
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, true
}

// duration is "90s", "30m", "2h", "1h30m", "3d".
func (t *table) duration(name string) (time.Duration, bool) {
	text, ok := t.Text(name)
	if !ok {
		return 0, false
	}
	d, ok := parseDuration(text)
	if !ok {
		t.Bad(name, message.New("option.value", "config.duration", message.Args{"value": text}))
	}
	return d, ok
}

var durationShape = regexp.MustCompile(`^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$`)

func parseDuration(text string) (time.Duration, bool) {
	found := durationShape.FindStringSubmatch(text)
	if found == nil || text == "" {
		return 0, false
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(found[i+1])
		d += time.Duration(n) * unit
	}
	return d, true
}

// amount is "500k", "200M", "1G", "7".
func (t *table) amount(name string) int64 {
	text, ok := t.Text(name)
	if !ok {
		return 0
	}
	n, ok := parseAmount(text)
	if !ok {
		t.Bad(name, message.New("option.value", "config.amount", message.Args{"value": text}))
	}
	return n
}

var amountShape = regexp.MustCompile(`^([1-9]\d{0,8})([kMG]?)$`)

func parseAmount(text string) (int64, bool) {
	found := amountShape.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n * map[string]int64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[found[2]], true
}

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday,
	"dom": time.Sunday, "seg": time.Monday, "ter": time.Tuesday, "qua": time.Wednesday, "qui": time.Thursday,
	"sex": time.Friday, "sab": time.Saturday, "sáb": time.Saturday,
}

// Weekday is the day of the week of that name, in English or Portuguese: "wed", "qua".
func Weekday(name string) (day time.Weekday, known bool) {
	day, known = weekdays[strings.ToLower(name)]
	return day, known
}

// weekdays are days of the week, in English or Portuguese.
func (t *table) weekdays(name string) []time.Weekday {
	var days []time.Weekday
	for i, text := range t.Texts(name) {
		day, ok := Weekday(text)
		switch {
		case !ok && text != "":
			t.BadElement(name, i, message.New("option.value", "config.weekday", message.Args{"value": text}))
		case ok && slices.Contains(days, day):
			t.BadElement(name, i, message.New("option.value", "document.repeated", message.Args{"name": text}))
		case ok:
			days = append(days, day)
		}
	}
	return days
}

var secretShape = regexp.MustCompile(`^secret:[a-z0-9][a-z0-9_-]*$`)

// Name is the secret's name, without "secret:"; "" where no secret is named.
func (s Secret) Name() string { return strings.TrimPrefix(string(s), "secret:") }

// secret is the name of a secret. What else stands there is never repeated: it is a password.
func (t *table) secret(name string) (Secret, bool) {
	value, ok := t.Get(name)
	if !ok {
		return "", false
	}
	text, _ := value.(string)
	if !secretShape.MatchString(text) {
		t.Bad(name, message.New("option.value", "config.secret_in_clear", nil))
		return "", true
	}
	return Secret(text), true
}

// server is "host:port", with Firebird's own port where none is given; "" is the embedded engine.
func (t *table) server(name string) (string, bool) {
	text, ok := t.Text(name)
	if !ok {
		return "", false
	}
	server, ok := parseServer(text)
	if !ok {
		t.Bad(name, message.New("option.value", "config.server", message.Args{"value": text}))
	}
	return server, true
}

var hostShape = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

func parseServer(text string) (string, bool) {
	host, port := text, "3050"
	if h, p, err := net.SplitHostPort(text); err == nil {
		host, port = h, p
	} else if h, p, ok := strings.Cut(text, "/"); ok {
		// Firebird's own spelling of a port is host/port.
		host, port = h, p
	}
	n, err := strconv.Atoi(port)
	right := err == nil && n > 0 && n < 65536 && (hostShape.MatchString(host) || net.ParseIP(host) != nil)
	return net.JoinHostPort(host, port), right
}

// ParseCNPJ is a CNPJ without its mask, and whether it is one.
func ParseCNPJ(text string) (string, bool) {
	plain, err := cnpj.Parse(text)
	return plain, err == nil
}
