package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/sim"
	"github.com/djscript/djscript/lua"
)

// checked is one script that was read.
type checked struct {
	path  string
	chunk *lua.Chunk
	found *lua.Inspection
}

// name is what the script is called by.
func (c *checked) name() string { return strings.TrimSuffix(filepath.Base(c.path), ".lua") }

// runs tells a script from a library, and from tests, which nobody runs.
func (c *checked) runs() bool {
	return !sim.IsTest(c.path) && filepath.Base(filepath.Dir(c.path)) != "lib"
}

// sound tells whether reading the script found nothing that keeps it from being run.
func (c *checked) sound() bool { return len(c.found.Errors()) == 0 }

// spelled is a file by the name that its folder has it under: Windows finds it in other letters too.
func spelled(file string) string {
	folder := filepath.Dir(file)
	entries, _ := os.ReadDir(folder) // what can not be listed may still be read
	same := func(e fs.DirEntry) bool { return e.Name() == filepath.Base(file) }
	like := func(e fs.DirEntry) bool { return strings.EqualFold(e.Name(), filepath.Base(file)) }
	if at := slices.IndexFunc(entries, like); at >= 0 && !slices.ContainsFunc(entries, same) {
		return filepath.Join(folder, entries[at].Name())
	}
	return file
}

// readScript reads a file, and nothing else: what is none may never end.
func readScript(file string) ([]byte, error) {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fs.ErrInvalid, err)
	}
	return os.ReadFile(file)
}

// script finds all that can be seen in the text of a script alone.
func (i *inspection) script(file string) {
	if slices.Contains(i.files, file) {
		return
	}
	i.files = append(i.files, file)
	if layer.Misnamed(file) {
		err := message.New("arg.file", "cli.check_misnamed", nil)
		i.note(mistake{Level: lua.LevelError, File: file, Code: err.Code(), Message: err.Error(), Hint: err.Hint()})
		return
	}
	source, err := readScript(file)
	if err != nil {
		i.unreadable(file)
		return
	}
	if absolute, err := filepath.Abs(file); err == nil {
		i.given[absolute] = file
	}
	chunk, err := lua.Parse(i.nameOf(file), source)
	if wrong, ok := errors.AsType[*lua.SyntaxError](err); ok {
		i.ofScript(file, wrong.Mistake(message.Say))
		return
	}
	c := &checked{path: file, chunk: chunk}
	if sim.IsTest(file) {
		c.found = chunk.Inspect(knownToTests())
	} else {
		c.found = chunk.Inspected(run.Known())
	}
	i.scripts = append(i.scripts, c)
	for _, m := range c.found.Mistakes {
		i.ofScript(file, m)
	}
	if c.runs() {
		i.called(c)
	}
	if i.host != nil && c.runs() {
		i.names(c)
	}
}

// nameOf is what a run calls a file by: where it lies in its layer.
func (i *inspection) nameOf(file string) string {
	absolute, err := filepath.Abs(file)
	if err != nil || i.host == nil {
		return filepath.Base(file)
	}
	for _, l := range i.host.Layers {
		if relative, err := filepath.Rel(l.Folder, absolute); err == nil && l.Folder != "" && filepath.IsLocal(relative) {
			return path.Join(filepath.ToSlash(l.Dir), filepath.ToSlash(relative))
		}
	}
	return filepath.Base(file)
}

// knownToTests is what a file of tests may name: its own functions, and nothing that scripts may.
func knownToTests() lua.Known {
	var own []lua.Func
	for _, f := range sim.Functions() {
		if !strings.Contains(f.Name, ":") {
			own = append(own, f)
		}
	}
	return lua.Known{Modules: map[string][]lua.Func{"dj": own}, Say: message.Say}
}

// ofScript notes a mistake that was seen in a script.
func (i *inspection) ofScript(file string, m *lua.Mistake) {
	text := m.Message
	if m.Op != "" {
		text = m.Op + ": " + text
	}
	i.note(mistake{
		Level: m.Level, File: file, Line: m.Line, Column: m.Column, Code: m.Code, Message: text, Hint: m.Hint, Source: m.SourceLine,
	})
}

