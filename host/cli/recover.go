package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/lock"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/recovery"
	"github.com/djscript/djscript/host/run"
)

// recoverAsked is what `recover` was asked.
type recoverAsked struct {
	database  string // its name, or the path of its file
	to, level string
	of, key   string // the copy that tells what the database had
	wait      time.Duration
}

func (a *app) recoverCommand() *cobra.Command {
	asked := recoverAsked{}
	c := &cobra.Command{
		Use: "recover [DATABASE|PATH] --to FILE", Short: message.Text("cli.recover_short", nil), Long: message.Text("cli.recover_long", nil),
		SuggestFor: []string{"recuperar", "salvar"},
		Args:       between(0, 1), Example: "  djscript recover loja --to D:/Resgate/LOJA.FDB\n  djscript recover C:/DJ/LOJA.FDB --to D:/Resgate/LOJA.FDB --level validate\n" +
			"  djscript recover C:/DJ/LOJA.FDB --to D:/Resgate/LOJA.FDB --copy E:/Copias/loja.zip",
		RunE: func(c *cobra.Command, args []string) error {
			asked.database = strings.Join(args, "")
			return a.recover(c.Context(), asked)
		},
	}
	c.Flags().StringVar(&asked.to, "to", "", message.Text("cli.flag_recover_to", nil))
	c.Flags().StringVar(&asked.level, "level", recovery.Salvage, message.Text("cli.flag_level", nil))
	c.Flags().StringVar(&asked.of, "copy", "", message.Text("cli.flag_recover_copy", nil))
	keyFlag(c, &asked.key)
	c.Flags().DurationVar(&asked.wait, "wait", 0, message.Text("cli.flag_wait", nil))
	return c
}

// recover saves what can be saved of a database: in a store as a run of its own, which the history shows, elsewhere with
// nothing but Firebird's tools.
func (a *app) recover(ctx context.Context, asked recoverAsked) error {
	if asked.to == "" {
		return message.New("arg.missing", "cli.recover_where", nil)
	}
	if !slices.Contains([]string{recovery.Validate, recovery.Mend, recovery.Salvage}, asked.level) {
		return message.New("arg.value", "recovery.level", message.Args{"level": asked.level})
	}
	keys, err := keysIn(asked.key)
	if err != nil {
		return err
	}
	if asked.to, err = filepath.Abs(asked.to); err != nil {
		return fmt.Errorf("resolve %s: %w", asked.to, err)
	}
	if _, err := os.Stat(a.configPath()); err != nil {
		return a.recoverAnywhere(ctx, asked, keys)
	}
	return a.recoverInStore(ctx, asked, keys)
}

func (a *app) recoverInStore(ctx context.Context, asked recoverAsked, keys copies.Keys) error {
	store, err := a.host()
	if err != nil {
		return err
	}
	if asked.database, err = databaseOf(store, asked.database); err != nil {
		return err
	}
	params := map[string]any{"database": asked.database, "to": asked.to, "level": asked.level}
	e := run.Errand{Name: "recover", Params: params, Wait: asked.wait, Files: true}
	e.Do = func(ctx context.Context, desk *primitive.Desk) (any, error) {
		return desk.Recover(ctx, primitive.Recovering{Database: asked.database, To: asked.to, Level: asked.level, Copy: asked.of, Keys: keys})
	}
	o, err := a.errand(ctx, e)
	if err != nil {
		return err
	}
	unsaved, nothing := errors.AsType[*recovery.UnsavedError](o.Err)
	switch {
	case a.json && nothing:
		told := reportOf(o)
		if told.Value, err = encoded(unsaved.Report); err != nil {
			return err
		}
		return a.tellReport(told)
	case a.json:
		return a.tellOutcome(o)
	case nothing:
		a.tellUnsaved(unsaved.Report)
	}
	if report, ok := o.Value.(recovery.Report); ok && o.Err == nil {
		a.tellRecovered(report)
		o.Value, o.Degraded = nil, slices.DeleteFunc(o.Degraded, incomplete) // the report has said it
		if !report.OK && len(o.Degraded) == 0 {
			return ended(run.ExitDegraded)
		}
	}
	return a.tellOutcome(o)
}

