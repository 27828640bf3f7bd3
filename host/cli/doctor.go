package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: message.Text("cli.doctor_short", nil), Long: message.Text("cli.doctor_long", nil), Args: exactly(0),
		Example: "  djscript doctor\n  djscript doctor --json",
		RunE: func(c *cobra.Command, _ []string) error {
			d := &doctor{app: a, findings: []finding{}}
			d.examine(c.Context())
			return d.end(c.Context())
		},
	}
}

// Levels of a finding.
const (
	levelOK      = "ok"
	levelWarning = "warning"
	levelError   = "error"
)

// finding is one thing looked at.
type finding struct {
	Check string `json:"check"` // stable name: "config", "tools", "database.loja", "destination.local"
	Level string `json:"level"`
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"`
}

// doctor looks at everything that a copy needs and changes nothing. Each check goes as far as those before it allow.
type doctor struct {
	*app
	store    *run.Host
	tools    firebird.Tools
	hasTools bool
	infos    map[string]firebird.Info // of the databases that answered
	findings []finding
}

func (d *doctor) examine(ctx context.Context) {
	d.infos = map[string]firebird.Info{}
	d.system()
	d.config()
	d.findTools(ctx)
	if d.store == nil {
		return
	}
	for _, db := range d.secrets() {
		d.database(ctx, db)
	}
	d.destinations(ctx)
	d.damaged(ctx)
	d.bench()
	d.proven(ctx)
	d.scripts(ctx)
}

func (d *doctor) end(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	count := map[string]int{}
	for _, f := range d.findings {
		count[f.Level]++
	}
	if d.json {
		if err := d.printJSON(map[string]any{"ok": count[levelError] == 0, "checks": d.findings}); err != nil {
			return err
		}
	} else {
		d.tell("cli.doctor_sum", message.Args{"ok": count[levelOK], "warnings": count[levelWarning], "errors": count[levelError]})
	}
	if count[levelError] > 0 {
		return ended(run.ExitFailed)
	}
	return nil
}

// note keeps a finding and shows it at once: the next check may take its time.
func (d *doctor) note(f finding) {
	d.findings = append(d.findings, f)
	if d.json {
		return
	}
	fmt.Fprintf(d.out, "%-6s  %s\n", levelWord(f.Level), f.Text)
	if f.Hint != "" {
		fmt.Fprintf(d.out, "          → %s\n", f.Hint)
	}
}

func levelWord(level string) string {
	switch level {
	case levelWarning:
		return message.Text("cli.level_warning", nil)
	case levelError:
		return message.Text("cli.level_error", nil)
	}
	return message.Text("cli.level_ok", nil)
}

func (d *doctor) ok(check, key string, args message.Args) {
	d.note(finding{Check: check, Level: levelOK, Text: message.Text(key, args)})
}

// warn tells what does not keep a copy from being made, with the hint of that key.
func (d *doctor) warn(check string, err *message.Error) { d.bad(check, levelWarning, err) }

// bad tells every error of the tree.
func (d *doctor) bad(check, level string, err error) {
	for _, one := range flatten(err) {
		f := finding{Check: check, Level: level}
		f.Text, f.Hint = words(one)
		f.Text = strings.Join(strings.Fields(f.Text), " ") // a server's words end in a line of their own
		d.note(f)
	}
}

func (d *doctor) config() {
	c, err := d.load()
	if err != nil {
		d.bad("config", levelError, err)
		return
	}
	d.store = d.hostOf(c)
	d.ok("config", "cli.doctor_config", message.Args{
		"path": c.Path, "store": c.Store.Name, "databases": len(c.Databases), "destinations": len(c.Destinations),
	})
	if len(c.Databases) == 0 {
		d.warn("config", message.New("option.missing", "cli.doctor_no_database", nil))
	}
	if len(c.Destinations) == 1 {
		d.warn("config", message.New("option.missing", "cli.doctor_one_destination", nil))
	}
	if c.EncryptsNothing() {
		d.warn("config", message.New("option.missing", "cli.encrypts_nothing", nil))
	}
	if all, err := run.Dues(c); err != nil || !anyDue(all, d.now) {
		d.warn("config", message.New("option.missing", "cli.doctor_by_hand", nil))
	}
}

// findTools looks for gbak, and for the engine that copies are proven with.
func (d *doctor) findTools(ctx context.Context) {
	bin := ""
	if d.store != nil {
		bin = d.store.Config.Firebird.Bin
	}
	tools, err := firebird.FindTools(ctx, bin)
	if err != nil {
		d.bad("tools", levelError, err)
		return
	}
	d.tools, d.hasTools = tools, true
	d.ok("tools", "cli.doctor_tools", message.Args{"version": tools.Version.String(), "path": tools.Gbak, "source": tools.Source})
	if _, err := tools.Home(); err != nil {
		d.bad("tools", levelWarning, err)
	}
}

// secrets looks whether every password is kept, and gives the databases that can be asked.
func (d *doctor) secrets() []copies.Database {
	databases, known, err := d.store.Databases()
	if err != nil {
		d.bad("secrets", levelError, err)
	} else if len(known) > 0 {
		d.ok("secrets", "cli.doctor_secrets", nil)
	}
	return databases
}

// scripts runs the scripts' own checks. They need what a run needs: without it they would only repeat what was said.
func (d *doctor) scripts(ctx context.Context) {
	if _, _, err := d.store.Databases(); err != nil || !d.hasTools {
		return
	}
	for _, script := range d.store.Scripts() {
		checks, err := d.store.Health(ctx, script)
		for _, c := range checks {
			f := finding{Check: "script." + script, Level: levelOK, Text: script + ": " + c.Title}
			if !c.OK {
				f.Level, f.Hint = levelWarning, c.Hint
			}
			d.note(f)
		}
		if err != nil && ctx.Err() == nil {
			d.bad("script."+script, levelError, err)
		}
	}
}
