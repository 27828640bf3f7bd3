package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// report is how a run went, in words: what is left of its outcome on the way from one process to another.
type report struct {
	Run      string          `json:"run"`
	Script   string          `json:"script"`
	Job      string          `json:"job"`
	Dry      bool            `json:"dry"`
	Result   string          `json:"result"`
	Exit     int             `json:"exit"`
	Skipped  bool            `json:"skipped"`
	Reason   string          `json:"reason"` // why it was skipped
	Degraded []failure       `json:"degraded"`
	Warnings []told          `json:"warnings"` // the same, each error of a tree alone
	Errors   []told          `json:"errors"`
	Where    string          `json:"where"` // in the script, of the first error
	Steps    []run.Step      `json:"steps"`
	Plan     *run.Plan       `json:"plan,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"` // nil: none
}

// told is an error in words, with the script's line.
type told struct {
	failure
	Excerpt string `json:"excerpt,omitempty"`
}

func toldOf(err error) told {
	t := told{failure: describe(err)}
	if failed, ok := errors.AsType[*lua.RunError](err); ok {
		t.Excerpt = failed.Excerpt
	}
	var excerpted interface{ Excerpt() string } // found before the script ran
	if errors.As(err, &excerpted) {
		t.Excerpt = excerpted.Excerpt()
	}
	var found interface{ Excerpt() string } // without running it
	if errors.As(err, &found) {
		t.Excerpt = found.Excerpt()
	}
	return t
}

// toldAll is every error of a tree.
func toldAll(err error) []told {
	var all []told
	for _, one := range flatten(err) {
		all = append(all, toldOf(one))
	}
	return all
}

// reportOf puts an outcome into words.
func reportOf(o *run.Outcome) *report {
	r := &report{Run: o.Run, Script: o.Script, Job: o.Job, Dry: o.Dry, Result: o.Result, Exit: run.ExitCode(o), Steps: o.Steps, Plan: o.Plan}
	for _, d := range o.Degraded {
		r.Degraded = append(r.Degraded, describe(d))
		r.Warnings = append(r.Warnings, toldAll(d)...)
	}
	if skipped, ok := errors.AsType[*primitive.SkipError](o.Err); ok {
		r.Skipped, r.Reason = true, skipped.Reason
	}
	if o.Err != nil {
		r.Where = describe(o.Err).Where
		r.Errors = toldAll(plain(o))
		return r
	}
	if o.Value == nil {
		return r
	}
	value, err := encoded(o.Value)
	if err != nil {
		r.Exit, r.Errors = run.ExitFailed, []told{toldOf(err)}
		return r
	}
	r.Value = value
	return r
}

// encoded is a result in JSON.
func encoded(value any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("write result: %w", err)
	}
	return text.Bytes(), nil
}

// plain is the error of a run without the place in the script and its line, where the script is a built-in one.
func plain(o *run.Outcome) error {
	var failed *lua.Error
	if o.Builtin && errors.As(o.Err, &failed) && failed.Unwrap() != nil {
		return failed.Unwrap()
	}
	return o.Err
}

// outcome is a run in JSON.
type outcome struct {
	Run      string          `json:"run"`
	Script   string          `json:"script"`
	Job      string          `json:"job"`
	Dry      bool            `json:"dry,omitempty"`
	Result   string          `json:"result"`
	Degraded []failure       `json:"degraded"`
	Steps    []run.Step      `json:"steps"`
	Plan     *run.Plan       `json:"plan,omitempty"`
	Value    json.RawMessage `json:"value"`
	Error    *failure        `json:"error,omitempty"`
	Errors   []failure       `json:"errors,omitempty"`
}

// tellOutcome tells how a run went and ends with its exit code.
func (a *app) tellOutcome(o *run.Outcome) error { return a.tellReport(reportOf(o)) }

func (a *app) tellReport(r *report) error {
	if a.json {
		if err := a.printJSON(r.outcome()); err != nil {
			return err
		}
		return ended(r.Exit)
	}
	for _, w := range r.Warnings {
		a.tellTold("cli.warning", w)
	}
	switch {
	case r.Skipped:
		a.print("cli.skipped", message.Args{"reason": r.Reason})
		return ended(r.Exit)
	case len(r.Errors) > 0:
		for _, one := range r.Errors {
			a.tellTold("cli.error", one)
		}
		return ended(r.Exit)
	}
	if r.Plan != nil {
		a.tellPlan(r.Plan)
		return ended(r.Exit)
	}
	if err := a.tellValue(r.Value); err != nil || r.Exit == run.ExitDone {
		return err
	}
	return ended(r.Exit)
}

func (r *report) outcome() outcome {
	shown := outcome{
		Run: r.Run, Script: r.Script, Job: r.Job, Dry: r.Dry, Result: r.Result, Degraded: []failure{}, Steps: []run.Step{}, Plan: r.Plan, Value: r.Value,
	}
	shown.Steps = append(shown.Steps, r.Steps...)
	shown.Degraded = append(shown.Degraded, r.Degraded...)
	for _, e := range r.Errors {
		e.Where = r.Where
		shown.Errors = append(shown.Errors, e.failure)
	}
	if len(shown.Errors) > 0 {
		shown.Error = &shown.Errors[0]
	}
	return shown
}

// tellTold prints an error after a word such as "error" or "warning"; its line of the script and its cure below.
func (a *app) tellTold(key string, t told) {
	fmt.Fprintf(a.err, "%s %s\n", message.Text(key, nil), t.Message)
	if t.Excerpt != "" {
		fmt.Fprintf(a.err, "    %s\n", strings.TrimSpace(t.Excerpt))
	}
	if t.Hint != "" {
		fmt.Fprintf(a.err, "  → %s\n", t.Hint)
	}
}

// tellValue shows what a job returned: copies in a person's words, anything else as it is.
func (a *app) tellValue(value json.RawMessage) error {
	if value == nil {
		return nil
	}
	made := copiesOf(value)
	if len(made) == 0 {
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
