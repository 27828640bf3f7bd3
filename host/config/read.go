package config

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// read fills c from the document's tables. A table with mistakes leaves its fields empty, so that the tables after
// it are read all the same.
func (r *reader) read(c *Config) {
	root := r.root()
	c.Store = root.store()
	c.Firebird = root.firebird()
	c.Databases = root.databases(c)
	c.Destinations = root.destinations()
	c.Calendars = root.calendars(c.Dir)
	c.Backup = root.backup(c.Store.DayStarts)
	c.Cron = root.cron(c.Store.DayStarts)
	c.Scripts = root.scripts()
	c.Routes = root.routes()
	c.Recipients = root.encryption()
	c.Limits = root.limits()
	root.Close()
}

func (t *table) store() Store {
	in, _ := t.sub("store")
	defer in.Close()
	in.Require("id")
	s := Store{ID: in.Words("id")}
	if s.ID != "" {
		in.CheckName(in.Key("id"), s.ID)
	}
	if s.Name = in.Words("name"); s.Name == "" {
		s.Name = s.ID
	}
	s.CNPJ = in.cnpj()
	s.Location = in.timezone()
	s.DayStarts = in.dayStarts()
	s.Language = in.OneOf("language", message.Portuguese, message.English)
	s.Base = in.Words("base")
	return s
}

func (t *table) cnpj() string {
	text, ok := t.Text("cnpj")
	if !ok || text == "" {
		return ""
	}
	plain, ok := ParseCNPJ(text)
	if !ok {
		t.Bad("cnpj", message.New("option.value", "config.cnpj", message.Args{"value": text}))
	}
	return plain
}

// The zones of Brazil, offered when a name is not known.
var zones = []string{
	"America/Sao_Paulo", "America/Manaus", "America/Cuiaba", "America/Campo_Grande", "America/Fortaleza",
	"America/Recife", "America/Bahia", "America/Belem", "America/Maceio", "America/Araguaina", "America/Santarem",
	"America/Porto_Velho", "America/Boa_Vista", "America/Rio_Branco", "America/Eirunepe", "America/Noronha",
}

// timezone is never nil, so that whoever checks further has a zone to count in.
func (t *table) timezone() *time.Location {
	name, ok := t.Text("timezone")
	if !ok {
		return time.UTC
	}
	loc, wrong := zone(name)
	if wrong != nil {
		t.Bad("timezone", wrong)
		return time.UTC
	}
	return loc
}

// Zone is the time zone of that name.
func Zone(name string) (*time.Location, error) {
	loc, wrong := zone(name)
	if wrong != nil {
		return nil, wrong
	}
	return loc, nil
}

func zone(name string) (*time.Location, *message.Error) {
	loc, err := time.LoadLocation(name)
	// "Local" is whatever a PC was set to, and "" is UTC: neither says where the store is.
	if err != nil || name == "" || name == "Local" {
		return nil, message.New("option.value", "config.timezone", document.Offer(name, zones))
	}
	return loc, nil
}

// Where day_starts is wrong, what depends on it is checked against the usual hour.
const usualStart = 4 * time.Hour

func (t *table) dayStarts() time.Duration {
	at, ok := t.clock("day_starts")
	if ok && at > 12*time.Hour {
		t.Bad("day_starts", message.New("option.value", "config.day_starts", nil))
		ok = false
	}
	if !ok {
		return usualStart
	}
	return at
}

func (t *table) firebird() Firebird {
	in, _ := t.sub("firebird")
	defer in.Close()
	var f Firebird
	f.Bin, _ = in.Text("bin")
	if document.HasControl(f.Bin) {
		in.Bad("bin", message.New("option.value", "document.escape", nil))
	}
	f.Server, _ = in.server("server")
	f.User = in.Words("user")
	f.Password, _ = in.secret("password")
	return f
}

func (t *table) databases(c *Config) []Database {
	var all []Database
	for name, in := range t.named("database") {
		in.Require("path")
		d := Database{
			Name: name, Path: in.databasePath(), System: in.system(c), Files: in.globs("files"),
			Server: c.Firebird.Server, User: c.Firebird.User, Password: c.Firebird.Password,
		}
		if server, ok := in.server("server"); ok {
			d.Server = server
		}
		if user := in.Words("user"); user != "" {
			d.User = user
		}
		if password, ok := in.secret("password"); ok {
			d.Password = password
		}
		in.Close()
		all = append(all, d)
	}
	return all
}

func (t *table) databasePath() string {
	text := t.Words("path")
	switch {
	case text == "" || document.HasControl(text) || absolute(text) || alias(text):
	case serverShape.MatchString(text):
		t.Bad("path", message.New("option.value", "config.path_server", message.Args{"path": text}))
	default:
		t.Bad("path", message.New("option.value", "config.path_relative", message.Args{"path": text}))
	}
	return text
}

// folder is an absolute path.
func (t *table) folder(name string) string {
	text := t.Words(name)
	if strings.TrimSpace(text) != "" && !document.HasControl(text) && !absolute(text) {
		t.Bad(name, message.New("option.value", "config.path_relative", message.Args{"path": text}))
	}
	return text
}

func (t *table) globs(name string) []string {
	all := t.Texts(name)
	for i, glob := range all {
		switch {
		case glob == "":
		case document.HasControl(glob):
			t.BadElement(name, i, message.New("option.value", "document.escape", nil))
		case !absolute(glob):
			t.BadElement(name, i, message.New("option.value", "config.path_relative", message.Args{"path": glob}))
		case !validGlob(glob):
			t.BadElement(name, i, message.New("option.value", "config.glob", message.Args{"value": glob}))
		}
	}
	return all
}

