package copies

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// model is a document model to be put into a copy.
type model struct {
	path string // where it lies
	name string // within the zip
}

// findModels finds the files that the globs name, each once, in a fixed order. "**" stands for a folder and all
// below it. Names within the zip are ASCII; where that makes two alike, a number tells them apart.
// What can not be looked into is told and left out.
func findModels(globs []string) (found []model, unreadable []error) {
	taken := map[string]bool{}
	for _, glob := range globs {
		base, paths, errs := expand(glob)
		unreadable = append(unreadable, errs...)
		for _, p := range paths {
			if slices.ContainsFunc(found, func(m model) bool { return m.path == p }) {
				continue
			}
			relative, err := filepath.Rel(base, p)
			if err != nil {
				unreadable = append(unreadable, fmt.Errorf("name %s in the copy: %w", p, err))
				continue
			}
			found = append(found, model{path: p, name: unique("files/"+plain(filepath.ToSlash(relative)), taken)})
		}
	}
	return found, unreadable
}

// Models are the paths of the document models that the globs name now, in a fixed order.
func Models(globs []string) (paths []string) {
	found, _ := findModels(globs)
	for _, m := range found {
		paths = append(paths, m.path)
	}
	return paths
}

// expand gives the folder that names are relative to, and the regular files that the glob names. A folder that is
// not there has no models.
func expand(glob string) (base string, paths []string, unreadable []error) {
	glob = filepath.Clean(filepath.FromSlash(glob))
	before, after, deep := strings.Cut(glob, "**")
	if !deep {
		paths, err := filepath.Glob(glob)
		if err != nil {
			unreadable = append(unreadable, message.Wrap(err, "fs.denied", "copies.model_unreadable", message.Args{"path": glob}))
		}
		paths = slices.DeleteFunc(paths, func(p string) bool { return !regular(p) })
		return filepath.Dir(glob), paths, unreadable
	}
	base = filepath.Clean(before)
	pattern := strings.Trim(after, string(filepath.Separator))
	_ = filepath.WalkDir(base, func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				unreadable = append(unreadable, message.Wrap(err, "fs.denied", "copies.model_unreadable", message.Args{"path": p}))
			}
			return nil
		}
		match := pattern == ""
		if !match {
			match, _ = filepath.Match(pattern, entry.Name())
		}
		if entry.Type().IsRegular() && match {
			paths = append(paths, p)
		}
		return nil
	})
	return base, paths, unreadable
}

func regular(p string) bool {
	info, err := os.Lstat(p)
	return err == nil && info.Mode().IsRegular()
}

// plain makes a name that every unzip writes alike: other than letters, digits and a few signs become "_".
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("/.-_", r):
			return r
		}
		if ascii, ok := unaccented[r]; ok {
			return ascii
		}
		return '_'
	}, name)
}

// Portuguese letters without their accents.
var unaccented = func() map[rune]rune {
	from, to := []rune("áàâãäéèêëíìîïóòôõöúùûüçñÁÀÂÃÄÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑ"), []rune("aaaaaeeeeiiiiooooouuuucnAAAAAEEEEIIIIOOOOOUUUUCN")
	table := make(map[rune]rune, len(from))
	for i := range from {
		table[from[i]] = to[i]
	}
	return table
}()

// unique numbers a name that is taken; names that differ only in case count as the same, as they do on Windows.
func unique(name string, taken map[string]bool) string {
	candidate := name
	for n := 2; taken[strings.ToLower(candidate)]; n++ {
		extension := path.Ext(name)
		candidate = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, extension), n, extension)
	}
	taken[strings.ToLower(candidate)] = true
	return candidate
}
