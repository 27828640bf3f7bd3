package lua

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func saoPaulo(t *testing.T, at string) Options {
	t.Helper()
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	now, err := time.ParseInLocation(time.DateTime, at, zone)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Now: func() time.Time { return now }}
}

func TestDatesComeFromTheHostsClockAndZone(t *testing.T) {
	o := saoPaulo(t, "2026-01-31 22:05:09")
	for source, want := range map[string]string{
		`os.time()`: "1769907909", `os.date("%Y-%m-%d %H:%M:%S")`: "2026-01-31 22:05:09", `os.date("!%Y-%m-%d %H:%M:%S")`: "2026-02-01 01:05:09",
		`os.date()`: "Sat Jan 31 22:05:09 2026", `os.date("%x %X %p %I")`: "01/31/26 22:05:09 PM 10", `os.date("%a %A %b %B %d %j")`: "Sat Saturday Jan January 31 031",
		`os.date("%U %W %w %y %%")`: "04 04 6 26 %", `os.date("%Z"):sub(1, 3)`: "-03", `os.date("!%Z")`: "GMT", `os.date("%", 0)`: "%", `os.date("100%")`: "100%",
		`os.date("%V %G %g %u %e %D %F %R %T %C")`:                                                "05 2026 26 6 31 01/31/26 2026-01-31 22:05 22:05:09 20",
		`os.date("*t").wday .. " " .. os.date("*t").yday .. " " .. tostring(os.date("*t").isdst)`: "7 31 false", `os.date("!*t").day`: "1",
		`os.time { year = 2026, month = 1, day = 31 }`: "1769871600", `os.time { year = 2026, month = "2", day = 0, hour = 12 }`: "1769871600",
		`os.date("%d/%m/%Y", os.time { year = 2026, month = 1, day = 31 + 30 })`: "02/03/2026", `os.time(os.date("*t"))`: "1769907909",
		`os.difftime(os.time(), os.time() - 60)`: "60", `os.difftime(5)`: "5", `os.clock()`: "0",
		`os.date("%H:%M", os.time { year = 2018, month = 11, day = 4, hour = 12 })`: "12:00", `os.date("*t", os.time { year = 2018, month = 12, day = 25 }).isdst and 1 or 0`: "1",
		// Summer time ended on 2018-02-18: 23:30 was there twice.
		`os.time { year = 2018, month = 2, day = 17, hour = 23, min = 30, isdst = false } - os.time { year = 2018, month = 2, day = 17, hour = 23, min = 30, isdst = true }`: "3600",
	} {
		if got := out(t, o, "print("+source+")"); got != want {
			t.Errorf("%s is %q, want %q", source, got, want)
		}
	}
}

func TestWithoutAClockTimeStandsAtTheEpoch(t *testing.T) {
	if got := out(t, Options{}, "print(os.time(), os.date(), os.clock())"); got != "0\tThu Jan  1 00:00:00 1970\t0" {
		t.Error(got)
	}
}

func TestTheProcessorsClockCountsFromWhereItWasFirstAsked(t *testing.T) {
	now := time.Unix(1_000_000, 0).UTC()
	o := Options{Now: func() time.Time { now = now.Add(250 * time.Millisecond); return now }}
	if got := out(t, o, "local a = os.clock() local b = os.clock() print(a, b)"); got != "0\t0.25" {
		t.Error(got)
	}
}

func TestAWrongDateSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{`os.date("%Q")`, `store.lua:1: %Q is no form of os.date (arg.type)`},
		{`os.time { year = 2026, month = 1 }`, `store.lua:1: the date has no "day" (arg.type)`},
		{`os.time { year = 1e300, month = 1, day = 1 }`, `store.lua:1: argument 1 of time must be a table with year, month and day, but it is a table (arg.type)`},
		{`os.date("%c", 1e300)`, `store.lua:1: argument 2 of date must be a time as os.time gives it, but it is the number 1e+300 (arg.type)`},
		{`os.date("%c", "x")`, `store.lua:1: argument 2 of date must be a number, but it is "x" (arg.type)`},
	} {
		run := fails(t, Options{}, c.source)
		if run.Error() != c.want || run.Hint() == "" {
			t.Errorf("%s\n got %s (%s)\nwant %s", c.source, run, run.Hint(), c.want)
		}
	}
}

func TestWhatLua51HasAndAScriptHasNotIsExplained(t *testing.T) {
	for _, absence := range Absent() {
		if english[absence.Why] == "" {
			t.Errorf("%s: there is no sentence %q", absence.Name, absence.Why)
		}
		run := fails(t, Options{}, "\nlocal x = "+absence.Name)
		want := `store.lua:2: "` + absence.Name + `" of Lua 5.1 does not exist here (`
		if !strings.HasPrefix(run.Error(), want) || run.Hint() != english[absence.Why] {
			t.Errorf("%s: %s\n%s", absence.Name, run, run.Hint())
		}
	}
	if run := fails(t, Options{}, "os.dat()"); run.Hint() != `did you mean "date"?` {
		t.Error(run.Hint())
	}
}

func TestAbsentIsAllThatLua51HasAndAScriptHasNot(t *testing.T) {
	names := strings.Fields(runLua51(t, `
for name, value in pairs(_G) do
  if type(value) == "table" and name ~= "_G" then
    for field in pairs(value) do print(name .. "." .. field) end
  end
  print(name)
end`))
	s := New(t.Context(), Options{})
	absent := map[string]bool{}
	for _, absence := range Absent() {
		absent[absence.Name] = true
	}
	var missing []string
	for _, name := range names {
		module, field, within := strings.Cut(name, ".")
		if module == "arg" || name == "require" || absent[name] || absent[module] {
			continue // arg is the interpreter's command line; require is lent by the host, which knows the files
		}
		value := Value{s, s.names.RawGetString(module)}
		if within {
			value = value.Field(field)
		}
		if value.IsNil() {
			missing = append(missing, name)
		}
	}
	if diff := cmp.Diff([]string(nil), missing); diff != "" {
		t.Errorf("these are neither there nor explained: %s", diff)
	}
}
