package drive

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// SystemFolder is a folder that the system itself lies in: what lies on the same volume is no place of its own.
func SystemFolder() string {
	folders := systemFolders()
	if len(folders) == 0 {
		return string(filepath.Separator)
	}
	return folders[0]
}

// apartFromSystem says whether a folder lies on another volume than the system.
func apartFromSystem(folder string) bool {
	own, err := DeviceID(folder)
	if err != nil {
		return false
	}
	for _, other := range systemFolders() {
		if id, err := DeviceID(other); err == nil && id == own {
			return false
		}
	}
	return true
}

// What lies at the root of a volume that a system starts from, or works on.
var systemSigns = []string{"windows", "pagefile.sys", "swapfile.sys", "hiberfil.sys", "bootmgr", "vmlinuz"}

// SystemSigns are the names at the root of a volume by which it is known as one that a system needs; none where it is
// only full of somebody's files.
func SystemSigns(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, explain(err, root)
	}
	var signs, unix []string
	for _, entry := range entries {
		name := strings.ToLower(entry.Name())
		for _, sign := range systemSigns {
			if name == sign {
				signs = append(signs, entry.Name())
			}
		}
		if entry.IsDir() && (name == "etc" || name == "usr" || name == "sbin") {
			unix = append(unix, entry.Name())
		}
	}
	if len(unix) > 1 {
		signs = append(signs, unix...)
	}
	return signs, nil
}

// SameDisk says whether two paths, or the nearest folders of theirs that exist, lie on one disk, in whatever part of it.
func SameDisk(a, b string) bool {
	if SameDevice(a, b) {
		return true
	}
	diskA, errA := diskOfPath(a)
	diskB, errB := diskOfPath(b)
	return errA == nil && errB == nil && diskA == diskB
}

func diskOfPath(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	d, err := Of(nearest(absolute))
	if err != nil {
		return "", err
	}
	return diskOf(d.Path)
}

// Inside is the path of a folder on a drive, given with slashes from its root, whether or not it exists. A link on the
// way, or something that is no folder, is "drive.foreign": what lies behind it need not be on the drive.
func Inside(d Drive, folder string) (string, error) {
	whole := filepath.Join(d.Path, filepath.FromSlash(folder))
	if folder != "" && !filepath.IsLocal(filepath.FromSlash(folder)) {
		return "", message.New("drive.foreign", "drive.outside", message.Args{"path": d.Path, "folder": folder})
	}
	held, err := os.OpenRoot(d.Path)
	if err != nil {
		return "", explain(err, d.Path)
	}
	defer held.Close()
	for at := filepath.FromSlash(folder); at != "." && at != ""; at = filepath.Dir(at) {
		info, err := held.Lstat(at)
		switch {
		case faultOf(err) == absent:
			continue // what it would lie in is looked at next
		case err != nil && faultOf(err) != unknown:
			return "", explain(err, d.Path)
		case err != nil || !info.IsDir():
			return "", message.New("drive.foreign", "drive.linked", message.Args{"path": filepath.Join(d.Path, at)})
		}
	}
	return whole, nil
}
