package run

import (
	"context"
	"errors"
	"strings"

	"github.com/djscript/djscript/host/grant"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// RefusedError is all that keeps a version of the scripts from being used.
type RefusedError struct{ Mistakes []error }

// Error is a line for each.
func (e *RefusedError) Error() string {
	lines := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// Code is script.refused, whatever the mistakes are.
func (e *RefusedError) Code() string { return "script.refused" }

// Unwrap are the mistakes, one by one.
func (e *RefusedError) Unwrap() []error { return e.Mistakes }

// MistakeError is a mistake that was found in a script without running it.
type MistakeError struct{ *lua.Mistake }

// Error is one line, as a run would say it.
func (e MistakeError) Error() string { return e.String() }

// Code is that of the mistake.
func (e MistakeError) Code() string { return e.Mistake.Code }

// Hint is what to do now.
func (e MistakeError) Hint() string { return e.Mistake.Hint }

// Excerpt is the line itself.
func (e MistakeError) Excerpt() string { return strings.TrimSpace(e.SourceLine) }

// Check finds all that keeps the scripts of the store and of its reseller from being put in force: files that can not be
// read, mistakes in them, links that lead nowhere, scripts that do more than declare themselves, and entries whose job is
// not there or may not do what it does.
func (h *Host) Check(ctx context.Context) []error {
	c := &check{host: h, told: map[string]bool{}, unsound: map[string]bool{}}
	h.layers().Each(c.file)
	for _, script := range c.scripts {
		if c.unsound[script.Name] {
			continue // what a script says of itself can only be asked of one that can be read
		}
		if _, err := h.Describe(ctx, script.Name); err != nil {
			c.note(err)
		}
	}
	for _, m := range h.CheckEntries(ctx) {
		c.note(m)
	}
	c.powers()
	if len(c.found) > 0 {
		c.others()
	}
	return c.found
}

// check is one look at all scripts.
type check struct {
	host    *Host
	scripts []*layer.File
	unsound map[string]bool // scripts with mistakes that are seen without running them
	found   []error
	told    map[string]bool
}

func (c *check) note(errs ...error) {
	for _, err := range errs {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			c.note(joined.Unwrap()...)
		} else if !c.told[err.Error()] {
			c.told[err.Error()] = true
			c.found = append(c.found, err)
		}
	}
}

// file looks at one file.
func (c *check) file(f *layer.File, err error) {
	if err != nil {
		c.note(err)
		return
	}
	mistakes := f.Chunk.Inspect(Known()).Errors()
	program, err := c.host.layers().Program(f)
	if err == nil {
		for _, m := range Inherits(program) {
			if m.Level == lua.LevelError {
				mistakes = append(mistakes, m)
			}
		}
	}
	for _, m := range mistakes {
		c.note(MistakeError{m})
	}
	if err != nil {
		c.note(err)
	}
	if !strings.HasPrefix(f.Name, "lib.") {
		c.scripts = append(c.scripts, f)
		c.unsound[f.Name] = c.unsound[f.Name] || len(mistakes) > 0 || err != nil
	}
}

// Inherits are the mistakes of a script that only the scripts which it extends can show.
func Inherits(program *layer.Program) []*lua.Mistake {
	var inspected []*lua.Inspection
	for _, f := range program.Scripts {
		inspected = append(inspected, f.Chunk.Inspected(Known()))
	}
	if len(inspected) == 0 {
		return nil
	}
	return inspected[0].Inherits(inspected[1:])
}

// powers compares what the scripts of entries need with what they are granted.
func (c *check) powers() {
	for _, e := range Entries(c.host.Config) {
		script, _ := splitTarget(e.Run)
		program, err := c.host.Program(script)
		if err != nil {
			c.note(err)
			continue
		}
		permit, err := c.host.Permit(script, program, e.Params)
		if err != nil {
			c.note(err)
			continue
		}
		for _, denied := range permit.Denied() {
			c.note(denied)
		}
	}
}

// others finds what is wrong with scripts that no entry runs, and with names that a run may never come to. It alone keeps
// no version from being used; where one is not, all that there is to mend is told at once.
func (c *check) others() {
	seen := map[string]bool{}
	for _, f := range c.scripts {
		seen[f.Name] = true
		c.names(f)
		program, err := c.host.layers().Program(f)
		if err != nil {
			continue // it was noted
		}
		for _, m := range Supers(program) {
			c.note(MistakeError{m})
		}
		c.denied(f.Name, program)
	}
	for _, name := range c.host.Scripts() {
		if program, err := c.host.Program(name); err == nil && !seen[name] {
			c.denied(name, program)
		}
	}
}

// names finds what a script names, written out, and djscript.toml has not.
func (c *check) names(f *layer.File) {
	for _, use := range f.Chunk.Inspected(Known()).Uses {
		for _, named := range use.Names {
			wrong := c.host.Misnamed(use.Func, named)
			if wrong == nil {
				continue
			}
			m := &lua.Mistake{
				File: f.Chunk.Name, Line: named.Line, Level: lua.LevelError, Code: wrong.Code(), Op: use.Func.Name,
				Message: wrong.Sentence(), Hint: wrong.Hint(), SourceLine: f.Chunk.Line(named.Line),
			}
			c.note(MistakeError{m})
			c.told[m.File+": "+m.Op+": "+m.Message] = true
		}
	}
}

// denied compares what a script needs, with the params of its entries, with what it is granted.
func (c *check) denied(script string, program *layer.Program) {
	var runs []map[string]any
	for _, e := range Entries(c.host.Config) {
		if name, _ := splitTarget(e.Run); name == script {
			runs = append(runs, e.Params)
		}
	}
	permit, err := c.host.Permit(script, program, runs...)
	if err != nil {
		c.note(err)
		return
	}
	for _, d := range permit.Denied() {
		if !c.told[d.Need.File+": "+d.Sentence()] { // the name itself is unknown
			c.note(d)
		}
	}
}

// Misnamed is what is wrong with a name that a script writes out in a call; nil where the store has it.
func (h *Host) Misnamed(f lua.Func, named lua.Named) *message.Error {
	var err error
	noun, _, _ := strings.Cut(f.Name, ".")
	over := grant.Over(named.Argument)
	switch {
	case noun == "calendar" && named.Argument == "name":
		_, err = h.Config.Calendar(named.Text)
	case noun == "copy" && over == grant.Destination:
		_, err = h.Config.Destination(named.Text)
	case (noun == "copy" || noun == "db") && over == grant.Database:
		_, err = h.Config.Database(named.Text)
	}
	wrong, _ := errors.AsType[*message.Error](err)
	return wrong
}

// Supers are the mistakes of a script that calls job:super in a job that no script below it has.
func Supers(program *layer.Program) []*lua.Mistake {
	below := map[string]bool{}
	for _, file := range program.Scripts[1:] {
		declared := file.Chunk.Inspected(Known()).Script
		if declared == nil {
			return nil
		}
		for _, job := range declared.Jobs {
			below[job.Name] = true
		}
	}
	var mistakes []*lua.Mistake
	own := program.Scripts[0]
	for _, use := range own.Chunk.Inspected(Known()).Uses {
		job, within := strings.CutPrefix(use.In, "jobs.")
		if within && use.Func.Name == "Job:super" && !below[job] {
			wrong := message.New("script.super", "run.no_super", message.Args{"script": own.Name, "job": job})
			mistakes = append(mistakes, &lua.Mistake{
				File: own.Chunk.Name, Line: use.Line, Column: use.Column, Level: lua.LevelError, Code: wrong.Code(), Message: wrong.Sentence(),
				Hint: wrong.Hint(), SourceLine: own.Chunk.Line(use.Line),
			})
		}
	}
	return mistakes
}
