package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/djscript/djscript/host/message"
)

const full = `[store]
id = "loja-centro"
name = "Loja Centro"
cnpj = "12.abc.345/01de-35"
timezone = "America/Manaus"
day_starts = "05:00"
language = "en"

[firebird]
bin = 'C:\Firebird\bin'
server = "localhost"
user = "BACKUP"
password = "secret:fb"

[database.pdv]
path = "C:/DJ/DJPDV.FDB"
server = "pdv1/3051"
user = "SYSDBA"
password = "secret:pdv"

[database.loja]
path = "C:/DJ/DJMONITOR.FDB"
system = "djmonitor"
files = ["C:/DJ/Modelos/**", 'C:\DJ\*.fr3']

[destination.local]
path = "D:/Copias"

[destination.rede]
path = '\\servidor\copias'
optional = true

[backup]
from = "20:00"
until = "02:00"
every = "1h30m"
days = ["mon", "sab"]
except = ["feriados"]
to = ["local", "rede"]
verify = "never"

[calendar.feriados]
days = ["12-25", "02-29"]
easter = [-47, 60]
file = "datas.txt"

[[cron]]
name = "fechamento"
schedule = ["0 23 L * *", "x"]
run = "default:backup"
params = { to = ["local"], n = 3, deep = [{ a = 1.5, b = true }] }
except = ["feriados"]
timeout = "2h"
lock = "db"
lock_wait = "30m"
suspend = true

[[cron]]
name = "pouco"
from = "08:00"
until = "20:00"
every = "60m"
run = "mine:run_it"

[script.default]
params = { to = "rede" }

[limits]
steps = "500k"
memory = "1GB"
timeout = "3h"
files_written = "50"
files_dropped = "5"
silence = "2m"
`

func TestLoadReadsEverything(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "datas.txt", "\ufeff# férias\r\n2027-03-01\r\n 02/03/2027 # reforma\r\n\r\n")
	path := write(t, folder, "djscript.toml", full)
	got, err := Load(path, defaults(t), systems())
	if err != nil {
		t.Fatal(err)
	}
	manaus, err := time.LoadLocation("America/Manaus")
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Path: path, Dir: folder,
		Store: Store{
			ID: "loja-centro", Name: "Loja Centro", CNPJ: "12ABC34501DE35", Location: manaus, DayStarts: 5 * time.Hour,
			Language: "en",
		},
		Firebird: Firebird{Bin: `C:\Firebird\bin`, Server: "localhost:3050", User: "BACKUP", Password: "secret:fb"},
		Databases: []Database{
			{Name: "pdv", Path: "C:/DJ/DJPDV.FDB", Server: "pdv1:3051", User: "SYSDBA", Password: "secret:pdv"},
			{Name: "loja", Path: "C:/DJ/DJMONITOR.FDB", System: "djmonitor", Files: []string{"C:/DJ/Modelos/**", `C:\DJ\*.fr3`},
				Server: "localhost:3050", User: "BACKUP", Password: "secret:fb"},
		},
		Destinations: []Destination{
			{Name: "local", Path: "D:/Copias"}, {Name: "rede", Path: `\\servidor\copias`, Optional: true},
		},
		Backup: &Backup{
			Window: &Window{From: 20 * time.Hour, Until: 2 * time.Hour, Every: 90 * time.Minute},
			Days:   []time.Weekday{time.Monday, time.Saturday}, Except: []string{"feriados"}, To: []string{"local", "rede"},
			Verify: VerifyNever,
		},
		Calendars: []Calendar{{Name: "feriados", Days: []string{"12-25", "02-29"}, Easter: []int{-47, 60}, File: "datas.txt",
			Dates: []string{"2027-03-01", "2027-03-02"}}},
		Cron: []Cron{
			{Name: "fechamento", Schedule: []string{"0 23 L * *", "x"}, Run: "default:backup",
				Params: map[string]any{"to": []any{"local"}, "n": int64(3),
					"deep": []any{map[string]any{"a": 1.5, "b": true}}},
				Except: []string{"feriados"}, Timeout: 2 * time.Hour, Lock: "db", LockWait: 30 * time.Minute, Suspend: true},
			{Name: "pouco", Window: &Window{From: 8 * time.Hour, Until: 20 * time.Hour, Every: time.Hour}, Run: "mine:run_it",
				Params: map[string]any{}},
		},
		Scripts: map[string]Script{"default": {Params: map[string]any{"to": "rede"}}},
		Limits:  Limits{Steps: 500_000, Memory: 1 << 30, Timeout: 3 * time.Hour, FilesWritten: 50, FilesDropped: 5, Silence: 2 * time.Minute},
		Systems: []System{{Name: "djmonitor", Title: "DJMonitor", File: "builtin/systems/djmonitor.toml", Unproven: true}},
	}
	options := []cmp.Option{cmpopts.IgnoreUnexported(Config{}), cmp.Comparer(func(a, b *time.Location) bool {
		return a.String() == b.String()
	})}
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Error(diff)
	}
	if name := got.Firebird.Password.Name(); name != "fb" {
		t.Errorf("the secret's name is %q", name)
	}
}

