package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/demo"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/lock"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/secret"
	"github.com/djscript/djscript/lua"
)

const demoID = "loja-demonstracao"

func (a *app) demoCommand() *cobra.Command {
	var size string
	var stay bool
	c := &cobra.Command{
		Use: "demo [DIR]", Short: message.Text("cli.demo_short", nil), Long: message.Text("cli.demo_long", nil), Args: between(0, 1),
		Example: "  djscript demo\n  djscript demo big --size 300MB\n  djscript demo --stay",
		RunE: func(c *cobra.Command, args []string) error {
			dir := filepath.Join(a.dir, "demo")
			if len(args) == 1 {
				dir = filepath.Join(a.dir, args[0])
				if filepath.IsAbs(args[0]) {
					dir = args[0]
				}
			}
			bytes, err := lua.ParseSize(size)
			if err != nil {
				return message.New("arg.value", "cli.no_size", message.Args{"text": size})
			}
			return a.demo(c.Context(), dir, int64(bytes), stay)
		},
	}
	c.Flags().StringVar(&size, "size", "12MB", message.Text("cli.flag_size", nil))
	c.Flags().BoolVar(&stay, "stay", false, message.Text("cli.flag_stay", nil))
	return c
}

// demonstration is a store on a machine that has nothing but Firebird's tools.
type demonstration struct {
	*app
	dir    string // absolute
	tools  firebird.Tools
	server *firebird.PrivateServer
}

func (a *app) demo(ctx context.Context, dir string, bytes int64, stay bool) (err error) {
	d := &demonstration{app: a}
	if d.dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("resolve %s: %w", dir, err)
	}
	if d.tools, err = firebird.FindTools(ctx, ""); err != nil {
		return err
	}
	a.tell("cli.demo_tools", message.Args{"version": d.tools.Version.String(), "path": d.tools.Dir})
	if err := d.folders(); err != nil {
		return err
	}
	held, err := d.alone(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	if d.server, err = firebird.StartPrivateServer(ctx, filepath.Join(d.dir, ".djscript", "server"), d.tools); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.server.Stop()) }()
	a.tell("cli.demo_server", message.Args{"address": d.server.Address()})
	if err := d.database(ctx, bytes); err != nil {
		return err
	}
	if err := d.configure(); err != nil {
		return err
	}
	return d.backup(ctx, stay)
}

func (d *demonstration) path(parts ...string) string {
	return filepath.Join(append([]string{d.dir}, parts...)...)
}

// folders makes the store's folders. A folder that holds anything but an earlier demonstration is not touched.
func (d *demonstration) folders() error {
	entries, err := os.ReadDir(d.dir)
	if err == nil && len(entries) > 0 && storeID(d.path("djscript.toml")) != demoID {
		return message.New("fs.exists", "cli.demo_exists", message.Args{"path": d.dir})
	}
	for _, sub := range []string{".djscript", "dados", "copias/local", "copias/pendrive"} {
		if err := os.MkdirAll(d.path(filepath.FromSlash(sub)), 0o755); err != nil {
			return message.Wrap(err, "fs.denied", "cli.demo_folder", message.Args{"path": d.dir})
		}
	}
	return nil
}

// alone keeps a second demonstration out of the folder, and takes away the server of one that was killed: it was that
// one's child, and is dead by now.
func (d *demonstration) alone(ctx context.Context) (*lock.Lock, error) {
	held, err := lock.Take(ctx, d.path(".djscript", "locks"), "demo", "djscript demo", 0)
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(d.path(".djscript", "server")); err != nil {
		return nil, errors.Join(message.Wrap(err, "fs.denied", "cli.demo_folder", message.Args{"path": d.dir}), held.Release())
	}
	return held, nil
}

func (d *demonstration) databasePath() string { return d.path("dados", "LOJA.FDB") }

