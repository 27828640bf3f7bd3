package layout

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// Layer is a folder of layouts: what ships, what a reseller keeps, what a store has.
type Layer struct {
	Files fs.FS
	Where string // what mistakes call it, with the separator at its end
}

// Set are layouts by name and version.
type Set struct{ all []*Layout }

// Load reads the layouts of all layers, each laid over those before it: a layout takes the place of the one of its name and
// version, whole. The set holds what can be used; all that is wrong is told.
func Load(layers ...Layer) (*Set, document.Mistakes) {
	s := &Set{}
	var mistakes document.Mistakes
	for _, layer := range layers {
		var own []*Layout
		names, _ := fs.Glob(layer.Files, "*.toml")
		for _, name := range names {
			file := layer.Where + name
			s.drop(nameOf(name))
			l, wrong := readFile(layer.Files, name, file)
			mistakes = append(mistakes, wrong...)
			if l == nil {
				continue
			}
			if err := beside(own, l); err != nil {
				mistakes = append(mistakes, document.Mistake{File: file, Code: err.Code(), Err: err})
				continue
			}
			own = append(own, l)
		}
		s.lay(own)
	}
	slices.SortFunc(s.all, func(a, b *Layout) int {
		if a.Name != b.Name {
			return strings.Compare(a.Name, b.Name)
		}
		return compareVersions(a.Version, b.Version)
	})
	return s, mistakes.Sorted()
}

func readFile(files fs.FS, name, file string) (*Layout, document.Mistakes) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		err := message.Wrap(err, codeMissing, "layout.toml_unreadable", message.Args{"path": file})
		return nil, document.Mistakes{{File: file, Code: err.Code(), Err: err}}
	}
	return FromTOML(file, data)
}

// beside holds a layout against those of its own layer.
func beside(all []*Layout, l *Layout) *message.Error {
	for _, other := range all {
		if other.Name != l.Name {
			continue
		}
		for _, version := range l.versions() {
			if slices.Contains(other.versions(), version) {
				return bad("layout.toml_version_twice", message.Args{"name": l.Name, "version": version})
			}
		}
		if other.Default && l.Default {
			return bad("layout.toml_default_twice", message.Args{"name": l.Name, "version": other.Version})
		}
	}
	return nil
}

// drop takes a layout out that has another in its place, be it one with mistakes.
func (s *Set) drop(name, version string) {
	s.all = slices.DeleteFunc(s.all, func(l *Layout) bool { return l.Name == name && l.Version == version })
}

// lay puts the layouts of one layer over those of the layers before it, which lose what these take.
func (s *Set) lay(own []*Layout) {
	for _, l := range own {
		s.drop(l.Name, l.Version)
		for i, under := range s.all {
			if under.Name != l.Name {
				continue
			}
			less := *under
			less.Also = slices.DeleteFunc(slices.Clone(less.Also), func(version string) bool { return slices.Contains(l.versions(), version) })
			less.Default = less.Default && !l.Default
			s.all[i] = &less
		}
	}
	s.all = append(s.all, own...)
}

func (l *Layout) versions() []string { return append([]string{l.Version}, l.Also...) }

// All are the layouts, by name and version.
func (s *Set) All() []*Layout { return s.all }

// Find is the layout of a name, or of NAME@VERSION. Where no version is said it is the one that is marked as the default, else
// the one without a version, else the highest.
func (s *Set) Find(name string) (*Layout, error) {
	plain, version, versioned := strings.Cut(name, "@")
	var found *Layout
	var known []string
	for _, l := range s.all {
		if l.Name != plain {
			if !slices.Contains(known, l.Name) {
				known = append(known, l.Name)
			}
			continue
		}
		switch {
		case versioned && slices.Contains(l.versions(), version):
			return l, nil
		case versioned:
		case l.Default, l.Version == "" && (found == nil || !found.Default), found == nil || !found.Default && found.Version != "":
			found = l
		}
	}
	if found != nil {
		return found, nil
	}
	if versioned {
		if versions := s.versionsOf(plain); len(versions) > 0 {
			return nil, bad("layout.no_version", message.Args{"name": plain, "version": version, "known": strings.Join(versions, ", ")})
		}
	}
	return nil, bad("layout.no_such", document.Offer(plain, known))
}

func (s *Set) versionsOf(name string) []string {
	var all []string
	for _, l := range s.all {
		if l.Name == name {
			all = append(all, l.versions()...)
		}
	}
	slices.SortFunc(all, compareVersions)
	return slices.DeleteFunc(all, func(version string) bool { return version == "" })
}

// compareVersions compares the numbers in versions as numbers: "11.9" comes before "11.82".
func compareVersions(a, b string) int {
	one, two := strings.FieldsFunc(a, versionBreak), strings.FieldsFunc(b, versionBreak)
	return slices.CompareFunc(one, two, func(x, y string) int {
		n, err := strconv.Atoi(x)
		m, err2 := strconv.Atoi(y)
		if err == nil && err2 == nil {
			return n - m
		}
		return strings.Compare(x, y)
	})
}

func versionBreak(c rune) bool { return c == '.' || c == '-' || c == '_' }
