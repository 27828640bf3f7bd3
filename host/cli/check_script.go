package cli

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

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

// script finds all that can be seen in the text of a script alone.
func (i *inspection) script(file string) {
	if slices.Contains(i.files, file) {
		return
	}
	i.files = append(i.files, file)
	source, err := os.ReadFile(file)
	if err != nil {
		i.unreadable(file)
		return
	}
	chunk, err := lua.Parse(file, source)
	if wrong, ok := errors.AsType[*lua.SyntaxError](err); ok {
		i.ofScript(wrong.Mistake(message.Say))
		return
	}
	c := &checked{path: file, chunk: chunk, found: chunk.Inspect(knownTo(file))}
	i.scripts = append(i.scripts, c)
	for _, m := range c.found.Mistakes {
		i.ofScript(m)
	}
}

// knownTo is what a file may name: a file of tests, its own functions too.
func knownTo(file string) lua.Known {
	known := run.Known()
	if sim.IsTest(file) {
		for _, f := range sim.Functions() {
			if !strings.Contains(f.Name, ":") {
				known.Modules["dj"] = append(known.Modules["dj"], f)
			}
		}
	}
	return known
}

// ofScript notes a mistake that was seen in a script.
func (i *inspection) ofScript(m *lua.Mistake) {
	text := m.Message
	if m.Op != "" {
		text = m.Op + ": " + text
	}
	i.note(mistake{
		Level: m.Level, File: m.File, Line: m.Line, Column: m.Column, Code: m.Code, Message: text, Hint: m.Hint, Source: m.SourceLine,
	})
}

// describing is how long a script may take to declare itself while it is only checked.
const describing = 5 * time.Second

// relations finds what is wrong between files: what scripts stand on, what they may do, and jobs that nobody runs.
func (i *inspection) relations(ctx context.Context) {
	if i.host == nil {
		return
	}
	for _, c := range i.scripts {
		if !c.runs() {
			continue
		}
		program, err := i.host.Program(c.path)
		if err != nil {
			i.faults(c, err)
			continue
		}
		i.declares(ctx, c)
		i.powersOf(c.name(), c.path, program)
	}
	i.builtin()
	i.unreachable()
}

// builtin looks at what the built-in scripts may do, where a whole store is checked.
func (i *inspection) builtin() {
	if !i.whole {
		return
	}
	for _, name := range i.host.Scripts() {
		own := slices.ContainsFunc(i.scripts, func(c *checked) bool { return c.runs() && c.name() == name })
		if program, err := i.host.Program(name); err == nil && !own {
			i.powersOf(name, path.Join(layer.Builtin, name+".lua"), program)
		}
	}
}

// faults notes the links of a script that lead nowhere. A file that can not be read is told where it stands.
func (i *inspection) faults(c *checked, err error) {
	for _, one := range flatten(err) {
		if fault, ok := errors.AsType[*layer.Fault](one); ok {
			i.note(mistake{
				Level: lua.LevelError, File: i.pathOf(c.path, fault.File), Line: fault.Line, Code: fault.Code(),
				Message: fault.Err.Sentence(), Hint: fault.Hint(), Source: fault.Excerpt(),
			})
		}
	}
}

// pathOf is where a file lies that errors call by that name, among what the script of that path stands on.
func (i *inspection) pathOf(script, name string) string {
	if name == filepath.Base(script) {
		return script
	}
	suffix := string(filepath.Separator) + filepath.FromSlash(name)
	for _, c := range i.scripts {
		if strings.HasSuffix(string(filepath.Separator)+c.path, suffix) {
			return c.path
		}
	}
	return name
}

// declares lets a script say what it is: whatever fails there fails in every run.
func (i *inspection) declares(ctx context.Context, c *checked) {
	if !c.sound() || i.host.Config.Limits.Steps == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, describing)
	defer cancel()
	_, err := i.host.Describe(ctx, c.path)
	if err == nil {
		return
	}
	m := mistake{Level: lua.LevelError, File: c.path, Code: message.Code(err), Message: err.Error(), Hint: message.Hint(err)}
	if failed, ok := errors.AsType[*lua.RunError](err); ok {
		m.File, m.Line, m.Source = i.pathOf(c.path, failed.File), failed.Line, failed.Excerpt
		m.Message = failed.Err.Message()
		if failed.Err.Op != "" {
			m.Message = failed.Err.Op + ": " + m.Message
		}
	}
	i.note(m)
}

// powersOf compares what a script needs with what it was granted.
func (i *inspection) powersOf(name, file string, program *layer.Program) {
	permit, err := i.host.Permit(name, program, i.paramsOf(name)...)
	if err != nil {
		return // the grants themselves are wrong: djscript.toml is told so
	}
	for _, d := range permit.Denied() {
		i.note(mistake{
			Level: lua.LevelError, File: i.pathOf(file, d.Need.File), Line: d.Need.Line, Column: d.Need.Column, Code: d.Code(),
			Message: d.Sentence(), Hint: d.Hint(), Source: d.Source,
		})
	}
	i.powers = append(i.powers, i.explain(name, file, permit))
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
					Level: lua.LevelWarning, File: c.path, Line: job.Line, Code: err.Code(), Message: err.Sentence(), Hint: err.Hint(), Source: c.chunk.Line(job.Line),
				})
			}
		}
	}
}

// checkTargets finds the entries that run a script which is not there.
func (a *app) checkTargets(c *config.Config) []config.Mistake {
	known := a.filesOf(c).Scripts()
	var mistakes []config.Mistake
	for _, e := range c.Cron {
		script, _, _ := strings.Cut(e.Run, ":")
		if e.Run == "" || strings.HasSuffix(script, ".lua") || slices.Contains(known, script) {
			continue
		}
		mistakes = append(mistakes, c.At("cron."+e.Name+".run", message.New("option.value", "cli.check_no_script", message.Args{
			"script": script, "known": strings.Join(known, ", "),
		})))
	}
	return mistakes
}
