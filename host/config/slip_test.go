package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

type slip struct {
	line     string // as it stands in good
	wrong    string
	key      string
	sentence string
}

const good = `[store]
id = "loja"
cnpj = "11.222.333/0001-81"
timezone = "America/Sao_Paulo"
day_starts = "04:00"
language = "pt-BR"
name = "Loja"
[firebird]
bin = ""
server = "localhost:3050"
user = "SYSDBA"
password = "secret:firebird"
[database.loja]
path = "C:/DJ/A.FDB"
system = "djmonitor"
files = ["C:/DJ/Modelos/**"]
[database.outro]
path = "C:/DJ/B.FDB"
[destination.local]
path = "D:/Copias"
optional = false
[destination.outro]
path = "E:/Copias"
[calendar.feriados]
days = ["12-25", "01-01"]
easter = [-2]
[calendar.vazio]
days = ["01-02"]
[backup]
at = ["22:00"]
days = ["mon"]
except = ["feriados"]
to = ["local"]
verify = "later"
[[cron]]
name = "um"
schedule = ["0 22 * * *"]
run = "default:backup"
params = { to = ["local"] }
except = ["feriados"]
timeout = "2h"
lock = "db"
lock_wait = "1m"
suspend = false
[[cron]]
name = "dois"
from = "08:00"
until = "20:00"
every = "60m"
run = "default:backup"
[script.default]
params = { to = "local" }
[limits]
steps = "200M"
`

