package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

func (t *table) calendars(dir string) []Calendar {
	var all []Calendar
	for name, in := range t.named("calendar") {
		c := Calendar{Name: name, Days: in.yearDays(), Easter: in.easter()}
		if file, ok := in.Text("file"); ok && file != "" {
			c.File = file
			c.Dates = in.dates(dir, file)
		}
		if !in.Has("days") && !in.Has("easter") && c.File == "" {
			in.Wrong(in.Path, message.New("option.missing", "config.empty_calendar", nil))
		}
		in.Close()
		all = append(all, c)
	}
	return all
}

// yearDays are days of every year, "12-25".
func (t *table) yearDays() []string {
	var days []string
	for i, text := range t.Texts("days") {
		// 2000 had a 29 February.
		_, err := time.Parse("2006-01-02", "2000-"+text)
		switch {
		case err != nil && text != "":
			t.BadElement("days", i, message.New("option.value", "config.year_day", message.Args{"value": text}))
		case slices.Contains(days, text):
			t.BadElement("days", i, message.New("option.value", "document.repeated", message.Args{"name": text}))
		case err == nil:
			days = append(days, text)
		}
	}
	return days
}

// Easter falls between 22 March and 25 April: farther than this the day is in another year.
const easterBefore, easterAfter = -80, 250

func (t *table) easter() []int {
	var all []int
	for i, n := range t.Integers("easter") {
		if n < easterBefore || n > easterAfter {
			t.BadElement("easter", i, message.New("option.value", "config.easter", message.Args{"value": n}))
			continue
		}
		all = append(all, int(n))
	}
	return all
}

// dates reads a file of dates beside djscript.toml: a day a line, yyyy-mm-dd or dd/mm/yyyy; "#" and what follows is
// for people.
func (t *table) dates(dir, file string) []string {
	path := file
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	data, err := readCapped(path)
	if err != nil {
		t.Bad("file", message.Wrap(err, "option.value", "config.calendar_file", message.Args{"path": path}))
		return nil
	}
	var dates []string
	for i, line := range strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		text, _, _ := strings.Cut(line, "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		date, ok := parseDate(text)
		if !ok {
			err := message.New("option.value", "config.calendar_date", message.Args{"value": document.Short(text)})
			t.Mistakes = append(t.Mistakes, Mistake{File: path, Line: i + 1, Code: err.Code(), Err: err})
			continue
		}
		dates = append(dates, date)
	}
	return dates
}

func parseDate(text string) (string, bool) {
	for _, layout := range []string{"2006-01-02", "02/01/2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day.Format("2006-01-02"), true
		}
	}
	return "", false
}

func readCapped(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > document.MaxFile {
		return nil, fmt.Errorf("read %s: %w", path, errNoText)
	}
	return os.ReadFile(path)
}
