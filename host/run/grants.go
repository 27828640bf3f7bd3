package run

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/grant"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// Powers are all that a script can be allowed: what the primitives need.
var Powers = sync.OnceValue(func() grant.Powers { return grant.Of((&primitive.Host{}).All()) })

// CheckGrants finds grants that djscript.toml gives and that there are not: powers, destinations, databases.
func CheckGrants(c *config.Config) []config.Mistake {
	var mistakes []config.Mistake
	for _, name := range slices.Sorted(maps.Keys(c.Scripts)) {
		script := c.Scripts[name]
		if script.Grants == nil {
			continue
		}
		for i, text := range *script.Grants {
			if wrong, ok := errors.AsType[*message.Error](checkGrant(c, text)); ok {
				mistakes = append(mistakes, c.At(fmt.Sprintf("script.%s.grants[%d]", name, i), wrong))
			}
		}
	}
	return mistakes
}

func checkGrant(c *config.Config, text string) error {
	g, err := Powers().Parse(text)
	if err != nil || g.Object == "" {
		return err
	}
	power, _ := Powers().Find(g.Power)
	switch power.Over {
	case grant.Destination:
		_, err = c.Destination(g.Object)
	case grant.Database:
		_, err = c.Database(g.Object)
	}
	return err
}

// Permit is what a script of a store needs, and what it may do.
type Permit struct {
	Script  string
	Needs   []grant.Need // of the script and of all that it stands on, line by line
	Grants  []grant.Grant
	Written bool // in djscript.toml; otherwise the grants are what scripts may that it says nothing of

	namesake bool                   // it was named by its path, and a script of the store that it is not has its name
	trusted  map[string]*layer.File // built-in files, which may what they do where djscript.toml says nothing of the script
	files    map[string]*layer.File
	config   *config.Config
}

// Permit is that of a script that is run with these params, each a run of its own; none: with no params but those of
// [script.NAME].
func (h *Host) Permit(script string, program *layer.Program, runs ...map[string]any) (*Permit, error) {
	p := &Permit{Script: script, config: h.Config, Grants: Powers().Usual(), files: map[string]*layer.File{}, trusted: map[string]*layer.File{}}
	err := p.read(h.Config.Scripts[script].Grants)
	if p.namesake = h.namesake(script, program); p.namesake {
		p.Grants = Powers().Common(p.Grants) // what was granted was granted to the other
	}
	for _, f := range program.Files() {
		p.files[f.Chunk.Name] = f
		if f.Layer == layer.Builtin && !p.Written {
			p.trusted[f.Chunk.Name] = f
		}
	}
	if len(runs) == 0 {
		runs = []map[string]any{nil}
	}
	chunks := program.Chunks()
	inspected := make([]*lua.Inspection, len(chunks))
	var declared []*lua.Declared
	for i, chunk := range chunks {
		inspected[i] = chunk.Inspected(Known())
		declared = append(declared, inspected[i].Script)
	}
	for i, chunk := range chunks {
		var needs []grant.Need
		for _, params := range runs {
			given := h.given(declared, h.Config.Scripts[script].Params, params)
			needs = append(needs, grant.Needs(chunk.Name, inspected[i].Uses, given)...)
		}
		p.Needs = append(p.Needs, grant.Once(needs)...)
	}
	return p, err
}

// namesake tells whether a script that was named by its path only has the name of one that the store has.
func (h *Host) namesake(script string, program *layer.Program) bool {
	if len(program.Scripts) == 0 || program.Scripts[0].Layer != layer.Loose {
		return false
	}
	own, err := h.layers().Find(script)
	if own == nil {
		return !errors.Is(err, layer.ErrNone) // it is there, and can not be read
	}
	return own.Layer != layer.Loose
}

// read takes what djscript.toml grants.
func (p *Permit) read(written *[]string) error {
	if written == nil {
		return nil
	}
	p.Written, p.Grants = true, nil
	for _, text := range *written {
		g, err := Powers().Parse(text)
		if err != nil {
			return err
		}
		p.Grants = append(p.Grants, g)
	}
	return nil
}

// Covers reports whether a line of the script may do what it needs.
func (p *Permit) Covers(n grant.Need) bool {
	return p.trusted[n.File] != nil || Powers().Covers(p.Grants, n)
}

// Inherited are the needs of the built-in files that it stands on and that the grants do not cover, each power once.
func (p *Permit) Inherited() []grant.Need {
	var all []grant.Need
	for _, n := range p.Needs {
		told := slices.ContainsFunc(all, func(one grant.Need) bool { return one.String() == n.String() })
		if !told && p.trusted[n.File] != nil && !Powers().Covers(p.Grants, n) {
			all = append(all, n)
		}
	}
	return all
}

// Line is how djscript.toml grants the script all that it needs, and this too.
func (p *Permit) Line(more ...grant.Need) string {
	var written []grant.Grant
	if p.Written {
		written = p.Grants
	}
	needs := slices.DeleteFunc(slices.Concat(p.Needs, more), func(n grant.Need) bool { return p.Unknown(n) != nil })
	return grant.Line(Powers().Suggest(written, needs))
}

// Unknown is what is wrong with the name that a need is over: nobody can grant what the store has not.
func (p *Permit) Unknown(n grant.Need) *message.Error {
	if n.Object == "" {
		return nil
	}
	wrong, _ := errors.AsType[*message.Error](checkGrant(p.config, n.String()))
	return wrong
}

