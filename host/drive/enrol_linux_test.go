package drive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/drive/drivetest"
	"github.com/djscript/djscript/host/message"
)

func TestEnrolTriesADriveAndLeavesItsMark(t *testing.T) {
	d := newStick(t, "ext4", "AZUL", 64*megabyte).plug(t)
	steps, last := int64(0), int64(0)
	e, err := Enrol(t.Context(), d.Path, Mark{Store: "loja", Destination: "pendrive", Slot: "wed"}, nil, func(done, total int64) {
		steps++
		last = total
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := ReadMark(d.Path)
	if err != nil || m == nil || m.ID != e.Mark.ID || m.Name != "AZUL" || m.Slot != "wed" || !m.Hardware.Matches(e.Mark.Hardware) {
		t.Errorf("the mark is %+v, %v", m, err)
	}
	if e.Probed < 30*megabyte || !e.Spread || e.ReadBack != FromDevice || steps != last {
		t.Errorf("tried %+v in %d of %d steps", e, steps, last)
	}
	if got := names(t, filepath.Join(d.Path, ".djscript")); len(got) != 1 || got[0] != "drive.toml" {
		t.Errorf("left %q", got)
	}
	if after, err := Of(d.Path); err != nil || after.Free < d.Free-megabyte {
		t.Errorf("took room: %d of %d free, %v", after.Free, d.Free, err)
	}
	again, err := Enrol(t.Context(), d.Path, Mark{Name: "VERDE", Store: "loja", Destination: "externo"}, nil, nil)
	if err != nil || again.Mark.ID != e.Mark.ID || again.Mark.Name != "VERDE" {
		t.Errorf("enrolled again: %+v, %v", again, err)
	}
}

func TestADriveThatKeepsLessThanItSaysIsFake(t *testing.T) {
	for name, d := range map[string]*drivetest.Device{
		"loses": {Claimed: 1 << 30, Loses: 128 << 20},
		"wraps": {Claimed: 1 << 30, Wraps: 128 << 20},
	} {
		_, drive := lying(t, d, "ext4")
		e, err := Enrol(t.Context(), drive.Path, Mark{Store: "loja", Destination: "pendrive"}, nil, nil)
		if m, unread := ReadMark(drive.Path); m != nil || unread != nil {
			t.Errorf("%s: it has the mark %v, %v", name, m, unread)
		}
		if message.Code(err) != "drive.fake" {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	_, honest := lying(t, &drivetest.Device{Claimed: 128 << 20}, "ext4")
	if e, err := Enrol(t.Context(), honest.Path, Mark{Store: "loja", Destination: "pendrive"}, nil, nil); err != nil {
		t.Errorf("an honest one: %+v, %v", e, err)
	}
}

func TestWhatIsNoDriveForCopiesIsNotEnrolled(t *testing.T) {
	mark := Mark{Name: "AZUL", Store: "loja", Destination: "pendrive"}
	fresh := func() Drive { return newStick(t, "ext4", "AZUL", 8*megabyte).plug(t) }
	within := func(root, path, text string) Drive {
		file(t, filepath.Join(root, path), text)
		d, err := Of(root)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	foreign := fresh()
	other := mark
	other.ID, other.Store = strings.Repeat("A", 26), "outra"
	linked := fresh()
	if err := errors.Join(writeMark(foreign.Path, other), os.Symlink(t.TempDir(), filepath.Join(linked.Path, ".djscript"))); err != nil {
		t.Fatal(err)
	}
	holds, readOnly := fresh(), fresh()
	makeReadOnly(t, readOnly.Path)
	deep := fresh()
	if err := os.Mkdir(filepath.Join(deep.Path, "Copias"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ root, apart, want string }{
		"the system":      {"/", "", "drive.system"},
		"a folder of it":  {t.TempDir(), "", "drive.system"},
		"the database's":  {holds.Path, filepath.Join(holds.Path, "dados", "LOJA.FDB"), "drive.system"},
		"Windows":         {within(fresh().Path, "Windows/explorer.exe", "").Path, "", "drive.system"},
		"its page file":   {within(fresh().Path, "PAGEFILE.SYS", "").Path, "", "drive.system"},
		"Linux":           {within(within(fresh().Path, "etc/passwd", "").Path, "usr/x", "").Path, "", "drive.system"},
		"another store's": {foreign.Path, "", "drive.foreign"},
		"a planted link":  {linked.Path, "", "drive.foreign"},
		"read only":       {readOnly.Path, "", "drive.read_only"},
		"a folder on it":  {filepath.Join(deep.Path, "Copias"), "", "drive.not_found"},
		"nothing":         {filepath.Join(deep.Path, "none"), "", "drive.not_found"},
		"nothing to know": {smallDrive(t, "4m"), "", "drive.unknown"},
		"full":            {within(fresh().Path, "x", strings.Repeat("x", 5*megabyte)).Path, "", ""},
	} {
		var apart []string
		if c.apart != "" {
			apart = []string{c.apart}
		}
		before, _ := ReadMark(c.root)
		_, err := Enrol(t.Context(), c.root, mark, apart, nil)
		if message.Code(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %v", name, err)
		}
		after, _ := ReadMark(c.root)
		if c.want != "" && (before == nil) != (after == nil) {
			t.Errorf("%s: refused, and marked", name)
		}
	}
}

func TestATrialThatIsBrokenOffLeavesNothing(t *testing.T) {
	mark := Mark{Name: "AZUL", Store: "loja", Destination: "pendrive"}
	d := newStick(t, "ext4", "AZUL", 32*megabyte).plug(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Enrol(ctx, d.Path, mark, nil, func(done, _ int64) {
		if done == 5 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got := names(t, d.Path); slices.Contains(got, ".djscript") {
		t.Errorf("left %q", names(t, filepath.Join(d.Path, ".djscript")))
	}
	file(t, filepath.Join(d.Path, ".djscript", "trial", "0"), "what a killed trial left")
	if _, err := Enrol(t.Context(), d.Path, mark, nil, nil); err != nil {
		t.Fatal(err)
	}
	if got := names(t, filepath.Join(d.Path, ".djscript")); len(got) != 1 {
		t.Errorf("left %q", got)
	}
}

func TestADriveThatIsPulledMidwayIsToldAsThat(t *testing.T) {
	device, d := lying(t, &drivetest.Device{Claimed: 64 << 20}, "ext4")
	_, err := Enrol(t.Context(), d.Path, Mark{Store: "loja", Destination: "pendrive"}, nil, func(done, _ int64) {
		if done == 5 {
			if err := device.Pull(); err != nil {
				t.Error(err)
			}
		}
	})
	if message.Code(err) != "drive.removed" {
		t.Errorf("pulled: %v", err)
	}
}

// The cache of the kernel has what was written; only the device has it wrong.
func TestABitThatTurnedOnTheDeviceIsMet(t *testing.T) {
	text := []byte(strings.Repeat("a line of a copy, ", 10000) + "SPOIL" + strings.Repeat(" and more of it", 10000))
	sum := sha256.Sum256(text)
	for _, kind := range []string{"ext4", "xfs", "btrfs", "exfat", "ntfs"} {
		for _, spoils := range []string{"", "SPOIL"} {
			_, at := lying(t, &drivetest.Device{Claimed: 320 << 20, Spoils: spoils}, kind)
			f, err := Create(at.Path, "copy.zip")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Write(text); err != nil {
				t.Fatal(err)
			}
			from, err := f.Publish(t.Context(), hex.EncodeToString(sum[:]))
			if spoils == "" && (err != nil || from != FromDevice) {
				t.Errorf("%s: read back from %q: %v", kind, from, err)
			}
			// Btrfs has sums of its own: it reads nothing there.
			if spoils != "" && message.Code(err) != "copy.bad" && (kind != "btrfs" || message.Code(err) != "drive.removed") {
				t.Errorf("%s: read back from %q: %v", kind, from, err)
			}
			if err := f.Discard(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTheRoomIsTriedToItsEndByPowersOfTwo(t *testing.T) {
	for _, free := range []int64{0, 1 << 16, 3 << 20, 1 << 30, 60_000_000_000, 2_000_000_000_000} {
		for _, longest := range []int64{1 << 40, 2 << 30} {
			var sum int64
			files := layout(free, longest)
			for i, length := range files {
				if length&(length-1) != 0 || length > longest || i > 0 && length > files[i-1] {
					t.Errorf("%d: file %d has %d", free, i, length)
				}
				sum += length
			}
			if sum > free || free-sum >= probeSmallest || len(files) > 1100 {
				t.Errorf("%d: %d files take %d", free, len(files), sum)
			}
		}
	}
}
