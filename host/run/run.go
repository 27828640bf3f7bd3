// Package run is one run of one job: it finds the script, checks its params, lends it the primitives, holds its locks,
// and writes its journal.
//
// It is the only builder of primitives. A run is a command: what the scheduler starts at night is what a person starts
// at the desk. It never starts another run.
package run

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/schedule"
	"github.com/djscript/djscript/host/secret"
	"github.com/djscript/djscript/lua"
)

// How long functions given to dj.defer may take, all together, after the run is over.
const cleanup = 30 * time.Second

// Request is a run that somebody or the schedule wants.
type Request struct {
	Target  string         // an entry of the cron table, "script:job", "script", or a path to a .lua file
	Params  map[string]any // over those of the entry and of the script; texts are read by the param's type
	Trigger string         // "manual", "cron"
	Due     time.Time      // zero: now
	Dry     bool
	Wait    time.Duration // for locks that others hold
	Apply   *Plan         // do what it says, and stop before the first effect that differs
	Yes     []string      // ids of questions that are answered with yes
}

// Host is where runs happen: the store and what the program lends.
type Host struct {
	Config  *config.Config
	Builtin fs.FS // built-in scripts
	Version string
	Built   time.Time // when the program was; zero: not known
	KeyDir  string    // folder of the key that seals the store's secrets
	Behind  error     // why the layers are not the newest version; a run is degraded
	// Activate puts the layers in force. A run that is refused before its job begins does not call it; nil: they are.
	Activate func(context.Context) error
	Refused  error        // why no version of the scripts can be used; no run begins
	Layers   layer.Layers // where scripts lie; nil: the store's as they are now
	Now      func() time.Time
	Entropy  io.Reader
	Watch    func(Event) // told of what happens while it happens; may be nil
	World    World       // nil: the real store
	// Ask asks the person at the terminal; nil where nobody sits there, which is a no.
	Ask func(ctx context.Context, q primitive.Question) (bool, error)
	// Load reads a djscript.toml that lies elsewhere, as this store's was read.
	Load func(path string) (*config.Config, error)
	Peak func() int64 // bytes of memory that this process has had at its peak; nil: not known

	seek   func(drive.Spec) ([]drive.Sighting, error) // which plugged drives a destination has; nil: those of this machine
	ejects func(context.Context, drive.Drive) error   // nil: as this machine does
}

// Event is something that a person may want to see while a run goes on.
type Event struct {
	Run      string           `json:"run"`
	Kind     string           `json:"kind"` // start, step, call, progress, log, degraded, end
	Name     string           `json:"name,omitempty"`
	Level    string           `json:"level,omitempty"`
	Text     string           `json:"text,omitempty"`
	Seconds  float64          `json:"seconds,omitempty"`
	Progress *copies.Progress `json:"progress,omitempty"`
}

// Step is one call of a primitive with an effect.
type Step struct {
	Name    string  `json:"name"`
	Effect  string  `json:"effect"`
	Seconds float64 `json:"seconds"`
	Where   string  `json:"where,omitempty"`
}

// Outcome is how a run went.
type Outcome struct {
	Run      string
	Script   string
	Job      string
	Dry      bool
	Result   string // as in the journal
	Degraded []error
	Steps    []Step
	Plan     *Plan // of a dry run
	Value    any   // what the job returned, as JSON can hold it
	Builtin  bool  // the script is one of ours: where in it something went wrong is of no use to anybody
	Err      error
}

// Dir is the folder of what djscript keeps for a store, in the folder of its djscript.toml.
func Dir(store string) string { return filepath.Join(store, stateFolder) }

// Journal is the journal of a store.
func (h *Host) Journal() journal.Journal { return journal.In(filepath.Join(h.dir(), "runs")) }

func (h *Host) dir() string { return Dir(h.Config.Dir) }

