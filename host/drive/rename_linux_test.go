package drive

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestARenameNeverReplacesAndNeverLeavesTheVolume(t *testing.T) {
	dir, other := t.TempDir(), smallDrive(t, "64k")
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, path := range []string{a, b} {
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Rename(a, b); message.Code(err) != "fs.exists" {
		t.Errorf("over another: %v", err)
	}
	if err := Rename(a, filepath.Join(other, "a")); !errors.Is(err, ErrOtherVolume) {
		t.Errorf("to another volume: %v", err)
	}
	if err := Rename(filepath.Join(dir, "none"), filepath.Join(dir, "c")); message.Code(err) != "drive.not_found" {
		t.Errorf("of nothing: %v", err)
	}
	if text, err := os.ReadFile(b); err != nil || string(text) != b {
		t.Errorf("%q, %v", text, err)
	}
	if err := Rename(a, filepath.Join(dir, "c")); err != nil {
		t.Error(err)
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("%q", got)
	}
}
