package cli

import (
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/djscript/djscript/host/layer"
)

// layersOf are the layers that a script stands on which lies in that folder.
func (i *inspection) layersOf(folder string) layer.Layers { return i.host.Layers.Below(folder) }

// pathOf is the file that a run over these layers calls by that name, whatever was read of it.
func (i *inspection) pathOf(layers layer.Layers, name string) string {
	for _, l := range layers {
		if file, ok := fileIn(l, name); ok {
			return i.shown(l, file)
		}
	}
	for _, l := range layers {
		beneath := map[string]string{layer.Store: "scripts/", layer.Builtin: layer.Builtin + "/"}[l.Name]
		if file, ok := strings.CutPrefix(name, beneath); ok && beneath != "" {
			return i.shown(l, file)
		}
	}
	return name
}

// fileIn is the file of a layer that errors call by that name.
func fileIn(l layer.Layer, name string) (string, bool) {
	if l.Dir != "" {
		return strings.CutPrefix(name, l.Dir+"/")
	}
	_, err := fs.Stat(l.Files, name)
	return name, err == nil
}

// shown is what a check calls a file of a layer: as it was given, else as it lies from the folder that djscript works in.
func (i *inspection) shown(l layer.Layer, file string) string {
	if l.Folder == "" {
		return path.Join(l.Name, file)
	}
	absolute := filepath.Join(l.Folder, filepath.FromSlash(file))
	if given := i.given[absolute]; given != "" {
		return given
	}
	root, err := filepath.Abs(i.app.dir)
	if relative, lies := filepath.Rel(root, absolute); err == nil && lies == nil && filepath.IsLocal(relative) {
		return filepath.Join(i.app.dir, relative)
	}
	return absolute
}

// columnOf is where a line gives a value to a key, in bytes from 1; 0 where it does not.
func columnOf(line, key string) int {
	at := regexp.MustCompile(`(?:^|\W)(` + regexp.QuoteMeta(key) + `)["'\]\s]*=`).FindStringSubmatchIndex(line)
	if at == nil {
		return 0
	}
	return at[2] + 1
}
