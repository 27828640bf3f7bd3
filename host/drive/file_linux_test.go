package drive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

func sum(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}

func create(t testing.TB, dir, name string) *File {
	t.Helper()
	f, err := Create(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Discard() })
	return f
}

func write(t testing.TB, f *File, data []byte) {
	t.Helper()
	if n, err := f.Write(data); err != nil || n != len(data) {
		t.Fatalf("Write = %d, %v", n, err)
	}
}

func TestAFileHasItsNameOnlyWhenItLiesOnTheDevice(t *testing.T) {
	dir := t.TempDir()
	data := bytes.Repeat([]byte("cópia de segurança\n"), 200_000) // several blocks, and no whole number of them
	f := create(t, dir, "a.zip")
	write(t, f, data)
	if got := names(t, dir); len(got) != 1 || !strings.HasPrefix(got[0], ".a.zip.part-") {
		t.Errorf("while it is written: %q", got)
	}
	from, err := f.Publish(t.Context(), strings.ToUpper(sum(data)))
	if err != nil || from != FromDevice {
		t.Fatalf("Publish = %q, %v", from, err)
	}
	if err := f.Discard(); err != nil {
		t.Error(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "a.zip"))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"a.zip"}) {
		t.Errorf("left %q", got)
	}
}

func TestAnEmptyFileIsPublishedToo(t *testing.T) {
	f := create(t, t.TempDir(), "vazio")
	if _, err := f.Publish(t.Context(), sum(nil)); err != nil {
		t.Error(err)
	}
}

func TestMemoryIsNotCalledADevice(t *testing.T) {
	f := create(t, smallDrive(t, "1m"), "a")
	write(t, f, []byte("x"))
	if from, err := f.Publish(t.Context(), sum([]byte("x"))); err != nil || from != FromCache {
		t.Errorf("Publish = %q, %v", from, err)
	}
}

func TestReadingBackAfterForgettingServesWhereTheCacheCanNotBePassed(t *testing.T) {
	data := bytes.Repeat([]byte("x"), 3<<20+7)
	f := create(t, t.TempDir(), "a")
	write(t, f, data)
	if err := f.temp.Sync(); err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	from, err := readForgotten(t.Context(), f.temp, f.written, hash)
	if err != nil || hex.EncodeToString(hash.Sum(nil)) != sum(data) {
		t.Errorf("readForgotten = %q, %v", from, err)
	}
}

func TestADriveThatGivesBackSomethingElseIsFoundOut(t *testing.T) {
	sentences := map[string]string{"a bit": "drive.read_back", "cut": "drive.read_back_size", "longer": "drive.read_back_size"}
	for name, spoil := range map[string]func(t *testing.T, part string){
		"a bit": func(t *testing.T, part string) { overwrite(t, part, 2_000_000, []byte{'y'}) },
		"cut": func(t *testing.T, part string) {
			if err := os.Truncate(part, 100); err != nil {
				t.Fatal(err)
			}
		},
		"longer": func(t *testing.T, part string) { overwrite(t, part, 3_000_000, []byte("more")) },
	} {
		dir := t.TempDir()
		data := bytes.Repeat([]byte("x"), 3_000_000)
		f := create(t, dir, "a.zip")
		write(t, f, data)
		spoil(t, f.temp.Name())
		if _, err := f.Publish(t.Context(), sum(data)); !errors.Is(err, message.New("copy.bad", sentences[name], nil)) {
			t.Errorf("%s: %v", name, err)
		}
		if err := f.Discard(); err != nil || len(names(t, dir)) != 0 {
			t.Errorf("%s: %v, left %q", name, err, names(t, dir))
		}
	}
}

func overwrite(t *testing.T, path string, at int64, data []byte) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteAt(data, at)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestADestinationThatIsNotThereIsNeverMade(t *testing.T) {
	dir := t.TempDir()
	gone := filepath.Join(dir, "pendrive")
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{gone, file, filepath.Join(file, "x")} {
		if _, err := Create(where, "a"); message.Code(err) != "drive.not_found" || !strings.Contains(err.Error(), where) {
			t.Errorf("Create in %s = %v", where, err)
		}
		if err := WriteFile(where, "a", nil); message.Code(err) != "drive.not_found" {
			t.Errorf("WriteFile in %s = %v", where, err)
		}
		if err := Append(filepath.Join(where, "a"), nil); message.Code(err) != "drive.not_found" {
			t.Errorf("Append in %s = %v", where, err)
		}
		if err := Room(where+"/x", 1); message.Code(err) != "drive.not_found" {
			t.Errorf("Room in %s = %v", where, err)
		}
	}
	if _, err := os.Stat(gone); err == nil {
		t.Error("the destination was made")
	}
}

