package firebird_test

import (
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

// A run has a limit of memory, which its children would inherit.
func TestGbakHasTheMemoryThatItWants(t *testing.T) {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: 64 << 30, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Setrlimit(unix.RLIMIT_DATA, &before) })
	others := descendants(os.Getpid())
	b, err := firebirdtest.StandinTools(t, "stop").Backup(t.Context(), firebird.Database{Path: oddFile(t)},
		firebird.WayEmbedded, firebird.BackupOptions{WorkDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	seen := 0
	for _, pid := range descendants(os.Getpid()) {
		var limit unix.Rlimit
		if slices.Contains(others, pid) || unix.Prlimit(pid, unix.RLIMIT_DATA, nil, &limit) != nil {
			continue
		}
		seen++
		if limit.Cur != before.Max {
			t.Errorf("process %d may have %d bytes of %d", pid, limit.Cur, before.Max)
		}
	}
	if seen == 0 {
		t.Error("no gbak was seen")
	}
}
