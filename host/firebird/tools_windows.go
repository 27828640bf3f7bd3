package firebird

import (
	"path/filepath"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const exe = ".exe"

// usualPlaces are the folders of the installed instances, then those under Program Files. Until 2.5 the tools lie in
// bin, since 3.0 in the folder itself.
func usualPlaces() []place {
	var places []place
	for _, dir := range registryDirs() {
		places = append(places, place{dir, "registry"}, place{filepath.Join(dir, "bin"), "registry"})
	}
	for _, known := range []*windows.KNOWNFOLDERID{windows.FOLDERID_ProgramFiles, windows.FOLDERID_ProgramFilesX86} {
		programs, err := windows.KnownFolderPath(known, 0)
		if err != nil {
			continue
		}
		root := filepath.Join(programs, "Firebird", "Firebird_*")
		places = append(places, globPlaces("usual place", root, filepath.Join(root, "bin"))...)
	}
	return places
}

func registryDirs() []string {
	var dirs []string
	for _, view := range []uint32{registry.WOW64_64KEY, registry.WOW64_32KEY} {
		key, err := registry.OpenKey(registry.LOCAL_MACHINE, `SOFTWARE\Firebird Project\Firebird Server\Instances`,
			registry.QUERY_VALUE|view)
		if err != nil {
			continue
		}
		names, err := key.ReadValueNames(0)
		if err == nil {
			for _, name := range names {
				if dir, _, err := key.GetStringValue(name); err == nil {
					dirs = append(dirs, filepath.Clean(dir))
				}
			}
		}
		_ = key.Close()
	}
	return dirs
}

func serverPlaces(dir string) []string {
	return []string{filepath.Join(dir, "firebird.exe"), filepath.Join(dir, "fbserver.exe")}
}

func homePlaces(t Tools) []string { return []string{t.Dir, filepath.Dir(t.Dir)} }
