package cli

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// What goes with what is not about a copy that takes the place of the live database. Any other option would be passed over
// without a word, and somebody has meant something by it.
var (
	besideOld = []string{"database", "on-busy", "grace", "wait", "yes"}
	besideTo  = []string{"archive-from", "companies", "database", "files", "key", "other-store", "set", "wait", "yes"}
)

// check refuses flags that do not go together.
func (r restoreAsked) check() error {
	for _, way := range []string{"undo", "discard", "kept", "to"} {
		if err := r.beside(way); err != nil {
			return err
		}
	}
	switch {
	case r.old() && len(r.refs) > 0:
		return message.New("arg.count", "cli.restore_ways", nil)
	case r.onBusy != "fail" && r.onBusy != "shutdown":
		return message.New("option.value", "cli.restore_on_busy", message.Args{"value": r.onBusy})
	case r.database != "" && (len(r.refs) > 1 || r.set):
		return message.New("arg.count", "cli.restore_one_database", nil)
	case r.companies != nil && (len(r.refs) > 1 || r.set):
		return message.New("arg.count", "cli.restore_one_choice", message.Args{"option": "--companies"})
	case r.tables != nil && (len(r.refs) > 1 || r.set):
		return message.New("arg.count", "cli.restore_one_choice", message.Args{"option": "--tables"})
	}
	return nil
}

// beside refuses what does not go with one of the other ways, if that one was given.
func (r restoreAsked) beside(way string) error {
	if !slices.Contains(r.given, way) {
		return nil
	}
	fits := besideOld
	if way == "to" {
		fits = besideTo
	}
	for _, name := range r.given {
		args := message.Args{"way": "--" + way, "other": "--" + name}
		switch {
		case name == way, slices.Contains(fits, name):
		case way == "to":
			return message.New("arg.count", "cli.restore_with_to", args)
		default:
			return message.New("arg.count", "cli.restore_with_old", args)
		}
	}
	return nil
}

// old tells whether it is about databases that were kept, and not about a copy.
func (r restoreAsked) old() bool { return r.undo || r.kept || r.discard }

// wantsStore refuses what can not be done without a store where there is none: all but copies named by their files, restored
// to a folder.
func (a *app) wantsStore(asked restoreAsked) error {
	if _, err := os.Stat(a.configPath()); !os.IsNotExist(err) {
		return nil
	}
	inFiles := len(asked.refs) > 0 && !slices.ContainsFunc(asked.refs, func(ref string) bool { return !a.isPath(ref) })
	if asked.to != "" && inFiles && !asked.set {
		return nil
	}
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		dir = a.dir
	}
	return message.New("option.missing", "cli.restore_no_store", message.Args{"dir": dir})
}
