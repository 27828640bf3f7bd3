package lua

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheStandardLibraryPrintsWhatLua51Prints(t *testing.T) {
	script, err := os.ReadFile("testdata/standard.lua")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/standard.out")
	if err != nil {
		t.Fatal(err)
	}
	got := out(t, Options{}, string(script))
	if diff := cmp.Diff(strings.Split(strings.TrimSuffix(string(want), "\n"), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Error(diff)
	}
}