// refusal is why a need is refused.
func (p *Permit) refusal(n grant.Need) *message.Error {
	if p.namesake {
		return message.New("cap.denied", "grant.denied_namesake", message.Args{"power": n.String(), "script": p.Script})
	}
	if wrong := p.Unknown(n); wrong != nil {
		return wrong
	}
	return n.Refusal(p.Script, p.Line(n))
}

// Denied are the needs that are not granted, each at its line.
func (p *Permit) Denied() []*DeniedError {
	var denied []*DeniedError
	for _, n := range p.Needs {
		if !p.Covers(n) {
			denied = append(denied, &DeniedError{Need: n, Source: p.files[n.File].Chunk.Line(n.Line), cause: p.refusal(n)})
		}
	}
	return denied
}

// DeniedError is a line of a script that needs a power which the script was not granted.
type DeniedError struct {
	Need   grant.Need
	Source string // the text of the line
	cause  *message.Error
}

// Where is the line, "store.lua:17".
func (e *DeniedError) Where() string { return fmt.Sprintf("%s:%d", e.Need.File, e.Need.Line) }

// Error is one line: "store.lua:17: copy.prune: message (cap.denied)".
func (e *DeniedError) Error() string {
	return fmt.Sprintf("%s: %s (%s)", e.Where(), e.Sentence(), e.Code())
}

// Sentence is what is wrong without its place: "copy.prune: message".
func (e *DeniedError) Sentence() string { return e.Need.Func + ": " + e.cause.Sentence() }

// Excerpt is the line itself.
func (e *DeniedError) Excerpt() string { return strings.TrimSpace(e.Source) }

// Code is cap.denied.
func (e *DeniedError) Code() string { return e.cause.Code() }

// Hint is the line of djscript.toml that would grant it.
func (e *DeniedError) Hint() string { return e.cause.Hint() }

// Unwrap is the sentence without its place.
func (e *DeniedError) Unwrap() error { return e.cause }

// Known is all that scripts may name, for their inspection.
func Known() lua.Known {
	own := known()
	own.Modules = maps.Clone(own.Modules)
	return own
}

var known = sync.OnceValue(func() lua.Known {
	lent := &primitive.Host{}
	return lua.Known{
		Modules: map[string][]lua.Func{"dj": slices.Clip(lent.All())}, Say: message.Say, Declare: "dj.script",
		Objects: map[string]lua.Object{
			"jobs":   {Name: "job", Fields: jobFields, Methods: lent.Job()},
			"health": {Name: "h", Fields: healthFields, Methods: []lua.Func{healthCheck(nil)}},
		},
	}
})

// permit finds what a script and all that it stands on would do without being granted it, before any of it runs.
func (r *running) permit() (err error) {
	params := maps.Clone(r.target.params)
	if params == nil {
		params = map[string]any{}
	}
	maps.Copy(params, r.request.Params)
	if r.permitted, err = r.host.Permit(r.target.script, r.target.program, params); err != nil {
		return err
	}
	var denied []error
	for _, one := range r.permitted.Denied() {
		denied = append(denied, one)
	}
	return errors.Join(denied...)
}

// given is what the params of a script name when it is run with these layers of values, the last one over the others.
// Where several scripts are one by extends, the first goes before those that it extends.
func (h *Host) given(declared []*lua.Declared, layers ...map[string]any) grant.Given {
	given := grant.Given{Params: map[string][]string{}, All: h.named()}
	values := map[string]any{}
	for _, layer := range layers {
		maps.Copy(values, layer)
	}
	for _, script := range slices.Backward(declared) {
		if script == nil {
			continue
		}
		for _, p := range script.Params {
			value, told := values[p.Name]
			switch {
			case !told && p.Default != nil:
				given.Params[p.Name] = texts(p.Default)
			case !told && p.List:
				given.Params[p.Name] = given.All[p.Type]
			case p.List:
				given.Params[p.Name] = texts(list(value))
			default:
				given.Params[p.Name] = texts(value)
			}
		}
	}
	return given
}

// named are the names of the store's destinations and databases.
func (h *Host) named() map[string][]string {
	all := map[string][]string{}
	for _, d := range h.Config.Destinations {
		all[grant.Destination] = append(all[grant.Destination], d.Name)
	}
	for _, d := range h.Config.Databases {
		all[grant.Database] = append(all[grant.Database], d.Name)
	}
	return all
}

// texts are those of a text or of a list of texts; nil where it is anything else.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		var all []string
		for _, one := range v {
			text, ok := one.(string)
			if !ok {
				return nil
			}
			all = append(all, text)
		}
		return all
	}
	return nil
}

// granted stands before every call of a primitive: what a script may do is asked again with what it is really done to.
func (r *running) granted(next wrapper) wrapper {
	return func(c *lua.Call, call func() (any, error)) (any, error) {
		if err := r.refuse(c); err != nil {
			return nil, err
		}
		return next(c, call)
	}
}

// wrapper stands around every call of a primitive.
type wrapper = func(c *lua.Call, call func() (any, error)) (any, error)

func (r *running) refuse(c *lua.Call) error {
	if c.Func.Power == "" {
		return nil
	}
	for _, object := range r.objects(c) {
		need := grant.Need{Power: c.Func.Power, Object: object, Func: c.Func.Name, File: c.File()}
		if !r.permitted.Covers(need) {
			return r.permitted.refusal(need)
		}
	}
	return nil
}

// objects are what a call is done to: what it names, or all that the store has; one "" for a call that is done to nothing
// of the kind.
func (r *running) objects(c *lua.Call) []string {
	found := texts(fields(c.Args)[c.Func.Object])
	if len(found) == 0 {
		found = r.host.named()[grant.Over(c.Func.Object)]
	}
	if len(found) == 0 {
		return []string{""}
	}
	return found
}
