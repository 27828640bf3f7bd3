// Package drive knows the drives of the machine and puts files onto them so that a file with its own name is a whole
// file: hidden temporary name, flush, read back, rename without replacing, flush of the folder.
//
// It refuses to make a destination's folder (a drive that is not plugged in leaves an empty folder behind, and a copy
// in there fills the system's disk), to write over a file that exists, and to remove what a living process writes.
// Its errors say which path, and what a person does about it.
package drive

import (
	"context"
	"path/filepath"

	"github.com/djscript/djscript/host/message"
)

// Drive is a mounted volume: a letter on Windows, a mount point elsewhere. Sizes are bytes.
type Drive struct {
	Path       string `json:"path"`             // "E:\" or "/media/loja/AZUL"
	Label      string `json:"label,omitempty"`  // as the person named it
	Serial     string `json:"serial,omitempty"` // of the filesystem: "5A3C-19F0" for FAT on both systems, a UUID for others
	Filesystem string `json:"filesystem"`       // as the system spells it: "NTFS", "exfat", "ext4"
	Removable  bool   `json:"removable"`        // a medium that can be taken out, or anything behind USB
	Free       int64  `json:"free"`             // for this user, quotas and reserves taken off
	Total      int64  `json:"total"`
	State      string `json:"state,omitempty"`    // what keeps it from being used: ReadOnly, Locked and, once its mark was judged, Foreign, Clone
	Name       string `json:"name,omitempty"`     // of an enrolled drive, as people call it; filled by whoever read its mark
	Enrolled   string `json:"enrolled,omitempty"` // id of an enrolled drive
	Set        string `json:"set,omitempty"`      // its place in a set: "wed"
}

// List is the drives that files can be kept on, sorted by path; one that BitLocker holds shut is Locked and has no
// size. Pseudo filesystems and empty readers are left out, and so is a drive that gives no answer in a few seconds: a
// network drive whose server is gone never answers.
func List(ctx context.Context) ([]Drive, error) { return list(ctx) }

// Of is the drive that holds the path, which must exist ("drive.not_found").
func Of(path string) (Drive, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return Drive{}, explain(err, path)
	}
	return of(absolute)
}

// Room tells, as "drive.full" with the bytes that are missing, that a file of that many bytes does not fit into dir.
func Room(dir string, need int64) error {
	drive, err := Of(dir)
	if err != nil {
		return err
	}
	if need > fatLimit && isFAT32(drive.Filesystem) {
		return message.New("drive.full", "drive.file_limit", message.Args{"path": dir})
	}
	if need > drive.Free {
		return full(nil, dir, need-drive.Free)
	}
	return nil
}

// A file on FAT32 ends at 4 GiB - 1.
const fatLimit = 1<<32 - 1

// PieceLimit is how long a piece of a file may be that is kept on a drive which takes no long ones: 3.9 GiB.
const PieceLimit int64 = 39 << 30 / 10

// SplitsFiles says whether files longer than PieceLimit have to lie on the drive in pieces.
func SplitsFiles(d Drive) bool { return isFAT32(d.Filesystem) }

func isFAT32(filesystem string) bool {
	switch filesystem {
	case "vfat", "msdos", "FAT32", "FAT":
		return true
	}
	return false
}
