package config

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

var errNoText = errors.New("no file of text")

// readSystems reads the built-in profiles, and lays the reseller's over them, and those of scripts/systems over these, whole.
func (r *reader) readSystems(c *Config, builtIn fs.FS, held *Held) {
	if builtIn != nil {
		r.profiles(c, builtIn, "builtin/systems/")
	}
	if c.Base != "" && filepath.Dir(c.Base) != c.Dir {
		folder := filepath.Join(filepath.Dir(c.Base), "scripts", "systems")
		r.ownProfiles(c, folder, folder, held, func(h *Held) fs.FS { return h.Reseller })
	}
	folder := filepath.Join(c.Dir, "scripts", "systems")
	r.ownProfiles(c, folder, filepath.Join(filepath.Dir(c.Path), "scripts", "systems"), held, func(h *Held) fs.FS { return h.Store })
	slices.SortFunc(c.Systems, func(a, b System) int { return strings.Compare(a.Name, b.Name) })
}

func (r *reader) ownProfiles(c *Config, folder, shown string, held *Held, of func(*Held) fs.FS) {
	if held != nil {
		r.profiles(c, of(held), shown+string(filepath.Separator))
	} else if info, err := os.Stat(folder); err == nil && info.IsDir() {
		r.profiles(c, os.DirFS(folder), shown+string(filepath.Separator))
	}
}

func (r *reader) profiles(c *Config, from fs.FS, where string) {
	names, _ := fs.Glob(from, "*.toml")
	for _, name := range names {
		file := where + name
		data, err := fs.ReadFile(from, name)
		if err != nil {
			err := message.Wrap(err, "option.missing", "config.unreadable", message.Args{"path": file})
			r.Mistakes = append(r.Mistakes, Mistake{File: file, Code: err.Code(), Err: err})
			continue
		}
		system := r.profile(file, strings.TrimSuffix(path.Base(name), ".toml"), data)
		c.Systems = slices.DeleteFunc(c.Systems, func(s System) bool { return s.Name == system.Name })
		c.Systems = append(c.Systems, system)
	}
}

func (r *reader) profile(file, name string, data []byte) System {
	doc, mistakes, ok := parse(file, data)
	in := &reader{document.NewReader(doc, mistakes)}
	s := System{Name: name, File: file}
	if ok {
		in.root().profile(&s)
	}
	r.Mistakes = append(r.Mistakes, in.Mistakes...)
	return s
}

func (t *table) profile(s *System) {
	defer t.Close()
	t.CheckName("", s.Name)
	t.Require("title")
	s.Title = t.Words("title")
	s.Unproven = t.Flag("unproven")
	s.Companies = t.query("companies")
	s.CompanyColumn = t.Texts("company_column")
	s.SharedTables = t.Texts("shared_tables")
	s.ArchiveTables = t.archiveTables()
	s.Newest = t.query("newest")
	s.Evidence = t.Texts("evidence")
	for i, sql := range s.Evidence {
		if sql != "" && !reads(sql) {
			t.BadElement("evidence", i, message.New("option.value", "config.query", nil))
		}
	}
	if len(s.CompanyColumn) > 0 && !t.Has("companies") {
		t.Bad("companies", message.New("option.missing", "document.missing", message.Args{"key": "companies"}))
	}
}

func (t *table) query(name string) string {
	sql, ok := t.Text(name)
	if ok && !reads(sql) {
		t.Bad(name, message.New("option.value", "config.query", nil))
	}
	return sql
}

var queryShape = regexp.MustCompile(`(?is)^\s*(select|with)\s[^;]*$`)

// reads says whether a text begins as one query does. The snapshot it runs in refuses the rest.
func reads(sql string) bool { return queryShape.MatchString(sql) }

var holes = regexp.MustCompile(`\{[^}]*\}`)

// archiveTables are patterns of table names, apart by spaces. Each has a year; the month may be optional.
func (t *table) archiveTables() string {
	text, ok := t.Text("archive_tables")
	if !ok {
		return ""
	}
	patterns := strings.Fields(text)
	if len(patterns) == 0 || !all(patterns, archivePattern) {
		t.Bad("archive_tables", message.New("option.value", "config.archive_tables", message.Args{"value": document.Clip(text)}))
	}
	return text
}

func archivePattern(text string) bool {
	found := holes.FindAllString(text, -1)
	known := func(hole string) bool { return slices.Contains([]string{"{yyyy}", "{mm}", "{mm?}"}, hole) }
	return slices.Contains(found, "{yyyy}") && all(found, known)
}

func all(texts []string, right func(string) bool) bool {
	return !slices.ContainsFunc(texts, func(text string) bool { return !right(text) })
}
