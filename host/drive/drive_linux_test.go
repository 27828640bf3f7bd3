package drive

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/sys/mountinfo"

	"github.com/djscript/djscript/host/message"
)

func TestTheDriveOfAPathIsTheOneMountedNearest(t *testing.T) {
	dir := smallDrive(t, "64k")
	deep := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(deep, link); err != nil {
		t.Fatal(err)
	}
	want := Drive{Path: dir, Filesystem: "tmpfs", Free: 64 << 10, Total: 64 << 10}
	for _, path := range []string{dir, deep, link} {
		got, err := Of(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Of(%s): %s", path, diff)
		}
	}
	if root, err := Of("/"); err != nil || root.Path != "/" || root.Total == 0 {
		t.Errorf("Of(/) = %+v, %v", root, err)
	}
}

func TestTheListHoldsDrivesAndNoPseudoFilesystems(t *testing.T) {
	small := smallDrive(t, "64k")
	drives, err := List(t.Context())
	if err != nil || len(drives) == 0 {
		t.Fatalf("List = %v, %v", drives, err)
	}
	for _, drive := range drives {
		if drive.Path == "/proc" || drive.Path == "/sys" || drive.Path == small || drive.Total == 0 {
			t.Errorf("the list has %+v", drive)
		}
	}
	if !slices.IsSortedFunc(drives, func(a, b Drive) int { return strings.Compare(a.Path, b.Path) }) {
		t.Errorf("not sorted: %v", drives)
	}
}

func TestOneDriveIsListedOnceAtItsShortestPlace(t *testing.T) {
	mounts := []*mountinfo.Info{
		{Mountpoint: "/proc", FSType: "proc", Source: "proc"},
		{Mountpoint: "/run", FSType: "tmpfs", Source: "tmpfs"},
		{Mountpoint: "/", Root: "/", FSType: "ext4", Source: "/dev/sda1", Major: 8, Minor: 1},
		{Mountpoint: "/x", Root: "/some/folder", FSType: "ext4", Source: "/dev/sda1", Major: 8, Minor: 1},
		{Mountpoint: "/bound/earlier", Root: "/part", FSType: "vfat", Source: "/dev/sdb1", Major: 8, Minor: 17},
		{Mountpoint: "/media/loja/AZUL/long", Root: "/", FSType: "vfat", Source: "/dev/sdb1", Major: 8, Minor: 17},
		{Mountpoint: "/snap/core", Root: "/", FSType: "squashfs", Source: "/dev/loop3", Major: 7, Minor: 3},
		{Mountpoint: "/mnt/rede", Root: "/", FSType: "cifs", Source: "//srv/copias", Minor: 55},
		{Mountpoint: "/mnt/exfat", Root: "/", FSType: "fuseblk", Source: "/dev/sdc1", Major: 8, Minor: 33},
	}
	var got []string
	for _, mount := range drives(mounts) {
		got = append(got, mount.Mountpoint)
	}
	slices.Sort(got)
	if want := []string{"/", "/media/loja/AZUL/long", "/mnt/exfat", "/mnt/rede"}; !slices.Equal(got, want) {
		t.Errorf("drives %q, want %q", got, want)
	}
}

// A pen drive, a USB hard disk that the kernel calls fixed, and a disk inside, as the kernel and udev tell of them.
func TestLabelSerialAndRemovableAreReadFromTheSystem(t *testing.T) {
	at := tree{sys: t.TempDir(), dev: t.TempDir()}
	device(t, at, "8:17", "devices/pci0/usb1/1-1/block/sdb/sdb1", "1", `DJ\x20BACKUP\xc3\x87`, "5A3C-19F0")
	device(t, at, "8:33", "devices/pci0/usb2/2-1/block/sdc/sdc1", "0", "", "01D5")
	device(t, at, "8:1", "devices/pci0/ata1/block/sda/sda1", "0", "sistema", "")
	device(t, at, "8:49", "devices/pci0/card/block/sdd/sdd1", "1", "", "")
	for minor, want := range map[int]Drive{
		17: {Label: "DJ BACKUPÇ", Serial: "5A3C-19F0", Removable: true},
		33: {Serial: "01D5", Removable: true}, 1: {Label: "sistema"}, 49: {Removable: true}, 99: {},
	} {
		got, err := describe(at, &mountinfo.Info{Mountpoint: "/", FSType: "vfat", Major: 8, Minor: minor})
		if err != nil {
			t.Fatal(err)
		}
		want.Path, want.Filesystem, want.Free, want.Total = "/", "vfat", got.Free, got.Total
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("8:%d: %s", minor, diff)
		}
	}
}

