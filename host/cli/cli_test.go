package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/message"
)

// desk is a place to run commands at: a folder, and a clock that stands still.
type desk struct {
	t   *testing.T
	dir string
	now time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	return &desk{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)}
}

// said is what a command said, and how it ended.
type said struct {
	out, err string
	exit     int
}

func (d *desk) app(input string, out, errs *bytes.Buffer) *app {
	d.t.Helper()
	config, err := os.ReadFile("../../djscript.toml")
	if err != nil {
		d.t.Fatal(err)
	}
	env := func(name string) string {
		if name == "DJSCRIPT_KEYS" {
			return filepath.Join(d.dir, "keys")
		}
		return ""
	}
	return &app{
		Assets: Assets{Config: config, Builtin: builtin.Files, Version: "1.2.3"}, in: strings.NewReader(input), out: out, err: errs,
		env: env, now: func() time.Time { return d.now }, entropy: rand.Reader,
	}
}

// run runs a command line in the desk's folder, in English where it does not say otherwise.
func (d *desk) run(input string, args ...string) said {
	d.t.Helper()
	var out, errs bytes.Buffer
	a := d.app(input, &out, &errs)
	if !slices.Contains(args, "--lang") {
		args = append(args, "--lang", "en")
	}
	exit := a.main(context.Background(), append([]string{"-C", d.dir}, args...))
	return said{out.String(), errs.String(), exit}
}

func (d *desk) write(path, text string) string {
	d.t.Helper()
	path = filepath.Join(d.dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func (s said) wants(t *testing.T, exit int, parts ...string) {
	t.Helper()
	if s.exit != exit {
		t.Errorf("exit %d, want %d\n%s%s", s.exit, exit, s.out, s.err)
	}
	for _, part := range parts {
		if !strings.Contains(s.out+s.err, part) {
			t.Errorf("did not say %q:\n%s%s", part, s.out, s.err)
		}
	}
}

func (s said) json(t *testing.T, into any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(s.out))
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%v in %q", err, s.out)
	}
	if decoder.More() {
		t.Errorf("more than one object on stdout: %s", s.out)
	}
}

func TestEveryCommandExplainsItselfInBothLanguages(t *testing.T) {
	d := newDesk(t)
	leftovers := regexp.MustCompile(`cli\.[a-z_]+|\(default |\bhelp for\b|Help about|Generate the|completion descriptions`)
	english := regexp.MustCompile(`\[flags\]|\[command\]|(?m)^\s+(-\w, )?--[\w-]+ (string|strings|stringArray|duration|int) `)
	for _, language := range []string{message.Portuguese, message.English} {
		if err := message.SetLanguage(language); err != nil {
			t.Fatal(err)
		}
		everyCommand(d.app("", &bytes.Buffer{}, &bytes.Buffer{}).root(), func(c *cobra.Command) {
			if c.Short == "" || !c.HasExample() && c.HasParent() {
				t.Errorf("%s (%s) has no short text or no example", c.CommandPath(), language)
			}
			var out bytes.Buffer
			c.SetOut(&out)
			if err := c.Help(); err != nil {
				t.Fatal(err)
			}
			if found := leftovers.FindString(out.String()); found != "" {
				t.Errorf("%s (%s) says %q:\n%s", c.CommandPath(), language, found, &out)
			}
			if found := english.FindString(out.String()); found != "" && language == message.Portuguese {
				t.Errorf("%s says %q in Portuguese:\n%s", c.CommandPath(), found, &out)
			}
		})
	}
}

func everyCommand(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, below := range c.Commands() {
		everyCommand(below, visit)
	}
}

func TestMistakesInFlagsAreToldWithTheNearestOne(t *testing.T) {
	d := newDesk(t)
	for line, want := range map[string]string{
		"next --cuont 3":         "did you mean --count?",
		"restore 1 --company 2":  "did you mean --companies?",
		"restore 1 --shutdown":   "did you mean --on-busy?",
		"restaurar":              "did you mean: djscript restore",
		"recuperar":              "did you mean: djscript recover",
		"next --nothing-like-it": "next has no flag --nothing-like-it",
		"next --lang en -n":      "flag --count has no value",
		"next -n many":           `"many" is no whole number, and --count wants one`,
		"next -x":                "next has no flag -x",
		"copies chek":            "did you mean: djscript copies check",
		"help nothing":           `no command "nothing"`,
		"drives everything":      `no command "everything"`,
	} {
		d.run("", strings.Fields(line)...).wants(t, 2, want)
	}
}

// Where a name is empty no drive is taken, though only one were plugged in; where it is none's, that is all that is said.
func TestADriveIsTakenByItsNameAlone(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\n")
	for _, verb := range []string{"eject", "wipe"} {
		s.run("", "drives", verb, "").wants(t, 2, "one of the arguments is empty")
		s.run("", "drives", verb, "NADA", "--lang", "pt-BR").wants(t, 1, "nenhuma unidade NADA está conectada\n")
	}
}

func TestOutsideAStoreACommandSaysHowToMakeOne(t *testing.T) {
	d := newDesk(t)
	for _, line := range []string{"secret list", "history", "copies", "copies show 3", "next", "companies"} {
		d.run("", strings.Fields(line)...).wants(t, 2, "djscript init")
	}
}