// stands finds what is wrong between a script and what it stands on, and between what it does and what it may do. A test
// stands on the libraries of the scripts beside it.
func (i *inspection) stands(ctx context.Context, c *checked) {
	if sim.IsTest(c.path) {
		i.requires(c)
		return
	}
	if i.host == nil || !c.runs() {
		return
	}
	layers := i.layersOf(filepath.Dir(c.path))
	program, err := i.host.Program(c.path)
	if err != nil {
		i.faults(layers, err)
		return
	}
	for _, m := range run.Inherits(program) {
		i.ofScript(c.path, m)
	}
	i.declares(ctx, layers, c)
	for _, m := range run.Supers(program) {
		i.ofScript(c.path, m)
	}
	i.powersOf(c.name(), c.path, layers, program)
}

// requires finds the libraries that a test requires and that djscript test would not find either.
func (i *inspection) requires(c *checked) {
	folder, err := filepath.Abs(filepath.Dir(c.path))
	if err != nil {
		return
	}
	tests := &sim.Program{Defaults: i.app.Config, Builtin: i.app.Builtin}
	_, err = tests.Requires(folder, c.chunk)
	for _, one := range flatten(err) {
		fault, ok := errors.AsType[*layer.Fault](one)
		switch {
		case !ok:
		case fault.File == c.chunk.Name:
			i.ofFault(c.path, fault)
		case i.host != nil:
			i.ofFault(i.pathOf(i.layersOf(folder), fault.File), fault)
		}
	}
}

// called tells a script whose file has another name than the one it gives itself: the file's is the one that counts.
func (i *inspection) called(c *checked) {
	s := c.found.Script
	if s == nil || s.Name == "" || s.Name == c.name() {
		return
	}
	wrong := message.New("script.suspect", "cli.check_called", message.Args{"name": s.Name, "script": c.name()})
	line := s.Line
	for n := s.Line; c.chunk.Line(n) != "" && n < s.Line+nameWithin; n++ {
		if columnOf(c.chunk.Line(n), "name") > 0 && strings.Contains(c.chunk.Line(n), s.Name) {
			line = n
			break
		}
	}
	i.note(mistake{
		Level: lua.LevelWarning, File: c.path, Line: line, Column: columnOf(c.chunk.Line(line), "name"), Code: wrong.Code(),
		Message: wrong.Sentence(), Hint: wrong.Hint(), Source: c.chunk.Line(line),
	})
}

// nameWithin is in how many lines of its table a script's name is looked for.
const nameWithin = 20

// builtin looks at what the built-in scripts may do, where a whole store is checked.
func (i *inspection) builtin() {
	for _, name := range i.host.Scripts() {
		if slices.ContainsFunc(i.scripts, func(c *checked) bool { return c.runs() && c.name() == name }) {
			continue
		}
		if program, err := i.host.Program(name); err == nil {
			file := path.Join(layer.Builtin, name+".lua")
			i.powersOf(name, file, i.host.Layers, program)
		}
	}
}

// faults notes the links of a script that lead nowhere. A file that can not be read is told where it stands.
func (i *inspection) faults(layers layer.Layers, err error) {
	for _, one := range flatten(err) {
		if fault, ok := errors.AsType[*layer.Fault](one); ok {
			i.ofFault(i.pathOf(layers, fault.File), fault)
		}
	}
}

// ofFault notes a link that leads nowhere.
func (i *inspection) ofFault(file string, fault *layer.Fault) {
	i.note(mistake{
		Level: lua.LevelError, File: file, Line: fault.Line, Code: fault.Code(), Message: fault.Err.Sentence(), Hint: fault.Hint(), Source: fault.Excerpt(),
	})
}