func device(t *testing.T, at tree, number, path, removable, label, serial string) {
	t.Helper()
	folder := filepath.Join(at.sys, path)
	links := filepath.Join(at.sys, "dev/block")
	err := errors.Join(os.MkdirAll(folder, 0o700), os.MkdirAll(links, 0o700),
		os.WriteFile(filepath.Join(filepath.Dir(folder), "removable"), []byte(removable+"\n"), 0o600),
		os.Symlink("../../"+path, filepath.Join(links, number)))
	for kind, name := range map[string]string{"by-label": label, "by-uuid": serial} {
		if name == "" {
			continue
		}
		names := filepath.Join(at.dev, "disk", kind)
		err = errors.Join(err, os.MkdirAll(names, 0o700), os.Symlink("../../"+filepath.Base(path), filepath.Join(names, name)))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestADriveThatGivesNoAnswerIsLeftOut(t *testing.T) {
	quick, never, gone := make(chan Drive, 1), make(chan Drive), make(chan Drive)
	quick <- Drive{Path: "/quick"}
	close(gone)
	late := make(chan Drive, 1)
	late <- Drive{Path: "/late"}
	got, err := gathered(t.Context(), []chan Drive{gone, never, quick, late}, 10*time.Millisecond)
	if err != nil || len(got) != 2 || got[0].Path != "/late" || got[1].Path != "/quick" {
		t.Errorf("gather = %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gather(ctx, []chan Drive{never}, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestADriveTravelsAsTheContractSpellsIt(t *testing.T) {
	got, err := json.Marshal(Drive{Path: "/m", Filesystem: "vfat", Removable: true, Free: 1, Total: 2})
	want := `{"path":"/m","filesystem":"vfat","removable":true,"free":1,"total":2}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestPathsAreComparedThroughLinks(t *testing.T) {
	dir := t.TempDir()
	file, link, hard, dirLink := filepath.Join(dir, "a"), filepath.Join(dir, "link"), filepath.Join(dir, "hard"), filepath.Join(dir, "dirlink")
	err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink(file, link), os.Link(file, hard), os.Symlink(dir, dirLink))
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{{file, link}, {file, hard}, {file, dirLink + "/a"}, {file, dir + "/./a"}, {dir + "/none", dirLink + "/none"}} {
		if !SameFile(pair[0], pair[1]) {
			t.Errorf("%q are not one file", pair)
		}
	}
	for _, pair := range [][2]string{{file, dir}, {file, dir + "/none"}, {dir + "/n1", dir + "/n2"}} {
		if SameFile(pair[0], pair[1]) {
			t.Errorf("%q are one file", pair)
		}
	}
	for path, within := range map[string]bool{
		dir: true, file: true, dirLink + "/x/y": true, dir + "x": false, filepath.Dir(dir): false, dir + "/../z": false, "/": false,
	} {
		if Within(path, dir) != within {
			t.Errorf("Within(%s, %s) = %v", path, dir, !within)
		}
	}
	if !Within(dir, "/") {
		t.Error("nothing is within the root")
	}
}

func TestDevicesAreToldApart(t *testing.T) {
	one, other := smallDrive(t, "64k"), smallDrive(t, "64k")
	if SameDevice(one, other) || !SameDevice(one, one+"/not/there/yet") {
		t.Error("devices are mixed up")
	}
	if id, err := DeviceID(one); err != nil || id == "" {
		t.Errorf("DeviceID = %q, %v", id, err)
	}
}

func TestSizesAreSaidAsAPersonSaysThem(t *testing.T) {
	for size, want := range map[Size]string{
		0: "0 bytes", 1000: "1000 bytes", 1023: "1023 bytes", 1024: "1.0 KB", 1587: "1.5 KB", 10_188: "9.9 KB", 10_190: "10 KB",
		1_048_063: "1023 KB", 1_048_065: "1.0 MB", 4_400_000_000: "4.1 GB", 1 << 62: "4.0 EB",
	} {
		if got := size.String(); got != want {
			t.Errorf("Size(%d) = %q, want %q", int64(size), got, want)
		}
	}
	if err := message.SetLanguage(message.Portuguese); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = message.SetLanguage(message.English) }()
	if got := Size(1500).String(); got != "1,5 KB" {
		t.Errorf("em português %q", got)
	}
}
