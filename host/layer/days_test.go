package layer

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/lua"
)

// days runs a line of Lua with lib.days as days.
func days(t interface{ Fatal(...any) }, line string) any {
	f, err := Layers{{Name: Builtin, Files: builtin.Files}}.Find("lib.days")
	if err != nil {
		t.Fatal(err)
	}
	state := lua.New(context.Background(), lua.Options{})
	lib, err := state.Run(f.Chunk)
	if err != nil {
		t.Fatal(err)
	}
	chunk, err := lua.Parse("line.lua", []byte("return function(days) local value = "+line+" return value end"))
	if err != nil {
		t.Fatal(err)
	}
	fn, err := state.Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	results, err := fn.Function().Call(lib)
	if err != nil {
		return err.Error()
	}
	return results[0]
}

func TestDaysAreThoseOfTheCalendar(t *testing.T) {
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 400000).Draw(t, "day"))
		n := rapid.IntRange(-200000, 200000).Draw(t, "n")
		end := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		text := day.Format(time.DateOnly)
		later := day.AddDate(0, 0, n).Format(time.DateOnly)
		want := fmt.Sprint(names[day.Weekday()], " ", later, " ", n, " ", end.Format(time.DateOnly), " ", day.Equal(end))
		got := days(t, fmt.Sprintf(`days.weekday(%q) .. " " .. days.add(%q, %d) .. " " .. days.between(%q, %q) .. " " .. days.month_end(%q) .. " " .. tostring(days.is_month_end(%q))`,
			text, text, n, text, later, text, text))
		if got != want {
			t.Fatalf("%s: %v, want %s", text, got, want)
		}
	})
}

func TestTheLastDayThatAStoreIsOpen(t *testing.T) {
	const open = `{ "mon", "tue", "wed", "thu", "fri", "sat" }`
	for day, want := range map[string]bool{
		"2026-05-31": false, // a Sunday
		"2026-05-30": true, "2026-05-29": false, "2026-06-30": true, "2026-06-29": false,
	} {
		if got := days(t, fmt.Sprintf("days.is_last(%q, %s)", day, open)); got != want {
			t.Errorf("%s: %v", day, got)
		}
	}
	for call, want := range map[string]string{
		`days.weekday("31/12/2026")`:               `line.lua:1: "31/12/2026": use "2026-12-31" (script.failed)`,
		`days.is_last("31/12/2026", {})`:           `line.lua:1: "31/12/2026": use "2026-12-31" (script.failed)`,
		`days.is_last("2026-05-30", { "seg" })`:    `line.lua:1: "seg": use "sun", "mon", "tue", "wed", "thu", "fri", "sat" (script.failed)`,
		`days.is_last("2026-05-30", { "sat", 1 })`: `line.lua:1: "1": use "sun", "mon", "tue", "wed", "thu", "fri", "sat" (script.failed)`,
	} {
		if got := days(t, call); got != want {
			t.Errorf("%s: %v", call, got)
		}
	}
}