func TestNamesThatAreNoNamesAreRefused(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"", ".", "..", "a/b", `a\b`, "a\x00", "a:b", "con", "NUL.txt", "a.", "a ", "a?", "x\ny", strings.Repeat("x", 300)} {
		if _, err := Create(dir, name); message.Code(err) != "arg.value" {
			t.Errorf("Create(%q) = %v", name, err)
		}
		if err := WriteFile(dir, name, nil); message.Code(err) != "arg.value" {
			t.Errorf("WriteFile(%q) = %v", name, err)
		}
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left %q", got)
	}
}

// Full at any byte: the error says so, names the destination and what is missing, and the space comes back.
func TestAFullDriveSaysWhatIsMissingAndGivesTheSpaceBack(t *testing.T) {
	dir := smallDrive(t, "256k")
	const room = 256 << 10
	for _, size := range []int{room - 1, room, room + 1, room + 4095, room + 4096, room + 65536, 2*room - 1, 3 * room} {
		for _, chunk := range []int{1000, 4096, 65536, size} {
			f := create(t, dir, "a.zip")
			f.Expect(int64(size))
			data := bytes.Repeat([]byte("x"), size)
			var err error
			for piece := range slices.Chunk(data, chunk) {
				if _, err = f.Write(piece); err != nil {
					break
				}
			}
			if size <= room {
				if err != nil {
					t.Fatalf("%d bytes in pieces of %d: %v", size, chunk, err)
				}
			} else {
				told := fmt.Sprintf("%s is full: %s are missing", dir, Size(size-room))
				if message.Code(err) != "drive.full" || !strings.Contains(err.Error(), told) {
					t.Fatalf("%d bytes in pieces of %d: %v, want %q", size, chunk, err, told)
				}
				if _, again := f.Write([]byte("x")); message.Code(again) != "drive.full" {
					t.Errorf("Write after the failure = %v", again)
				}
				if _, err := f.Publish(t.Context(), sum(data)); message.Code(err) != "drive.full" {
					t.Errorf("Publish after the failure = %v", err)
				}
			}
			if err := f.Discard(); err != nil {
				t.Fatal(err)
			}
			if drive, err := Of(dir); err != nil || drive.Free != room || len(names(t, dir)) != 0 {
				t.Fatalf("afterwards %v, %v, %q", drive, err, names(t, dir))
			}
		}
	}
}

func TestAFullDriveIsToldWithoutKnowingTheSize(t *testing.T) {
	dir := smallDrive(t, "64k")
	f := create(t, dir, "a")
	if _, err := f.Write(make([]byte, 65<<10)); !errors.Is(err, message.New("drive.full", "drive.full_now", nil)) {
		t.Errorf("Write = %v", err)
	}
	if err := WriteFile(dir, "b", []byte("x")); message.Code(err) != "drive.full" {
		t.Errorf("WriteFile = %v", err)
	}
	if err := Append(filepath.Join(dir, "c"), []byte("x")); message.Code(err) != "drive.full" {
		t.Errorf("Append = %v", err)
	}
	if err := f.Discard(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); len(got) > 1 {
		t.Errorf("left %q", got)
	}
}

func TestRoomIsKnownBeforehand(t *testing.T) {
	dir := smallDrive(t, "64k")
	if err := Room(dir, 64<<10); err != nil {
		t.Error(err)
	}
	if err := Room(dir, 64<<10+2000); message.Code(err) != "drive.full" || !strings.Contains(err.Error(), "2.0 KB") {
		t.Errorf("Room = %v", err)
	}
}

// A file on FAT32 ends at 4 GiB - 1; the kernel says EFBIG where a limit of the process ends, too.
func TestAFileTooLargeForItsFilesystemIsToldAsThat(t *testing.T) {
	f := create(t, t.TempDir(), "a")
	err := f.explain(&os.PathError{Op: "write", Path: "x", Err: syscall.EFBIG})
	if !errors.Is(err, message.New("drive.full", "drive.file_limit", nil)) {
		t.Errorf("%v", err)
	}
}

