package run

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
)

// Program is a script and all that it stands on, by its name or its path.
func (h *Host) Program(script string) (*layer.Program, error) {
	t, err := h.script(script)
	if t == nil {
		return nil, err
	}
	return t.program, err
}

// CheckEntries finds the jobs and params that djscript.toml names and the scripts have not, and the values that their
// params do not take. What is wrong with a script itself is told elsewhere.
func (h *Host) CheckEntries(ctx context.Context) []config.Mistake {
	if h.Config.Limits.Steps == 0 {
		return nil // no script may be asked without a limit
	}
	known := map[string]*Description{}
	describe := func(script string) *Description {
		if _, asked := known[script]; !asked {
			known[script], _ = h.Describe(ctx, script)
		}
		return known[script]
	}
	mistakes := h.checkKeep(describe)
	for _, e := range Entries(h.Config) {
		script, job := splitTarget(e.Run)
		if d := describe(script); d != nil {
			mistakes = append(mistakes, h.checkEntry(e, script, job, d)...)
		}
	}
	for _, script := range slices.Sorted(maps.Keys(h.Config.Scripts)) {
		d := describe(script)
		if d == nil {
			continue
		}
		given := h.Config.Scripts[script].Params
		for name, err := range h.paramMistakes(script, d, given) {
			if _, told := given[name]; told {
				mistakes = append(mistakes, h.Config.At("script."+script+".params."+name, err))
			}
		}
	}
	return mistakes
}

// checkEntry compares an entry with what its script says of itself.
func (h *Host) checkEntry(e config.Cron, script, job string, d *Description) []config.Mistake {
	key, params := "cron."+e.Name+".run", "cron."+e.Name+".params."
	if e.Name == BackupEntry && h.Config.Backup != nil {
		key, params = "backup", "backup."
	}
	var mistakes []config.Mistake
	if _, wrong := pickJob(d.chain, script, job); wrong != nil {
		mistakes = append(mistakes, h.Config.At(key, wrong))
	}
	values := maps.Clone(h.Config.Scripts[script].Params)
	if values == nil {
		values = map[string]any{}
	}
	maps.Copy(values, e.Params)
	for name, err := range h.paramMistakes(script, d, values) {
		_, entrys := e.Params[name]
		_, scripts := h.Config.Scripts[script].Params[name]
		switch {
		case entrys:
			mistakes = append(mistakes, h.Config.At(params+name, err))
		case !scripts: // it is required, and nobody gives it
			mistakes = append(mistakes, h.Config.At(key, err))
		}
	}
	return mistakes
}

// paramMistakes are what is wrong with the values of a script's params, by param.
func (h *Host) paramMistakes(script string, d *Description, values map[string]any) map[string]*message.Error {
	r := &running{host: h, target: &target{script: script}}
	found := map[string]*message.Error{}
	for name := range values {
		if _, ok := d.Params[name]; !ok {
			found[name] = unknownParam(script, name, d.Params)
		}
	}
	for name, p := range d.Params {
		_, err := r.param(name, p, values[name])
		if wrong, ok := errors.AsType[*message.Error](err); ok {
			found[name] = wrong
		}
	}
	return found
}

// splitTarget is the script and the job of "script:job".
func splitTarget(name string) (script, job string) {
	i := strings.LastIndex(name, ":")
	if i > 1 || i == 1 && !strings.ContainsAny(name[i:], `/\.`) { // not the colon of a drive letter
		return name[:i], name[i+1:]
	}
	return name, ""
}
