package drive

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
)

// Hardware is what a drive is known by, besides what is written on it. What the system does not tell is empty.
type Hardware struct {
	Volume     string `toml:"volume,omitempty" json:"volume,omitempty"` // Windows' own name of the volume; elsewhere the filesystem's UUID
	Serial     string `toml:"serial,omitempty" json:"serial,omitempty"` // volume serial number of FAT and NTFS: "5A3C-19F0"
	Device     string `toml:"device,omitempty" json:"device,omitempty"` // serial number of the device: optional in the USB standard
	Model      string `toml:"model,omitempty" json:"model,omitempty"`
	Total      int64  `toml:"total,omitempty" json:"total,omitempty"` // bytes of the whole device
	Filesystem string `toml:"filesystem,omitempty" json:"filesystem,omitempty"`
}

// HardwareOf asks the system what stands behind a drive.
func HardwareOf(ctx context.Context, d Drive) (Hardware, error) {
	if err := ctx.Err(); err != nil {
		return Hardware{}, err
	}
	h, err := hardwareOf(d)
	return h, explain(err, d.Path)
}

// Matches says whether two looks at hardware can be looks at one drive: something that identifies is the same, and
// nothing that identifies differs. A filesystem copied block by block brings its UUID along, but not the serial number
// or the size of the device; files copied to another drive bring nothing along. The name that Windows gives a volume is
// another on each PC: it speaks for a drive, never against it.
func (h Hardware) Matches(other Hardware) bool {
	same, differs := false, false
	compare := func(a, b string) {
		if a != "" && b != "" {
			same, differs = same || strings.EqualFold(a, b), differs || !strings.EqualFold(a, b)
		}
	}
	compare(h.Serial, other.Serial)
	compare(identifying(h.Device), identifying(other.Device))
	if namedByWindows(h.Volume) || namedByWindows(other.Volume) {
		same = same || h.Volume != "" && strings.EqualFold(h.Volume, other.Volume)
	} else {
		compare(h.Volume, other.Volume)
	}
	if h.Total > 0 && other.Total > 0 && h.Total != other.Total {
		differs = true
	}
	return same && !differs
}

func namedByWindows(volume string) bool { return strings.HasPrefix(volume, `\\?\`) }

// identifying is a serial number of a device, or nothing where thousands of devices carry the same.
func identifying(serial string) string {
	serial = strings.ToUpper(strings.TrimSpace(serial))
	kinds := map[rune]bool{}
	for _, r := range serial {
		kinds[r] = true
	}
	const counted = "0123456789ABCDEF0123456789ABCDEF"
	if len(serial) < 4 || len(kinds) < 3 || strings.Contains(counted, serial) {
		return ""
	}
	return serial
}

// The buses of STORAGE_DEVICE_DESCRIPTOR that lead out of the PC.
const busUSB = 7

// descriptor is what Windows' STORAGE_DEVICE_DESCRIPTOR says of a device.
type descriptor struct {
	model, serial string
	bus           byte
}

// parseDescriptor reads STORAGE_DEVICE_DESCRIPTOR: fixed fields, then texts at the offsets that the fields name, 0 for
// none. Drivers have written offsets that lead nowhere.
func parseDescriptor(raw []byte) descriptor {
	const vendor, product, serial, bus = 12, 16, 24, 28
	if len(raw) <= bus {
		return descriptor{}
	}
	text := func(field int) string {
		at := binary.LittleEndian.Uint32(raw[field:])
		if at <= bus || uint64(at) >= uint64(len(raw)) {
			return ""
		}
		found, _, _ := bytes.Cut(raw[at:], []byte{0})
		return strings.Join(strings.Fields(plain(found)), " ")
	}
	return descriptor{model: strings.TrimSpace(text(vendor) + " " + text(product)), serial: text(serial), bus: raw[bus]}
}

// plain leaves out what no serial number has: such a device answered with noise.
func plain(text []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(text))
}
