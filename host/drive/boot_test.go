package drive

import (
	"bytes"
	"regexp"
	"testing"
)

func FuzzBootSector(f *testing.F) {
	for _, at := range []struct {
		offset int
		name   string
	}{{3, "NTFS    "}, {3, "EXFAT   "}, {0x52, "FAT32   "}, {0x36, "FAT16   "}, {0, ""}} {
		sector := bytes.Repeat([]byte{0x5a}, bootSize)
		copy(sector[at.offset:], at.name)
		copy(sector[510:], []byte{0x55, 0xaa})
		f.Add(sector)
		f.Add(sector[:511])
	}
	serials := map[string]*regexp.Regexp{"": regexp.MustCompile(`^$`), "ntfs": regexp.MustCompile(`^[0-9A-F]{16}$`), "exfat": volumeSerialForm, "vfat": volumeSerialForm}
	f.Fuzz(func(t *testing.T, sector []byte) {
		filesystem, serial := boot(sector)
		if form, ok := serials[filesystem]; !ok || !form.MatchString(serial) {
			t.Errorf("%q %q", filesystem, serial)
		}
	})
}

var volumeSerialForm = regexp.MustCompile(`^[0-9A-F]{4}-[0-9A-F]{4}$`)