// A backslash is a separator here, on every system.
func validGlob(glob string) bool {
	_, err := filepath.Match(strings.ReplaceAll(glob, `\`, "/"), "")
	return err == nil
}

func (t *table) system(c *Config) string {
	name, ok := t.Text("system")
	if !ok || name == "" {
		return ""
	}
	var known []string
	for _, system := range c.Systems {
		known = append(known, system.Name)
	}
	if !slices.Contains(known, name) {
		t.Bad("system", message.New("option.value", "config.no_such_system", document.Offer(name, known)))
	}
	return name
}

func (t *table) backup(dayStarts time.Duration) *Backup {
	if !t.Has("backup") {
		t.Get("backup")
		return nil
	}
	in, ok := t.sub("backup")
	if !ok {
		return nil
	}
	defer in.Close()
	in.Require("to")
	in.Filled("at", "days", "to")
	b := &Backup{At: in.clocks("at"), Window: in.window(dayStarts, "at")}
	b.Days = in.weekdays("days")
	b.Except = in.Texts("except")
	b.To = in.Texts("to")
	b.Verify = in.verify()
	in.rotation(b)
	return b
}

// verify is spelled as in Lua.
func (t *table) verify() string {
	value, ok := t.Get("verify")
	if !ok {
		return VerifyRestore
	}
	switch value {
	case VerifyRestore, VerifyLater, VerifyNever:
		return value.(string)
	}
	t.Bad("verify", message.New("option.value", "config.verify", message.Args{"value": document.Short(value)}))
	return VerifyRestore
}

// minEvery keeps a typing error from making a copy every minute.
const minEvery = 5 * time.Minute

// window is from, until and every, which come together and never beside the key other.
func (t *table) window(dayStarts time.Duration, other string) *Window {
	if !t.Has("from") && !t.Has("until") && !t.Has("every") {
		for _, name := range []string{"from", "until", "every"} {
			t.Get(name)
		}
		return nil
	}
	if t.Has(other) {
		t.Bad(other, message.New("option.value", "config.both", message.Args{"key": other}))
	}
	t.Require("from", "until", "every")
	from, ok := t.clock("from")
	until, ok2 := t.clock("until")
	if ok && ok2 && endsBeforeItStarts(from, until, dayStarts) {
		t.Bad("until", message.New("option.value", "config.until", nil))
	}
	every, ok3 := t.duration("every")
	if ok3 && (every < minEvery || every%time.Minute != 0 || every > 24*time.Hour) {
		t.Bad("every", message.New("option.value", "config.every", nil))
		ok3 = false
	}
	if !ok || !ok2 || !ok3 {
		return nil
	}
	return &Window{From: from, Until: until, Every: every}
}

// Past midnight is still the same business day; past the hour that the day starts at is not.
func endsBeforeItStarts(from, until, dayStarts time.Duration) bool {
	return until < from && (until >= dayStarts || from < dayStarts)
}

func (t *table) cron(dayStarts time.Duration) []Cron {
	var all []Cron
	seen := map[string]bool{}
	for _, in := range t.array("cron") {
		in.Require("name", "run")
		name := in.Words("name")
		switch {
		case strings.TrimSpace(name) == "":
		case seen[name]:
			in.Bad("name", message.New("option.value", "document.repeated", message.Args{"name": name}))
		default:
			seen[name] = true
			in.Rename(name)
			in.CheckName(in.Key("name"), name)
		}
		all = append(all, in.entry(name, dayStarts))
		in.Close()
	}
	return all
}

func (t *table) entry(name string, dayStarts time.Duration) Cron {
	t.Filled("schedule")
	e := Cron{Name: name, Schedule: t.Texts("schedule"), Window: t.window(dayStarts, "schedule")}
	if !t.Has("schedule") && !t.Has("from") && !t.Has("until") && !t.Has("every") {
		t.Bad("schedule", message.New("option.missing", "config.never_due", nil))
	}
	e.Run = t.run()
	e.Params = t.params()
	e.Except = t.Texts("except")
	e.Timeout = t.positive("timeout")
	e.Lock, _ = t.Text("lock")
	e.LockWait, _ = t.duration("lock_wait")
	e.Suspend = t.Flag("suspend")
	return e
}

func (t *table) positive(name string) time.Duration {
	d, ok := t.duration(name)
	if ok && d == 0 {
		t.Bad(name, message.New("option.value", "config.zero", nil))
	}
	return d
}

var runShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*:[A-Za-z_][A-Za-z0-9_]*$`)

func (t *table) run() string {
	text, ok := t.Text("run")
	if ok && !runShape.MatchString(text) {
		t.Bad("run", message.New("option.value", "config.run", message.Args{"value": text}))
	}
	return text
}

// params are a script's own: what they mean is for the script to say.
func (t *table) params() map[string]any {
	in, _ := t.sub("params")
	params := map[string]any{}
	for _, name := range in.InOrder() {
		params[name] = t.param(in.Key(name), in.Values[name])
	}
	return params
}

func (t *table) param(key string, value any) any {
	switch value := value.(type) {
	case time.Time:
		t.Wrong(key, message.New("option.type", "document.want_text", message.Args{"value": document.Short(value)}))
		return nil
	case map[string]any:
		plain := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			plain[name] = t.param(document.Join(key, name), value[name])
		}
		return plain
	case []map[string]any:
		plain := make([]any, len(value))
		for i, one := range value {
			plain[i] = t.param(document.Element(key, i), one)
		}
		return plain
	case []any:
		plain := make([]any, len(value))
		for i, one := range value {
			plain[i] = t.param(document.Element(key, i), one)
		}
		return plain
	}
	return value
}

func (t *table) scripts() map[string]Script {
	all := map[string]Script{}
	for name, in := range t.named("script") {
		all[name] = Script{Params: in.params(), Grants: in.grants()}
		in.Close()
	}
	return all
}
