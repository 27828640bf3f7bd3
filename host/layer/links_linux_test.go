package layer

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

func TestWhatNeverEndsIsNotRead(t *testing.T) {
	store := t.TempDir()
	write(t, filepath.Join(store, "scripts", "a.lua"), "1")
	if err := syscall.Mkfifo(filepath.Join(store, "scripts", "b.lua"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(Places{Store: store}, Version{}); message.Code(err) != "fs.denied" {
		t.Errorf("%v", err)
	}
}

func TestFoldersThatAreLinksAreRead(t *testing.T) {
	dir := t.TempDir()
	store, shared := filepath.Join(dir, "store"), filepath.Join(dir, "shared")
	write(t, filepath.Join(shared, "scripts", "a.lua"), "1")
	write(t, filepath.Join(shared, "libs", "days.lua"), "2")
	for from, to := range map[string]string{
		filepath.Join(shared, "scripts", "lib"): filepath.Join(shared, "libs"),
		filepath.Join(shared, "libs", "round"):  shared,
		filepath.Join(store, "scripts"):         filepath.Join(shared, "scripts"),
	} {
		if err := os.MkdirAll(filepath.Dir(from), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	v, err := Read(Places{Store: store}, Version{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"store/a.lua", "store/lib/days.lua"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(v.files))); diff != "" {
		t.Error(diff)
	}
}

func TestALinkThatLeadsNowhereIsNoEmptyLayer(t *testing.T) {
	store := t.TempDir()
	if err := os.Symlink(filepath.Join(store, "share"), filepath.Join(store, "scripts")); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(Places{Store: store}, Version{}); message.Code(err) != "fs.denied" {
		t.Errorf("%v", err)
	}
}

func TestAFolderByAnotherNameIsTheLayerThatItIs(t *testing.T) {
	store := t.TempDir()
	write(t, filepath.Join(store, "scripts", "a.lua"), "1")
	other := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(store, "scripts"), other); err != nil {
		t.Fatal(err)
	}
	below := Of(store, "", memory{}).Below(other)
	if len(below) != 2 || below[0].Name != Store {
		t.Errorf("%+v", below)
	}
}
