package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const reseller = `[store]
language = "en"
[firebird]
user = "COPIA"
[destination.local]
path = "D:/Copias"
[destination.nuvem]
path = "E:/Nuvem"
[calendar.feriados]
file = "feriados.txt"
[backup]
at = ["22:00"]
days = ["mon"]
to = ["local"]
[[cron]]
name = "noite"
schedule = ["0 1 * * *"]
run = "default:backup"
params = { note = "da revenda", to = ["local"] }
[[cron]]
name = "prova"
schedule = ["0 5 * * *"]
run = "default:prove"
[script.default]
params = { note = "x" }
`

// laid is a store's configuration over the reseller's above.
func laid(t *testing.T, store, base string) (*Config, error) {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "revenda/revenda.toml", base)
	write(t, folder, "revenda/feriados.txt", "2027-03-01\n")
	write(t, folder, "revenda/scripts/systems/pdv.toml", "title = \"PDV\"\n")
	return Load(write(t, folder, "djscript.toml", store), defaults(t), systems())
}

const ofStore = "[store]\nid = \"loja\"\nbase = \"revenda/revenda.toml\"\n[database.loja]\npath = \"C:/DJ/X.FDB\"\nsystem = \"pdv\"\n"

func TestAResellersFileIsLaidUnderTheStoresByName(t *testing.T) {
	c, err := laid(t, ofStore+`[destination.nuvem]
optional = true
[destination.aqui]
path = "F:/Copias"
[backup]
from = "08:00"
until = "20:00"
every = "60m"
[[cron]]
name = "loja"
schedule = ["0 3 * * *"]
run = "default:backup"
[[cron]]
name = "noite"
params = { to = ["nuvem"] }
`, reseller)
	if err != nil {
		t.Fatal(err)
	}
	if c.Store.Language != "en" || c.Firebird.User != "COPIA" || c.Firebird.Server != "localhost:3050" {
		t.Errorf("store %+v, firebird %+v", c.Store, c.Firebird)
	}
	var destinations []string
	for _, d := range c.Destinations {
		destinations = append(destinations, d.Name+" "+d.Path)
	}
	if diff := cmp.Diff([]string{"nuvem E:/Nuvem", "aqui F:/Copias", "local D:/Copias"}, destinations); diff != "" {
		t.Error(diff)
	}
	if !c.Destinations[0].Optional {
		t.Error("the store's own key is gone")
	}
	// Who says when says all of when; the rest is the reseller's.
	if b := c.Backup; len(b.At) != 0 || b.Window == nil || b.Window.Every != time.Hour || len(b.Days) != 1 || b.To[0] != "local" {
		t.Errorf("backup is %+v", b)
	}
	var entries []string
	for _, e := range c.Cron {
		entries = append(entries, e.Name+" "+strings.Join(e.Schedule, ","))
	}
	if diff := cmp.Diff([]string{"loja 0 3 * * *", "noite 0 1 * * *", "prova 0 5 * * *"}, entries); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"to": []any{"nuvem"}}, c.Cron[1].Params); diff != "" {
		t.Errorf("params are taken whole: %s", diff)
	}
	if len(c.Calendars) != 1 || len(c.Calendars[0].Dates) != 1 {
		t.Errorf("the reseller's file of holidays counts from its own folder: %+v", c.Calendars)
	}
	if s, err := c.System("pdv"); err != nil || s.Title != "PDV" {
		t.Errorf("the reseller's profile: %+v, %v", s, err)
	}
	if c.Base != filepath.Join(c.Dir, "revenda", "revenda.toml") {
		t.Errorf("base is %s", c.Base)
	}
}

func TestEachMistakeNamesTheFileItStandsIn(t *testing.T) {
	_, err := laid(t, ofStore+"[destination.local]\noptional = 7\n[[cron]]\nname = \"noite\"\nlock = 1\n", strings.NewReplacer(
		`"D:/Copias"`, `"Copias"`, `"0 5 * * *"`, `7`, `language = "en"`, "id = \"x\"\nbase = \"y\"\nlanguage = \"fr\"", `user = "COPIA"`, `user = `,
	).Replace(reseller))
	var mistakes Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatal(err)
	}
	var got []string
	for _, m := range mistakes {
		got = append(got, filepath.Base(m.File)+" "+m.Key)
		if m.Line == 0 {
			t.Errorf("%v has no line", m)
		}
	}
	want := []string{
		"djscript.toml destination.local.optional", "djscript.toml cron.noite.lock", "revenda.toml store.id", "revenda.toml store.base",
		"revenda.toml store.language", "revenda.toml firebird.user", "revenda.toml destination.local.path", "revenda.toml cron.prova.schedule",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestABaseThatIsNotThereIsTheOnlyMistake(t *testing.T) {
	_, err := Load(write(t, t.TempDir(), "djscript.toml", ofStore+"[backup]\nto = [\"nowhere\"]\n"), defaults(t), systems())
	var mistakes Mistakes
	if !errors.As(err, &mistakes) || len(mistakes) != 1 || mistakes[0].Key != "store.base" || mistakes[0].Line != 3 {
		t.Error(err)
	}
}

func TestHeldFilesAreReadInPlaceOfThoseThatLieThere(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "revenda/revenda.toml", "broken")
	write(t, folder, "revenda/scripts/systems/pdv.toml", "broken")
	path := write(t, folder, "djscript.toml", ofStore)
	held := Held{
		Base:     []byte("[firebird]\nuser = \"VELHO\"\n"),
		Reseller: fstest.MapFS{"pdv.toml": {Data: []byte("title = \"old\"\n")}}, Store: fstest.MapFS{},
	}
	c, err := LoadHeld(path, defaults(t), systems(), held)
	if err != nil || c.Firebird.User != "VELHO" {
		t.Fatalf("%+v, %v", c, err)
	}
	if s, err := c.System("pdv"); err != nil || s.Title != "old" {
		t.Errorf("%+v, %v", s, err)
	}
	if got, want := BaseOf(path), filepath.Join(folder, "revenda", "revenda.toml"); got != want {
		t.Errorf("base of the file is %s, want %s", got, want)
	}
	if err := os.Remove(path); err != nil || BaseOf(path) != "" {
		t.Error("a base without a file", err)
	}
}

// Whatever a reseller's file is, it is laid under or refused; a mistake names one of the two files.
func FuzzBase(f *testing.F) {
	f.Add(reseller)
	f.Add("cron = 7\n[destination]\nlocal = 3\n[backup]\nat = 1\n")
	f.Add("[[cron]]\n[[cron]]\nname = [1]\n[[store]]\n")
	f.Add("store = 1\n[database.loja.path]\nx = 1\n")
	known, profiles := under, systems()
	f.Fuzz(func(t *testing.T, base string) {
		folder := t.TempDir()
		path := filepath.Join(folder, "djscript.toml")
		if err := os.WriteFile(path, []byte(ofStore+"[[cron]]\nname = \"noite\"\nlock = \"x\"\n[destination.local]\noptional = true\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		held := Held{Base: []byte(base), Reseller: fstest.MapFS{}, Store: fstest.MapFS{}}
		_, err := LoadHeld(path, known, profiles, held)
		var mistakes Mistakes
		if err != nil && !errors.As(err, &mistakes) {
			t.Fatal(err)
		}
		for _, m := range mistakes {
			if file := filepath.Base(m.File); file != "djscript.toml" && file != "revenda.toml" {
				t.Errorf("%v stands in %q", m, m.File)
			}
		}
	})
}