// It took the file's beginning: no switch on its side was moved since.
func TestADriveThatTurnsReadOnlyMidwayIsNoLockedCard(t *testing.T) {
	f := create(t, t.TempDir(), "a")
	err := f.explain(&os.PathError{Op: "sync", Path: "x", Err: syscall.EROFS})
	if !errors.Is(err, message.New("drive.removed", "drive.turned", nil)) || message.Code(err) != "drive.removed" {
		t.Errorf("%v", err)
	}
}

func TestAReadOnlyDriveIsToldAsThat(t *testing.T) {
	dir := smallDrive(t, "64k")
	if err := Append(filepath.Join(dir, "ledger"), []byte("x")); err != nil {
		t.Fatal(err)
	}
	makeReadOnly(t, dir)
	for name, err := range map[string]error{
		"Create":    func() error { _, err := Create(dir, "a"); return err }(),
		"WriteFile": WriteFile(dir, "a", nil),
		"Append":    Append(filepath.Join(dir, "ledger"), []byte("y")),
	} {
		if message.Code(err) != "drive.read_only" || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s = %v", name, err)
		}
	}
}

// The drive is pulled while a copy is written: its mount point is an empty folder of the system's disk now.
func TestADriveThatIsTakenOutIsToldAndNothingFallsOnTheSystemsDisk(t *testing.T) {
	dir := smallDrive(t, "64k")
	f := create(t, dir, "a")
	write(t, f, []byte("x"))
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Publish(t.Context(), sum([]byte("x"))); message.Code(err) != "drive.removed" || !strings.Contains(err.Error(), dir) {
		t.Errorf("Publish = %v", err)
	}
	if err := f.Discard(); err != nil {
		t.Errorf("Discard = %v", err)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("on the system's disk: %q", got)
	}
}

func TestErrorsOfTheSystemAreToldAsWhatTheyMean(t *testing.T) {
	for number, want := range map[syscall.Errno]string{
		syscall.ENOSPC: "drive.full", syscall.EDQUOT: "drive.full", syscall.EFBIG: "drive.full", syscall.EROFS: "drive.read_only",
		syscall.EIO: "drive.removed", syscall.ENODEV: "drive.removed", syscall.ENXIO: "drive.removed", syscall.ESTALE: "drive.removed",
		syscall.EACCES: "fs.denied", syscall.EPERM: "fs.denied", syscall.EEXIST: "fs.exists", syscall.ENOENT: "drive.not_found",
		syscall.ENOTDIR: "drive.not_found", syscall.EBUSY: "fs.denied",
	} {
		err := Explain(&os.PathError{Op: "write", Path: "/p", Err: number}, "/media/AZUL")
		if message.Code(err) != want || !strings.Contains(err.Error(), "/media/AZUL") || message.Hint(err) == "" || !errors.Is(err, number) {
			t.Errorf("%v: %v (%s)", number, err, message.Code(err))
		}
		if again := Explain(err, "/elsewhere"); !errors.Is(again, err) {
			t.Errorf("explained twice: %v", again)
		}
	}
	if err := Explain(nil, "/p"); err != nil {
		t.Errorf("nil: %v", err)
	}
	if err := Explain(context.Canceled, "/p"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancel: %v", err)
	}
}

