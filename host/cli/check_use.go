package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// names finds what a script names, written out, and djscript.toml has not.
func (i *inspection) names(c *checked) {
	for _, use := range c.found.Uses {
		for _, named := range use.Names {
			if wrong := i.host.Misnamed(use.Func, named); wrong != nil {
				i.ofUse(c, use, named.Line, wrong)
			}
		}
	}
}

// ofUse notes what is wrong with a call.
func (i *inspection) ofUse(c *checked, use lua.Use, line int, wrong *message.Error) {
	m := mistake{
		Level: lua.LevelError, File: c.path, Line: line, Code: wrong.Code(), Message: use.Func.Name + ": " + wrong.Sentence(), Hint: wrong.Hint(),
		Source: c.chunk.Line(line),
	}
	if line == use.Line {
		m.Column = use.Column
	}
	i.note(m)
}

// said tells whether a mistake of a file was noted already, in these words.
func (i *inspection) said(file, text string) bool {
	return slices.ContainsFunc(i.mistakes, func(m mistake) bool { return m.File == file && m.Message == text })
}

// strangers finds the tables [script.NAME] of scripts that are not there: what they say holds for nobody.
func (i *inspection) strangers(c *config.Config) {
	known := i.host.Scripts()
	for _, name := range slices.Sorted(maps.Keys(c.Scripts)) {
		if slices.Contains(known, name) {
			continue
		}
		at := c.At("script."+name, message.New("option.value", "cli.check_stranger", message.Args{
			"script": name, "near": lua.Nearest(name, known), "known": strings.Join(known, ", "),
		}))
		i.suspect(at)
	}
}

// suspect notes what is odd in a configuration, and fails nothing.
func (i *inspection) suspect(at config.Mistake) {
	i.note(mistake{Level: lua.LevelWarning, File: at.File, Line: at.Line, Key: at.Key, Code: at.Code, Message: at.Err.Sentence(), Hint: at.Hint()})
}
