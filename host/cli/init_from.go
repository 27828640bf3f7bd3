package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/lock"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/restore"
	"github.com/djscript/djscript/host/run"
)

// initFrom is the copy that a store comes from.
type initFrom struct{ copy, key string }

// fits are the flags of init that say how this PC differs from the one that the copy was made on. All else is in the copy.
var fits = []string{"from", "key", "database", "server", "user", "bin", "destination"}

// initFrom brings a store to this PC from one copy: all of it, or nothing.
func (a *app) initFrom(c *cobra.Command, dir string, from initFrom, n answers) error {
	ctx := c.Context()
	if from.copy == "" {
		return message.New("arg.missing", "cli.init_key_alone", nil)
	}
	for _, flag := range given(c) {
		if !slices.Contains(fits, flag) {
			return message.New("arg.count", "cli.init_from_flag", message.Args{"flag": "--" + flag})
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", dir, err)
	}
	keys, err := keysIn(from.key)
	if err != nil {
		return err
	}
	found, err := copies.Open(a.within(from.copy), keys...)
	if err != nil {
		return err
	}
	n.absolute(a)
	watcher := a.watcher()
	arrivals, err := a.arrivals(dir)
	if err != nil {
		return err
	}
	arrivals.Values = func(c *config.Config) ([]config.Value, error) { return n.here(c, found.Database) }
	arrivals.Progress = func(p copies.Progress) {
		p.Step = "arriving"
		watcher.watch(run.Event{Kind: "progress", Progress: &p})
	}
	arrival, result, err := a.arrive(ctx, arrivals, found, keys)
	watcher.end()
	if err != nil {
		return err
	}
	return a.tellArrival(dir, arrival, result)
}

// given are the flags that were given to the command itself.
func given(c *cobra.Command) (names []string) {
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			names = append(names, f.Name)
		}
	})
	return names
}

func (a *app) arrivals(dir string) (*run.Arrivals, error) {
	files, err := editorFiles()
	if err != nil {
		return nil, err
	}
	extra := map[string][]byte{}
	for _, f := range files {
		extra[f.path] = f.data
	}
	return &run.Arrivals{Dir: dir, Load: a.loadStore, Extra: extra, Now: a.now, Entropy: a.entropy}, nil
}

// arrive looks, and brings what it has looked at, while nobody else does.
func (a *app) arrive(ctx context.Context, n *run.Arrivals, c copies.Copy, keys copies.Keys) (arrival *run.Arrival, result *restore.Result, err error) {
	if err := a.endArrivalIn(ctx, n); err != nil {
		return nil, nil, err
	}
	arrival, err = n.Look(ctx, c, keys)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, arrival.Close()) }()
	for _, told := range arrival.Told {
		a.tellOne("cli.warning", told)
	}
	fresh := missingFolders(n.Dir)
	held, err := lock.Take(ctx, filepath.Join(run.Dir(n.Dir), "locks"), copies.Lock, "djscript init --from", 0)
	if err != nil {
		return nil, nil, err
	}
	result, err = arrival.Bring(ctx)
	err = errors.Join(err, held.Release())
	if err != nil {
		tidy(n.Dir, fresh)
	}
	return arrival, result, err
}

// missingFolders are those that are made for a folder to be there, the innermost first.
func missingFolders(dir string) (all []string) {
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return all
		}
		all = append(all, dir)
	}
}

// tidy takes away the folders of a store that did not come about. What somebody else has put there stays, with its folder.
func tidy(dir string, fresh []string) {
	state := run.Dir(dir)
	_ = os.Remove(filepath.Join(state, "locks", copies.Lock+".lock"))
	for _, empty := range append([]string{filepath.Join(state, "locks"), filepath.Join(state, "work"), state}, fresh...) {
		_ = os.Remove(empty)
	}
}

// endArrival ends what an init --from that died had begun in the folder of this command, whatever the command is.
func (a *app) endArrival(ctx context.Context) error {
	if _, err := os.Stat(a.configPath()); err == nil {
		return nil // a store: its next run does
	}
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", a.dir, err)
	}
	return a.endArrivalIn(ctx, &run.Arrivals{Dir: dir, Now: a.now, Entropy: a.entropy})
}

func (a *app) endArrivalIn(ctx context.Context, n *run.Arrivals) error {
	if !n.Pending() {
		return nil
	}
	held, err := lock.Take(ctx, filepath.Join(run.Dir(n.Dir), "locks"), copies.Lock, "djscript init --from", 0)
	if message.Code(err) == "lock.timeout" {
		return nil // somebody is at it
	}
	if err != nil {
		return err
	}
	told := n.Finish(ctx)
	err = held.Release()
	if told != nil {
		for _, one := range flatten(told) {
			a.tellOne("cli.warning", one)
		}
	}
	if _, missing := os.Stat(filepath.Join(n.Dir, "djscript.toml")); missing != nil && !n.Pending() {
		tidy(n.Dir, nil)
	}
	return err
}

// here are the values of djscript.toml that are others on this PC, as the flags say.
func (n *answers) here(c *config.Config, database string) (values []config.Value, err error) {
	set := func(key, value string) { values = append(values, config.Value{Key: key, Value: value}) }
	if n.bin != "" {
		set("firebird.bin", n.bin)
	}
	if n.user != "" {
		set("firebird.user", n.user)
	}
	if n.server != "" {
		set("firebird.server", n.server)
		for _, d := range c.Databases {
			if d.Server != c.Firebird.Server {
				set("database."+d.Name+".server", n.server)
			}
		}
	}
	var wrong []error
	for _, text := range n.databases {
		name, path := splitPlace(text)
		if name == "" {
			name = database
		}
		_, err := c.Database(name)
		wrong = append(wrong, err)
		set("database."+name+".path", path)
	}
	for _, text := range n.destinations {
		name, path := splitPlace(text)
		if name == "" {
			wrong = append(wrong, message.New("arg.value", "cli.init_from_destination", message.Args{"path": path}))
			continue
		}
		_, err := c.Destination(name)
		wrong = append(wrong, err)
		set("destination."+name+".path", path)
	}
	return values, errors.Join(wrong...)
}