func incomplete(err error) bool { return message.Code(err) == "db.incomplete" }

// databaseOf is the database that a person names: the store's only one where nothing is said, a name of djscript.toml, or a
// path.
func databaseOf(store *run.Host, named string) (string, error) {
	all := store.Config.Databases
	if named == "" {
		if len(all) == 1 {
			return all[0].Name, nil
		}
		return "", message.New("arg.missing", "cli.recover_what", nil)
	}
	for _, d := range all {
		if d.Name == named {
			return named, nil
		}
	}
	path, err := filepath.Abs(named)
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", named, err)
	}
	return path, nil
}

// recoverAnywhere works on a machine that has no store, in a folder beside the new file.
func (a *app) recoverAnywhere(ctx context.Context, asked recoverAsked, keys copies.Keys) (err error) {
	if asked.database == "" {
		return message.New("arg.missing", "cli.recover_what", nil)
	}
	tools, err := firebird.FindTools(ctx, "")
	if err != nil {
		return err
	}
	options := recovery.Options{To: asked.to, Level: asked.level}
	if asked.of != "" {
		c, err := copies.Open(asked.of, keys...)
		if err != nil {
			return err
		}
		if options.Known, err = primitive.KnownBy(c, keys); err != nil {
			return err
		}
	}
	path, err := filepath.Abs(asked.database)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", asked.database, err)
	}
	r := recovery.Recovery{Tools: tools, Now: a.now}
	if err := r.Check(path, options); err != nil {
		return err
	}
	work, leave, err := workBeside(ctx, filepath.Dir(asked.to))
	if err != nil {
		return err
	}
	r.Work = work
	defer func() { err = errors.Join(err, leave()) }()
	watcher := a.watcher()
	r.Tell = func(p recovery.Progress) {
		watcher.far(p.Step, filepath.Base(path))(p.Done, p.Total)
	}
	report, err := r.Recover(ctx, path, options)
	watcher.end()
	return a.tellRecovery(report, err)
}

const workPrefix = ".djscript-recover-"

// workBeside makes a folder for a recovery beside the new file, where the room is, and removes those of recoveries that died.
func workBeside(ctx context.Context, folder string) (dir string, leave func() error, err error) {
	dead, _ := filepath.Glob(filepath.Join(folder, workPrefix+"*")) // no name is lost that matters: it is only tidied
	for _, one := range dead {
		if held, err := lock.Take(ctx, one, "recover", "", 0); err == nil {
			_ = errors.Join(held.Release(), os.RemoveAll(one))
		}
	}
	if dir, err = os.MkdirTemp(folder, workPrefix); err != nil {
		return "", nil, message.Wrap(err, "fs.denied", "drive.denied", message.Args{"path": folder})
	}
	held, err := lock.Take(ctx, dir, "recover", "", 0)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, func() error { return errors.Join(held.Release(), os.RemoveAll(dir)) }, nil
}

// tellRecovery is the end of a recovery outside of any store.
func (a *app) tellRecovery(report recovery.Report, err error) error {
	if unsaved, ok := errors.AsType[*recovery.UnsavedError](err); ok {
		if a.json {
			failed := describe(err)
			told := map[string]any{"result": journal.Failed, "error": failed, "errors": []failure{failed}, "value": unsaved.Report}
			return errors.Join(a.printJSON(told), ended(run.ExitOf(err)))
		}
		a.tellUnsaved(unsaved.Report)
	}
	if err != nil {
		return err
	}
	result, code := journal.Done, run.ExitDone
	if !report.OK {
		result, code = journal.Degraded, run.ExitDegraded
	}
	if !a.json {
		a.tellRecovered(report)
	} else if err := a.printJSON(map[string]any{"result": result, "value": report}); err != nil {
		return err
	}
	if report.OK {
		return nil
	}
	return ended(code)
}
