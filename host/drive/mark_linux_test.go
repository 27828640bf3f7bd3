package drive

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/sys/mountinfo"

	"github.com/djscript/djscript/host/message"
)

func TestAMarkIsReadAsItWasWritten(t *testing.T) {
	root := t.TempDir()
	if m, err := ReadMark(root); m != nil || err != nil {
		t.Fatalf("a bare drive has the mark %v, %v", m, err)
	}
	want := someMark("A", "wed")
	want.Hardware = Hardware{Volume: "v", Serial: "5A3C-19F0", Device: "4C53", Model: "Cruzer", Total: 8 << 30, Filesystem: "exfat"}
	for range 2 { // the second takes the place of the first
		if err := writeMark(root, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadMark(root)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCanNotBeOurMarkIsForeign(t *testing.T) {
	good := "id = \"" + strings.Repeat("A", 26) + "\"\nstore = \"loja\"\ndestination = \"pendrive\"\n"
	for name, text := range map[string]string{
		"empty": "", "no TOML": "\x00\xff", "short id": strings.Replace(good, "AAAA", "A", 1), "no store": strings.Replace(good, "loja", "", 1),
		"control": good + `name = "a\u0007b"`, "endless": good + "#" + strings.Repeat("x", markLimit), "long": good + `name = "` + strings.Repeat("n", 5000) + `"`,
	} {
		root := t.TempDir()
		file(t, filepath.Join(root, ".djscript", "drive.toml"), text)
		if m, err := ReadMark(root); m != nil || message.Code(err) != "drive.foreign" {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
	root := t.TempDir()
	file(t, filepath.Join(root, ".djscript", "drive.toml"), good)
	if m, err := ReadMark(root); err != nil || m.Store != "loja" {
		t.Errorf("the good one: %v, %v", m, err)
	}
}

func TestALinkInPlaceOfOurFolderOrMarkIsRefused(t *testing.T) {
	for name, plant := range map[string]func(root, outside string) error{
		"folder": func(root, outside string) error { return os.Symlink(outside, filepath.Join(root, ".djscript")) },
		"mark": func(root, outside string) error {
			return errors.Join(os.Mkdir(filepath.Join(root, ".djscript"), 0o700), os.Symlink(filepath.Join(outside, "drive.toml"), filepath.Join(root, ".djscript", "drive.toml")))
		},
		"file": func(root, _ string) error { return os.WriteFile(filepath.Join(root, ".djscript"), nil, 0o600) },
	} {
		s := newStick(t, "ext4", "AZUL", 4*megabyte)
		root, outside := s.plug(t).Path, t.TempDir()
		if err := errors.Join(plant(root, outside), writeMark(t.TempDir(), someMark("A", ""))); err != nil {
			t.Fatal(err)
		}
		if m, err := ReadMark(root); m != nil || message.Code(err) != "drive.foreign" {
			t.Errorf("%s: read %v, %v", name, m, err)
		}
		if err := writeMark(root, someMark("B", "")); name != "mark" && message.Code(err) != "drive.foreign" {
			t.Errorf("%s: written: %v", name, err)
		}
		if left := names(t, outside); len(left) != 0 {
			t.Errorf("%s: outside the drive there is %q", name, left)
		}
	}
}

func FuzzParseMark(f *testing.F) {
	f.Add([]byte("id = \"AAAAAAAAAAAAAAAAAAAAAAAAAA\"\nstore = \"a\"\ndestination = \"b\"\n[hardware]\ntotal = 3\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseMark(text)
		if (m == nil) == (err == nil) {
			t.Fatalf("%v, %v", m, err)
		}
		if err == nil && (!markID.MatchString(m.ID) || m.Store == "" || strings.ContainsAny(m.Name+m.Destination, "\n\x00\x1b")) {
			t.Errorf("took %+v", m)
		}
	})
}

func FuzzParseDescriptor(f *testing.F) {
	f.Add(descriptorOf("SanDisk", "Cruzer", "4C530001"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		d := parseDescriptor(raw)
		if strings.ContainsFunc(d.serial+d.model, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%+v", d)
		}
	})
}

// descriptorOf is what Windows gives for IOCTL_STORAGE_QUERY_PROPERTY.
func descriptorOf(vendor, product, serial string) []byte {
	raw := make([]byte, 40)
	raw[28] = busUSB
	for field, text := range map[int]string{12: vendor, 16: product, 24: serial} {
		if text != "" {
			raw[field] = byte(len(raw))
			raw = append(append(raw, text...), 0)
		}
	}
	return raw
}

func TestWindowsDescriptorsAreRead(t *testing.T) {
	if got, want := parseDescriptor(descriptorOf("SanDisk ", " Cruzer  Blade", " 4C530001\x01")), (descriptor{"SanDisk Cruzer Blade", "4C530001", busUSB}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	lying := descriptorOf("", "", "")
	lying[24], lying[25] = 0xff, 0xff
	if got := parseDescriptor(lying); got.serial != "" || got.bus != busUSB {
		t.Errorf("an offset that leads nowhere: %+v", got)
	}
}

func TestHardwareMatchesByWhatIdentifiesAndNotAgainstIt(t *testing.T) {
	stick := Hardware{Volume: `\\?\Volume{1}\`, Serial: "5A3C-19F0", Device: "4C530001", Model: "Cruzer", Total: 8 << 30, Filesystem: "exFAT"}
	with := func(change func(*Hardware)) Hardware {
		other := stick
		change(&other)
		return other
	}
	for name, c := range map[string]struct {
		other Hardware
		want  bool
	}{
		"itself":                        {stick, true},
		"on another PC":                 {with(func(h *Hardware) { h.Volume = `\\?\Volume{2}\` }), true},
		"through another reader":        {with(func(h *Hardware) { h.Device, h.Model = "", "Generic" }), true},
		"letters":                       {with(func(h *Hardware) { h.Serial = "5a3c-19f0" }), true},
		"files copied to another":       {with(func(h *Hardware) { h.Volume, h.Serial, h.Device = "", "0001-0002", "77AA" }), false},
		"blocks copied to another":      {with(func(h *Hardware) { h.Device = "4C530002" }), false},
		"blocks copied to a larger":     {with(func(h *Hardware) { h.Device, h.Total = "", 16<<30 }), false},
		"copied to a twin of one batch": {with(func(h *Hardware) { h.Serial, h.Volume = "0001-0002", "" }), false},
		"nothing known":                 {Hardware{Model: "Cruzer", Total: 8 << 30, Filesystem: "exFAT"}, false},
		"only Windows' name":            {Hardware{Volume: `\\?\Volume{1}\`}, true},
	} {
		if stick.Matches(c.other) != c.want || c.other.Matches(stick) != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
	shared := Hardware{Device: "0123456789ABCDEF", Total: 8 << 30}
	if shared.Matches(shared) {
		t.Error("a serial number that thousands of drives carry identifies one")
	}
	ext4 := Hardware{Volume: "3bc69119-af81-43e3-ad92-f23697fa98c1"}
	if !ext4.Matches(ext4) || ext4.Matches(Hardware{Volume: "3bc69119-af81-43e3-ad92-f23697fa98c2"}) {
		t.Error("filesystems are known by their UUID")
	}
}

// A pen drive with a serial number, one without behind a hub that has one, and a disk inside.
func TestHardwareIsReadFromTheKernel(t *testing.T) {
	at := tree{sys: t.TempDir(), dev: t.TempDir()}
	device(t, at, "8:17", "devices/pci0/usb1/1-1/1-1:1.0/host6/block/sdb/sdb1", "1", "", "")
	device(t, at, "8:33", "devices/pci0/usb2/2-1/2-1:1.0/host7/block/sdc/sdc1", "1", "", "")
	device(t, at, "8:1", "devices/pci0/ata1/block/sda/sda1", "0", "", "")
	for name, text := range map[string]string{
		"devices/pci0/usb1/serial": "0000:00:14.0", "devices/pci0/usb1/idVendor": "1d6b", "devices/pci0/usb2/serial": "0000:00:1a.0", "devices/pci0/usb2/idVendor": "1d6b",
		"devices/pci0/usb1/1-1/serial": "4C530001\n", "devices/pci0/usb1/1-1/idVendor": "0781", "devices/pci0/usb1/1-1/product": "Cruzer  Blade",
		"devices/pci0/usb2/2-1/idVendor": "abcd", "devices/pci0/usb2/2-1/2-1:1.0/host7/block/sdc/device/model": "Flash Disk",
		"devices/pci0/usb1/1-1/1-1:1.0/host6/block/sdb/size": "16777216", "devices/pci0/usb1/1-1/1-1:1.0/host6/block/sdb/sdb1/partition": "1",
		"devices/pci0/usb2/2-1/2-1:1.0/host7/block/sdc/sdc1/partition": "1", "devices/pci0/ata1/block/sda/sda1/partition": "1",
		"devices/pci0/ata1/block/sda/device/model": "SSD", "devices/pci0/ata1/block/sda/device/serial": "S3Z9",
	} {
		file(t, filepath.Join(at.sys, name), text)
	}
	for minor, want := range map[int]Hardware{
		17: {Device: "4C530001", Model: "Cruzer Blade", Total: 8 << 30}, 33: {Model: "Flash Disk"}, 1: {Device: "S3Z9", Model: "SSD"}, 99: {},
	} {
		if got := at.hardware(&mountinfo.Info{Major: 8, Minor: minor}); got != want {
			t.Errorf("8:%d: %+v, want %+v", minor, got, want)
		}
	}
}

func file(t testing.TB, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestRealFilesystemsAreKnownByWhatTheyAre(t *testing.T) {
	for kind, c := range map[string]struct {
		size   int64
		named  string // the label, which only the kernel's own filesystems tell
		serial string
	}{
		"ext4": {8 * megabyte, "DJ-BACKUP", uuid}, "xfs": {320 * megabyte, "DJ-BACKUP", uuid}, "btrfs": {128 * megabyte, "DJ-BACKUP", uuid},
		"exfat": {16 * megabyte, "", "[0-9A-F]{4}-[0-9A-F]{4}"}, "ntfs": {16 * megabyte, "", "[0-9A-F]{16}"},
	} {
		first := newStick(t, kind, "DJ-BACKUP", c.size)
		d := first.plug(t)
		h, err := HardwareOf(t.Context(), d)
		if err != nil || d.Label != c.named || d.Filesystem != kind || !regexp.MustCompile("^"+c.serial+"$").MatchString(h.Volume+h.Serial) || h.Total != c.size || h.Filesystem != kind {
			t.Fatalf("%s: %+v %+v, %v", kind, d, h, err)
		}
		first.unplug(t)
		again, err := HardwareOf(t.Context(), first.plug(t))
		if err != nil || !h.Matches(again) {
			t.Errorf("%s: elsewhere it is %+v, %v", kind, again, err)
		}
		other, err := HardwareOf(t.Context(), newStick(t, kind, "DJ-BACKUP", c.size).plug(t))
		if err != nil || h.Matches(other) {
			t.Errorf("%s: another of the same label is taken for it: %+v, %v", kind, other, err)
		}
	}
}

const uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
