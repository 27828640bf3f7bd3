package copies

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Wiping is a drive that a destination is now, and what may not lie on it.
type Wiping struct {
	Drive drive.Drive
	Mark  drive.Mark
	State string   // what its mark is worth: drive.OK, or what speaks against it
	Apart []string // the store's databases and its folder
	Floor int      // how many verified copies of a kind always stay there, by the store's own rules
	Day   func(time.Time) string
}

// PlanWipe looks at the drive that a destination is now, and plans what could go. It touches nothing.
func (c *Catalogue) PlanWipe(ctx context.Context, where string, on Wiping) (Wipe, error) {
	g, err := c.ground(ctx, where, on)
	if err != nil {
		return Wipe{}, err
	}
	return PlanWipe(g)
}

// Wipe carries out the plan of that hash, once a person has typed the word that the plan names: what goes, goes into the
// trash. A plan that is another one by now is refused (guard.plan), and so is another word (confirm.refused). The ledger
// keeps which drive it was.
func (c *Catalogue) Wipe(ctx context.Context, where string, on Wiping, hash, typed string) ([]Copy, error) {
	var dropped []Copy
	err := c.Hold(ctx, where, func() error {
		plan, err := c.PlanWipe(ctx, where, on)
		switch {
		case err != nil:
			return err
		case plan.Hash != hash:
			return message.New("guard.plan", "copies.wipe_other_plan", message.Args{"destination": where})
		case typed != plan.Word:
			return message.New("confirm.refused", "copies.wipe_word", message.Args{"word": plan.Word, "n": len(plan.Foreign)})
		case len(plan.Drop) == 0:
			return nil
		}
		d, err := c.reach(where)
		if err == nil {
			err = d.enter(c.wiped(plan, on))
		}
		if err != nil {
			return err
		}
		why := map[string]string{}
		for _, one := range plan.Drop {
			why[one.ID] = one.Why
		}
		dropped, err = c.Drop(ctx, where, why)
		return err
	})
	return dropped, err
}

// wiped is the line of the ledger that says on which drive it was done.
func (c *Catalogue) wiped(plan Wipe, on Wiping) event {
	h := on.Mark.Hardware
	return event{
		At: c.Now().Format(time.RFC3339), Event: eventWiped, ID: on.Mark.ID, Store: c.Store, Bytes: plan.Bytes, OK: true,
		Why: fmt.Sprintf("%s %s %s %s %s: %d", on.Mark.Name, on.Drive.Path, h.Volume, h.Serial, h.Device, len(plan.Drop)),
	}
}

func (c *Catalogue) ground(ctx context.Context, where string, on Wiping) (Ground, error) {
	g := Ground{Store: c.Store, Destination: where, Drive: on.Drive, Mark: on.Mark, State: on.State}
	d, err := c.reach(where)
	if err != nil {
		return g, err
	}
	if !drive.Within(d.Path, on.Drive.Path) || d.Drive != on.Mark.ID {
		return g, message.New("drive.foreign", "copies.wipe_not_ours", message.Args{"path": on.Drive.Path, "destination": where})
	}
	for _, p := range on.Apart {
		if drive.SameDisk(p, on.Drive.Path) {
			g.Holds = append(g.Holds, p)
		}
	}
	if g.Signs, err = drive.SystemSigns(on.Drive.Path); err != nil {
		return g, err
	}
	all, _, err := c.List(ctx, Filter{})
	if err != nil {
		return g, err
	}
	ours := map[string]bool{}
	for _, one := range all {
		here := one.At(where)
		if len(here.inReach()) == 0 {
			continue
		}
		g.Copies = append(g.Copies, one)
		own, beside := here.inReach()[0].files()
		for _, name := range slices.Concat(own, beside) {
			ours[name] = true
		}
	}
	g.View = View{
		Where: where, Drive: on.Mark.ID, Removable: true, Devices: DevicesOf(c.Destinations, drive.Of), Day: on.Day,
	}
	g.Guards = g.View.Guards(all)
	g.Guards.Min = on.Floor
	return g, g.survey(ctx, d.Path, ours)
}

// How much of a drive is looked at. A drive on which more lies is nobody's drive for copies.
const (
	surveyDepth = 24
	surveyFiles = 100_000
)

// Folders that a system keeps for itself on every drive.
var systemFolders = []string{"lost+found", "System Volume Information", "$RECYCLE.BIN"}

// Files of ours that are no copies.
var ownFiles = []string{"ledger.jsonl", "rotation.lock", "drive.toml"}

var errEnough = errors.New("enough")

// survey finds what lies on the drive besides the store's copies. It follows no link, and goes nowhere but down.
func (g *Ground) survey(ctx context.Context, folder string, ours map[string]bool) error {
	root, err := os.OpenRoot(g.Drive.Path)
	if err != nil {
		return drive.Explain(err, g.Drive.Path)
	}
	defer root.Close()
	base, err := filepath.Rel(real(g.Drive.Path), real(folder))
	if err != nil {
		return drive.Explain(err, folder)
	}
	return drive.Explain(g.look(ctx, root.FS(), filepath.ToSlash(base), ours), g.Drive.Path)
}

// look is survey over the files of a drive, on which the copies lie at base.
func (g *Ground) look(ctx context.Context, files fs.FS, base string, ours map[string]bool) error {
	others, seen := map[string]bool{}, 0
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if seen++; seen > surveyFiles || strings.Count(name, "/") > surveyDepth {
			g.Endless = true
			return errEnough
		}
		if err != nil {
			g.Foreign = append(g.Foreign, Stranger{Path: name})
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		in, last := path.Split(name)
		in = path.Clean(in)
		switch {
		case entry.IsDir() && in == "." && slices.Contains(systemFolders, last):
			return fs.SkipDir
		case entry.IsDir() && last == ".djscript" && in != "." && in != base:
			others[in] = true
			return fs.SkipDir
		case entry.IsDir() && name == path.Join(base, trashPath):
			return fs.SkipDir
		case entry.IsDir(), in == base && ours[last] && entry.Type().IsRegular():
			return nil
		case entry.Type().IsRegular() && path.Base(in) == ".djscript" && slices.Contains(ownFiles, last):
			return nil
		case entry.Type().IsRegular() && in == path.Join(base, inUsePath) && plainID.MatchString(last):
			return nil
		}
		g.Foreign = append(g.Foreign, Stranger{Path: name, Bytes: weight(entry)})
		return nil
	})
	g.Others = slices.Sorted(maps.Keys(others))
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

func real(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

func weight(entry fs.DirEntry) int64 {
	if info, err := entry.Info(); err == nil {
		return info.Size()
	}
	return 0
}
