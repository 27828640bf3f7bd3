package lua

import (
	"os/exec"
	"strings"
	"testing"
)

// lua51 is the interpreter that the language is held against: Debian's lua5.1, which "make test" installs.
func lua51(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("lua5.1")
	if err != nil {
		t.Fatal("lua5.1 is not installed: apt-get install lua5.1, or make test")
	}
	return path
}

// runLua51 is what a program prints there.
func runLua51(t *testing.T, source string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), lua51(t), "-")
	command.Env = []string{"TZ=UTC", "LC_ALL=C"}
	command.Stdin = strings.NewReader(source)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("lua5.1: %v\n%s", err, output)
	}
	return string(output)
}
