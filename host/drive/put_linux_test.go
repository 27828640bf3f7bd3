package drive

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/drive/drivetest"
	"github.com/djscript/djscript/host/message"
)

func TestAFileIsPutOntoADriveWholeOrNotAtAll(t *testing.T) {
	from := filepath.Join(t.TempDir(), "nota.txt")
	file(t, from, strings.Repeat("nota ", 100_000))
	d := newStick(t, "ext4", "AZUL", 16*megabyte).plug(t)
	laid, err := Put(t.Context(), from, d, "", "")
	if err != nil || laid.Path != filepath.Join(d.Path, "nota.txt") || laid.Bytes != 500_000 || laid.ReadBack != FromDevice {
		t.Fatalf("%+v, %v", laid, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tiny, readOnly := newStick(t, "ext4", "", megabyte).plug(t), newStick(t, "ext4", "", 4*megabyte).plug(t)
	file(t, filepath.Join(tiny.Path, "x"), strings.Repeat("x", 500<<10))
	makeReadOnly(t, readOnly.Path)
	for name, c := range map[string]struct {
		ctx                context.Context
		from, folder, name string
		drive              Drive
		want               string
	}{
		"exists":    {t.Context(), from, "", "", d, "fs.exists"},
		"no folder": {t.Context(), from, "none", "", d, "drive.not_found"},
		"not local": {t.Context(), from, "../x", "", d, "drive.foreign"},
		"bad name":  {t.Context(), from, "", "a:b", d, "arg.value"},
		"a folder":  {t.Context(), d.Path, "", "b", d, "drive.not_found"},
		"nothing":   {t.Context(), from + "x", "", "b", d, "drive.not_found"},
		"stopped":   {ended, from, "", "b", d, ""},
		"too small": {t.Context(), from, "", "b", tiny, "drive.full"},
		"read only": {t.Context(), from, "", "b", readOnly, "drive.read_only"},
	} {
		before := names(t, c.drive.Path)
		_, err := Put(c.ctx, c.from, c.drive, c.folder, c.name)
		if err == nil || message.Code(err) != c.want || name == "stopped" && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if after := names(t, c.drive.Path); !slices.Equal(before, after) {
			t.Errorf("%s: left %q", name, after)
		}
	}
}

// Folders on a drive may be anything that somebody planted there.
func TestNoLinkOnADriveIsFollowed(t *testing.T) {
	d, outside := newStick(t, "ext4", "AZUL", 4*megabyte).plug(t), t.TempDir()
	err := errors.Join(os.Symlink(outside, filepath.Join(d.Path, "away")), os.MkdirAll(filepath.Join(d.Path, "Copias", "loja"), 0o700),
		os.Symlink("Copias", filepath.Join(d.Path, "within")), os.Symlink(outside, filepath.Join(d.Path, "Copias", "deep")))
	if err != nil {
		t.Fatal(err)
	}
	file(t, filepath.Join(d.Path, "file"), "")
	for folder, want := range map[string]string{
		"": "", "Copias": "", "Copias/loja": "", "Copias/none/yet": "", "none": "",
		"away": "drive.foreign", "away/x": "drive.foreign", "within": "drive.foreign", "within/loja": "drive.foreign",
		"Copias/deep": "drive.foreign", "Copias/deep/x/y": "drive.foreign", "file": "drive.foreign", "file/x": "drive.foreign",
		"..": "drive.foreign", "Copias/../..": "drive.foreign", outside: "drive.foreign",
	} {
		got, err := Inside(d, folder)
		if message.Code(err) != want || err == nil && got != filepath.Join(d.Path, folder) {
			t.Errorf("%s: %q, %v", folder, got, err)
		}
	}
	from := filepath.Join(t.TempDir(), "a")
	file(t, from, "a")
	if _, err := Put(t.Context(), from, d, "away", ""); message.Code(err) != "drive.foreign" || len(names(t, outside)) != 0 {
		t.Errorf("through a link: %v, %q", err, names(t, outside))
	}
}

func TestADriveThatWentAwayIsToldAsThat(t *testing.T) {
	s := newStick(t, "ext4", "AZUL", 8*megabyte)
	d := s.plug(t)
	f, err := Create(d.Path, "copy.zip")
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Unmount(d.Path, unix.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("the kernel still takes it")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Publish(t.Context(), strings.Repeat("0", 64)); message.Code(err) == "" {
		t.Errorf("published on a drive that is gone: %v", err)
	}
	if left := names(t, d.Path); len(left) != 0 {
		t.Errorf("what was the mount point has %q", left)
	}
	_ = f.Discard()
	pulled, at := lying(t, &drivetest.Device{Claimed: 16 << 20}, "ext4")
	if f, err = Create(at.Path, "copy.zip"); err != nil {
		t.Fatal(err)
	}
	if err := pulled.Pull(); err != nil {
		t.Fatal(err)
	}
	_, err = f.Write(make([]byte, 4*megabyte))
	if err == nil {
		_, err = f.Publish(t.Context(), strings.Repeat("0", 64))
	}
	if message.Code(err) != "drive.removed" {
		t.Errorf("pulled midway: %v", err)
	}
	_ = f.Discard()
}

func TestOnlyFATSplitsFiles(t *testing.T) {
	for filesystem, want := range map[string]bool{"vfat": true, "FAT32": true, "FAT": true, "msdos": true, "exFAT": false, "exfat": false, "NTFS": false, "fuseblk": false, "ext4": false, "": false} {
		if SplitsFiles(Drive{Filesystem: filesystem}) != want {
			t.Errorf("%s: %v", filesystem, !want)
		}
	}
	if PieceLimit >= fatLimit || PieceLimit < 3<<30 {
		t.Errorf("a piece of %d", PieceLimit)
	}
}