// Run runs a job to its end, whatever that is, and tells how it went. The error of the job is in the outcome.
func (h *Host) Run(ctx context.Context, request Request) *Outcome {
	r := &running{host: h, request: request, began: h.Now(), outcome: &Outcome{Dry: request.Dry}}
	r.outcome.Run = ulid.MustNew(ulid.Timestamp(r.began), h.Entropy).String()
	err := r.sealPlan(r.run(ctx))
	if err != nil && ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), without(err, ctx.Err()))
	}
	err = r.leave(ctx, err)
	r.tell(ctx)
	r.finish(err)
	return r.outcome
}

// without drops what is only the echo of a cancelled context.
func without(err, echo error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var kept []error
		for _, one := range joined.Unwrap() {
			kept = append(kept, without(one, echo))
		}
		return errors.Join(kept...)
	}
	if errors.Is(err, echo) || message.Code(err) == "run.cancelled" {
		return nil
	}
	return err
}

// running is a run while it goes on; it is the primitives' Env.
type running struct {
	host      *Host
	request   Request
	began     time.Time
	target    *target
	engines   *Engines
	state     *lua.State
	journal   Record
	declared  *primitive.Script    // with what it inherited
	chain     []*primitive.Script  // the script, and those that it extends, each as it declared itself
	libs      map[string]lua.Value // loaded, by file
	loads     int                  // files that are being loaded
	programs  []*layer.Program     // that were loaded
	permitted *Permit
	deferred  []*lua.Function
	defers    int // functions that were ever deferred
	recalled  recollection
	followed  int              // steps of the request's plan that were done
	failed    bool             // the last effect did
	meant     map[string]bool  // destinations that its copies were for; "" is each of them
	strayed   error            // the run wanted what its plan has not; it may do nothing more
	unwritten bool             // the journal could not be written
	terse     bool             // it keeps no values: they are not put into its form
	reads     int              // of the clock, by the script
	spent     map[string]int64 // of the limits, by primitive.FilesWritten and the like
	said      int              // bytes of the journal, for what the script says and looks at
	hushed    bool             // it has said all that there is room for
	did       int              // bytes of the journal, for what the script does
	peak      int64            // bytes, of a process that died
	outcome   *Outcome
	mask      func(string) string
}

func (r *running) run(ctx context.Context) error {
	found, err := r.host.find(r.request.Target)
	if r.host.Refused != nil {
		err = r.host.Refused
	}
	if err != nil {
		r.target = &target{script: r.request.Target}
		r.outcome.Script = r.request.Target
		return r.open(err)
	}
	r.target = found
	r.outcome.Script, r.outcome.Job, r.outcome.Builtin = found.script, found.job, found.builtin
	ctx, end, err := r.begin(ctx)
	defer end()
	if err != nil {
		return err
	}
	if err := r.checkPlan(); err != nil {
		return err
	}
	if err := r.permit(); err != nil {
		return err
	}
	if r.request.Dry {
		r.outcome.Plan = r.plan()
	}
	return r.locked(ctx, func() error { return r.job(ctx) })
}

// begin opens the run with the store's engines, under its timeout, until end is called.
func (r *running) begin(ctx context.Context) (limited context.Context, end context.CancelFunc, err error) {
	limited, end = r.limit(ctx)
	if r.engines, err = r.host.world().Engines(ctx); err != nil {
		return limited, end, r.open(err)
	}
	if r.engines.Places != nil {
		r.engines.visit = &visit{places: r.host.furnished(r.engines.Places), catalogue: r.engines.Copies}
	}
	r.mask = r.engines.Mask
	if err := r.open(nil); err != nil {
		return limited, end, err
	}
	if r.host.Behind != nil {
		r.Degrade(r.host.Behind)
	}
	r.finishes(limited)
	r.reopens(limited)
	return limited, end, nil
}

// limit puts its timeout on the run.
func (r *running) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := cmp.Or(r.target.timeout, r.host.Config.Limits.Timeout)
	if timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, timeout, TimeoutError(timeout))
}