// database makes the store's database, or takes the one that an earlier demonstration made.
func (d *demonstration) database(ctx context.Context, bytes int64) error {
	if _, err := os.Stat(d.databasePath()); err == nil {
		return nil
	}
	d.tell("cli.demo_database", nil)
	// Under another name until it is whole: a demonstration that is cut off here begins anew the next time.
	part := d.path("dados", "LOJA.PART")
	if err := os.RemoveAll(part); err != nil {
		return message.Wrap(err, "fs.denied", "cli.demo_folder", message.Args{"path": d.dir})
	}
	if err := demo.Create(ctx, d.server, part, demo.Options{Bytes: bytes}); err != nil {
		return err
	}
	if err := os.Rename(part, d.databasePath()); err != nil {
		return message.Wrap(err, "fs.denied", "cli.demo_folder", message.Args{"path": d.dir})
	}
	if _, err := os.Stat(d.path("modelos")); err == nil {
		return nil
	}
	return demo.WriteModels(d.path("modelos"))
}

// configure writes the store's djscript.toml, as `djscript init` would, and keeps the server's password as a secret. In
// one that is there already only the server's address changes: a person may have tried things in it.
func (d *demonstration) configure() error {
	text, err := os.ReadFile(d.path("djscript.toml"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text = d.fill()
	case err != nil:
		return message.Wrap(err, "fs.denied", "cli.demo_folder", message.Args{"path": d.dir})
	default:
		text = atServer(text, d.server.Address())
	}
	if err := os.WriteFile(d.path("djscript.toml"), text, 0o644); err != nil {
		return message.Wrap(err, "fs.denied", "cli.demo_folder", message.Args{"path": d.dir})
	}
	password := d.server.Database("").Password
	return secret.Open(d.path(".djscript"), d.keyDir()).Set("firebird", password)
}

var serverLine = regexp.MustCompile(`(?m)^([ \t]*server[ \t]*=[ \t]*)["'][^"'\n]*["']`)

// atServer is a djscript.toml whose server answers at another address.
func atServer(text []byte, address string) []byte {
	return serverLine.ReplaceAll(text, []byte("${1}"+strconv.Quote(address)))
}

func (d *demonstration) fill() []byte {
	slash := filepath.ToSlash
	return config.Fill(d.Config,
		config.Value{Key: "store.id", Value: demoID},
		config.Value{Key: "store.name", Value: demo.Name},
		config.Value{Key: "store.language", Value: message.Language()},
		config.Value{Key: "firebird.server", Value: d.server.Address()},
		config.Value{Key: "database.loja.path", Value: slash(d.databasePath())},
		config.Value{Key: "database.loja.system", Value: "demo"},
		config.Value{Key: "database.loja.files", Value: []string{slash(d.path("modelos")) + "/**"}},
		config.Value{Key: "destination.local.path", Value: slash(d.path("copias", "local"))},
		config.Value{Key: "destination.pendrive.path", Value: slash(d.path("copias", "pendrive"))},
		config.Value{Key: "backup.at", Value: []string{"22:00"}},
		config.Value{Key: "backup.to", Value: []string{"local", "pendrive"}},
	)
}

// backup runs the store's backup by the built-in script and says what it proved.
func (d *demonstration) backup(ctx context.Context, stay bool) error {
	d.app.dir = d.dir
	store, err := d.host()
	if err != nil {
		return err
	}
	watcher := d.watcher()
	store.Watch = watcher.watch
	o := store.Run(ctx, run.Request{Target: run.BackupEntry, Trigger: "manual"})
	watcher.end()
	if err := d.tellOutcome(o); err != nil || d.json {
		return err
	}
	d.print("cli.demo_next", message.Args{"dir": shortest(d.dir), "program": d.Program})
	if stay {
		d.tell("cli.demo_stays", message.Args{"address": d.server.Address()})
		<-ctx.Done()
	}
	return nil
}

// shortest is a path as one would type it from here.
func shortest(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	relative, err := filepath.Rel(here, path)
	if err != nil || len(relative) > len(path) {
		return path
	}
	return relative
}
