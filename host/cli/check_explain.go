package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// explained is what a script does, and may do, in JSON.
type explained struct {
	Script   string          `json:"script"`
	File     string          `json:"file"`
	Says     string          `json:"says"`
	Needs    []explainedNeed `json:"needs"`
	Granted  []string        `json:"granted"`
	Inherits []string        `json:"inherits"` // beyond that, in the lines of the scripts that come with djscript
	Written  bool            `json:"written"`  // in djscript.toml
	Builtin  bool            `json:"builtin"`  // it may what it does, where djscript.toml says nothing of it
	Line     string          `json:"line"`     // of djscript.toml that grants what the script needs
}

// explainedNeed is one line that needs a power.
type explainedNeed struct {
	Power   string `json:"power"`
	Func    string `json:"func"`
	Where   string `json:"where"`
	Granted bool   `json:"granted"`
	Unknown string `json:"unknown,omitempty"` // what is wrong with the name that it is over, which no grant can mend
}

func (i *inspection) explain(script, path string, layers layer.Layers, p *run.Permit) explained {
	e := explained{
		Script: script, File: path, Says: run.Powers().Sentence(p.Needs), Needs: []explainedNeed{}, Granted: []string{}, Written: p.Written, Line: p.Line(),
		Inherits: []string{}, Builtin: strings.HasPrefix(path, layer.Builtin+"/"),
	}
	for _, n := range p.Needs {
		need := explainedNeed{Power: n.String(), Func: "dj." + n.Func, Where: fmt.Sprintf("%s:%d", i.pathOf(layers, n.File), n.Line), Granted: p.Covers(n)}
		if wrong := p.Unknown(n); wrong != nil {
			need.Unknown = wrong.Sentence()
		}
		e.Needs = append(e.Needs, need)
	}
	for _, g := range p.Grants {
		e.Granted = append(e.Granted, g.String())
	}
	for _, n := range p.Inherited() {
		e.Inherits = append(e.Inherits, n.String())
	}
	return e
}

// mark is what stands before the line: "!" for what a grant would allow, "?" for what the store has not.
func (n explainedNeed) mark() string {
	switch {
	case n.Unknown != "":
		return "?"
	case !n.Granted:
		return "!"
	}
	return " "
}

// marked tells whether a line has that mark.
func (e explained) marked(mark string) bool {
	return slices.ContainsFunc(e.Needs, func(n explainedNeed) bool { return n.mark() == mark })
}

// print writes the sentence, the lines that need a power, and what is granted.
func (e explained) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %s\n", e.Script, e.Says)
	for _, n := range e.Needs {
		fmt.Fprintf(w, "  %s %-24s %s  %s\n", n.mark(), n.Power, n.Func, n.Where)
	}
	granted := strings.Join(e.Granted, ", ")
	switch {
	case !e.Written && e.Builtin:
		fmt.Fprintf(w, "  %s\n", message.Text("cli.explain_builtin", nil))
	case !e.Written:
		fmt.Fprintf(w, "  %s\n", message.Text("cli.explain_usual", message.Args{"granted": granted, "script": e.Script}))
	case granted == "":
		fmt.Fprintf(w, "  %s\n", message.Text("cli.explain_none", message.Args{"script": e.Script}))
	default:
		fmt.Fprintf(w, "  %s\n", message.Text("cli.explain_granted", message.Args{"granted": granted, "script": e.Script}))
	}
	if len(e.Inherits) > 0 && !e.Builtin {
		fmt.Fprintf(w, "  %s\n", message.Text("cli.explain_inherited", message.Args{"inherited": strings.Join(e.Inherits, ", ")}))
	}
	if e.marked("?") {
		fmt.Fprintf(w, "  → %s\n", message.Text("cli.explain_unknown", nil))
	}
	if e.marked("!") {
		fmt.Fprintf(w, "  → %s\n", message.Text("cli.explain_lacks", message.Args{"line": e.Line, "script": e.Script}))
	}
}