// declares lets a script say what it is: whatever fails there fails in every run.
func (i *inspection) declares(ctx context.Context, layers layer.Layers, c *checked) {
	if !c.sound() || i.host.Config.Limits.Steps == 0 {
		return
	}
	_, err := i.host.Describe(ctx, c.path)
	if err == nil {
		return
	}
	m := mistake{Level: lua.LevelError, File: c.path, Code: message.Code(err), Message: err.Error(), Hint: message.Hint(err)}
	if failed, ok := errors.AsType[*lua.RunError](err); ok {
		m.File, m.Line, m.Source = i.pathOf(layers, failed.File), failed.Line, failed.Excerpt
		m.Message = failed.Err.Message()
		if failed.Err.Op != "" {
			m.Message = failed.Err.Op + ": " + m.Message
		}
	}
	if over, ok := errors.AsType[*run.DeclaringError](err); ok {
		m.Message = over.Sentence()
	}
	i.note(m)
}

// powersOf compares what a script needs with what it was granted.
func (i *inspection) powersOf(name, file string, layers layer.Layers, program *layer.Program) {
	permit, err := i.host.Permit(name, program, i.paramsOf(name)...)
	if err != nil {
		return // the grants themselves are wrong: djscript.toml is told so
	}
	for _, d := range permit.Denied() {
		at := i.pathOf(layers, d.Need.File)
		if i.said(at, d.Sentence()) {
			continue // the name itself is unknown
		}
		i.note(mistake{
			Level: lua.LevelError, File: at, Line: d.Need.Line, Column: d.Need.Column, Code: d.Code(),
			Message: d.Sentence(), Hint: d.Hint(), Source: d.Source,
		})
	}
	i.powers = append(i.powers, i.explain(name, file, layers, permit))
}

// paramsOf are the params that the entries of djscript.toml give a script, entry by entry.
func (i *inspection) paramsOf(script string) []map[string]any {
	var all []map[string]any
	for _, e := range run.Entries(i.host.Config) {
		if name, _, _ := strings.Cut(e.Run, ":"); name == script {
			all = append(all, e.Params)
		}
	}
	return all
}

// ownJobs are the jobs of a store's "default" that commands run, whatever djscript.toml says.
var ownJobs = []string{"backup", "prove", "adopt"}

// unreachable finds the jobs that no entry runs, of scripts that no other one extends.
func (i *inspection) unreachable() {
	reached := map[string]bool{}
	for _, name := range ownJobs {
		reached["default:"+name] = true
	}
	for _, e := range run.Entries(i.host.Config) {
		reached[e.Run] = true
	}
	for _, c := range i.scripts {
		if c.found.Script != nil && c.found.Script.Extends != c.name() {
			reached[c.found.Script.Extends] = true
		}
	}
	for _, c := range i.scripts {
		if c.found.Script == nil || !c.runs() || reached[c.name()] {
			continue
		}
		for _, job := range c.found.Script.Jobs {
			if target := c.name() + ":" + job.Name; !reached[target] {
				err := message.New("script.unreachable", "cli.check_unreachable", message.Args{"job": job.Name, "script": c.name(), "target": target})
				i.note(mistake{
					Level: lua.LevelWarning, File: c.path, Line: job.Line, Column: columnOf(c.chunk.Line(job.Line), job.Name), Code: err.Code(),
					Message: err.Sentence(), Hint: err.Hint(), Source: c.chunk.Line(job.Line),
				})
			}
		}
	}
}

// checkTargets finds the entries that run a script which is not there, and the destinations that keep by the policy of one.
func (a *app) checkTargets(c *config.Config) []config.Mistake {
	known := a.filesOf(c).Scripts()
	var mistakes []config.Mistake
	note := func(key, target string) {
		script, _, _ := strings.Cut(target, ":")
		if target == "" || strings.HasSuffix(script, ".lua") || slices.Contains(known, script) {
			return
		}
		mistakes = append(mistakes, c.At(key, message.New("option.value", "cli.check_no_script", message.Args{
			"script": script, "known": strings.Join(known, ", "),
		})))
	}
	for _, e := range c.Cron {
		note("cron."+e.Name+".run", e.Run)
	}
	for _, d := range c.Destinations {
		if d.Keep != nil {
			note("destination."+d.Name+".keep", d.Keep.Script)
		}
	}
	return mistakes
}
