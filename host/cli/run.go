package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// runFlags are what every command that runs a job takes.
type runFlags struct {
	dry     bool
	wait    time.Duration
	trigger string
	due     string
}

func (f *runFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.dry, "dry-run", false, message.Text("cli.flag_dry", nil))
	c.Flags().DurationVar(&f.wait, "wait", 0, message.Text("cli.flag_wait", nil))
	c.Flags().StringVar(&f.trigger, "trigger", "manual", message.Text("cli.flag_trigger", nil))
	c.Flags().StringVar(&f.due, "due", "", message.Text("cli.flag_due", nil))
	_ = c.Flags().MarkHidden("trigger") // said by the scheduler
	_ = c.Flags().MarkHidden("due")
}

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	c := &cobra.Command{
		Use: "run ENTRY|SCRIPT[:JOB] [key=value...]", Short: message.Text("cli.run_short", nil),
		Example: "  djscript run backup\n  djscript run closing:monthly note=\"year end\" to=local,pendrive\n  djscript run ./recover.lua --dry-run",
		Args:    between(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			params, err := run.ParseParams(args[1:])
			if err != nil {
				return err
			}
			return a.runJob(c.Context(), args[0], params, flags)
		},
	}
	flags.add(c)
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
			return a.runJob(c.Context(), "", params, flags)
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
			return a.runJob(c.Context(), "default:adopt", params, flags)
		},
	}
	c.Flags().StringVar(&database, "database", "", message.Text("cli.flag_database", nil))
	c.Flags().StringVar(&note, "note", "", message.Text("cli.flag_note", nil))
	flags.add(c)
	return c
}

// runJob runs a job and tells how it went. An empty target is the store's own backup: its entry where it has one.
func (a *app) runJob(ctx context.Context, target string, params map[string]any, f runFlags) error {
	store, err := a.host()
	if err != nil {
		return err
	}
	if target == "" {
		target = backupTarget(store)
	}
	request := run.Request{Target: target, Params: params, Trigger: f.trigger, Dry: f.dry, Wait: f.wait}
	if f.due != "" {
		if request.Due, err = time.Parse(time.RFC3339, f.due); err != nil {
			return message.Wrap(err, "arg.value", "cli.no_time", message.Args{"text": f.due})
		}
	}
	watcher := a.watcher()
	store.Watch = watcher.watch
	outcome := store.Run(ctx, request)
	watcher.end()
	return a.tellOutcome(outcome)
}

func backupTarget(store *run.Host) string {
	for _, e := range run.Entries(store.Config) {
		if e.Name == run.BackupEntry {
			return run.BackupEntry
		}
	}
	return "default:backup"
}

// outcome is a run in JSON.
type outcome struct {
	Run      string     `json:"run"`
	Script   string     `json:"script"`
	Job      string     `json:"job"`
	Dry      bool       `json:"dry,omitempty"`
	Result   string     `json:"result"`
	Degraded []failure  `json:"degraded"`
	Steps    []run.Step `json:"steps"`
	Value    any        `json:"value"`
	Error    *failure   `json:"error,omitempty"`
	Errors   []failure  `json:"errors,omitempty"`
}

func (a *app) tellOutcome(o *run.Outcome) error {
	code := ended(run.ExitCode(o))
	if a.json {
		shown := outcome{Run: o.Run, Script: o.Script, Job: o.Job, Dry: o.Dry, Result: o.Result, Degraded: []failure{}, Steps: []run.Step{}, Value: o.Value}
		shown.Steps = append(shown.Steps, o.Steps...)
		for _, d := range o.Degraded {
			shown.Degraded = append(shown.Degraded, describe(d))
		}
		if o.Err != nil {
			where := describe(o.Err).Where
			for _, one := range flatten(plain(o)) {
				told := describe(one)
				told.Where = where
				shown.Errors = append(shown.Errors, told)
			}
			shown.Error = &shown.Errors[0]
		}
		if err := a.printJSON(shown); err != nil {
			return err
		}
		return code
	}
	for _, d := range o.Degraded {
		for _, one := range flatten(d) {
			a.tellOne("cli.warning", one)
		}
	}
	if skipped, ok := errors.AsType[*primitive.SkipError](o.Err); ok {
		a.print("cli.skipped", message.Args{"reason": skipped.Reason})
		return code
	}
	if o.Err != nil {
		a.tellError(plain(o))
		return code
	}
	if o.Dry {
		for _, s := range o.Steps {
			fmt.Fprintf(a.out, "%s %s  %s\n", message.Text("cli.would", nil), s.Name, s.Where)
		}
	}
	if err := a.tellValue(o.Value); err != nil {
		return err
	}
	if code != run.ExitDone {
		return code
	}
	return nil
}

// plain is the error of a run without the place in the script and its line, where the script is a built-in one.
func plain(o *run.Outcome) error {
	var failed *lua.Error
	if o.Builtin && errors.As(o.Err, &failed) && failed.Unwrap() != nil {
		return failed.Unwrap()
	}
	return o.Err
}

// tellValue shows what a job returned: copies in a person's words, anything else as it is.
func (a *app) tellValue(value any) error {
	made := copiesOf(value)
	if value != nil && len(made) == 0 {
		return a.printJSON(value)
	}
	for _, c := range made {
		a.tellCopy(c)
	}
	return nil
}

// tellCopy says of a copy what was proven, and where it lies. A dry run's has no number yet.
func (a *app) tellCopy(c copies.Copy) {
	if c.ID == "" {
		return
	}
	fmt.Fprintln(a.out, sentenceOf(c))
	for _, p := range c.Places {
		fmt.Fprintf(a.out, "  %-12s %s  (%s)\n", p.Destination, p.Path, size(p.Bytes))
	}
}