func TestOnlyScalarsOfNamelessTablesHaveDefaults(t *testing.T) {
	under := string(defaults(t)) + "\n[database.never]\npath = \"/never.fdb\"\n[destination.never]\npath = \"/never\"\n"
	c := loaded(t, "[store]\nid = \"a\"\n", []byte(under))
	if c.Store.Location.String() != "America/Sao_Paulo" || c.Store.DayStarts != 4*time.Hour || c.Store.Language != "pt-BR" {
		t.Errorf("store is %+v", c.Store)
	}
	if c.Store.Name != "a" {
		t.Errorf("a store without a name is called %q", c.Store.Name)
	}
	if c.Firebird.Server != "localhost:3050" || c.Firebird.User != "SYSDBA" || c.Limits.Steps != 200_000_000 {
		t.Errorf("firebird %+v, limits %+v", c.Firebird, c.Limits)
	}
	if len(c.Databases)+len(c.Destinations)+len(c.Cron)+len(c.Calendars) > 0 || c.Backup != nil {
		t.Errorf("tables were inherited: %+v", c)
	}
}

func TestBOMAndWindowsLineEndsAreNothing(t *testing.T) {
	c := loaded(t, "\ufeff"+strings.ReplaceAll("[store]\nid = \"a\"\nname = \"Pão\"\n", "\n", "\r\n"), defaults(t))
	if c.Store.Name != "Pão" {
		t.Errorf("the name is %q", c.Store.Name)
	}
}

func TestADatabaseMayHaveAServerOfItsOwn(t *testing.T) {
	c := loaded(t, "[store]\nid = \"a\"\n[database.x]\npath = \"employee\"\nserver = \"outro\"\n[database.y]\npath = \"/y.fdb\"\n",
		defaults(t))
	if c.Databases[0].Server != "outro:3050" || c.Databases[1].Server != "localhost:3050" {
		t.Errorf("databases are %+v", c.Databases)
	}
}

// A slip is one line of a good configuration written wrongly, and what is said of it.
// badSpecs stands for the check that reads cron specs.
func TestAKeySetTwiceHidesNothingOfTheFirst(t *testing.T) {
	mistakes := mistakesIn(t, "[store]\nid = \"A B\"\nid = \"b\"\n")
	if got, want := told(mistakes), []string{"store.id document.name", "store.id document.twice"}; !slices.Equal(got, want) {
		t.Errorf("told %v", got)
	}
}

func TestALongValueIsToldByItsBeginning(t *testing.T) {
	mistakes := mistakesIn(t, "[store]\nid = \"a\"\n[limits]\nsteps = \"1M\"\n"+strings.Repeat("k", 5000)+" = 1\n")
	for _, m := range mistakes {
		if len(m.Err.Error()) > 200 {
			t.Errorf("told at length: %s", m.Err)
		}
	}
}

func TestAListInTheDefaultsIsNotInherited(t *testing.T) {
	listed := strings.Replace(string(under), "\n[store]\n", "\n[store]\nid = [\"x\"]\n", 1)
	_, err := build("djscript.toml", "/nowhere", []byte("[limits]\n"), []byte(listed), nil, nil)
	var mistakes Mistakes
	if !errors.As(err, &mistakes) || !slices.Equal(told(mistakes), []string{"store.id document.missing"}) {
		t.Errorf("told %v", err)
	}
}

