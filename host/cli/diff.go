package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// ahead is how far diff looks for entries that are due.
const ahead = 24 * time.Hour

// exitDiffers is how diff ends when something would change: as `run` does when not all was as it should be.
const exitDiffers = run.ExitDegraded

func (a *app) diffCommand() *cobra.Command {
	var as string
	var all bool
	c := &cobra.Command{
		Use: "diff LAYER", Short: message.Text("cli.diff_short", nil), Long: message.Text("cli.diff_long", nil), Args: exactly(1),
		Example: "  djscript diff store\n  djscript diff reseller --all\n  djscript diff D:/revenda-nova --as reseller",
		RunE: func(c *cobra.Command, args []string) error {
			return a.diff(c.Context(), args[0], as, all)
		},
	}
	c.Flags().StringVar(&as, "as", "", message.Text("cli.flag_diff_as", nil))
	c.Flags().BoolVar(&all, "all", false, message.Text("cli.flag_diff_all", nil))
	return c
}

func (a *app) diff(ctx context.Context, name, as string, all bool) error {
	v, err := a.versions()
	if err != nil {
		return err
	}
	before := v.before(name)
	after, err := v.proposed(before, name, as)
	if err != nil {
		return err
	}
	next, err := v.store(after)
	if err != nil {
		return err
	}
	old, err := v.store(before)
	if err != nil { // djscript.toml itself says more than that version knows of
		old = a.hostOf(next.Config)
		old.Layers = before.Layers(v.places, a.Builtin)
	}
	if mistakes := next.Check(ctx); len(mistakes) > 0 {
		return &run.RefusedError{Mistakes: mistakes}
	}
	d := &differ{app: a, old: old, next: next, now: a.now()}
	for _, c := range after.Changes(before) {
		d.Files = append(d.Files, fileChange{Layer: c.Layer, File: c.File, Change: c.Kind})
	}
	if err := d.entries(ctx, all); err != nil {
		return err
	}
	return d.tell(all)
}

// before is what is in force. Before the first run nothing is: a layer is compared with what lies under it, a folder with
// what the next run would put in force.
func (v *versions) before(name string) layer.Version {
	switch {
	case v.active:
		return v.current
	case name == layer.Store || name == layer.Reseller:
		return v.working.Taking(name, layer.Version{})
	}
	return v.working
}

// proposed is the version that name tells of: a layer as it lies there now, or a folder in place of a layer.
func (v *versions) proposed(before layer.Version, name, as string) (layer.Version, error) {
	if as != "" && as != layer.Store && as != layer.Reseller {
		return before, message.New("arg.value", "cli.diff_bad_as", message.Args{"as": as})
	}
	if as != "" && (name == layer.Store || name == layer.Reseller) {
		return before, message.New("arg.value", "cli.diff_as_layer", message.Args{"layer": name})
	}
	if (name == layer.Reseller || as == layer.Reseller) && v.places.Base == "" {
		return before, message.New("arg.value", "cli.diff_no_reseller", nil)
	}
	_, was := before.Base()
	_, based := v.working.Base()
	switch {
	case name == layer.Reseller && !based, name == layer.Store && !was && v.active:
		return v.working, nil // the store names its base itself
	case name == layer.Store || name == layer.Reseller:
		return before.Taking(name, v.working), nil
	}
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return before, message.New("arg.file", "cli.diff_no_folder", message.Args{"path": name})
	}
	if _, err := os.Stat(filepath.Join(name, "djscript.toml")); err == nil && as != layer.Reseller {
		return before.With(layer.Store, filepath.Join(name, "scripts"), "") // another store's folder
	}
	scripts, _ := filepath.Glob(filepath.Join(name, "*.lua"))
	bases, _ := filepath.Glob(filepath.Join(name, "*.toml"))
	switch {
	case as == "" && len(scripts) > 0 && len(bases) == 0:
		as = layer.Store
	case as == "" && len(scripts) == 0 && len(bases) == 1 && v.places.Base != "":
		as = layer.Reseller
	case as == "":
		return before, message.New("arg.value", "cli.diff_as", message.Args{"path": name})
	}
	base := ""
	if as == layer.Reseller {
		if len(bases) != 1 {
			return before, message.New("arg.file", "cli.diff_no_base", message.Args{"path": name})
		}
		base = bases[0]
	}
	return before.With(as, name, base)
}

