package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// checkFlags are how a check tells what it found.
type checkFlags struct {
	format  string
	strict  bool
	explain bool
}

func (a *app) checkCommand() *cobra.Command {
	var flags checkFlags
	c := &cobra.Command{
		Use: "check [PATH...]", Short: message.Text("cli.check_short", nil), Long: message.Text("cli.check_long", nil),
		Args:    between(0, -1),
		Example: "  djscript check\n  djscript check scripts/closing.lua\n  djscript check --explain\n  djscript check --format short --strict",
		RunE:    func(c *cobra.Command, args []string) error { return a.check(c.Context(), args, flags) },
	}
	c.Flags().StringVar(&flags.format, "format", formatText, message.Text("cli.flag_format", nil))
	c.Flags().BoolVar(&flags.strict, "strict", false, message.Text("cli.flag_strict", nil))
	c.Flags().BoolVar(&flags.explain, "explain", false, message.Text("cli.flag_explain", nil))
	return c
}

// inspection is what check looks at, and what it found.
type inspection struct {
	app      *app
	files    []string
	mistakes []mistake
	told     map[mistake]bool
	given    map[string]string // the files that were read, by where they lie
	scripts  []*checked
	host     *run.Host // the store; nil where there is none, or where its configuration can not be read at all
	whole    bool      // the store is checked whole
	powers   []explained
}

func (a *app) check(ctx context.Context, paths []string, flags checkFlags) error {
	if flags.format != formatText && flags.format != formatShort {
		return message.New("arg.value", "cli.check_format", message.Args{"format": flags.format})
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	i := &inspection{
		app: a, host: a.storeAsItIs(), files: []string{}, mistakes: []mistake{}, told: map[mistake]bool{}, given: map[string]string{}, powers: []explained{},
	}
	for _, path := range paths {
		if !filepath.IsAbs(path) {
			path = filepath.Join(a.dir, path)
		}
		if err := a.checkPath(ctx, i, path); err != nil {
			return err
		}
	}
	for _, c := range i.scripts {
		i.stands(ctx, c)
	}
	if i.whole {
		i.builtin()
	}
	if i.host != nil {
		i.unreachable()
	}
	return i.tell(flags)
}

// storeAsItIs is the store of this folder, nil where there is none; that its configuration may have mistakes is another
// matter.
func (a *app) storeAsItIs() *run.Host {
	var host *run.Host
	_, _ = a.loadFor(a.configPath(), func(c *config.Config) []config.Mistake { host = a.filesOf(c); return nil })
	return host
}

// loadFor loads a djscript.toml with its reseller's file and its profiles, for these checks.
func (a *app) loadFor(path string, checks ...config.Check) (*config.Config, error) {
	systems, err := fs.Sub(a.Builtin, "systems")
	if err != nil {
		return nil, err
	}
	return config.Load(path, a.Config, systems, checks...)
}

// filesOf is a store with its scripts as they lie there, whatever version is in force.
func (a *app) filesOf(c *config.Config) *run.Host {
	host := a.hostOf(c)
	host.Layers = layer.Of(c.Dir, c.Base, a.Builtin)
	return host
}

func (a *app) checkPath(ctx context.Context, i *inspection, path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		i.unreadable(path)
	case info.IsDir():
		return a.checkFolder(ctx, i, path)
	case strings.EqualFold(filepath.Ext(path), ".lua"):
		i.script(spelled(path))
	case filepath.Base(path) == "djscript.toml":
		return a.checkConfig(ctx, i, path)
	case strings.HasSuffix(path, ".toml") && filepath.Base(filepath.Dir(path)) == layoutsFolder:
		return i.checkLayout(path)
	case strings.HasSuffix(path, ".toml"):
		return a.checkSystem(i, path)
	default:
		return message.New("arg.file", "cli.check_what", message.Args{"path": path})
	}
	return nil
}

// checkFolder checks a store: its configuration, its systems and its scripts. A folder without djscript.toml is one of
// scripts.
func (a *app) checkFolder(ctx context.Context, i *inspection, dir string) error {
	folders := []string{dir}
	if _, err := os.Stat(filepath.Join(dir, "djscript.toml")); err == nil || dir == filepath.Clean(a.dir) {
		if err := a.checkConfig(ctx, i, filepath.Join(dir, "djscript.toml")); err != nil {
			return err
		}
		folders, i.whole = i.folders(dir), i.host != nil
		if i.whole {
			if err := i.checkLayouts(folders); err != nil {
				return err
			}
		}
		if _, err := a.versions(); err != nil && i.whole && dir == filepath.Clean(a.dir) { // or a run would find none of them
			i.note(mistake{Level: lua.LevelError, File: filepath.Join(dir, "scripts"), Code: message.Code(err), Message: err.Error(), Hint: message.Hint(err)})
		}
	}
	for _, folder := range folders {
		for _, pattern := range []string{filepath.Join("lib", "*.[lL][uU][aA]"), "*.[lL][uU][aA]"} {
			found, _ := filepath.Glob(filepath.Join(folder, pattern))
			for _, path := range found {
				i.script(path)
			}
		}
	}
	return nil
}

// folders are where the scripts of a store lie: its own, and its reseller's.
func (i *inspection) folders(dir string) []string {
	all := []string{filepath.Join(dir, "scripts")}
	if i.host == nil {
		return all
	}
	for _, l := range i.host.Layers {
		if l.Name == layer.Reseller {
			all = append(all, filepath.Join(dir, filepath.FromSlash(l.Dir)))
			if filepath.IsAbs(l.Dir) {
				all[1] = l.Dir
			}
		}
	}
	return all
}

// checkConfig loads a djscript.toml, which loads the profiles of systems beside it, and compares it with the scripts that
// it names.
func (a *app) checkConfig(ctx context.Context, i *inspection, path string) error {
	i.files = append(i.files, path)
	own, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "scripts", "systems", "*.toml"))
	i.files = append(i.files, own...)
	_, err := a.loadFor(path, checkSchedule, run.CheckGrants, func(c *config.Config) []config.Mistake {
		i.host = a.filesOf(c)
		return append(a.checkTargets(c), i.host.CheckEntries(ctx)...)
	})
	if i.host != nil {
		i.strangers(i.host.Config)
	}
	return i.take(err, func(config.Mistake) bool { return true })
}

// checkSystem checks one profile, wherever it lies, as if it were built in.
func (a *app) checkSystem(i *inspection, path string) error {
	data, ok := i.text(path)
	if !ok {
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
			i.note(mistake{
				Level: lua.LevelError, File: m.File, Line: m.Line, Key: m.Key, Code: m.Code, Message: m.Err.Sentence(), Hint: m.Hint(),
			})
		}
	}
	return nil
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
	i.note(mistake{Level: lua.LevelError, File: path, Code: err.Code(), Message: err.Error(), Hint: err.Hint()})
}
