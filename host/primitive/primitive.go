// Package primitive is `dj`: what the host lends to scripts, one file a noun, its stub beside it.
//
// A primitive decodes nothing and prints nothing: it takes typed arguments, calls an engine and gives a value back.
// What it needs of the run it works for is Env. A primitive that is not in All does not exist. One wrapper stands
// around every call: the dry run, the journal, the call.
package primitive

import (
	"context"
	"embed"
	"io/fs"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// Effects of primitives. In a dry run only read and flow happen.
const (
	Read     = "read"
	Write    = "write"
	Destroy  = "destroy"
	External = "external"
	Flow     = "flow"
)

// What a run is limited in, or only counted, besides its steps, its time and its memory.
const (
	FilesWritten = "files_written"
	FilesDropped = "files_dropped"
	BytesWritten = "bytes_written"
)

// Env is what the primitives need of a run.
type Env interface {
	// Declare takes what a script says of itself.
	Declare(Script)
	// Allow may refuse a call before it happens.
	Allow(c *lua.Call) error
	// Called is told of every call, and its end of how it went.
	Called(c *lua.Call) (ended func(result any, err error))
	// Degrade marks the run as done, but not as it should be.
	Degrade(err error)
	// Closes notes, before it is done, that the run closes a database to all others: whoever starts after this run died
	// opens it. ended takes the note away where the database is open again; two runs can not have a database at once.
	Closes(ctx context.Context, d copies.Database) (ended func(open bool) error, err error)
	// Lock holds a lock of the store that other processes respect.
	Lock(ctx context.Context, name string, wait time.Duration) (release func() error, err error)
	// Defer keeps a function for the end of the run, whatever that end is, or refuses with run.limit.
	Defer(fn *lua.Function) error
	// Step names a stretch of work.
	Step(title string) (ended func(err error))
	// Progress shows how far the job says that it is.
	Progress(done, total int64)
	// Log keeps words in the journal.
	Log(level, text string, fields map[string]any)
	// Sleep waits, unless the run ends before.
	Sleep(ctx context.Context, d time.Duration) error
	// Spend takes from a limit of the run, or refuses with run.limit; it is called before what it counts happens.
	Spend(kind string, n int64) error
	// Dropping is told which copies a call is about to drop, or in a dry run would drop, and may refuse.
	Dropping(ids []string) error
	// Notify tells people; in a dry run it only says whether there is anything wrong with the notice.
	Notify(n Notice, dry bool) error
	// Calendar tells whether a business day is in a calendar.
	Calendar(name, day string) (bool, error)
	// Trigger is what started the run: "manual", "cron".
	Trigger() string
	// Clock is what the clock says, with the store's offset; the journal keeps it.
	Clock() time.Time
	// Recall is the JSON that the script keeps under a key; "" where there is none.
	Recall(key string) (string, error)
	// Remember keeps JSON under a key, for good when the job succeeds; "" takes the key away.
	Remember(key, json string) error
	// Seen tells whether the store has seen a key of dj.once.
	Seen(key string) (bool, error)
	// See marks a key of dj.once as seen, for good.
	See(key string) error
	// Ask asks the person at the terminal; where nobody sits there the answer is no, unless it was given beforehand.
	Ask(ctx context.Context, q Question) (bool, error)
	// History are the runs of the store that began since then and fit, the newest first; not this one.
	History(ctx context.Context, since time.Time, fits func(Run) bool) ([]Run, error)
	// Policy is a policy that a script names, "script:policy".
	Policy(name string) (lua.Value, error)
}

// Host is what a run lends to its script: the engines, ready for this store.
type Host struct {
	Env          Env
	Dry          bool
	Store        string // id
	Location     *time.Location
	Databases    []copies.Database
	Destinations []copies.Destination
	Copies       Copies
	Firebird     Firebird
	Drives       Drives
	Restores     Restores
	Texts        Texts
	// Keep is what djscript.toml says stays at a destination; nil where it says nothing.
	Keep func(destination string) *Keep
	// Day is the business day of an instant; nil: that of the calendar.
	Day func(time.Time) string
	// Super calls the job that the running one inherited, with these params or, where there are none, with its own.
	Super func(params *lua.Value) (any, error)
	// Around stands around every call that really happens; nil but for a simulated store.
	Around func(c *lua.Call, next func() (any, error)) (any, error)
	// Decided is told of what each rotation decided; nil but for a simulated store.
	Decided func(Decision)

	held   map[string]bool         // databases within dj.db.exclusive, by name; false in a rehearsal, which closes none
	works  map[string]*transaction // those that fn of dj.db.transaction works in, by the name of the database
	unsure map[string]bool         // keys of the script's memory under which a dry run put what it can not know
	taking *taking                 // the file of an inbox that the script handles now
	record string                  // the primitive that calls a function of the script for each record now; "" for none
	warned []string                // what could not be looked at and was told
}

//go:embed *.lua pt-BR/*.lua
var stubs embed.FS

// Stubs are the stub files of all nouns, as editors read them: NOUN.lua, with their prose in that language.
func Stubs(language string) fs.FS {
	if language != message.Portuguese {
		return stubs
	}
	translated, err := fs.Sub(stubs, language)
	if err != nil {
		panic(err) // it is embedded
	}
	return translated
}

// All are the primitives of `dj`, bound to the host: the only list there is.
func (h *Host) All() []lua.Func {
	var all []lua.Func
	for _, noun := range [][]lua.Func{h.flow(), h.log(), h.calendar(), h.db(), h.sql(), h.recovering(), h.raw(), h.txt(), h.copy(), h.sending(), h.restoring(), h.rotation(), h.drive(), h.notices(), h.pure(), h.clock(), h.state(), h.confirm(), h.history()} {
		all = append(all, noun...)
	}
	return all
}

// plans say, by the name of a primitive, what a dry run answers in its place: as if all went well, with lua.Unknown for
// what nobody can know before.
func (h *Host) plans() map[string]func(ctx context.Context, args any) (any, error) {
	return map[string]func(context.Context, any) (any, error){
		"copy.create":    h.planCreate,
		"copy.adopt":     h.planAdopt,
		"copy.prove":     h.planProve,
		"copy.check":     h.planCheck,
		"copy.prune":     h.planPrune,
		"copy.send":      h.planSend,
		"copy.pin":       h.planPin,
		"copy.unpin":     h.planUnpin,
		"db.exclusive":   h.planExclusive,
		"db.exec":        h.planExec,
		"db.transaction": h.planTransaction,
		"db.recover":     h.planRecover,
		"db.backup":      h.planBackup,
		"db.restore":     h.planRebuild,
		"copy.restore":   h.planRestore,
		"txt.export":     h.planExport,
		"txt.again":      h.planAgain,
		"txt.import":     h.planImport,
		"txt.inbox":      h.planInbox,
		"notify":         h.planNotify,
		"drive.copy":     h.planDriveCopy,
		"drive.eject":    h.planDriveEject,
		"drive.wipe":     h.planDriveWipe,
	}
}

// Wrap stands around every call of a primitive.
func (h *Host) Wrap() func(c *lua.Call, next func() (any, error)) (any, error) {
	plans := h.plans()
	return func(c *lua.Call, next func() (any, error)) (any, error) {
		if pureNames()[c.Func.Name] {
			return next()
		}
		if err := h.Env.Allow(c); err != nil {
			return nil, err
		}
		if err := h.forEach(&c.Func); err != nil {
			return nil, err
		}
		ended := h.Env.Called(c)
		if plan, ok := plans[c.Func.Name]; ok && h.Dry && !c.Unknown {
			next = func() (any, error) { return plan(c.Context, c.Args) }
		} else if h.Around != nil {
			call := next
			next = func() (any, error) { return h.Around(c, call) }
		}
		result, err := next()
		ended(result, err)
		return result, err
	}
}

// bind makes a primitive that takes its context from the call. What it must be allowed is its noun and its effect; to
// direct the flow needs no leave.
func bind[T, R any](name, effect string, fn func(ctx context.Context, args *T) (R, error)) lua.Func {
	f := lua.Bind(name, func(c *lua.Call, args *T) (R, error) { return fn(c.Context, args) })
	f.Effect = effect
	if effect != Flow {
		noun, _, _ := strings.Cut(name, ".")
		f.Power = noun + "." + effect
	}
	return f
}

// on names the argument that says what a primitive is done to: a destination, or a database.
func on(object string, f lua.Func) lua.Func {
	f.Object = object
	return f
}