var slips = []slip{
	{`id = "loja"`, ``, "store.id", "document.missing"},
	{`id = "loja"`, `id = ""`, "store.id", "document.empty"},
	{`id = "loja"`, `id = "Loja Centro"`, "store.id", "document.name"},
	{`id = "loja"`, `id = "aux"`, "store.id", "document.name"},
	{`id = "loja"`, `id = "` + strings.Repeat("a", 33) + `"`, "store.id", "document.name"},
	{`cnpj = "11.222.333/0001-81"`, `cnpj = "11.222.333/0001-82"`, "store.cnpj", "config.cnpj"},
	{`cnpj = "11.222.333/0001-81"`, `cnpj = 11222333000181`, "store.cnpj", "document.want_text"},
	{`timezone = "America/Sao_Paulo"`, `timezone = "America/SaoPaulo"`, "store.timezone", "config.timezone"},
	{`timezone = "America/Sao_Paulo"`, `timezone = "Local"`, "store.timezone", "config.timezone"},
	{`timezone = "America/Sao_Paulo"`, `timezone = ""`, "store.timezone", "config.timezone"},
	{`timezone = "America/Sao_Paulo"`, `timezone = "../x"`, "store.timezone", "config.timezone"},
	{`day_starts = "04:00"`, `day_starts = "4:00"`, "store.day_starts", "config.clock"},
	{`day_starts = "04:00"`, `day_starts = "13:00"`, "store.day_starts", "config.day_starts"},
	{`day_starts = "04:00"`, `day_starts = 04:00:00`, "store.day_starts", "document.want_text"},
	{`language = "pt-BR"`, `language = "pt"`, "store.language", "document.one_of"},
	{`name = "Loja"`, `name = Loja`, "store.name", "document.syntax"},
	{`name = "Loja"`, `nmae = "Loja"`, "store.nmae", "document.unknown_key"},
	{`name = "Loja"`, `name = "L\to"`, "store.name", "document.escape"},
	{`name = "Loja"`, `id = "loja"`, "store.id", "document.twice"},
	{`bin = ""`, `bin = "C:\Firebird"`, "firebird.bin", "document.escape"},
	{`bin = ""`, `bin = ["x"]`, "firebird.bin", "document.want_text"},
	{`server = "localhost:3050"`, `server = "local host"`, "firebird.server", "config.server"},
	{`server = "localhost:3050"`, `server = "localhost:0"`, "firebird.server", "config.server"},
	{`server = "localhost:3050"`, `server = "localhost:70000"`, "firebird.server", "config.server"},
	{`user = "SYSDBA"`, `user = " "`, "firebird.user", "document.empty"},
	{`password = "secret:firebird"`, `password = "masterkey"`, "firebird.password", "config.secret_in_clear"},
	{`password = "secret:firebird"`, `password = 1234`, "firebird.password", "config.secret_in_clear"},
	{`password = "secret:firebird"`, `password = "secret:"`, "firebird.password", "config.secret_in_clear"},
	{`password = "secret:firebird"`, `password = masterkey`, "firebird.password", "config.syntax_password"},
	{`path = "C:/DJ/A.FDB"`, `pth = "C:/DJ/A.FDB"`, "database.loja.pth", "document.unknown_key+database.loja.path document.missing"},
	{`path = "C:/DJ/A.FDB"`, `path = "C:\DJ\A.FDB"`, "database.loja.path", "document.escape"},
	{`path = "C:/DJ/A.FDB"`, `path = "C:\temp\new.FDB"`, "database.loja.path", "document.escape"},
	{`path = "C:/DJ/A.FDB"`, `path = "localhost:C:/DJ/A.FDB"`, "database.loja.path", "config.path_server"},
	{`path = "C:/DJ/A.FDB"`, `path = "DJ/A.FDB"`, "database.loja.path", "config.path_relative"},
	{`system = "djmonitor"`, `system = "djmonitr"`, "database.loja.system", "config.no_such_system"},
	{`files = ["C:/DJ/Modelos/**"]`, `files = ["Modelos/**"]`, "database.loja.files", "config.path_relative"},
	{`files = ["C:/DJ/Modelos/**"]`, `files = ["C:/DJ/[a"]`, "database.loja.files", "config.glob"},
	{`files = ["C:/DJ/Modelos/**"]`, `files = "C:/DJ/Modelos/**"`, "database.loja.files", "document.want_texts"},
	{`files = ["C:/DJ/Modelos/**"]`, `files = ["C:/DJ/**", 3]`, "database.loja.files", "document.want_text"},
	{`path = "C:/DJ/B.FDB"`, `path = 'c:\dj\b.fdb'` + "\n[database.b2]\npath = \"C:/DJ/B.FDB\"", "database.b2.path",
		"config.same_database"},
	{`path = "C:/DJ/B.FDB"`, `path = "D:/Copias/B.FDB"`, "destination.local.path", "config.live_database"},
	{`path = "D:/Copias"`, `path = " "`, "destination.local.path", "document.empty"},
	{`path = "D:/Copias"`, `path = "copias"`, "destination.local.path", "config.path_relative"},
	{`path = "D:/Copias"`, `path = "D:/Copias/"` + "\n[destination.igual]\npath = 'd:\\copias'", "destination.igual.path",
		"config.destination_same"},
	{`path = "D:/Copias"`, `path = "E:/Copias/aqui"`, "destination.local.path", "config.destination_inside"},
	{`optional = false`, `optional = "no"`, "destination.local.optional", "document.want_flag"},
	{`optional = false`, `kep = { daily = 7 }`, "destination.local.kep", "document.unknown_key"},
	{`days = ["12-25", "01-01"]`, `days = ["12-25", "02-30"]`, "calendar.feriados.days", "config.year_day"},
	{`days = ["12-25", "01-01"]`, `days = ["12-25", "12-25"]`, "calendar.feriados.days", "document.repeated"},
	{`easter = [-2]`, `easter = [400]`, "calendar.feriados.easter", "config.easter"},
	{`easter = [-2]`, `easter = [1.5]`, "calendar.feriados.easter", "document.want_integer"},
	{`easter = [-2]`, `easter = -2`, "calendar.feriados.easter", "document.want_integers"},
	{`days = ["01-02"]`, ``, "calendar.vazio", "config.empty_calendar"},
	{`days = ["01-02"]`, `file = "nowhere.txt"`, "calendar.vazio.file", "config.calendar_file"},
	{`at = ["22:00"]`, `at = ["24:00"]`, "backup.at", "config.clock"},
	{`at = ["22:00"]`, `at = ["22:00", "22:00"]`, "backup.at", "document.repeated"},
	{`at = ["22:00"]`, `at = []`, "backup.at", "document.empty_list"},
	{`at = ["22:00"]`, "at = [\"22:00\"]\nfrom = \"08:00\"\nuntil = \"20:00\"\nevery = \"1h\"", "backup.at", "config.both"},
	{`at = ["22:00"]`, "from = \"08:00\"\nevery = \"1h\"", "backup.until", "document.missing"},
	{`at = ["22:00"]`, "from = \"20:00\"\nevery = \"1h\"\nuntil = \"08:00\"", "backup.until", "config.until"},
	{`at = ["22:00"]`, "from = \"03:00\"\nevery = \"1h\"\nuntil = \"02:00\"", "backup.until", "config.until"},
	{`at = ["22:00"]`, "from = \"08:00\"\nuntil = \"20:00\"\nevery = \"4m\"", "backup.every", "config.every"},
	{`at = ["22:00"]`, "from = \"08:00\"\nuntil = \"20:00\"\nevery = \"330s\"", "backup.every", "config.every"},
	{`at = ["22:00"]`, "from = \"08:00\"\nuntil = \"20:00\"\nevery = \"25h\"", "backup.every", "config.every"},
	{`at = ["22:00"]`, "from = \"08:00\"\nuntil = \"20:00\"\nevery = \"60\"", "backup.every", "config.duration"},
	{`days = ["mon"]`, `days = ["segunda"]`, "backup.days", "config.weekday"},
	{`days = ["mon"]`, `days = ["mon", "seg"]`, "backup.days", "document.repeated"},
	{`days = ["mon"]`, `delete_afer = "30d"`, "backup.delete_afer", "document.unknown_key"},
	{`to = ["local"]`, `to = ["locla"]`, "backup.to", "config.no_such_destination"},
	{`to = ["local"]`, `to = ["local", "local"]`, "backup.to", "document.repeated"},
	{`to = ["local"]`, ``, "backup.to", "document.missing"},
	{`verify = "later"`, `verify = true`, "backup.verify", "config.verify"},
	{`name = "um"`, `name = "backup"`, "cron.backup.name", "config.two_backups"},
	{`name = "um"`, `name = "dois"`, "cron[1].name", "document.repeated"},
	{`name = "um"`, `name = "Um"`, "cron.Um.name", "document.name"},
	{`schedule = ["0 22 * * *"]`, ``, "cron.um.schedule", "config.never_due"},
	{`schedule = ["0 22 * * *"]`, `schedule = "0 22 * * *"`, "cron.um.schedule", "document.want_texts"},
	{`schedule = ["0 22 * * *"]`, `schedule = ["0 22 * * *", "bad"]`, "cron.um.schedule", "config.no_such_entry"},
	{`schedule = ["0 22 * * *"]`, `schedule = [0 22 * * *]`, "cron.um.schedule", "document.syntax"},
	{`params = { to = ["local"] }`, `params = { to = ["local", "nowhere"] }`, "cron.um.params.to", "config.no_such_destination"},
	{`params = { to = ["local"] }`, `params = { when = 2027-01-01 }`, "cron.um.params.when", "document.want_text"},
	{`params = { to = ["local"] }`, `params = "x"`, "cron.um.params", "document.want_table"},
	{`timeout = "2h"`, `timeout = "0s"`, "cron.um.timeout", "config.zero"},
	{`timeout = "2h"`, `timeout = 2`, "cron.um.timeout", "document.want_text"},
	{`timeout = "2h"`, `timeot = "2h"`, "cron.um.timeot", "document.unknown_key"},
	{`lock_wait = "1m"`, `lock_wait = "1"`, "cron.um.lock_wait", "config.duration"},
	{`suspend = false`, `suspend = 0`, "cron.um.suspend", "document.want_flag"},
	{`params = { to = "local" }`, `params = { to = "nowhere" }`, "script.default.params.to", "config.no_such_destination"},
	{`params = { to = "local" }`, `grants = "db.read"`, "script.default.grants", "document.want_texts"},
	{`steps = "200M"`, `steps = "0"`, "limits.steps", "config.amount"},
	{`steps = "200M"`, `steps = "200MB"`, "limits.steps", "config.amount"},
	{`steps = "200M"`, "steps = \"200M\"\n[alarm]\nheartbeat = \"\"", "alarm", "document.unknown_key"},
	{`steps = "200M"`, "steps = \"200M\"\n[database]\nsolto = 3", "database.solto", "document.want_table"},
	{`steps = "200M"`, "steps = \"200M\"\n[destination.Rede]\npath = \"F:/x\"", "destination.Rede", "document.name"},
	{`steps = "200M"`, "steps = \"200M\"\n[destination.\"a.b\"]\npath = \"F:/x\"", `destination."a.b"`, "document.name"},
}

