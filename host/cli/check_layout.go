package cli

import (
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/layout"
)

// layoutsFolder is where layouts lie, among the scripts of a layer.
const layoutsFolder = "layouts"

// checkLayouts checks the layouts of a store and of its reseller.
func (i *inspection) checkLayouts(folders []string) error {
	for _, folder := range folders {
		found, _ := filepath.Glob(filepath.Join(folder, layoutsFolder, "*.toml"))
		i.files = append(i.files, found...)
	}
	_, mistakes := i.host.Layouts()
	for n, m := range mistakes {
		if !filepath.IsAbs(m.File) {
			mistakes[n].File = filepath.Join(i.host.Config.Dir, filepath.FromSlash(m.File))
		}
	}
	return i.take(mistakes, func(config.Mistake) bool { return true })
}

// checkLayout checks one layout, wherever it lies.
func (i *inspection) checkLayout(path string) error {
	data, ok := i.text(path)
	if !ok {
		return nil
	}
	i.files = append(i.files, path)
	_, mistakes := layout.FromTOML(path, data)
	return i.take(mistakes, func(config.Mistake) bool { return true })
}

// text is what a file holds, or a mistake.
func (i *inspection) text(path string) ([]byte, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		i.unreadable(path)
	}
	return data, err == nil
}
