package cli

import (
	"fmt"
	"os"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// planFlags say where a plan goes to, or comes from.
type planFlags struct {
	write string
	apply string
}

// check refuses flags that do not go together.
func (f planFlags) check(dry bool, args []string) error {
	switch {
	case f.write != "" && !dry:
		return message.New("arg.value", "cli.plan_dry", nil)
	case f.apply != "" && dry:
		return message.New("arg.value", "cli.apply_dry", nil)
	case f.apply != "" && len(args) > 0:
		return message.New("arg.count", "cli.apply_target", nil)
	case f.apply == "" && (len(args) == 0 || args[0] == ""):
		return message.New("arg.count", "cli.run_what", nil)
	}
	return nil
}

// readPlan reads the plan that is to be applied.
func readPlan(path string) (*run.Plan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, message.Wrap(err, "arg.file", "cli.plan_unreadable", message.Args{"path": path})
	}
	return run.ReadPlan(text)
}

// writePlan keeps the plan of a dry run.
func (a *app) writePlan(path string, p *run.Plan) error {
	if p == nil {
		return nil // the run did not come that far, and says why
	}
	text, err := p.Encode()
	if err == nil {
		err = os.WriteFile(path, text, 0o644)
	}
	if err != nil {
		return message.Wrap(err, "fs.denied", "cli.plan_unwritten", message.Args{"path": path})
	}
	fmt.Fprintln(a.err, message.Plural("cli.plan_written", len(run.Effective(p.Steps)), message.Args{"path": path}))
	return nil
}

// tellPlan shows what a dry run would do.
func (a *app) tellPlan(p *run.Plan) {
	steps := run.Effective(p.Steps)
	for _, s := range steps {
		fmt.Fprintf(a.out, "%s %s  %s\n", message.Text("cli.would", nil), s, s.Where)
	}
	if len(steps) == 0 && p.Complete {
		a.print("cli.plan_nothing", nil)
	}
}
