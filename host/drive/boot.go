package drive

import (
	"encoding/binary"
	"fmt"
)

// bootSize is how much of a volume says what it is.
const bootSize = 512

// boot is what the first sector of a volume says: its filesystem as Linux spells it, and its serial number; "" where it is
// none that pen drives have. It serves where a filesystem runs as a program of its own, of which the system knows nothing.
func boot(sector []byte) (filesystem, serial string) {
	if len(sector) < bootSize || sector[510] != 0x55 || sector[511] != 0xaa {
		return "", ""
	}
	named := func(at int, name string) bool { return string(sector[at:at+8]) == fmt.Sprintf("%-8s", name) }
	number := func(at int) string {
		n := binary.LittleEndian.Uint32(sector[at:])
		return fmt.Sprintf("%04X-%04X", n>>16, n&0xffff)
	}
	switch {
	case named(3, "NTFS"):
		return "ntfs", fmt.Sprintf("%016X", binary.LittleEndian.Uint64(sector[0x48:]))
	case named(3, "EXFAT"):
		return "exfat", number(0x64)
	case named(0x52, "FAT32"):
		return "vfat", number(0x43)
	case named(0x36, "FAT16"), named(0x36, "FAT12"):
		return "vfat", number(0x27)
	}
	return "", ""
}