func (s slip) wants() []string {
	var all []string
	all = append(all, strings.Split(s.key+" "+s.sentence, "+")...)
	if key, rest, ok := strings.Cut(s.sentence, "+"); ok {
		return []string{s.key + " " + key, rest}
	}
	return all
}

func badSpecs(c *Config) []Mistake {
	var all []Mistake
	for _, e := range c.Cron {
		for i, spec := range e.Schedule {
			if spec == "bad" {
				key := fmt.Sprintf("cron.%s.schedule[%d]", e.Name, i)
				all = append(all, c.At(key, message.New("option.value", "config.no_such_entry", document.Offer(spec, nil))))
			}
		}
	}
	return all
}

func TestEachSlipIsToldOnItsLineAndNothingElse(t *testing.T) {
	for _, s := range slips {
		mistakes := mistakesIn(t, strings.Replace(good, s.line+"\n", s.wrong+"\n", 1))
		if diff := cmp.Diff(s.wants(), told(mistakes), cmpopts.SortSlices(strings.Compare)); diff != "" {
			t.Errorf("%q: %s", s.wrong, diff)
		}
		for _, m := range mistakes {
			first := strings.Count(good[:strings.Index(good, s.line+"\n")], "\n") + 1
			last := first + strings.Count(s.wrong, "\n")
			if missing := errors.Is(m.Err, message.New("option.missing", "document.missing", nil)); s.wrong == "" || missing {
				// What is missing is told at its table.
				continue
			}
			if m.Line < first || m.Line > last {
				known := s.sentence == "config.live_database" || s.key == "cron[1].name"
				if !known {
					t.Errorf("%q is told on line %d, want %d to %d", s.wrong, m.Line, first, last)
				}
			}
			if m.Hint() == "" || strings.Contains(m.Error(), "<no value>") || strings.Contains(m.Hint(), "<no value>") {
				t.Errorf("%q: %s; %s", s.wrong, m.Error(), m.Hint())
			}
		}
	}
}

