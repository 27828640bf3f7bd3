package cli

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/grant"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// names finds what a script names, written out, and djscript.toml has not.
func (i *inspection) names(c *checked) {
	for _, use := range c.found.Uses {
		for _, named := range use.Names {
			if wrong := i.unknown(use.Func, named); wrong != nil {
				i.ofUse(c, use, named.Line, wrong)
			}
		}
	}
}

// unknown is what is wrong with a name that a call is given.
func (i *inspection) unknown(f lua.Func, named lua.Named) *message.Error {
	var err error
	noun, _, _ := strings.Cut(f.Name, ".")
	over := grant.Over(named.Argument)
	switch {
	case noun == "calendar" && named.Argument == "name":
		_, err = i.host.Config.Calendar(named.Text)
	case noun == "copy" && over == grant.Destination:
		_, err = i.host.Config.Destination(named.Text)
	case (noun == "copy" || noun == "db") && over == grant.Database:
		_, err = i.host.Config.Database(named.Text)
	}
	wrong, _ := errors.AsType[*message.Error](err)
	return wrong
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

// supers finds job:super in a job that no script below has.
func (i *inspection) supers(c *checked, program *layer.Program) {
	below := map[string]bool{}
	for _, file := range program.Scripts[1:] {
		declared := file.Chunk.Inspected(run.Known()).Script
		if declared == nil {
			return
		}
		for _, job := range declared.Jobs {
			below[job.Name] = true
		}
	}
	for _, use := range c.found.Uses {
		job, within := strings.CutPrefix(use.In, "jobs.")
		if within && use.Func.Name == "Job:super" && !below[job] {
			wrong := message.New("script.super", "run.no_super", message.Args{"script": c.name(), "job": job})
			i.note(mistake{
				Level: lua.LevelError, File: c.path, Line: use.Line, Column: use.Column, Code: wrong.Code(), Message: wrong.Sentence(), Hint: wrong.Hint(),
				Source: c.chunk.Line(use.Line),
			})
		}
	}
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
		i.note(mistake{Level: lua.LevelWarning, File: at.File, Line: at.Line, Key: at.Key, Code: at.Code, Message: at.Err.Sentence(), Hint: at.Hint()})
	}
}