func TestAFileThatExistsIsNeverReplaced(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "a.zip")
	f := create(t, dir, "a.zip")
	write(t, f, []byte("new"))
	if err := os.WriteFile(mine, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Publish(t.Context(), sum([]byte("new"))); message.Code(err) != "fs.exists" || !strings.Contains(err.Error(), mine) {
		t.Errorf("Publish = %v", err)
	}
	if _, err := Create(dir, "a.zip"); message.Code(err) != "fs.exists" {
		t.Errorf("Create = %v", err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, "link"); message.Code(err) != "fs.exists" {
		t.Errorf("Create over a link = %v", err)
	}
	if got, _ := os.ReadFile(mine); string(got) != "old" {
		t.Errorf("the file holds %q", got)
	}
}

func TestOfTwoWritersOfOneNameOneWins(t *testing.T) {
	renames := map[string]func(*os.File, string) error{
		"refusing to replace": renameNew,
		"by link":             func(f *os.File, to string) error { return renameByLink(f.Name(), to) },
		"in a locked folder":  func(f *os.File, to string) error { return renameInLockedFolder(f.Name(), to) },
	}
	for name, rename := range renames {
		for range 20 {
			dir := t.TempDir()
			const writers = 4
			results := make(chan error, writers)
			var start sync.WaitGroup
			start.Add(writers)
			for i := range writers {
				f := create(t, dir, "a.zip")
				write(t, f, []byte{byte(i)})
				go func() {
					start.Done()
					start.Wait()
					results <- rename(f.temp, f.Path())
				}()
			}
			won := 0
			for range writers {
				switch err := <-results; {
				case err == nil:
					won++
				case faultOf(err) != exists:
					t.Fatalf("%s: %v", name, err)
				}
			}
			if won != 1 {
				t.Fatalf("%s: %d writers won", name, won)
			}
		}
	}
}

func TestPublishStopsWhenItIsCancelled(t *testing.T) {
	dir := t.TempDir()
	f := create(t, dir, "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Publish(ctx, sum(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("Publish = %v", err)
	}
	if err := errors.Join(f.Discard(), f.Discard()); err != nil || len(names(t, dir)) != 0 {
		t.Errorf("Discard = %v, left %q", err, names(t, dir))
	}
}

func TestWriteFileReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"first, and longer", "second", ""} {
		if err := WriteFile(dir, "a", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if got := names(t, dir); !slices.Equal(got, []string{"a"}) {
		t.Errorf("left %q", got)
	}
}

func TestASweepLeavesTheLivingAndWhatIsNotOurs(t *testing.T) {
	dir := t.TempDir()
	living := create(t, dir, "living.zip")
	keep := []string{".other.zip.part-abcdefghijkl", ".short.zip.part-abc", "visible.zip.part-abcdefghijkl", ".x.part-ABCDEFGHIJKL"}
	for _, name := range append(keep, ".dead.zip.part-abcdefghijkl") {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".folder.zip.part-abcdefghijkl"), 0o700); err != nil {
		t.Fatal(err)
	}
	removed := SweepParts(dir, func(name string) bool { return name != "other.zip" })
	if !slices.Equal(removed, []string{"dead.zip"}) {
		t.Errorf("removed %q", removed)
	}
	if got := names(t, dir); len(got) != len(keep)+2 {
		t.Errorf("left %q", got)
	}
	if _, err := living.Publish(t.Context(), sum(nil)); err != nil {
		t.Error(err)
	}
}

// A sweep may look at a part between its making and its locking.
func TestWritersAndSweepsAtOnceLoseNothing(t *testing.T) {
	dir := t.TempDir()
	done := make(chan struct{})
	var sweeps sync.WaitGroup
	sweeps.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				SweepParts(dir, func(string) bool { return true })
			}
		}
	})
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 40 {
				if err := WriteFile(dir, fmt.Sprintf("%d-%d", w, i), []byte("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	sweeps.Wait()
	if got := names(t, dir); len(got) != 160 {
		t.Errorf("%d files", len(got))
	}
}

func TestAnyBytesInAnyPiecesComeBackWhole(t *testing.T) {
	dir := t.TempDir()
	count := 0
	rapid.Check(t, func(r *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 9000), 0, 8).Draw(r, "pieces")
		count++
		f, err := Create(dir, fmt.Sprintf("%d.zip", count))
		if err != nil {
			r.Fatal(err)
		}
		for _, piece := range pieces {
			if _, err := f.Write(piece); err != nil {
				r.Fatal(err)
			}
		}
		want := slices.Concat(pieces...)
		if _, err := f.Publish(t.Context(), sum(want)); err != nil {
			r.Fatal(err)
		}
		if got, err := os.ReadFile(f.Path()); err != nil || !bytes.Equal(got, want) {
			r.Fatalf("%d bytes, want %d, %v", len(got), len(want), err)
		}
	})
}

func FuzzPartNamesGiveTheNameBack(f *testing.F) {
	f.Add("a.zip")
	f.Add(".x.part-abcdefghijkl")
	f.Fuzz(func(t *testing.T, name string) {
		if checkName(name) != nil {
			return
		}
		part := newPartName(name)
		match := partName.FindStringSubmatch(part)
		if match == nil || match[1] != name || len(part) > 255 || filepath.Base(part) != part {
			t.Errorf("%q is called %q and read as %q", name, part, match)
		}
	})
}
