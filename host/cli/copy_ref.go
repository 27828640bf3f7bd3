package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// isPath tells whether a copy is named by where it lies: then it is read there, and no store is needed. Where there is
// no store, the name of a zip can be nothing else.
func (a *app) isPath(ref string) bool {
	info, err := os.Stat(ref)
	if err == nil && !info.IsDir() || strings.ContainsAny(ref, `/\`) {
		return true
	}
	_, err = os.Stat(a.configPath())
	return errors.Is(err, fs.ErrNotExist) && copies.IsFile(ref)
}

// keyFlag gives a command its --key.
func keyFlag(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "key", "", message.Text("cli.flag_key", nil))
	_ = c.MarkFlagFilename("key")
}

// keysIn reads the file of --key; none where it was not given.
func keysIn(path string) (copies.Keys, error) {
	if path == "" {
		return nil, nil
	}
	return copies.ReadKeys(path)
}

// findCopy is the copy that a person names: a path on any machine, anything else in this store's catalogue. The keys
// are for a path to what is encrypted.
func (a *app) findCopy(ctx context.Context, ref string, keys copies.Keys) (copies.Copy, error) {
	if entries, err := os.ReadDir(ref); err == nil && a.isPath(ref) {
		return copies.Copy{}, aFolder(ref, entries)
	}
	if a.isPath(ref) {
		return copies.Open(ref, keys...)
	}
	store, err := a.host()
	if err != nil {
		return copies.Copy{}, err
	}
	return store.Catalogue().Find(ctx, ref)
}

// aFolder says that a folder is no copy, and names those in it.
func aFolder(dir string, entries []os.DirEntry) error {
	var names []string
	for _, e := range entries {
		if copies.IsFile(e.Name()) && !strings.HasSuffix(e.Name(), ".json") { // not the card beside one that is encrypted
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return message.New("copy.not_found", "copies.no_file", message.Args{"path": dir})
	}
	return message.New("copy.not_found", "cli.copy_folder", message.Args{"path": dir, "names": strings.Join(names[max(0, len(names)-shownCopies):], ", ")})
}

// outcomes are copies that something was done with, one after the other: what came of each, and what failed.
type outcomes struct {
	copies []copies.Copy
	failed []error
}

func (o *outcomes) add(c copies.Copy, err error) {
	if err == nil || c.ID != "" {
		o.copies = append(o.copies, c)
	}
	if err != nil {
		o.failed = append(o.failed, err)
	}
}

// tell gives the result: each copy by say, then what failed. The exit code is that of the worst.
func (o *outcomes) tell(a *app, say func(copies.Copy)) error {
	code, errs := run.ExitDone, []failure{}
	for _, err := range o.failed {
		for _, one := range flatten(err) {
			code = worse(code, run.ExitOf(one))
			errs = append(errs, describe(one))
		}
	}
	if a.json {
		result := map[string]any{"copies": append([]copies.Copy{}, o.copies...), "errors": errs}
		if err := a.printJSON(result); err != nil {
			return err
		}
	} else {
		for _, c := range o.copies {
			say(c)
		}
		for _, err := range o.failed {
			for _, one := range flatten(err) {
				a.tellOne("cli.error", one)
			}
		}
	}
	if code == run.ExitDone {
		return nil
	}
	return ended(code)
}

// worse is the exit code that a person must hear of first: a failure before a cancel, a cancel before what is only
// degraded.
func worse(a, b int) int {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

func rank(code int) int {
	switch code {
	case run.ExitDone:
		return 0
	case run.ExitDegraded, run.ExitSkipped:
		return 1
	case run.ExitCancelled:
		return 3
	case run.ExitFailed:
		return 4
	}
	return 2
}