func TestAnySlipsTogetherAreAllToldAndNoneTwice(t *testing.T) {
	// These speak of what another slip may have changed.
	entangled := []string{"cron[1].name", "cron.backup.name", "cron.Um.name", "destination.igual.path"}
	rapid.Check(t, func(t *rapid.T) {
		text := good
		var want []string
		used := map[string]bool{}
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(slips)-1), 1, 20, rapid.ID).Draw(t, "slips") {
			s := slips[i]
			if slices.Contains(entangled, s.key) || used[s.line] || !strings.Contains(text, s.line+"\n") ||
				strings.Contains(s.line, "/Copias") || strings.Contains(s.wrong, "Copias") || s.sentence == "document.twice" {
				continue
			}
			text = strings.Replace(text, s.line+"\n", s.wrong+"\n", 1)
			used[s.line] = true
			want = append(want, s.wants()...)
		}
		if len(want) == 0 {
			return
		}
		_, err := build("djscript.toml", "/nowhere", []byte(text), under, systems(), []Check{badSpecs})
		var mistakes Mistakes
		if !errors.As(err, &mistakes) {
			t.Fatalf("taken: %s", text)
		}
		if diff := cmp.Diff(want, told(mistakes), cmpopts.SortSlices(strings.Compare)); diff != "" {
			t.Fatalf("%s\n%s", text, diff)
		}
	})
}
