package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// follow PAGE [STORE] [WORD=REAL...]: does what a page of the manual tells its reader to do, block by block, and wants what
// the page shows:
//
//	lua, its first line naming the file        is written to it
//	toml, "# djscript.toml"                    goes to its end; with "[table]" on that line, into that table
//	console, a line that begins with "> "      is a command; what follows is what it says, "..." anything
//	                                           and "dj> " a line of the prompt
//	<!-- WORD ... -->                          which no reader sees, is said by the story: a drive is plugged in
//
// With a STORE it begins in its folder, and a day on the page is any day: the store lives today. A WORD of the page stands
// for what is REAL here: "E:" for where a stick is mounted.
func cmdFollow(ts *testscript.TestScript, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: follow PAGE [STORE] [WORD=REAL...]")
	}
	text, err := os.ReadFile(filepath.Join(ts.Getenv(rootVariable), "docs", "manual", filepath.FromSlash(args[0])))
	ts.Check(err)
	r := &reader{ts: ts, dir: ts.Getenv("WORK"), days: len(args) > 1}
	if r.days {
		r.dir = ts.MkAbs(args[1])
		r.real = strings.NewReplacer(realWords(args[2:])...)
	}
	for _, block := range fenced.FindAllStringSubmatch(string(text), -1) {
		for i := range block {
			block[i] = r.put(block[i])
		}
		switch block[1] {
		case "":
			r.say(block[3])
		case "lua", "toml":
			r.write(block[2])
		case "console":
			for _, command := range strings.Split("\n"+block[2], "\n> ")[1:] {
				r.run(strings.TrimSuffix(command, "\n") + "\n")
			}
		}
	}
	if r.commands < 3 {
		ts.Fatalf("%s has only %d commands", args[0], r.commands)
	}
}

var (
	fenced    = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$|^<!-- ([^\n]+) -->$")
	aDay      = regexp.MustCompile(`\b(?:\d\d/\d\d/\d{4}|\d{4}-\d\d-\d\d)\b`)
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
	days     bool // one is like another
	real     *strings.Replacer
}

// realWords are pairs, as a Replacer wants them.
func realWords(pairs []string) []string {
	var all []string
	for _, pair := range pairs {
		word, real, _ := strings.Cut(pair, "=")
		all = append(all, word, real)
	}
	return all
}

// put puts what is real here in the place of the page's words.
func (r *reader) put(text string) string {
	if r.real == nil {
		return text
	}
	return r.real.Replace(text)
}

// say does what happens between two commands.
func (r *reader) say(words string) {
	args := strings.Fields(words)
	if args[0] == "exec" {
		r.ts.Check(r.ts.Exec(args[1], args[2:]...))
		return
	}
	do, known := commands()[args[0]]
	if !known {
		r.ts.Fatalf("a page says %q, which is no word of a story", words)
	}
	do(r.ts, false, args[1:])
}

// sees tells whether what a command says is what the page shows.
func (r *reader) sees(got, want string) bool {
	got = strings.ReplaceAll(got, "\r\n", "\n")
	if r.days {
		got, want = aDay.ReplaceAllString(got, "a day"), aDay.ReplaceAllString(want, "a day")
	}
	return like(got, want)
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
	if words[0] != "djscript" { // the shell's: it joins files and knows what a star means
		words = []string{"sh", "-ec", line}
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
	if wanted := strings.Join(shown, ""); !r.sees(string(out), wanted) {
		r.ts.Fatalf("> %s\nsays\n%s\nand not\n%s", line, out, wanted)
	}
}
