package drive

import (
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Called is what a drive was enrolled as, with its place in a set: "AZUL wed"; "" where nobody enrolled it.
func (d Drive) Called() string {
	if d.Enrolled == "" {
		return ""
	}
	return strings.Trim(d.Name+" "+d.Set, " ")
}

// Shown is Called as a sentence shows it: "AZUL (quarta-feira)".
func (d Drive) Shown() string {
	if d.Set == "" {
		return d.Called()
	}
	return d.Name + " (" + message.Weekday(d.Set).String() + ")"
}

// EnrolledAs tells whether that is the name or the id that a drive was enrolled by.
func (d Drive) EnrolledAs(name string) bool {
	return d.Enrolled != "" && (d.Enrolled == name || strings.EqualFold(d.Name, name) || strings.EqualFold(d.Called(), name) || strings.EqualFold(d.Shown(), name))
}

// Plugged is the drive that a person or a script names: by its path, or by what it was enrolled as. Nothing of that name is
// "drive.not_found"; several that can be used are "drive.clone", for none of them is the one that was meant.
func Plugged(all []Drive, name string) (Drive, error) {
	var found, usable []Drive
	for _, d := range all {
		switch {
		case name != "" && root(d.Path) == root(name):
			return d, nil
		case !d.EnrolledAs(name):
			continue
		case d.State == "":
			usable = append(usable, d)
		}
		found = append(found, d)
	}
	if len(usable) > 0 {
		found = usable
	}
	switch len(found) {
	case 0:
		return Drive{}, message.New("drive.not_found", "drive.not_plugged", message.Args{"name": name})
	case 1:
		return found[0], nil
	}
	var paths []string
	for _, d := range found {
		paths = append(paths, d.Path)
	}
	return Drive{}, message.New("drive.clone", "drive.same_name", message.Args{"name": name, "paths": strings.Join(paths, ", ")})
}

// root is the path of a drive however it was typed: "e:" is "E:\".
func root(path string) string {
	if len(path) > 1 && path[1] == ':' {
		return strings.ToUpper(path[:1]) + strings.TrimRight(path[1:], `/\`)
	}
	return filepath.Clean(path)
}
