package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
)

// basis is what decides what a plan's steps do without standing in them: where copies are taken from and go to, what
// stays there, and when a day begins. By what a person calls it: "[destination.local]", "fiscal.lua".
func (h *Host) basis() map[string]string {
	c := h.Config
	all := map[string]string{"[store]": digest(struct {
		Location  string
		DayStarts time.Duration
	}{c.Store.Location.String(), c.Store.DayStarts})}
	for _, d := range c.Databases {
		system, _ := h.system(d.System) // one that can not be read makes no copy either
		all["[database."+d.Name+"]"] = digest([]any{d.Path, d.Server, d.User, d.Files, system})
	}
	for _, d := range c.Destinations {
		keep := c.KeepOf(d.Name)
		all["[destination."+d.Name+"]"] = digest(struct {
			Path  string
			Keep  *config.Keep
			Drive *config.Wanted `json:",omitempty"`
			For   []string       `json:",omitempty"`
		}{d.Path, keep, d.Drive, recipients(c, d)})
		if keep == nil || keep.Script == "" {
			continue
		}
		script, _, _ := strings.Cut(keep.Script, ":")
		all[script+".lua"] = ""
		if t, err := h.script(script); err == nil {
			all[script+".lua"] = t.program.Hash()
		}
	}
	return all
}

func digest(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// differing are the names under which two bases do not say the same.
func differing(one, other map[string]string) []string {
	names := maps.Clone(one)
	maps.Copy(names, other)
	maps.DeleteFunc(names, func(name, _ string) bool {
		a, inOne := one[name]
		b, inOther := other[name]
		return inOne && inOther && a == b
	})
	return slices.Sorted(maps.Keys(names))
}
