package drive

import (
	"os"
	"path/filepath"
	"testing"
)

func TestALockIsForOneOrForAllWhoShareIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rotation.lock")
	take := func(try func(string) (*Lock, error), want bool) *Lock {
		t.Helper()
		l, err := try(path)
		if err != nil || (l != nil) != want {
			t.Fatalf("%v, %v, want %v", l, err, want)
		}
		return l
	}
	alone := take(TryLock, true)
	take(TryLock, false)
	take(TryShare, false)
	if err := alone.Say("somebody, long"); err != nil {
		t.Fatal(err)
	}
	if err := alone.Say("loja 17"); err != nil || Said(path) != "loja 17" {
		t.Errorf("%q, %v", Said(path), err)
	}
	if err := alone.Release(); err != nil {
		t.Fatal(err)
	}
	one, other := take(TryShare, true), take(TryShare, true)
	take(TryLock, false)
	if err := one.Release(); err != nil {
		t.Fatal(err)
	}
	take(TryLock, false)
	if err := other.Release(); err != nil {
		t.Fatal(err)
	}
	take(TryLock, true)
}

func TestALockFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	victim, path := filepath.Join(dir, "loja.fdb"), filepath.Join(dir, "rotation.lock")
	if err := os.WriteFile(victim, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, path); err != nil {
		t.Fatal(err)
	}
	if l, err := TryLock(path); err == nil {
		t.Errorf("locked %v", l)
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "data" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestALockWhoseFolderIsNotThereIsAnError(t *testing.T) {
	if l, err := TryLock(filepath.Join(t.TempDir(), "none", "x.lock")); l != nil || err == nil {
		t.Errorf("%v, %v", l, err)
	}
}
