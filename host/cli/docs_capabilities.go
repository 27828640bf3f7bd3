package cli

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/grant"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// capabilities is the name by which docs is asked for the powers.
const capabilities = "capabilities"

// capability is a power in JSON.
type capability struct {
	Power   string   `json:"power"`
	Effect  string   `json:"effect"`
	Over    string   `json:"over,omitempty"` // "copy.write:NAME": a destination, a database
	Usual   bool     `json:"usual"`          // of every script that djscript.toml says nothing of
	Says    string   `json:"says"`
	Funcs   []string `json:"functions"`
	Example string   `json:"example"`
}

// docsCapabilities are the powers there are, and what needs them.
func (a *app) docsCapabilities() error {
	powers := run.Powers()
	all := []capability{}
	var rows [][]string
	for _, p := range powers {
		c := capability{Power: p.Name, Effect: p.Effect, Over: p.Over, Usual: slices.Contains(powers.Usual(), grant.Grant{Power: p.Name}), Says: p.Says(), Example: p.Name}
		if p.Over != "" {
			c.Example += ":" + p.Over
		}
		for _, f := range p.Funcs {
			c.Funcs = append(c.Funcs, "dj."+f)
		}
		usual := ""
		if c.Usual {
			usual = message.Text("cli.docs_usual", nil)
		}
		all = append(all, c)
		rows = append(rows, []string{c.Example, usual, c.Says, strings.Join(c.Funcs, ", ")})
	}
	if a.json {
		return a.printJSON(map[string]any{"capabilities": all})
	}
	return table(a.out, columns("cli.docs_capabilities"), rows)
}
