package lua

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Programs that were written for Lua 5.1, and print here what they print there.
func TestProgramsForLua51RunUnchanged(t *testing.T) {
	files, err := filepath.Glob("testdata/stock/*.lua")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d programs, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".lua"), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := out(t, Options{Now: func() time.Time { return time.Unix(0, 0).UTC() }}, string(source))
			if diff := cmp.Diff(strings.Split(runLua51(t, string(source)), "\n"), strings.Split(got+"\n", "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
