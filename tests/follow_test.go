package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// follow PAGE: does what a page of the manual tells its reader to do, block by block, and wants what the page shows:
//
//	lua, its first line naming the file        is written to it
//	toml, "# djscript.toml"                    goes to its end; with "[table]" on that line, into that table
//	console, a line that begins with "> "      is a command; what follows is what it says, "..." anything
//	                                           and "dj> " a line of the prompt
func cmdFollow(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: follow PAGE")
	}
	text, err := os.ReadFile(filepath.Join(ts.Getenv(rootVariable), "docs", "manual", filepath.FromSlash(args[0])))
	ts.Check(err)
	r := &reader{ts: ts, dir: ts.Getenv("WORK")}
	for _, block := range fenced.FindAllStringSubmatch(string(text), -1) {
		switch block[1] {
		case "lua", "toml":
			r.write(block[2])
		case "console":
			for _, command := range strings.Split("\n"+block[2], "\n> ")[1:] {
				r.run(strings.TrimSuffix(command, "\n") + "\n")
			}
		}
	}
	if r.commands < 5 {
		ts.Fatalf("%s has only %d commands", args[0], r.commands)
	}
}

var (
	fenced    = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")
	fileName  = regexp.MustCompile(`^(?:--|#) (\S+\.(?:lua|toml))`)
	tableName = regexp.MustCompile(`\[.+\]$`)
	wordsOf   = regexp.MustCompile(`"[^"]*"|\S+`)
	exitLine  = regexp.MustCompile(`(?m)^\((?:exit code|código de saída) (\d+)\)\n`)
)

// reader is somebody who does what a page says.
type reader struct {
	ts       *testscript.TestScript
	dir      string
	commands int
}

func (r *reader) write(text string) {
	name := fileName.FindStringSubmatch(text)
	if name == nil {
		r.ts.Fatalf("a block does not say which file it is:\n%s", text)
	}
	path := filepath.Join(r.dir, filepath.FromSlash(name[1]))
	if strings.HasPrefix(text, "# djscript.toml") {
		text = r.into(path, text)
	}
	r.ts.Check(os.WriteFile(path, []byte(text), 0o644))
}

// into is the file with the block in it.
func (r *reader) into(path, block string) string {
	file, err := os.ReadFile(path)
	r.ts.Check(err)
	first, rest, _ := strings.Cut(block, "\n")
	table := tableName.FindString(first)
	if table == "" {
		return string(file) + "\n" + block
	}
	before, after, found := strings.Cut(string(file), "\n"+table+"\n")
	if !found {
		r.ts.Fatalf("%s has no %s", path, table)
	}
	return before + "\n" + table + "\n" + rest + after
}

// run runs a command and compares what it says, both streams together.
func (r *reader) run(command string) {
	line, want, _ := strings.Cut(command, "\n")
	exit := "0"
	if told := exitLine.FindStringSubmatch(want); told != nil {
		exit, want = told[1], exitLine.ReplaceAllString(want, "")
	}
	var typed, shown []string
	for text := range strings.Lines(want) {
		if input, ok := strings.CutPrefix(text, "dj> "); ok {
			typed = append(typed, input)
		} else {
			shown = append(shown, text)
		}
	}
	words := wordsOf.FindAllString(line, -1)
	for i, word := range words {
		words[i] = strings.Trim(word, `"`)
	}
	r.commands++
	switch words[0] {
	case "mkdir":
		for _, dir := range words[1:] {
			r.ts.Check(os.MkdirAll(filepath.Join(r.dir, dir), 0o755))
		}
		return
	case "cd":
		r.dir = filepath.Join(r.dir, words[1])
		return
	}
	path, err := exec.LookPath(words[0])
	r.ts.Check(err)
	cmd := exec.Command(path, words[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.dir, environment(r.ts), strings.NewReader(strings.Join(append(typed, "secret\n"), ""))
	if len(typed) > 0 {
		cmd.Stdin = strings.NewReader(strings.Join(typed, ""))
	}
	out, err := cmd.CombinedOutput()
	if got := exitOf(err); got != exit {
		r.ts.Fatalf("%s: exit code %s, want %s\n%s", line, got, exit, out)
	}
	if wanted := strings.Join(shown, ""); !like(string(out), wanted) {
		r.ts.Fatalf("> %s\nsays\n%s\nand not\n%s", line, out, wanted)
	}
}