// fileChange is a file that would be another one.
type fileChange struct {
	Layer  string `json:"layer"`
	File   string `json:"file"`
	Change string `json:"change"` // added, changed, removed
}

// line is one line of a comparison.
type line struct {
	Op   string `json:"op"` // "+", "-", or " " where both have it
	Text string `json:"text"`
}

// entryChange is what would change of one entry.
type entryChange struct {
	Entry  string     `json:"entry"`
	Due    *time.Time `json:"due,omitempty"` // of the version that still runs it
	Same   bool       `json:"same"`
	Run    []line     `json:"run"`    // its script and job, where they change
	Params []line     `json:"params"` // those of its script, and what the entry gives them
	Powers []line     `json:"powers"` // what its script needs to be allowed
	Plan   []line     `json:"plan"`   // its effects, in order
}

// differ compares two versions of one store.
type differ struct {
	*app
	old, next *run.Host
	now       time.Time

	Files   []fileChange
	Entries []entryChange
}

// side is an entry as one of the two versions has it.
type side struct {
	config.Cron
	due time.Time
}

// entries compares every entry that either version runs.
func (d *differ) entries(ctx context.Context, all bool) error {
	before, err := d.sides(d.old.Config, all)
	if err != nil {
		return err
	}
	after, err := d.sides(d.next.Config, all)
	if err != nil {
		return err
	}
	var names []string
	for _, s := range slices.Concat(after, before) {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	for _, name := range names {
		d.Entries = append(d.Entries, d.compare(ctx, name, find(before, name), find(after, name)))
	}
	return nil
}

func find(all []side, name string) *side {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

// sides are the entries that are due before long, or all.
func (d *differ) sides(c *config.Config, all bool) ([]side, error) {
	dues, err := run.Dues(c)
	if err != nil {
		return nil, err
	}
	var found []side
	if all {
		for _, e := range run.Entries(c) {
			found = append(found, side{Cron: e})
		}
	}
	for _, e := range dues {
		at, ok := e.Schedule.Next(d.now)
		switch known := find(found, e.Name); {
		case ok && known != nil:
			known.due = at
		case ok && !all && !at.After(d.now.Add(ahead)):
			found = append(found, side{Cron: e.Cron, due: at})
		}
	}
	return found, nil
}

// compare rehearses an entry with both versions, at the same instant.
func (d *differ) compare(ctx context.Context, name string, before, after *side) entryChange {
	e := entryChange{Entry: name}
	due := d.now
	for _, s := range []*side{before, after} {
		if s != nil && !s.due.IsZero() {
			due = s.due
			e.Due = &due
		}
	}
	old, next := d.rehearse(ctx, d.old, before, due), d.rehearse(ctx, d.next, after, due)
	e.Run, e.Params = differences(old.run, next.run), differences(old.params, next.params)
	e.Powers, e.Plan = differences(old.powers, next.powers), compareLines(old.plan, next.plan)
	e.Same = len(e.Run)+len(e.Params)+len(e.Powers) == 0 && !slices.ContainsFunc(e.Plan, changed)
	return e
}

// rehearsed is what one version makes of an entry, in lines.
type rehearsed struct{ run, params, powers, plan []string }

func (d *differ) rehearse(ctx context.Context, host *run.Host, s *side, due time.Time) rehearsed {
	if s == nil {
		return rehearsed{}
	}
	r := rehearsed{run: []string{s.Run}}
	for _, name := range slices.Sorted(maps.Keys(s.Params)) {
		r.params = append(r.params, name+" = "+compact(s.Params[name]))
	}
	script, _, _ := strings.Cut(s.Run, ":")
	if known, err := host.Describe(ctx, script); err == nil {
		for _, p := range describeParams(known) {
			r.params = append(r.params, message.Text("cli.diff_param", message.Args{"name": p.Name, "what": p.kind() + " " + p.otherwise()}))
		}
	}
	if program, err := host.Program(script); err == nil {
		if permit, err := host.Permit(script, program, s.Params); err == nil {
			for _, n := range permit.Needs {
				r.powers = append(r.powers, n.String())
			}
			slices.Sort(r.powers)
			r.powers = slices.Compact(r.powers)
		}
	}
	aside := *host
	aside.Now, aside.Entropy, aside.World = func() time.Time { return d.now }, nothing{}, host.Rehearsal()
	o := aside.Run(ctx, run.Request{Target: s.Name, Trigger: "cron", Due: due, Dry: true})
	if o.Plan != nil {
		for _, step := range run.Effective(o.Plan.Steps) {
			r.plan = append(r.plan, step.String())
		}
	}
	for _, failed := range append(slices.Clone(o.Degraded), o.Err) {
		if failed != nil {
			text, _ := words(failed)
			r.plan = append(r.plan, message.Text("cli.diff_stops", message.Args{"text": text}))
		}
	}
	return r
}

// nothing is the chance of a rehearsal: both have the same.
type nothing struct{}

func (nothing) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// differences are the lines that only one side has; order does not matter.
func differences(old, next []string) []line {
	all := []line{}
	for _, text := range old {
		if !slices.Contains(next, text) {
			all = append(all, line{"-", text})
		}
	}
	for _, text := range next {
		if !slices.Contains(old, text) {
			all = append(all, line{"+", text})
		}
	}
	return all
}

func changed(l line) bool { return l.Op != " " }

// compareLines makes one text of two: lines of both, and before each place that differs what was there and is not any more.
func compareLines(old, next []string) []line {
	// common[i][j] is how many lines old[i:] and next[j:] have in common, in order.
	common := make([][]int, len(old)+1)
	for i := range common {
		common[i] = make([]int, len(next)+1)
	}
	for i, a := range slices.Backward(old) {
		for j, b := range slices.Backward(next) {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a == b {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	all := []line{}
	for i, j := 0, 0; i < len(old) || j < len(next); {
		switch {
		case i < len(old) && j < len(next) && old[i] == next[j]:
			all = append(all, line{" ", old[i]})
			i, j = i+1, j+1
		case j == len(next) || i < len(old) && common[i+1][j] >= common[i][j+1]:
			all = append(all, line{"-", old[i]})
			i++
		default:
			all = append(all, line{"+", next[j]})
			j++
		}
	}
	return all
}

func (d *differ) same() bool {
	return len(d.Files) == 0 && !slices.ContainsFunc(d.Entries, func(e entryChange) bool { return !e.Same })
}

func (d *differ) tell(all bool) error {
	var code error
	if !d.same() {
		code = ended(exitDiffers)
	}
	if d.json {
		return cmp.Or(d.printJSON(map[string]any{
			"same": d.same(), "files": append([]fileChange{}, d.Files...), "entries": append([]entryChange{}, d.Entries...),
		}), code)
	}
	if d.same() {
		d.print("cli.diff_same", nil)
		return nil
	}
	d.tellFiles()
	if len(d.Entries) == 0 && !all {
		d.print("cli.diff_nothing_due", nil)
	}
	for _, e := range d.Entries {
		d.tellEntry(e)
	}
	return code
}

func (d *differ) tellFiles() {
	d.print("cli.diff_files", nil)
	signs := map[string]string{layer.Added: "+", layer.Removed: "-", layer.Changed: "~"}
	for _, f := range d.Files {
		fmt.Fprintf(d.out, "  %s %s/%s\n", signs[f.Change], f.Layer, f.File)
	}
}

func (d *differ) tellEntry(e entryChange) {
	fmt.Fprintln(d.out)
	if e.Due == nil {
		d.print("cli.diff_entry_undue", message.Args{"entry": e.Entry})
	} else {
		d.print("cli.diff_entry", message.Args{"entry": e.Entry, "at": moment(*e.Due, d.next.Config.Store.Location)})
	}
	if e.Same {
		fmt.Fprintf(d.out, "  %s\n", message.Text("cli.diff_entry_same", nil))
		return
	}
	for _, l := range e.Run {
		fmt.Fprintf(d.out, "%s %s\n", l.Op, message.Text("cli.diff_run", message.Args{"run": l.Text}))
	}
	for _, l := range e.Params {
		fmt.Fprintf(d.out, "%s %s\n", l.Op, l.Text)
	}
	if len(e.Powers) > 0 {
		fmt.Fprintf(d.out, "  %s:\n", message.Text("cli.diff_powers", nil))
	}
	for _, l := range slices.Concat(e.Powers, e.Plan) {
		fmt.Fprintf(d.out, "%s %s\n", l.Op, l.Text)
	}
}
