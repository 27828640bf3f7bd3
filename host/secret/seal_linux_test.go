package secret

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/djscript/djscript/host/message"
)

func TestNothingLiesInClearAndNobodyElseReadsIt(t *testing.T) {
	dir, keyDir := folders(t)
	if err := Open(dir, keyDir).Set("firebird", canary); err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, root := range []string{dir, keyDir} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err != nil || info.Mode()&0o077 != 0 {
				t.Errorf("%s is %v, %v", path, info.Mode(), err)
			}
			if entry.IsDir() {
				return nil
			}
			files++
			text, err := os.ReadFile(path)
			if strings.Contains(string(text), canary) || strings.Contains(string(text), "firebird") {
				t.Errorf("%s shows it", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files != 3 {
		t.Errorf("%d files, want the secrets, their lock and the key", files)
	}
}

func TestSecretsWithoutTheirKeyStayClosedAndAreNotReplaced(t *testing.T) {
	for name, spoil := range map[string]func(dir, key string) error{
		"no key":      func(_, key string) error { return os.Remove(key) },
		"another key": func(_, key string) error { return os.WriteFile(key, []byte(otherKey), 0o600) },
		"no key text": func(_, key string) error { return os.WriteFile(key, []byte(canary), 0o600) },
		"cut":         func(dir, _ string) error { return os.Truncate(filepath.Join(dir, sealedName), 150) },
		"empty":       func(dir, _ string) error { return os.Truncate(filepath.Join(dir, sealedName), 0) },
	} {
		dir, keyDir := folders(t)
		s := Open(dir, keyDir)
		if err := s.Set("firebird", canary); err != nil {
			t.Fatal(err)
		}
		if err := spoil(dir, filepath.Join(keyDir, keyName)); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(filepath.Join(dir, sealedName))
		if err != nil {
			t.Fatal(err)
		}
		_, errGet := s.Get("firebird")
		_, errList := s.List()
		for verb, err := range map[string]error{"Get": errGet, "List": errList, "Set": s.Set("x", "y"), "Remove": s.Remove("firebird")} {
			if message.Code(err) != "secret.closed" || strings.Contains(err.Error(), canary) || message.Hint(err) == "" {
				t.Errorf("%s: %s = %v", name, verb, err)
			}
		}
		if after, err := os.ReadFile(filepath.Join(dir, sealedName)); err != nil || string(after) != string(before) {
			t.Errorf("%s: the file was changed, %v", name, err)
		}
	}
}

func TestAKeyThatCanNotBeReadIsNotReplaced(t *testing.T) {
	dir, keyDir := t.TempDir(), t.TempDir()
	key := filepath.Join(keyDir, keyName)
	if err := os.WriteFile(key, []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Open(dir, keyDir).Set("a", "b"); message.Code(err) == "" || strings.Contains(err.Error(), canary) {
		t.Errorf("Set = %v", err)
	}
	if text, err := os.ReadFile(key); err != nil || string(text) != canary {
		t.Errorf("the key was changed: %v", err)
	}
}

const otherKey = "AGE-SECRET-KEY-184JMZMVQH3E6U0PSL869004Y3U2NYV7R30EU99CSEDNPH02YUVFSZW44VU"

func TestAFullDiskLeavesTheOldSecretsWhole(t *testing.T) {
	dir, keyDir := t.TempDir(), t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=12k"); err != nil {
		t.Fatalf("this test needs the right to mount a small tmpfs (root): %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	s := Open(dir, keyDir)
	if err := s.Set("firebird", canary); err != nil {
		t.Fatal(err)
	}
	if err := s.Set("big", Text(strings.Repeat("x", 20_000))); message.Code(err) != "fs.denied" || !strings.Contains(err.Error(), dir) {
		t.Errorf("Set = %v", err)
	}
	if got, err := s.Get("firebird"); err != nil || got.Reveal() != canary {
		t.Errorf("Get = %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left %v, %v", entries, err)
	}
}

func TestAWriterThatDoesNotEndIsNotWaitedForForever(t *testing.T) {
	dir := t.TempDir()
	other := flock.New(filepath.Join(dir, "secrets.lock"))
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Unlock() }()
	s := Open(dir, t.TempDir())
	s.patience = 50 * time.Millisecond
	if err := s.Set("a", "b"); message.Code(err) != "lock.timeout" {
		t.Errorf("Set = %v", err)
	}
}
