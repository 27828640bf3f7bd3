package cli

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/lock"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// activating is how long a run waits for another one that is putting a version in force.
const activating = 30 * time.Second

// versions are the scripts of a store as they lie there, and as they are in force.
type versions struct {
	app     *app
	places  layer.Places
	kept    layer.Active
	working layer.Version
	current layer.Version
	active  bool // there is a version in force
}

// versions gives what is in force also where what lies there can not be read.
func (a *app) versions() (*versions, error) {
	v := &versions{
		app: a, places: layer.Places{Store: a.dir, Base: config.BaseOf(a.configPath())},
		kept: layer.Active{Dir: filepath.Join(run.Dir(a.dir), "active")},
	}
	v.current, v.active = v.kept.Current()
	var err error
	v.working, err = layer.Read(v.places, v.current)
	return v, err
}

// store is the store with that version of its scripts.
func (v *versions) store(of layer.Version) (*run.Host, error) {
	systems, err := fs.Sub(v.app.Builtin, "systems")
	if err != nil {
		return nil, err
	}
	base, based := of.Base()
	held := config.Held{Base: base, Baseless: !based && of.Hash() != v.working.Hash()}
	held.Reseller, held.Store = of.Systems()
	c, err := config.LoadHeld(v.app.configPath(), v.app.Config, systems, held, checkSchedule, run.CheckGrants)
	if err != nil {
		return nil, err
	}
	host := v.app.hostOf(c)
	host.Layers = of.Layers(v.places, v.app.Builtin)
	return host, nil
}

// inForce is the store as a run of that target uses it: with the last good version of its scripts, all of it. What has
// changed since is checked, and put in force when the run's job begins, if all of it is good. When it is not, the backup and a run that nobody
// watches use the version before and are degraded: a copy is not missed for a mistake in another script. Any other run
// that somebody asked for is refused; a script named by its path is run as it lies there, whatever the others are.
func (a *app) inForce(ctx context.Context, r run.Request) (*run.Host, error) {
	loose, needed := isPath(r.Target), r.Trigger != "manual" || isBackup(r.Target)
	v, err := a.versions()
	switch {
	case err != nil && v.active && (loose || needed):
		return v.lastGood([]error{err})
	case err != nil:
		return nil, err
	}
	store, wrong := v.store(v.working)
	if wrong == nil && (loose || v.same()) {
		return store, nil
	}
	mistakes := []error{wrong}
	if wrong == nil {
		mistakes = store.Check(ctx)
	}
	switch {
	case len(mistakes) == 0:
		if !r.Dry {
			store.Activate = v.activate
		}
		return store, nil
	case v.active && !v.same() && (loose || needed):
		return v.lastGood(mistakes)
	case wrong != nil:
		return nil, wrong
	case needed:
		store.Behind = message.New("script.behind", "cli.faulty", firstOf(mistakes))
		return store, nil
	}
	store.Refused = &run.RefusedError{Mistakes: mistakes}
	return store, nil
}

// isPath tells a script's path from the name of an entry or of a script.
func isPath(target string) bool {
	target = strings.ToLower(target)
	return strings.HasSuffix(target, ".lua") || strings.Contains(target, ".lua:")
}

// isBackup tells the store's own backup, by whatever name.
func isBackup(target string) bool {
	return target == "" || target == run.BackupEntry || target == "default:backup"
}

// same says whether what lies there is what is in force. A store without any script of its own needs no version.
func (v *versions) same() bool {
	if !v.active {
		return v.working.Empty()
	}
	return v.working.Hash() == v.current.Hash()
}

func (v *versions) activate(ctx context.Context) error {
	held, err := lock.Take(ctx, filepath.Join(run.Dir(v.app.dir), "locks"), "scripts", "djscript", activating)
	if err != nil {
		return err
	}
	return errors.Join(v.kept.Activate(v.working), held.Release())
}

// lastGood is the store with the version that is in force, though there is a newer one with these mistakes.
func (v *versions) lastGood(mistakes []error) (*run.Host, error) {
	store, err := v.store(v.current)
	if err != nil {
		return nil, err
	}
	store.Behind = message.New("script.behind", "cli.behind", firstOf(mistakes))
	return store, nil
}

// firstOf is the first of the mistakes, and how many there are.
func firstOf(mistakes []error) message.Args {
	all := flatten(errors.Join(mistakes...))
	first, _ := words(all[0])
	return message.Args{"first": first, "n": len(all)}
}
