// Package config reads djscript.toml into a Config, and tells every mistake in it at once, each with file, line, key
// and what to do.
//
// It refuses unknown keys, wrong types, bad values, names that lead nowhere, passwords in clear, and places that
// endanger data: a destination on the live database, or inside another destination. Only the scalars of [store],
// [firebird] and [limits] have defaults; a named table, [backup] and [[cron]] are never inherited, because two shops
// must not share an id, a destination or a night run. Cron specs stay as they are written: whoever reads them brings
// a Check.
package config

import (
	"io/fs"
	"time"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// Config is a store's configuration, whole and checked. Slices are in the order of the file.
type Config struct {
	Path string // djscript.toml, as Load was given it
	Dir  string // its folder, absolute; scripts/ lies there
	Base string // the reseller's file, which is laid under it, absolute; "": there is none

	Store        Store
	Firebird     Firebird
	Databases    []Database
	Destinations []Destination
	Backup       *Backup // nil: the table is not there
	Calendars    []Calendar
	Cron         []Cron
	Scripts      map[string]Script
	Routes       []Route
	Recipients   []string // age public keys, for whom copies that leave the shop are encrypted
	Limits       Limits
	Systems      []System // built-in ones under those of scripts/systems, by name

	doc *document.Document
}

// Store says which store this is.
type Store struct {
	ID        string // written into every copy: a-z, 0-9, "-", "_"
	Name      string
	CNPJ      string // 14 positions without mask, or ""
	Location  *time.Location
	DayStarts time.Duration // after midnight; what happens earlier belongs to the day before
	Language  string        // message.Portuguese or message.English
	Base      string        // the reseller's file, as written; ""
}

// Firebird says where Firebird is. A Database repeats what holds for it.
type Firebird struct {
	Bin      string // folder of gbak; "": to be found
	Server   string // "host:port"
	User     string
	Password Secret
}

// Database is one system's database.
type Database struct {
	Name     string
	Path     string   // as the server sees it; an alias is a plain word
	System   string   // name of a profile, or ""
	Files    []string // globs of document models, absolute
	Server   string   // its own, or [firebird]'s
	User     string
	Password Secret
}

// Destination is a folder that copies go to, or a folder on a drive, wherever that is plugged in.
type Destination struct {
	Name      string
	Path      string         // absolute, as written; with a Drive below its root, with slashes
	Drive     *Wanted        // nil: Path alone is the place
	Set       []time.Weekday // one enrolled drive for each of these days, which together are the destination; none: one drive
	Optional  bool           // not always connected: its absence is no error of the store's health
	MaxAbsent time.Duration  // how long no drive of it may be seen before a run fails; 0: for ever
	Eject     bool           // after the run
	Encrypt   bool           // for the Recipients; a Drive's copies are in any case
	User      string         // for a folder of another computer; "": whoever runs djscript
	Password  Secret
	Keep      *Keep // nil: it says nothing; see KeepOf
}

// How far a copy is proven when it is made.
const (
	VerifyRestore = "restore" // restored and compared at once
	VerifyLater   = "later"   // by the next proving run
	VerifyNever   = "never"   // sealed only
)

// Backup is the standard store's backup: the fields of the "Cópia de Segurança" screen. Neither At nor Window: by
// hand only.
type Backup struct {
	At     []time.Duration // after midnight, sorted
	Window *Window
	Days   []time.Weekday // empty: every day
	Except []string       // names of calendars
	To     []string       // names of destinations
	Verify string         // VerifyRestore, VerifyLater or VerifyNever

	DeleteAfter int // days, for destinations of To without a Keep; 0: nothing is deleted
	MinCopies   int // with DeleteAfter: proven copies that always stay; 0: what is usual
}

// Window is a span of the day: From, and every Every after it, up to Until inclusive. Until before From is past
// midnight, in the same business day.
type Window struct {
	From, Until time.Duration // after midnight
	Every       time.Duration
}

// Calendar is a set of days, such as holidays.
type Calendar struct {
	Name   string
	Days   []string // "mm-dd", every year
	Easter []int    // days after Easter Sunday
	Dates  []string // "yyyy-mm-dd", from File
	File   string   // as written, or ""
}

// Cron is an entry of the cron table.
type Cron struct {
	Name     string
	Schedule []string // five-field specs, unread; or Window
	Window   *Window
	Run      string         // "script:job"
	Params   map[string]any // string, int64, float64, bool, []any, map[string]any
	Except   []string       // names of calendars
	Timeout  time.Duration  // 0: none
	Lock     string         // runs that share it never overlap; "": none
	LockWait time.Duration
	Suspend  bool
}

// Script is what holds for every run of a script.
type Script struct {
	Params map[string]any // as Cron.Params
	Grants *[]string      // "copy.write:local": what the script may do; nil: what every script may
}

// System is a schema profile: what a system's database means.
type System struct {
	Name          string
	Title         string
	File          string   // where it was read
	Unproven      bool     // written without the vendor's schema at hand
	Companies     string   // query of columns id, name and cnpj; "": the system has no companies we know of
	CompanyColumn []string // a table that has one of these columns belongs to a company
	SharedTables  []string // never filtered by company
	ArchiveTables string   // "VENDA_{yyyy} MOV_{yyyy}_{mm}": patterns apart by spaces, or ""
	Newest        string   // query of the newest record's time, or ""
	Evidence      []string // queries of one value each, compared before and after
}

// A Check adds mistakes that config can not see by itself, such as a cron spec that can not be read. It may meet a
// Config with mistakes in it, and therefore with fields missing; what it says of a key that has a mistake already is
// dropped.
type Check func(*Config) []Mistake

// At is a mistake at a key of djscript.toml, spelled as the mistakes spell it: "cron.noite.schedule[1]" is the
// second spec of the entry "noite". The line is that of the nearest part of the key that stands in the file.
func (c *Config) At(key string, err *message.Error) Mistake {
	return c.doc.At(key, err)
}

// Load reads djscript.toml at path, over the scalars of defaults (the documented configuration), with the schema
// profiles of systems (a folder of NAME.toml; nil for none) under those of scripts/systems beside the file. Any
// mistake makes it fail with Mistakes, which holds all of them; a file that can not be read is an error of its own.
func Load(path string, defaults []byte, systems fs.FS, checks ...Check) (*Config, error) {
	return load(path, defaults, systems, checks)
}

// Parse is Load with the file's content at hand: path is what mistakes call it, folder is where it would lie.
func Parse(path, folder string, data, defaults []byte, systems fs.FS, checks ...Check) (*Config, error) {
	return build(path, folder, data, defaults, systems, checks)
}

// Database is the database of that name, or an error that offers the nearest one.
func (c *Config) Database(name string) (Database, error) {
	return pick(c.Databases, name, Database.name, "config.no_such_database")
}

// Destination is the destination of that name, or an error that offers the nearest one.
func (c *Config) Destination(name string) (Destination, error) {
	return pick(c.Destinations, name, Destination.name, "config.no_such_destination")
}

// Calendar is the calendar of that name, or an error that offers the nearest one.
func (c *Config) Calendar(name string) (Calendar, error) {
	return pick(c.Calendars, name, Calendar.name, "config.no_such_calendar")
}

// Entry is the cron entry of that name, or an error that offers the nearest one.
func (c *Config) Entry(name string) (Cron, error) {
	return pick(c.Cron, name, Cron.name, "config.no_such_entry")
}

// System is the schema profile of that name, or an error that offers the nearest one.
func (c *Config) System(name string) (System, error) {
	return pick(c.Systems, name, System.name, "config.no_such_system")
}

func (d Database) name() string    { return d.Name }
func (d Destination) name() string { return d.Name }
func (c Calendar) name() string    { return c.Name }
func (c Cron) name() string        { return c.Name }
func (s System) name() string      { return s.Name }

const codeValue = "option.value"

func pick[T any](all []T, name string, nameOf func(T) string, key string) (T, error) {
	var names []string
	for _, one := range all {
		if nameOf(one) == name {
			return one, nil
		}
		names = append(names, nameOf(one))
	}
	var none T
	return none, message.New(codeValue, key, document.Offer(name, names))
}

// Secret is the name of a secret as it stands in the file: "secret:NAME".
type Secret string
