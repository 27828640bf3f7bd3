package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// patience is how long a run may take to end after the first Ctrl-C: longer than what it deferred may take. A second
// Ctrl-C ends it at once.
const patience = 40 * time.Second

// runFlags are what every command that runs a job takes.
type runFlags struct {
	dry     bool
	here    bool
	wait    time.Duration
	trigger string
	due     string
	yes     []string
}

func (f *runFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.dry, "dry-run", false, message.Text("cli.flag_dry", nil))
	c.Flags().DurationVar(&f.wait, "wait", 0, message.Text("cli.flag_wait", nil))
	c.Flags().StringArrayVar(&f.yes, "yes", nil, message.Text("cli.flag_yes", nil))
	c.Flags().StringVar(&f.trigger, "trigger", "manual", message.Text("cli.flag_trigger", nil))
	c.Flags().StringVar(&f.due, "due", "", message.Text("cli.flag_due", nil))
	c.Flags().BoolVar(&f.here, "here", false, message.Text("cli.flag_here", nil))
	_ = c.Flags().MarkHidden("here")    // in this process, for a debugger
	_ = c.Flags().MarkHidden("trigger") // said by the scheduler
	_ = c.Flags().MarkHidden("due")
}

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	var plan planFlags
	c := &cobra.Command{
		Use: "run ENTRY|SCRIPT[:JOB] [key=value...]", Short: message.Text("cli.run_short", nil),
		Example: "  djscript run backup\n  djscript run closing:monthly note=\"year end\" to=local,pendrive\n  djscript run ./recover.lua --dry-run",
		Args:    between(0, -1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := plan.check(flags.dry, args); err != nil {
				return err
			}
			if plan.apply != "" {
				return a.apply(c.Context(), plan.apply, flags)
			}
			params, err := run.ParseParams(args[1:])
			if err != nil {
				return err
			}
			return a.runJob(c.Context(), run.Request{Target: args[0], Params: params}, flags, plan.write)
		},
	}
	flags.add(c)
	c.Flags().StringVar(&plan.write, "plan", "", message.Text("cli.flag_plan", nil))
	c.Flags().StringVar(&plan.apply, "apply", "", message.Text("cli.flag_apply", nil))
	return c
}

func (a *app) backupCommand() *cobra.Command {
	var flags runFlags
	var class, note string
	c := &cobra.Command{
		Use: "backup", Short: message.Text("cli.backup_short", nil), Args: exactly(0),
		Example: "  djscript backup\n  djscript backup --class pre_update --note \"before 4.2\"",
		RunE: func(c *cobra.Command, _ []string) error {
			params := map[string]any{}
			if class != "" {
				params["class"] = class
			}
			if note != "" {
				params["note"] = note
			}
			return a.runJob(c.Context(), run.Request{Params: params}, flags, "")
		},
	}
	c.Flags().StringVar(&class, "class", "", message.Text("cli.flag_class", nil))
	c.Flags().StringVar(&note, "note", "", message.Text("cli.flag_note", nil))
	flags.add(c)
	return c
}

func (a *app) adoptCommand() *cobra.Command {
	var flags runFlags
	var database, note string
	c := &cobra.Command{
		Use: "adopt FILE", Short: message.Text("cli.adopt_short", nil), Args: exactly(1),
		Example: "  djscript adopt D:/CopiaAT.zip\n  djscript adopt old.fbk --database loja",
		RunE: func(c *cobra.Command, args []string) error {
			params := map[string]any{"path": args[0]}
			if database != "" {
				params["databases"] = database
			}
			if note != "" {
				params["note"] = note
			}
			return a.runJob(c.Context(), run.Request{Target: "default:adopt", Params: params}, flags, "")
		},
	}
	c.Flags().StringVar(&database, "database", "", message.Text("cli.flag_database", nil))
	c.Flags().StringVar(&note, "note", "", message.Text("cli.flag_note", nil))
	flags.add(c)
	return c
}

// apply does what a plan says.
func (a *app) apply(ctx context.Context, path string, f runFlags) error {
	plan, err := readPlan(path)
	if err != nil {
		return err
	}
	return a.runJob(ctx, run.Request{Target: plan.Target, Params: plan.Params, Apply: plan}, f, "")
}

// runJob runs a job in a process of its own and tells how it went; the plan of a dry run is written to a file, where one
// is named. An empty target is the store's own backup: its entry where it has one.
func (a *app) runJob(ctx context.Context, request run.Request, f runFlags, plan string) error {
	request.Trigger, request.Dry, request.Wait = f.trigger, f.dry, f.wait
	request.Yes = f.yes
	store, err := a.inForce(ctx, request)
	if err != nil {
		return err
	}
	if request.Target == "" {
		request.Target = backupTarget(store)
	}
	if f.due != "" {
		if request.Due, err = time.Parse(time.RFC3339, f.due); err != nil {
			return message.New("arg.value", "cli.no_time", message.Args{"text": f.due})
		}
	}
	watcher := a.watcher()
	defer watcher.end()
	store.Ask = a.asker(watcher)
	if f.here || a.self == "" {
		store.Watch = watcher.watch
		outcome := store.Run(ctx, request)
		watcher.end()
		return a.tellOutcome(outcome)
	}
	report, err := a.inChild(ctx, store, request, watcher.watch, patience)
	watcher.end()
	if err != nil {
		return err
	}
	if plan != "" {
		if err := a.writePlan(plan, report.Plan); err != nil {
			return err
		}
	}
	return a.tellReport(report)
}

func backupTarget(store *run.Host) string {
	for _, e := range run.Entries(store.Config) {
		if e.Name == run.BackupEntry {
			return run.BackupEntry
		}
	}
	return "default:backup"
}
