package layer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// Program is a script with everything that it stands on.
type Program struct {
	Scripts []*File // the script, the one that it extends, the one that that one extends

	files map[string]*File            // by the name that errors call them by
	links map[string]map[string]*File // what each file requires
}

// Fault is a link that leads nowhere, and where it stands.
type Fault struct {
	File string
	Line int // 0: the whole file
	Err  *message.Error

	text string
}

// Error is "store.lua:3: " and what is wrong.
func (f *Fault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Err.Sentence()
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Err.Sentence())
}

// Code is that of what is wrong.
func (f *Fault) Code() string { return f.Err.Code() }

// Hint is what to do about it.
func (f *Fault) Hint() string { return f.Err.Hint() }

// Excerpt is the line itself.
func (f *Fault) Excerpt() string { return f.text }

// Unwrap is what is wrong, without its place.
func (f *Fault) Unwrap() error { return f.Err }

// Program follows a script's links to their ends. Every link that leads nowhere, and every file that can not be read, is
// told at once.
func (all Layers) Program(script *File) (*Program, error) {
	w := &walk{
		layers:  all,
		program: &Program{files: map[string]*File{}, links: map[string]map[string]*File{}},
	}
	for f := script; f != nil; f = w.extended(f) {
		w.program.Scripts = append(w.program.Scripts, f)
		w.requires(f, []*File{f})
	}
	return w.program, errors.Join(w.faults...)
}

// walk is one pass over the links of a program.
type walk struct {
	layers  Layers
	program *Program
	faults  []error
}

func (w *walk) fault(f *File, line int, err *message.Error) {
	w.faults = append(w.faults, &Fault{File: f.Chunk.Name, Line: line, Err: err, text: strings.TrimSpace(f.Chunk.Line(line))})
}

// extended is the script that f extends: that of the layer below where it has f's own name, else one of f's layer or
// below.
func (w *walk) extended(f *File) *File {
	link := f.Chunk.Links().Extends
	if link == nil {
		return nil
	}
	if link.Name == "" || strings.Contains(link.Name, ".") {
		w.fault(f, link.Line, message.New("script.extends", "layer.extends_text", nil))
		return nil
	}
	from := f.at
	if link.Name == f.Name {
		from++
	}
	found, err := w.layers.find(link.Name, from)
	chain := chainOf(append(slices.Clone(w.program.Scripts), &File{Name: link.Name}))
	switch {
	case errors.Is(err, ErrNone):
		w.fault(f, link.Line, message.New("script.extends", "layer.extends_none", message.Args{
			"name": link.Name, "chain": chain, "known": strings.Join(w.layers[min(from, len(w.layers)):].Scripts(), ", "),
		}))
	case err != nil:
		w.faults = append(w.faults, err)
	case contains(w.program.Scripts, found):
		w.fault(f, link.Line, message.New("script.extends", "layer.extends_cycle", message.Args{"chain": chain}))
	default:
		return found
	}
	return nil
}

// requires follows what f requires; above are the files that are being followed, f the last of them.
func (w *walk) requires(f *File, above []*File) {
	name := f.Chunk.Name
	if w.program.files[name] != nil {
		return
	}
	w.program.files[name], w.program.links[name] = f, map[string]*File{}
	for _, link := range f.Chunk.Links().Requires {
		if !libShape.MatchString(link.Name) {
			w.fault(f, link.Line, message.New("script.require", "layer.require_what", message.Args{"name": link.Name}))
			continue
		}
		found, err := w.layers.find(link.Name, f.at)
		chain := chainOf(append(slices.Clone(above), &File{Name: link.Name}))
		switch {
		case errors.Is(err, ErrNone):
			w.fault(f, link.Line, w.noLib(link.Name, f.at, chain))
		case err != nil:
			w.faults = append(w.faults, err)
		case contains(above, found):
			w.fault(f, link.Line, message.New("script.require", "layer.require_cycle", message.Args{"chain": chain}))
		default:
			w.program.links[name][link.Name] = found
			w.requires(found, append(slices.Clone(above), found))
		}
	}
}

// noLib tells a library that is nowhere from one of a layer above, which must not be used.
func (w *walk) noLib(name string, from int, chain string) *message.Error {
	if found, _ := w.layers[:from].find(name, 0); found != nil {
		return message.New("script.require", "layer.require_above", message.Args{
			"name": name, "file": found.Chunk.Name, "chain": chain,
		})
	}
	return message.New("script.require", "layer.require_none", message.Args{"name": name, "file": fileOf(name), "chain": chain})
}

func contains(all []*File, f *File) bool {
	return slices.ContainsFunc(all, func(one *File) bool { return one.Chunk.Name == f.Chunk.Name })
}

// chainOf is how the files led to one another; those that were found by the name that errors call them by.
func chainOf(all []*File) string {
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Name
		if f.Chunk != nil {
			names[i] = f.Chunk.Name
		}
	}
	return strings.Join(names, " → ")
}

// Require is the library that a file requires by a name.
func (p *Program) Require(file, name string) (*File, error) {
	if found := p.links[file][name]; found != nil {
		return found, nil
	}
	if !libShape.MatchString(name) {
		return nil, message.New("script.require", "layer.require_what", message.Args{"name": name})
	}
	return nil, message.New("script.require", "layer.require_text", nil)
}

// Files are the script and all that it stands on, by name.
func (p *Program) Files() []*File {
	var all []*File
	for _, f := range p.files {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *File) int { return strings.Compare(a.Chunk.Name, b.Chunk.Name) })
	return all
}

// Chunks are the scripts, each before the one that it extends, and then the libraries by name.
func (p *Program) Chunks() []*lua.Chunk {
	var all []*lua.Chunk
	for _, f := range p.Scripts {
		all = append(all, f.Chunk)
	}
	for _, f := range p.Files() {
		if !contains(p.Scripts, f) {
			all = append(all, f.Chunk)
		}
	}
	return all
}

// Hash tells this program from any other: the SHA-256 of the names and hashes of its files. A script that stands on
// nothing has that of its own text.
func (p *Program) Hash() string {
	files := p.Files()
	if len(files) == 1 {
		return files[0].Chunk.Hash
	}
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%s %s\n", f.Chunk.Name, f.Chunk.Hash)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
