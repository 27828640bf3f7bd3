package firebird

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Engine is Firebird's embedded engine in a folder of our own, with its own configuration and locks: no server, no
// password, and nothing shared with the Firebird of the machine. It is for databases that nobody else has open, above
// all the scratch databases that a copy is proven in.
//
// The user that runs it owns its folder. Firebird as root gives its lock files to the user firebird, so an engine
// that root has used is of no use to another user; each makes its own.
type Engine struct {
	root  root
	owns  bool // the folder itself is ours to remove
	tools Tools
}

// NewEngine lays out an engine in dir, which must be empty or absent. Errors: db.version before Firebird 3, which has
// no embedded engine that we know, gbak.failed where a tool or the engine itself is missing.
func NewEngine(ctx context.Context, dir string, t Tools) (*Engine, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !t.Version.AtLeast(3, 0) {
		return nil, message.New("db.version", "gbak.engine", message.Args{"version": t.Version, "path": t.Dir})
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", dir, err)
	}
	if err := emptyOrAbsent(dir); err != nil {
		return nil, fmt.Errorf("make engine: %w", err)
	}
	e := &Engine{owns: !isDir(dir), tools: t}
	if e.root, err = makeRoot(dir, t, engineConf(dir, t), ""); err != nil {
		return nil, errors.Join(err, e.Remove())
	}
	return e, nil
}

// engineConf leaves only the engine: no server on the way, not even the one of this machine, which the tools would
// ask next. Mode Super locks the file against every other engine, also one with other lock files.
func engineConf(dir string, t Tools) string {
	provider := "Engine12"
	if t.Version.AtLeast(4, 0) {
		provider = "Engine13"
	}
	return confLines(
		"Providers", provider,
		"ServerMode", "Super",
		"GCPolicy", "cooperative",
		// Measured on a backup of 240 MB: 128 pages restore in 5.7 to 6.1 s, Firebird's usual 2048 in 6.8 to 9.2. The
		// system's own cache holds the file anyway.
		"DefaultDbCachePages", "128",
		"SecurityDatabase", filepath.Join(root{dir: dir}.home(), "security.fdb"),
		"TempDirectories", root{dir: dir}.tmp(),
		"ExternalFileAccess", "None",
	)
}

// env is what makes Firebird's tools use this engine. SYSDBA needs no password here; it alone may enter a database
// that a restore has not finished.
func (e *Engine) env() map[string]string {
	env := e.root.environ()
	env["ISC_USER"] = "SYSDBA"
	return env
}

// envOf is env for a user that what is made is to belong to. A tool that runs as in Firebird's own build is SYSDBA whatever
// it is told (measured on 3.0.11); where it does not, the log of an error may land where the machine's own server has its.
func (e *Engine) envOf(user string) map[string]string {
	env := e.env()
	if user != "" && user != env["ISC_USER"] {
		env["ISC_USER"] = user
		delete(env, "FIREBIRD_BOOT_BUILD")
	}
	return env
}

// Backup starts a backup of a database file that no server has open.
func (e *Engine) Backup(ctx context.Context, fdb string, o BackupOptions) (*Backup, error) {
	return e.tools.backup(ctx, Database{Path: fdb}, WayEmbedded, e.env(), nil, o)
}

// Script runs a script of SQL through isql and gives back what isql said. It stops at its first error, which comes as
// gbak.failed or what Firebird's words say. fdb "" runs it without a database: "create database" is in the script.
func (e *Engine) Script(ctx context.Context, fdb, sql string) (string, error) {
	return e.ScriptIn(ctx, fdb, unicode, sql)
}

// ScriptIn is Script through a connection in that character set, in which the script is written too.
func (e *Engine) ScriptIn(ctx context.Context, fdb, charset, sql string) (string, error) {
	return e.isql(ctx, fdb, charset, sql)
}

func (e *Engine) isql(ctx context.Context, fdb, charset, sql string) (string, error) {
	if e.tools.Isql == "" {
		return "", message.New("gbak.failed", "gbak.no_tool", message.Args{"tool": "isql", "path": e.tools.Dir})
	}
	// A trigger on connect may refuse everybody but the store's own program.
	args := []string{"-q", "-b", "-nodbtriggers", "-charset", charset}
	if fdb != "" {
		args = append(args, fdb)
	}
	return e.runIsql(ctx, fdb, sql, args)
}

// The script goes in by a file: what comes by a pipe loses every letter that is not of the locale's character set.
func (e *Engine) runIsql(ctx context.Context, fdb, sql string, args []string) (string, error) {
	file, err := os.CreateTemp(e.root.tmp(), "script-")
	if err != nil {
		return "", fmt.Errorf("write script: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.WriteString(sql)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("write script: %w", err)
	}
	var out cappedBuffer
	p, err := start(ctx, child{
		path: e.tools.Isql, args: append(args, "-i", file.Name()), dir: e.root.tmp(), env: e.env(), stdout: &out, stderr: &out,
	})
	if err != nil {
		return "", fmt.Errorf("run isql: %w", err)
	}
	err = p.wait()
	if ctx.Err() != nil {
		return out.String(), ctx.Err()
	}
	if err != nil {
		return out.String(), e.toolError(fdb, "isql", strings.ReplaceAll(out.String(), file.Name(), "script"))
	}
	return out.String(), nil
}

// toolError is what isql or gfix said, as a person is told.
func (e *Engine) toolError(fdb, tool, out string) error {
	return ending{subject: fdb, exit: errors.New(tool), failures: toolWords(out)}.failed()
}

// Online opens a database file that was closed to everybody when it was copied.
func (e *Engine) Online(ctx context.Context, fdb string) error {
	_, err := e.gfix(ctx, fdb, "-online", "normal")
	return err
}

// removeDatabase removes a database file that this engine made.
func removeDatabase(fdb string) error {
	err := os.Remove(fdb)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Remove removes the engine's folder, or what is the engine's in a folder that was there before. The databases that
// it worked on stay. It may be called again.
func (e *Engine) Remove() error {
	if e.root.dir == "" {
		return nil
	}
	if err := e.root.remove(); err != nil {
		return fmt.Errorf("remove engine: %w", err)
	}
	if !e.owns {
		return nil
	}
	entries, err := os.ReadDir(e.root.dir)
	if os.IsNotExist(err) || len(entries) > 0 {
		return nil // gone already, or a database of the caller's lies in it
	}
	if err := os.Remove(e.root.dir); err != nil {
		return fmt.Errorf("remove engine: %w", err)
	}
	return nil
}
