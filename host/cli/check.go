package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check [PATH...]", Short: message.Text("cli.check_short", nil), Long: message.Text("cli.check_long", nil),
		Args: between(0, -1), Example: "  djscript check\n  djscript check scripts/closing.lua\n  djscript check --json",
		RunE: func(_ *cobra.Command, args []string) error { return a.check(args) },
	}
}

// mistake is one thing wrong in a file that a person wrote.
type mistake struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Key     string `json:"key,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	source  string // the line itself, of a script
}

// inspection is what check looked at, and found.
type inspection struct {
	files    []string
	mistakes []mistake
}

func (a *app) check(paths []string) error {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	i := &inspection{files: []string{}, mistakes: []mistake{}}
	for _, path := range paths {
		if !filepath.IsAbs(path) {
			path = filepath.Join(a.dir, path)
		}
		if err := a.checkPath(i, path); err != nil {
			return err
		}
	}
	return a.tellInspection(i)
}

func (a *app) checkPath(i *inspection, path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		i.unreadable(path)
	case info.IsDir():
		return a.checkFolder(i, path)
	case strings.HasSuffix(path, ".lua"):
		i.script(path)
	case filepath.Base(path) == "djscript.toml":
		return a.checkConfig(i, path)
	case strings.HasSuffix(path, ".toml"):
		return a.checkSystem(i, path)
	default:
		return message.New("arg.file", "cli.check_what", message.Args{"path": path})
	}
	return nil
}

// checkFolder checks a store: its configuration, its systems and its scripts. A folder without djscript.toml is one of
// scripts.
func (a *app) checkFolder(i *inspection, dir string) error {
	scripts := filepath.Join(dir, "*.lua")
	if _, err := os.Stat(filepath.Join(dir, "djscript.toml")); err == nil || dir == filepath.Clean(a.dir) {
		scripts = filepath.Join(dir, "scripts", "*.lua")
		if err := a.checkConfig(i, filepath.Join(dir, "djscript.toml")); err != nil {
			return err
		}
	}
	found, _ := filepath.Glob(scripts)
	for _, path := range found {
		i.script(path)
	}
	return nil
}

// checkConfig loads a djscript.toml, which loads the profiles of systems beside it.
func (a *app) checkConfig(i *inspection, path string) error {
	i.files = append(i.files, path)
	systems, err := fs.Sub(a.Builtin, "systems")
	if err != nil {
		return err
	}
	own, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "scripts", "systems", "*.toml"))
	i.files = append(i.files, own...)
	_, err = config.Load(path, a.Config, systems, checkSchedule, a.checkTargets)
	return i.take(err, func(config.Mistake) bool { return true })
}

// checkSystem checks one profile, wherever it lies, as if it were built in.
func (a *app) checkSystem(i *inspection, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		i.unreadable(path)
		return nil
	}
	dir, err := os.MkdirTemp("", "djscript-check-")
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	empty := filepath.Join(dir, "djscript.toml")
	systems := filepath.Join(dir, "systems")
	err = errors.Join(
		os.WriteFile(empty, nil, 0o600), os.Mkdir(systems, 0o700),
		os.WriteFile(filepath.Join(systems, filepath.Base(path)), data, 0o600),
	)
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	i.files = append(i.files, path)
	_, err = config.Load(empty, a.Config, os.DirFS(systems))
	if all, ok := errors.AsType[config.Mistakes](err); ok {
		for n := range all {
			if all[n].File != empty {
				all[n].File = path
			}
		}
	}
	return i.take(err, func(m config.Mistake) bool { return m.File == path })
}

// take notes the mistakes of a configuration that are wanted. Any other error is given back.
func (i *inspection) take(err error, wanted func(config.Mistake) bool) error {
	var all config.Mistakes
	if err != nil && !errors.As(err, &all) {
		return err
	}
	for _, m := range all {
		if wanted(m) {
			i.mistakes = append(i.mistakes, mistake{
				File: m.File, Line: m.Line, Key: m.Key, Code: m.Code, Message: m.Err.Sentence(), Hint: m.Hint(),
			})
		}
	}
	return nil
}

// script reads a script's syntax.
func (i *inspection) script(path string) {
	i.files = append(i.files, path)
	source, err := os.ReadFile(path)
	if err != nil {
		i.unreadable(path)
		return
	}
	_, err = lua.Parse(path, source)
	if wrong, ok := errors.AsType[*lua.SyntaxError](err); ok {
		text, hint := syntaxWords(wrong)
		i.mistakes = append(i.mistakes, mistake{
			File: path, Line: wrong.Line, Code: wrong.Code(), Message: text, Hint: hint, source: strings.TrimSpace(wrong.SourceLine),
		})
	}
}

// syntaxWords are what a script's syntax error says in the reader's language, without its place, and what to do.
func syntaxWords(wrong *lua.SyntaxError) (text, hint string) {
	key := wrong.Key + ".hint"
	if hint = message.Say(key, wrong.Args); hint == key {
		hint = ""
	}
	return wrong.Tell(message.Say), hint
}

func (i *inspection) unreadable(path string) {
	err := message.New("arg.file", "cli.check_unreadable", nil)
	i.mistakes = append(i.mistakes, mistake{File: path, Code: err.Code(), Message: err.Error(), Hint: err.Hint()})
}

// checkTargets finds the entries that run a script which is not there.
func (a *app) checkTargets(c *config.Config) []config.Mistake {
	known := a.hostOf(c).Scripts()
	var mistakes []config.Mistake
	for _, e := range c.Cron {
		script, _, _ := strings.Cut(e.Run, ":")
		if e.Run == "" || strings.HasSuffix(script, ".lua") || slices.Contains(known, script) {
			continue
		}
		mistakes = append(mistakes, c.At("cron."+e.Name+".run", message.New("option.value", "cli.check_no_script", message.Args{
			"script": script, "known": strings.Join(known, ", "),
		})))
	}
	return mistakes
}

func (a *app) tellInspection(i *inspection) error {
	if a.json {
		err := a.printJSON(map[string]any{"ok": len(i.mistakes) == 0, "checked": i.files, "mistakes": i.mistakes})
		return errors.Join(err, i.code())
	}
	for _, m := range i.mistakes {
		m.print(a.err)
	}
	if len(i.mistakes) > 0 {
		return i.code()
	}
	fmt.Fprintln(a.out, message.Plural("cli.check_well", len(i.files), nil))
	return nil
}

func (i *inspection) code() error {
	if len(i.mistakes) == 0 {
		return nil
	}
	return ended(run.ExitWrong)
}

// print writes the place and what is wrong, the line itself where it is known, and the cure: as any other command does
// that meets the same mistake.
func (m mistake) print(w io.Writer) {
	where := m.File
	if m.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, m.Line)
	}
	if m.Key != "" {
		where += ": " + m.Key
	}
	fmt.Fprintf(w, "%s %s: %s\n", message.Text("cli.error", nil), where, m.Message)
	if m.source != "" {
		fmt.Fprintf(w, "    %s\n", m.source)
	}
	if m.Hint != "" {
		fmt.Fprintf(w, "  → %s\n", m.Hint)
	}
}
