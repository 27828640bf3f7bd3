package cli

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/schedule"
	"github.com/djscript/djscript/host/sim"
)

// simulateFlags are those of djscript simulate.
type simulateFlags struct {
	days   int
	from   string
	faults []string
	day    int
	why    bool
}

func (a *app) simulateCommand() *cobra.Command {
	var flags simulateFlags
	c := &cobra.Command{
		Use: "simulate SCRIPT:POLICY|ENTRY...", Short: message.Text("cli.simulate_short", nil), Long: message.Text("cli.simulate_long", nil), Args: between(1, -1),
		Example: "  djscript simulate backup --days 365\n  djscript simulate backup --days 365 --fault off:45d --fault full@300\n" +
			"  djscript simulate padaria:semana --days 60 --fault clock:-10y/5d --at-day 20 --why",
		RunE: func(c *cobra.Command, args []string) error {
			dated := func(fault string) bool { return strings.Contains(fault, "@") }
			if c.Flags().Changed("at-day") && !slices.ContainsFunc(flags.faults, func(fault string) bool { return !dated(fault) }) {
				return message.New("arg.value", "cli.simulate_no_fault", message.Args{"day": flags.day})
			}
			return a.simulate(c.Context(), args, flags)
		},
	}
	c.Flags().IntVar(&flags.days, "days", 365, message.Text("cli.simulate_flag_days", nil))
	c.Flags().Var((*dayFlag)(&flags.from), "from", message.Text("cli.simulate_flag_from", nil))
	c.Flags().StringArrayVar(&flags.faults, "fault", nil, message.Text("cli.simulate_flag_fault", nil))
	c.Flags().IntVar(&flags.day, "at-day", 0, message.Text("cli.simulate_flag_at_day", nil))
	c.Flags().BoolVar(&flags.why, "why", false, message.Text("cli.simulate_flag_why", nil))
	return c
}

// litter is how much garbage may lie about, in percent: each run of a simulation leaves a little, and it is over soon.
const litter = 400

func (a *app) simulate(ctx context.Context, targets []string, flags simulateFlags) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	if flags.from == "" {
		flags.from = schedule.BusinessDay(a.now(), c.Store.Location, c.Store.DayStarts)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(litter))
	watcher := a.watcher()
	far := watcher.far(simulating, "")
	if watcher.bars == nil && !watcher.events {
		far = func(int64, int64) {} // most are over in a second: that is no step to be told
	}
	program := &sim.Program{Defaults: a.Config, Builtin: a.Builtin, Checks: []config.Check{checkSchedule, run.CheckGrants}}
	lived, err := program.Simulate(ctx, c, sim.Simulation{
		Targets: targets, Days: flags.days, From: flags.from, Faults: flags.faults, Day: flags.day, Whole: a.json, Lived: func(days int) { far(int64(days), int64(flags.days)) },
	})
	watcher.end()
	if err != nil {
		return err
	}
	t := &simulated{app: a, Simulated: lived, flags: flags, many: len(c.Databases) > 1}
	return t.end(targets)
}

// simulated is what is told of a simulation.
type simulated struct {
	*app
	*sim.Simulated
	flags simulateFlags
	many  bool // databases
}

// end tells all. Where the guards did not hold, that is how the command ends.
func (t *simulated) end(targets []string) (err error) {
	if t.json {
		err = t.printJSON(t.whole(targets))
	} else {
		err = t.tellAll()
	}
	if err == nil && len(t.Lacks) > 0 {
		return ended(run.ExitDegraded)
	}
	return err
}

func (t *simulated) last() *sim.Day { return t.Days[len(t.Days)-1] }

func (t *simulated) whole(targets []string) map[string]any {
	return map[string]any{
		"targets": targets, "from": t.Days[0].Day, "until": t.last().Day, "faults": append([]string{}, t.flags.faults...), "ok": len(t.Lacks) == 0,
		"verdict": t.verdict(), "lacks": append([]sim.Lack{}, t.Lacks...), "shelves": t.last().Shelves, "days": t.Days,
	}
}

// tellAll begins with what a shop owner wants to know.
func (t *simulated) tellAll() error {
	for _, sentence := range t.verdict() {
		fmt.Fprintln(t.out, sentence)
	}
	fmt.Fprintln(t.out)
	if err := t.tellTable(); err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	if err := t.tellStrip(); err != nil {
		return err
	}
	if t.flags.why {
		fmt.Fprintln(t.out)
		return t.tellWhy()
	}
	return nil
}

