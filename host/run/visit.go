package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// leaving is how long ejecting the drives may take after a run, also after one that was stopped.
const leaving = 30 * time.Second

// visit is one run's use of the store's drives.
type visit struct {
	places    *places
	catalogue interface {
		List(ctx context.Context, f copies.Filter) ([]copies.Copy, []error, error)
	}
	arrived bool // what is to be said before copies are made was said
}

// arrive says what is to be said of the drives before copies are made, and makes the folder on a drive that is certainly
// ours: nowhere else is a folder of a destination made.
func (v *visit) arrive(r *running) {
	if v == nil || v.arrived || r.request.Dry {
		return
	}
	v.arrived = true
	for _, problem := range v.places.problems {
		r.logFailure(problem)
	}
	for _, p := range v.places.all {
		for _, warning := range p.Warnings {
			r.logFailure(warning)
		}
	}
	if v.places.known != nil {
		v.enter(r)
	}
}

// enter remembers the enrolled drives that are there, and makes the folder on each.
func (v *visit) enter(r *running) {
	for _, p := range v.places.all {
		if p.Drive == "" {
			continue
		}
		v.places.known.Remember(p.Here.Mark, r.host.now(), r.host.day())
		if err := MakeFolder(p.Here.Drive.Path, p.Config.Path); err != nil {
			r.logFailure(err)
		}
	}
	if err := v.places.known.Save(); err != nil {
		r.logFailure(err)
	}
}

// MakeFolder makes the folder of copies on an enrolled drive, through no link that lies there.
func MakeFolder(drivePath, folder string) error {
	root, err := os.OpenRoot(drivePath)
	if err != nil {
		return drive.Explain(err, drivePath)
	}
	defer root.Close()
	return drive.Explain(root.MkdirAll(filepath.FromSlash(folder), 0o755), filepath.Join(drivePath, folder))
}

// leave looks after the drives when all copies of a run are made, or failed to be, and ejects what is to be ejected.
func (r *running) leave(ctx context.Context, failed error) error {
	failed = r.settle(ctx, failed)
	if !r.visited() {
		return failed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	defer cancel()
	for _, p := range r.engines.visit.places.all {
		if p.Config.Eject && p.Path != "" && (r.meant[p.Name] || r.meant[""]) {
			r.eject(ctx, p)
		}
	}
	return failed
}

// settle remembers what lies where now, and fails a run whose copies have missed a destination for too long. A run that was
// stopped looks at nothing any more.
func (r *running) settle(ctx context.Context, failed error) error {
	if !r.visited() || ctx.Err() != nil {
		return failed
	}
	late := r.engines.visit.note(ctx, r)
	if failed != nil {
		return failed
	}
	return late
}

// visited tells whether the run did anything to copies, or tried, and was no rehearsal.
func (r *running) visited() bool {
	return r.engines != nil && r.engines.visit != nil && !r.request.Dry && r.handledCopies()
}

// means notes which destinations a call that did something to copies was about; one that names none is about each. Of a drive
// that no copy was meant for nobody is told that it may be pulled out: he would take it for one that has the copy.
func (r *running) means(c *lua.Call) {
	if !strings.HasPrefix(c.Func.Name, "copy.") {
		return
	}
	if r.meant == nil {
		r.meant = map[string]bool{}
	}
	args := fields(c.Args)
	to, named := args["to"]
	if !named {
		to, named = args["where"]
	}
	names, several := to.([]string)
	if one, ok := to.(string); ok {
		names = []string{one}
	} else if !named || !several {
		names = []string{""}
	}
	for _, name := range names {
		r.meant[name] = true
	}
}

// handledCopies tells whether the run did anything to copies, or tried.
func (r *running) handledCopies() bool {
	for _, s := range r.outcome.Steps {
		if strings.HasPrefix(s.Name, "copy.") {
			return true
		}
	}
	return false
}

// note remembers what lies on the drives that are there and since when others are not, and gives what is overdue.
func (v *visit) note(ctx context.Context, r *running) error {
	if len(v.places.stays) == 0 {
		return nil
	}
	all, _, err := v.catalogue.List(ctx, copies.Filter{})
	if err != nil {
		r.logFailure(err)
		return nil
	}
	proven, now := newestProven(all), r.host.now()
	var late []error
	for i, p := range v.places.all {
		kept, ok := v.places.stays[p.Name]
		if !ok {
			continue
		}
		if v.there(p) {
			kept = kept.here(now, p.Drive, r.host.day(), proven)
			if p.Drive != "" && v.places.known != nil && !p.ejected {
				if err := r.host.keepMember(p, all); err != nil {
					r.logFailure(err)
				}
				v.places.all[i].remembered = true
			}
		} else {
			kept = kept.gone(now, proven)
			late = append(late, r.overdue(p, kept, now))
		}
		if err := r.host.remember(kept, staysFolder, p.Name); err != nil {
			r.logFailure(err)
		}
	}
	return errors.Join(late...)
}

// there tells whether a destination is still there when all is done, or was until the script ejected it.
func (v *visit) there(p Place) bool {
	if p.ejected {
		return true
	}
	if v.places.known == nil {
		return p.Here.State == drive.OK
	}
	return p.Path != "" && p.There() == nil
}

// overdue fails a run that missed a destination which has been away for longer than it may.
func (r *running) overdue(p Place, kept stay, now time.Time) error {
	if p.Config.MaxAbsent == 0 || !r.missed(p.Name) || !kept.overdue(now, p.Config.MaxAbsent) {
		return nil
	}
	since, _, _ := strings.Cut(kept.Since, "T")
	due, _ := p.due()
	return message.New("drive.not_found", "run.absent_too_long", message.Args{
		"destination": p.Name, "since": since, "seen": kept.Seen, "limit": span(p.Config.MaxAbsent), "drive": driveName(due, p.Config), "day": message.Weekday(due.Slot),
	})
}

// span is a time of whole hours or days as djscript.toml spells it.
type span time.Duration

// String is "3d" or "36h".
func (s span) String() string {
	hours := int(time.Duration(s) / time.Hour)
	if hours%24 == 0 {
		return fmt.Sprintf("%dd", hours/24)
	}
	return fmt.Sprintf("%dh", hours)
}

// eject lets a drive be pulled out. Only then is that said; a drive that somebody holds degrades the run.
func (r *running) eject(ctx context.Context, p Place) {
	args := message.Args{"destination": p.Name, "drive": driveName(p.Here, p.Config), "path": p.Here.Drive.Path}
	if !p.ejected {
		if err := r.engines.Drives.Eject(ctx, p.Here.Drive); err != nil {
			r.Degrade(message.Wrap(err, "copy.degraded", "run.not_ejected", args))
			return
		}
	}
	r.Log("info", message.Text("run.ejected", args), nil)
}

// ejecting is the system's, or a test's.
func (h *Host) ejecting(ctx context.Context, d drive.Drive) error {
	if h.ejects != nil {
		return h.ejects(ctx, d)
	}
	return drive.Eject(ctx, d)
}