// Limit is how long a run of that target may take: the entry's timeout, or that of [limits].
func (h *Host) Limit(target string) time.Duration {
	for _, e := range Entries(h.Config) {
		if e.Name == target && e.Timeout > 0 {
			return e.Timeout
		}
	}
	return h.Config.Limits.Timeout
}

// TimeoutError is how a run ends that takes longer than it may.
func TimeoutError(limit time.Duration) error {
	return message.New("run.timeout", "run.timeout", message.Args{"limit": limit.String()})
}

// mask takes the passwords of the store's databases out of a text. One that can not be read has not been said.
func (h *Host) mask() func(string) string {
	_, secrets, _ := h.Databases()
	return secret.Mask(append(secrets, h.sharePasswords()...))
}

// open begins the journal. A run that can not even begin has one too: silence is what nobody would notice.
func (r *running) open(failed error) error {
	if r.mask == nil {
		r.mask = r.host.mask()
	}
	start := journal.Start{
		Run: r.outcome.Run, At: r.began, Entry: r.target.entry, Script: r.target.script, Job: r.target.job, Trigger: r.request.Trigger,
		Day: r.day(), Dry: r.request.Dry, Params: r.masked(r.request.Params), Version: r.host.Version,
	}
	if r.target.chunk != nil {
		start.Hash = r.target.program.Hash()
	} else {
		start.Script = r.mask(start.Script) // whatever somebody typed
	}
	if !r.request.Due.IsZero() {
		start.Due = &r.request.Due
	}
	opened, err := r.host.world().Begin(start)
	if err != nil {
		return errors.Join(failed, err)
	}
	r.journal = opened
	if j, ok := opened.(interface{ Terse() bool }); ok {
		r.terse = j.Terse()
	}
	r.watch(Event{Kind: "start", Name: r.target.script + ":" + r.target.job})
	return failed
}

func (r *running) day() string {
	store := r.host.Config.Store
	at := r.began
	if !r.request.Due.IsZero() {
		at = r.request.Due
	}
	return schedule.BusinessDay(at, store.Location, store.DayStarts)
}

// locked holds the entry's lock, if it has one.
func (r *running) locked(ctx context.Context, fn func() error) error {
	if r.target.lock == "" {
		return fn()
	}
	release, err := r.Lock(ctx, "entry-"+r.target.lock, r.target.wait)
	if err != nil {
		return err
	}
	return errors.Join(fn(), release())
}

// job loads the script, checks the params, and calls the job; what the script deferred is done in any case.
func (r *running) job(ctx context.Context) error {
	host := r.engines.primitives(r)
	r.state = lua.New(ctx, r.options(host))
	err := r.call(ctx, host)
	if len(r.deferred) > 0 {
		r.cleanUp()
	}
	err = cmp.Or(err, r.strayed)
	if err == nil {
		r.unfinished()
	}
	if err == nil {
		err = r.memorize(ctx)
	}
	return err
}

// options are the limits of the run's state, and what is lent to it.
func (r *running) options(lent *primitive.Host) lua.Options {
	return lua.Options{
		Steps:   r.host.Config.Limits.Steps,
		Print:   func(line string) { r.Log("info", line, nil) },
		Say:     message.Say,
		Mask:    r.mask,
		Seed:    r.seed(),
		Now:     r.clock,
		Modules: r.modules(lent),
		Wrap:    r.onlyLoads(r.granted(r.accountable(r.failing(lent, lent.Wrap())))),
		Cover:   r.engines.Cover,

		Rehearse: r.request.Dry,
	}
}

