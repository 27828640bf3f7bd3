package run

import (
	"context"
	"strings"

	"github.com/djscript/djscript/host/layer"
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
	c := &check{host: h, told: map[string]bool{}}
	h.layers().Each(c.file)
	if len(c.found) > 0 {
		return c.found // what a script says of itself can only be asked of one that can be read
	}
	for _, script := range c.scripts {
		if _, err := h.Describe(ctx, script); err != nil {
			c.note(err)
		}
	}
	for _, m := range h.CheckEntries(ctx) {
		c.note(m)
	}
	c.powers()
	return c.found
}

// check is one look at all scripts.
type check struct {
	host    *Host
	scripts []string
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
	for _, m := range f.Chunk.Inspect(Known()).Errors() {
		c.note(MistakeError{m})
	}
	program, err := c.host.layers().Program(f)
	if err != nil {
		c.note(err)
	} else {
		for _, m := range Inherits(program) {
			c.note(MistakeError{m})
		}
	}
	if !strings.HasPrefix(f.Name, "lib.") {
		c.scripts = append(c.scripts, f.Name)
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