func TestAPasswordIsNeverRepeated(t *testing.T) {
	for _, line := range []string{`password = "hunter2"`, `password = hunter2`, `password = ["hunter2"]`, `password = "hunter2`,
		`password = { hunter2 = 1 }`, `password = "hunt\er2"`, `password = hunter2 # "x"`} {
		text := strings.Replace(good, `password = "secret:firebird"`, line, 1)
		mistakes := mistakesIn(t, text)
		if strings.Contains(mistakes.Error(), "hunter2") || strings.Contains(fmt.Sprintf("%+v", mistakes), "hunter2") {
			t.Errorf("%s: %v", line, mistakes)
		}
	}
}

func TestABrokenTableHidesNoEarlierMistakeOfSyntax(t *testing.T) {
	mistakes := mistakesIn(t, "[store]\nid = a\n[firebird\nserver = 3\n")
	if len(mistakes) != 1 || mistakes[0].Line != 2 || mistakes[0].Key != "store.id" {
		t.Errorf("told %v", mistakes)
	}
}

func TestAForeignEncodingIsToldAndTheRestIsRead(t *testing.T) {
	windows := mistakesIn(t, "[store]\nid = \"a\"\nname = \"P\xe3o\"\nnmae = 1\n")
	if got, want := told(windows), []string{" document.encoding", "store.nmae document.unknown_key"}; !slices.Equal(got, want) {
		t.Errorf("told %v", windows)
	}
	if windows[0].Line != 3 {
		t.Errorf("told on line %d", windows[0].Line)
	}
	utf16 := mistakesIn(t, "\xff\xfe[\x00s\x00t\x00o\x00r\x00e\x00]\x00\n\x00")
	if told(utf16)[0] != " document.encoding" {
		t.Errorf("told %v", utf16)
	}
}

func TestMistakesPrintOneToALineWithTheirHints(t *testing.T) {
	mistakes := mistakesIn(t, "[store]\nid = \"a\"\ntimezne = \"x\"\n[limits]\nsteps = 3\n")
	want := "djscript.toml:3: store.timezne: there is no key timezne here\n  did you mean timezone?\n" +
		"djscript.toml:5: limits.steps: a text in quotes was expected, not 3\n  put the value in quotes: \"...\""
	if got := mistakes.Error(); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	if code := message.Code(mistakes); code != "option.unknown" {
		t.Errorf("the code is %q", code)
	}
}

func TestAFileThatIsNotThereIsNoMistakeInIt(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "djscript.toml"), defaults(t), nil)
	if !errors.Is(err, os.ErrNotExist) || message.Hint(err) == "" {
		t.Errorf("told %v", err)
	}
}

func TestADestinationOnTheLiveDatabaseIsItsOwnCode(t *testing.T) {
	for name, tt := range map[string]struct {
		server, database, destination string
		refused                       bool
	}{
		"the file itself":      {"localhost", "C:/DJ/A.FDB", `c:\dj\a.fdb`, true},
		"its folder":           {"127.0.0.1:3050", "C:/DJ/A.FDB", "C:/DJ", true},
		"its drive":            {"localhost", "C:/DJ/A.FDB", "C:/", true},
		"a folder within it":   {"localhost", "/db/a.fdb", "/db/a.fdb/x", true},
		"beside it":            {"localhost", "C:/DJ/A.FDB", "C:/DJ/Copias", false},
		"a longer name":        {"localhost", "C:/DJ/A.FDB", "C:/D", false},
		"another machine":      {"servidor", "C:/DJ/A.FDB", "C:/DJ", false},
		"case counts on Linux": {"localhost", "/db/A.fdb", "/DB", false},
		"an alias":             {"localhost", "employee", "/srv", false},
	} {
		text := fmt.Sprintf("[store]\nid = \"a\"\n[database.x]\npath = '%s'\nserver = '%s'\n[destination.y]\npath = '%s'\n",
			tt.database, tt.server, tt.destination)
		_, err := build("djscript.toml", "/nowhere", []byte(text), under, nil, nil)
		if refused := err != nil; refused != tt.refused {
			t.Errorf("%s: %v", name, err)
		}
		if tt.refused && message.Code(err) != "guard.live_db" {
			t.Errorf("%s: the code is %q", name, message.Code(err))
		}
	}
}

