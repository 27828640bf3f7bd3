package run

import (
	"cmp"
	"io/fs"
	"path"
	"slices"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/layout"
)

// Layouts are the layouts of text files that the store knows: its own (scripts/layouts) over the reseller's over the built-in
// ones, with all that is wrong with them.
func (h *Host) Layouts() (*layout.Set, document.Mistakes) {
	var layers []layout.Layer
	for _, l := range slices.Backward(h.layers()) {
		files, err := fs.Sub(l.Files, "layouts")
		if err != nil {
			continue // no valid name of a folder, which it is
		}
		where := map[string]string{layer.Store: "scripts", layer.Builtin: layer.Builtin}[l.Name]
		layers = append(layers, layout.Layer{Files: files, Where: path.Join(cmp.Or(l.Dir, where), "layouts") + "/"})
	}
	return layout.Load(layers...)
}
