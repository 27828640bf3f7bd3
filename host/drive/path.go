package drive

import (
	"os"
	"path/filepath"
	"strings"
)

// SameFile says whether two paths are one file, through links and, where neither exists, by name.
func SameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB)
	}
	if (errA == nil) != (errB == nil) {
		return false
	}
	return foldName(resolve(a)) == foldName(resolve(b))
}

// SameDevice says whether two paths, or the nearest folders of theirs that exist, lie on one volume.
func SameDevice(a, b string) bool {
	idA, errA := DeviceID(a)
	idB, errB := DeviceID(b)
	return errA == nil && errB == nil && idA == idB
}

// DeviceID names the volume that the path, or its nearest folder that exists, lies on; it means something on this
// machine until the volume is taken out.
func DeviceID(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", explain(err, path)
	}
	id, err := deviceID(nearest(absolute))
	if err != nil {
		return "", explain(err, path)
	}
	return id, nil
}

// MountOf is the folder by which the volume of a path is reached, where that is a folder of another volume: while the
// volume is not mounted it is there all the same, and empty. "" for a volume that is reached by no folder, and for what
// can not be told.
func MountOf(path string) string {
	folder := nearest(resolve(path))
	own, err := DeviceID(folder)
	for err == nil {
		above := filepath.Dir(folder)
		if above == folder {
			return ""
		}
		var other string
		if other, err = DeviceID(above); err == nil && other != own {
			return folder
		}
		folder = above
	}
	return ""
}

// Within says whether the path is dir or lies in it, through links, whether or not it exists.
func Within(path, dir string) bool {
	path, dir = foldName(resolve(path)), foldName(resolve(dir))
	if path == dir {
		return true
	}
	if !strings.HasSuffix(dir, string(filepath.Separator)) {
		dir += string(filepath.Separator)
	}
	return strings.HasPrefix(path, dir)
}

// nearest is the longest beginning of the path that exists.
func nearest(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

// resolve is the path without links, as far as it exists.
func resolve(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	there := nearest(absolute)
	real, err := filepath.EvalSymlinks(there)
	if err != nil {
		return absolute
	}
	rest, err := filepath.Rel(there, absolute)
	if err != nil {
		return absolute
	}
	return filepath.Join(real, rest)
}