func TestNamesThatLeadNowhereAreOfferedTheNearest(t *testing.T) {
	c := loaded(t, "[store]\nid = \"a\"\n[destination.pendrive]\npath = \"/x\"\n[destination.local]\npath = \"/y\"\n", defaults(t))
	if d, err := c.Destination("local"); err != nil || d.Path != "/y" {
		t.Errorf("local is %+v %v", d, err)
	}
	_, err := c.Destination("pendirve")
	if got := message.Hint(err); got != `did you mean "pendrive"?` {
		t.Errorf("the hint is %q", got)
	}
	_, err = c.Destination("zzz")
	if !strings.Contains(err.Error(), "this store has: pendrive, local") || message.Hint(err) == "" {
		t.Errorf("told %v, %q", err, message.Hint(err))
	}
	for _, err := range []error{second(c.Database("x")), second(c.Calendar("x")), second(c.Entry("x")), second(c.System("x"))} {
		if message.Code(err) != "option.value" || message.Hint(err) == "" {
			t.Errorf("told %v, %q", err, message.Hint(err))
		}
	}
}

func TestChecksSayNothingOfWhatIsKnownToBeWrong(t *testing.T) {
	check := func(c *Config) []Mistake {
		return []Mistake{
			c.At("cron.a.schedule[0]", message.New("option.value", "config.run", message.Args{"value": "x"})),
			c.At("cron.a.run", message.New("option.value", "config.run", message.Args{"value": "x"})),
			c.At("cron.b.schedule[1]", message.New("option.value", "config.run", message.Args{"value": "x"})),
		}
	}
	text := "[store]\nid = \"a\"\n[[cron]]\nname = \"a\"\nschedule = x\nrun = \"y\"\n[[cron]]\nname = \"b\"\nrun = \"a:b\"\n" +
		"schedule = [\n  \"1\", # one\n  \"2\",\n]\n"
	_, err := build("djscript.toml", "/nowhere", []byte(text), under, nil, []Check{check})
	want := "djscript.toml:5: cron.a.schedule, djscript.toml:6: cron.a.run, djscript.toml:12: cron.b.schedule"
	var got []string
	var mistakes Mistakes
	errors.As(err, &mistakes)
	for _, m := range mistakes {
		got = append(got, fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Key))
	}
	if strings.Join(got, ", ") != want {
		t.Errorf("told %v, want %s", got, want)
	}
}

func TestCNPJ(t *testing.T) {
	for text, want := range map[string]string{
		"12ABC34501DE35": "12ABC34501DE35", "12.abc.345/01de-35": "12ABC34501DE35", "11.222.333/0001-81": "11222333000181",
		"00000000000191": "00000000000191", "06255692000103": "06255692000103",
	} {
		if got, ok := ParseCNPJ(text); !ok || got != want {
			t.Errorf("%q is %q %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "11222333000182", "11222333000191", "12ABC34501DE53", "00000000000000", "AAAAAAAAAAAAAA",
		"1122233300018", "112223330001811", "12ÃBC34501DE35", "11222333000l81"} {
		if got, ok := ParseCNPJ(text); ok {
			t.Errorf("%q is taken as %q", text, got)
		}
	}
}

// mistakesIn are the mistakes in a text, which must have some.
func mistakesIn(t *testing.T, text string) Mistakes {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "revenda/revenda.toml", "")
	_, err := build("djscript.toml", folder, []byte(text), defaults(t), systems(), []Check{badSpecs})
	var mistakes Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatalf("%v in\n%s", err, text)
	}
	return mistakes
}

// told are keys and sentences of mistakes.
func told(mistakes []Mistake) []string {
	var all []string
	for _, m := range mistakes {
		all = append(all, m.Key+" "+sentenceOf(m))
	}
	return all
}

// sentenceOf finds the sentence of a mistake among those that the slips know.
func sentenceOf(m Mistake) string {
	keys := []string{"document.encoding", "document.twice", "document.missing"}
	for _, s := range slips {
		keys = append(keys, s.sentence)
	}
	for _, key := range keys {
		if errors.Is(m.Err, message.New(m.Code, key, nil)) {
			return key
		}
	}
	return m.Err.Error()
}

func loaded(t *testing.T, text string, under []byte) *Config {
	t.Helper()
	c, err := build("djscript.toml", t.TempDir(), []byte(text), under, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var under = mustRead("../../djscript.toml")

func mustRead(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return data
}

func defaults(t *testing.T) []byte {
	t.Helper()
	return under
}

func systems() fstest.MapFS {
	return fstest.MapFS{"djmonitor.toml": {Data: []byte("title = \"DJMonitor\"\nunproven = true\n")}}
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func second[T any](_ T, err error) error { return err }