// verdict is a sentence for each destination, and before them what should never have come.
func (t *simulated) verdict() []string {
	var all []string
	for _, l := range t.Lacks {
		key := "cli.simulate_lack"
		if l.Destination == "" {
			key = "cli.simulate_lost"
		}
		args := message.Args{"day": civil(l.Day), "where": l.Destination, "database": l.Database, "floor": l.Floor}
		all = append(all, message.Plural(key, l.Verified, args))
	}
	for _, s := range t.last().Shelves {
		all = append(all, t.sentence(s))
	}
	return all
}

func (t *simulated) sentence(s sim.Shelf) string {
	args := message.Args{
		"days": message.Plural("cli.simulate_days", len(t.Days), nil), "where": t.shelf(s), "kept": message.Plural("cli.simulate_kept", s.Verified, nil),
		"oldest": civil(s.Oldest), "least": message.Text("cli.simulate_none_dropped", nil),
	}
	if s.Dropped > 0 {
		args["least"] = message.Plural("cli.simulate_least", s.Least, nil)
	}
	if s.Others > 0 {
		args["least"] = message.Plural("cli.simulate_others", s.Others, nil) + "; " + args["least"].(string)
	}
	if s.Verified == 0 {
		return message.Text("cli.simulate_empty", args)
	}
	args["newest"] = message.Plural("cli.simulate_newest", t.before(s.Newest), message.Args{"day": civil(s.Newest)})
	if s.Newest == t.last().Day {
		args["newest"] = message.Text("cli.simulate_newest_today", nil)
	}
	return message.Text("cli.simulate_verdict", args)
}

// before is how many days before the last one that was.
func (t *simulated) before(day string) int {
	then, _ := time.Parse(time.DateOnly, day) // both are days of the simulation
	last, _ := time.Parse(time.DateOnly, t.last().Day)
	return int(last.Sub(then).Hours() / 24)
}

// shelf is what a shelf is called: by its destination, and by its database where there are several.
func (t *simulated) shelf(s sim.Shelf) string {
	if t.many {
		return s.Destination + "/" + s.Database
	}
	return s.Destination
}

// civil is a day, or a month, for a person.
func civil(day string) string {
	if then, err := time.Parse(time.DateOnly, day); err == nil {
		return dayText(then)
	}
	if month, err := time.Parse("2006-01", day); err == nil && message.Language() == message.Portuguese {
		return month.Format("01/2006")
	}
	return day
}

// tellWhy is a line for each copy that went.
func (t *simulated) tellWhy() error {
	var rows [][]string
	for _, d := range t.Days {
		for _, gone := range d.Drop {
			rows = append(rows, []string{civil(d.Day), t.shelf(sim.Shelf{Destination: gone.Destination, Database: gone.Database}), gone.Seq, civil(gone.Day), gone.Why})
		}
	}
	if len(rows) == 0 {
		t.print("cli.simulate_nothing_dropped", nil)
		return nil
	}
	return table(t.out, columns("cli.simulate_why_columns"), rows)
}

// The strip of kept days: so many single days back from the last one, then weeks, then months of thirty days.
var strip = []struct{ cells, days int }{{14, 1}, {8, 7}, {24, 30}}

// tellStrip draws a line for each destination: of which days, weeks and months back there is a verified copy.
func (t *simulated) tellStrip() error {
	var rows [][]string
	for _, s := range t.last().Shelves {
		kept := map[int]bool{}
		for _, day := range s.Days() {
			kept[t.before(day)] = true
		}
		row, back := []string{t.shelf(s)}, 0
		for _, part := range strip {
			var cells strings.Builder
			for range part.cells {
				mark := "·"
				for range part.days {
					if kept[back] {
						mark = "■"
					}
					back++
				}
				cells.WriteString(mark)
			}
			row = append(row, cells.String())
		}
		rows = append(rows, row)
	}
	return table(t.out, columns("cli.simulate_strip_columns"), rows)
}

// offerSimulate gives the entries, and the policies of the scripts.
func (a *app) offerSimulate(ctx context.Context, before []string) []candidate {
	store, err := a.host()
	if err != nil {
		return nil
	}
	var all []candidate
	for _, e := range run.Entries(store.Config) {
		if !slices.Contains(before, e.Name) {
			all = append(all, candidate{e.Name, e.Run})
		}
	}
	for _, name := range store.Scripts() {
		script, err := store.Describe(ctx, name)
		if err != nil || len(before) > 0 {
			continue
		}
		for _, policy := range slices.Sorted(maps.Keys(script.Policies)) {
			all = append(all, candidate{word: name + ":" + policy})
		}
	}
	return all
}
