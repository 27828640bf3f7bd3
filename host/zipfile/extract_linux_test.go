package zipfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func listing(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if path != dir {
			names = append(names, path[len(dir)+1:])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestExtractGivesBackFilesAndTheirTimes(t *testing.T) {
	r, dir := opened(t, build(t)), t.TempDir()
	made, err := r.Extract(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 5 || made[0] != filepath.Join(dir, "dados", "LOJA.fbk") {
		t.Errorf("made %q", made)
	}
	for _, e := range r.Entries() {
		info, err := os.Stat(filepath.Join(dir, e.Name))
		if err != nil || info.Size() != e.Bytes || !info.ModTime().Equal(someday) {
			t.Errorf("%s: %v, %v", e.Name, info, err)
		}
	}
}

func TestExtractTakesOnlyWhatIsAsked(t *testing.T) {
	r, dir := opened(t, build(t)), t.TempDir()
	if _, err := r.Extract(t.Context(), dir, []string{"manifest.json"}); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, dir); !slices.Equal(got, []string{"manifest.json"}) {
		t.Errorf("made %q", got)
	}
	if _, err := r.Extract(t.Context(), dir, []string{"LEIA-ME.txt", "outro"}); !says(err, "zipfile.missing") {
		t.Errorf("a name that is not there: %v", err)
	}
	if got := listing(t, dir); len(got) != 1 {
		t.Errorf("after the refusal: %q", got)
	}
}

func TestExtractWritesOverNothing(t *testing.T) {
	r, dir := opened(t, build(t)), t.TempDir()
	mine := filepath.Join(dir, "manifest.json")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Extract(t.Context(), dir, nil); message.Code(err) != "fs.exists" {
		t.Errorf("Extract = %v", err)
	}
	if text, _ := os.ReadFile(mine); string(text) != "mine" || len(listing(t, dir)) != 1 {
		t.Errorf("%q, %q", text, listing(t, dir))
	}
}

// The look beforehand is not what protects a file: somebody may make it in between.
func TestAFileThatAppearsWhileExtractingIsNotWrittenOver(t *testing.T) {
	r, dir := opened(t, build(t)), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	x := &extraction{zip: r, dir: dir, root: root}
	if err := x.file(t.Context(), r.byName["manifest.json"]); !errors.Is(err, fs.ErrExist) || len(x.made) != 0 {
		t.Errorf("file = %v, made %q", err, x.made)
	}
}

func TestExtractDoesNotFollowALinkOutOfItsFolder(t *testing.T) {
	r, dir, outside := opened(t, build(t)), t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "dados")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Extract(t.Context(), dir, nil); err == nil {
		t.Error("Extract went through the link")
	}
	if got := listing(t, outside); len(got) != 0 {
		t.Errorf("outside: %q", got)
	}
}

func TestExtractLeavesNothingBehindWhenItFails(t *testing.T) {
	data := build(t)
	spots := mustRecords(data)
	data[spots[len(spots)-1].end-3] ^= 0x10 // in the last entry
	dir := t.TempDir()
	if _, err := opened(t, data).Extract(t.Context(), dir, nil); message.Code(err) != "zip.bad" {
		t.Errorf("damaged: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := opened(t, build(t)).Extract(ctx, dir, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got := listing(t, dir); len(got) != 0 {
		t.Errorf("left %q", got)
	}
}

func TestExtractOntoAFullDiskSaysSoAndGivesTheSpaceBack(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4k"); err != nil {
		t.Fatalf("this test needs the right to mount a small tmpfs: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	if _, err := opened(t, build(t)).Extract(t.Context(), dir, nil); message.Code(err) != "drive.full" {
		t.Errorf("Extract = %v", err)
	}
	if got := listing(t, dir); len(got) != 0 {
		t.Errorf("left %q", got)
	}
	if _, err := opened(t, build(t)).Extract(t.Context(), filepath.Join(dir, "none"), nil); message.Code(err) != "drive.not_found" {
		t.Errorf("into a folder that does not exist: %v", err)
	}
}