func (r *running) call(ctx context.Context, lent *primitive.Host) error {
	if err := r.load(); err != nil {
		return err
	}
	if err := r.pick(); err != nil {
		return err
	}
	params, err := r.params()
	if err != nil {
		return err
	}
	if activate := r.host.Activate; activate != nil {
		if err := activate(ctx); err != nil {
			r.Degrade(err)
		}
	}
	r.write(journal.Event{At: r.host.Now(), Kind: "params", Args: r.masked(params)})
	given, err := r.state.Encode(params) // one table, for the job and those that it inherited
	if err != nil {
		return err
	}
	result, err := r.work(lent, 0, given)
	if err != nil {
		return err
	}
	value, ok := result.(lua.Value)
	if !ok {
		return nil
	}
	plain, err := value.Go()
	if err != nil {
		return message.New("script.failed", "run.no_result", message.Args{"job": r.outcome.Job, "script": r.target.script})
	}
	r.outcome.Value = storable(plain)
	return nil
}

// pick finds the job that was asked for.
func (r *running) pick() error {
	name, wrong := pickJob(r.chain, r.target.script, r.target.job)
	if wrong != nil {
		return wrong
	}
	r.outcome.Job = name
	return nil
}

// pickJob is the job of that name. Without a name the nearest script that has jobs of its own decides: it is its only
// one, or "backup".
func pickJob(chain []*primitive.Script, script, name string) (string, *message.Error) {
	if name != "" {
		jobs := inherit(chain).Jobs
		if _, ok := jobs[name]; !ok {
			return name, message.New("option.value", "run.no_job", message.Args{"script": script, "job": name, "known": names(jobs)})
		}
		return name, nil
	}
	i := slices.IndexFunc(chain, func(s *primitive.Script) bool { return len(s.Jobs) > 0 })
	if i < 0 {
		return name, message.New("option.value", "run.no_jobs", message.Args{"script": script})
	}
	own := sorted(chain[i].Jobs)
	switch {
	case len(own) == 1:
		return own[0], nil
	case slices.Contains(own, "backup"):
		return "backup", nil
	}
	return name, message.New("option.value", "run.which_job", message.Args{
		"script": script, "known": strings.Join(own, ", "), "target": script + ":" + own[0],
	})
}

// cleanUp calls what was deferred, last first, under a context of its own: the run's may be over. They share the time, and
// each has a step budget of its own: what one wastes is not the next one's loss.
func (r *running) cleanUp() {
	ctx, cancel := context.WithTimeout(context.Background(), cleanup)
	defer cancel()
	for len(r.deferred) > 0 {
		if ctx.Err() != nil {
			r.Degrade(message.New("run.timeout", "run.uncleaned", message.Args{"n": len(r.deferred), "limit": cleanup.String()}))
			return
		}
		last := len(r.deferred) - 1
		fn := r.deferred[last]
		r.deferred = r.deferred[:last]
		r.state.WithContext(ctx, func() { r.clean(fn) })
	}
}

// clean calls one function that was deferred.
func (r *running) clean(fn *lua.Function) {
	_, err := fn.Call()
	switch {
	case err == nil:
	case errors.Is(err, r.strayed):
		r.strayed = err // with its place
	default:
		r.Degrade(err)
	}
}

// finish writes how the run ended.
func (r *running) finish(err error) {
	o := r.outcome
	o.Err = err
	o.Result = result(o)
	if r.journal == nil {
		return
	}
	end := journal.End{At: r.host.Now(), Job: o.Job, Result: o.Result, Exit: ExitCode(o), Usage: r.usage()}
	if !r.terse {
		end.Value = r.masked(o.Value)
	}
	for _, d := range o.Degraded {
		reason, _ := brief(r.mask(d.Error()), maxReason)
		end.Degraded = append(end.Degraded, reason)
	}
	if err != nil {
		end.Error = r.failure(err)
	}
	if kept := r.journal.Finish(end); kept != nil {
		o.Err = errors.Join(o.Err, kept)
	}
	r.watch(Event{Kind: "end", Name: o.Result, Seconds: r.host.Now().Sub(r.began).Seconds()})
}
