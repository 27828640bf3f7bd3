package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

// stale is how old the newest proven copy may be: a long weekend.
const stale = 4 * 24 * time.Hour

// destinations looks whether each is there, can be written to, has room for what the databases are, and lies on a disk
// of its own.
func (d *doctor) destinations(ctx context.Context) {
	all, problems := d.store.Places(ctx)
	for _, problem := range problems {
		d.bad("drives", levelWarning, problem)
	}
	for i, one := range all {
		check := "destination." + one.Name
		d.keeps(ctx, check, one)
		d.encrypted(check, one)
		d.drives(check, one)
		if idle(d.store.Config, one.Name) {
			d.warn(check, message.New("option.missing", "cli.doctor_idle", message.Args{"destination": one.Name}))
		}
		if !d.reachable(ctx, check, one) {
			continue
		}
		d.room(check, one)
		if err := d.store.Catalogue().Standstill(one.Name); err != nil {
			d.bad(check, levelWarning, err)
		}
		if !d.besideDatabase(check, one) {
			d.besideAnother(check, one, all[:i])
		}
	}
}

// damaged tells of the copies that are bad where they lie: nobody else asks about them any more.
func (d *doctor) damaged(ctx context.Context) {
	all, _, err := d.store.Catalogue().List(ctx, copies.Filter{})
	if err != nil {
		return // as proven tells
	}
	for _, place := range d.store.Config.Destinations {
		var bad []string
		for _, c := range all {
			if c.At(place.Name).State == copies.Bad {
				bad = append(bad, c.Seq)
			}
		}
		if len(bad) > 0 {
			d.warn("destination."+place.Name, message.New("copy.bad", "cli.doctor_damaged", message.Args{
				"destination": place.Name, "copies": strings.Join(bad, ", "), "one": bad[0],
			}))
		}
	}
}

// drives tells of each drive of a destination where it is. That those of a set are away is as it should be.
func (d *doctor) drives(check string, one run.Place) {
	for _, s := range one.Sightings {
		args := message.Args{"destination": one.Name, "drive": one.Called(s), "path": s.Drive.Path, "filesystem": s.Drive.Filesystem, "free": drive.Size(s.Drive.Free), "day": message.Day(s.Day)}
		switch {
		case s.State == drive.OK:
			d.ok(check, "cli.doctor_drive", args)
		case one.Absent != nil && one.Absent.Error() == s.Err.Error(): // told as why the destination is not there
		case s.State != drive.Absent:
			d.bad(check, levelWarning, s.Err)
		case s.Mark.ID == "" && one.Config.Drive.Enrolled != "" && (one.Path != "" || len(one.Sightings) > 1):
			d.bad(check, levelWarning, s.Err) // never enrolled
		case s.Mark.ID != "" && len(one.Config.Set) > 0:
			d.ok(check, "cli.doctor_drive_away", args)
		}
	}
	for _, warning := range one.Warnings {
		d.bad(check, levelWarning, warning)
	}
}

// keeps warns of a policy of a script that is not there: nothing is ever dropped by it.
func (d *doctor) keeps(ctx context.Context, check string, one run.Place) {
	keep := one.Config.Keep
	if keep == nil || keep.Script == "" {
		return
	}
	if err := d.store.CheckPolicy(ctx, keep.Script); err != nil {
		d.bad(check, levelWarning, primitive.Unfit(one.Name, keep.Script, err))
	}
}

// encrypted warns of copies that whoever finds a drive can read.
func (d *doctor) encrypted(check string, one run.Place) {
	switch {
	case len(one.Recipients) > 0:
		d.ok(check, "cli.doctor_encrypted", message.Args{"destination": one.Name, "n": len(one.Recipients)})
	case one.Config.Drive != nil:
		d.warn(check, message.New("option.missing", "cli.doctor_plain", message.Args{"destination": one.Name}))
	case one.Removable:
		d.warn(check, message.New("option.missing", "cli.doctor_plain_folder", message.Args{"destination": one.Name}))
	}
}

// idle tells whether no copy ever goes to a destination by itself, though the store has a schedule: whoever wrote it down
// believes that copies do. An entry that names no destination may mean each of them.
func idle(c *config.Config, destination string) bool {
	if c.Backup == nil || slices.Contains(c.Backup.To, destination) {
		return false
	}
	return !slices.ContainsFunc(c.Cron, func(one config.Cron) bool {
		to, named := one.Params["to"]
		several, _ := to.([]any)
		return !named || to == any(destination) || slices.Contains(several, any(destination))
	})
}

// besideDatabase warns of a destination that dies with a database.
func (d *doctor) besideDatabase(check string, one run.Place) bool {
	for _, db := range d.store.Config.Databases {
		if info, ok := d.infos[db.Name]; ok && d.shares(db, info, one) {
			d.warn(check, message.New("drive.foreign", "cli.doctor_same_disk", message.Args{"destination": one.Name, "database": db.Name}))
			return true
		}
	}
	return false
}

// besideAnother warns of a destination that dies with one before it.
func (d *doctor) besideAnother(check string, one run.Place, before []run.Place) {
	for _, other := range before {
		if other.Path != "" && drive.SameDevice(one.Path, other.Path) {
			d.warn(check, message.New("drive.foreign", "cli.doctor_one_disk", message.Args{"destination": one.Name, "other": other.Name}))
			return
		}
	}
}

// reachable makes a file in the destination, down to the device, and takes it away again.
func (d *doctor) reachable(ctx context.Context, check string, one run.Place) bool {
	level := levelError
	if one.Config.Optional {
		level = levelWarning
	}
	at := one.Path
	if one.Fresh() {
		at = one.Here.Drive.Path // the first run makes the folder
	} else if err := one.There(); err != nil {
		d.bad(check, level, err)
		return false
	}
	file, err := drive.Create(at, "djscript-doctor.tmp")
	if err == nil {
		_, err = file.Write([]byte("djscript"))
		if err == nil {
			err = file.Flush(ctx)
		}
		if left := file.Discard(); err == nil { // else it is told why already
			err = left
		}
	}
	if err != nil {
		d.bad(check, level, err)
	}
	return err == nil
}

// room compares what is free with the databases themselves: a zip of them is smaller, and there is to be more than one.
func (d *doctor) room(check string, one run.Place) {
	at, err := drive.Of(one.Path)
	if err != nil {
		d.bad(check, levelWarning, err)
		return
	}
	var need int64
	for _, info := range d.infos {
		need += info.Bytes
	}
	args := message.Args{
		"destination": one.Name, "path": one.Path, "free": drive.Size(at.Free), "need": drive.Size(need), "filesystem": at.Filesystem,
	}
	switch {
	case need == 0: // no database answered
		d.ok(check, "cli.doctor_destination_alone", args)
	case at.Free < need:
		d.warn(check, message.New("drive.full", "cli.doctor_little_room", args))
	default:
		d.ok(check, "cli.doctor_destination", args)
	}
}

// shares tells whether the disk that dies with the database takes the copies along.
func (d *doctor) shares(db config.Database, info firebird.Info, one run.Place) bool {
	return firebird.Database{Server: db.Server}.Local() && filepath.IsAbs(info.Path) && drive.SameDevice(info.Path, one.Path)
}

// bench looks whether the largest database can be restored to prove its copy.
func (d *doctor) bench() {
	var need int64
	for _, info := range d.infos {
		need = max(need, info.Bytes+info.Bytes/20)
	}
	if need == 0 { // no database answered
		return
	}
	dir := run.Dir(d.store.Config.Dir)
	at, err := drive.Of(d.store.Config.Dir)
	switch {
	case err != nil:
		d.bad("bench", levelWarning, err)
	case at.Free < need:
		d.warn("bench", message.New("drive.full", "cli.doctor_no_bench", message.Args{
			"path": dir, "free": drive.Size(at.Free), "need": drive.Size(need),
		}))
	default:
		d.ok("bench", "cli.doctor_bench", message.Args{"path": dir, "free": drive.Size(at.Free), "need": drive.Size(need)})
	}
}

// proven looks how old the newest proven copy of each database is.
func (d *doctor) proven(ctx context.Context) {
	for _, db := range d.store.Config.Databases {
		check := "proof." + db.Name
		args := message.Args{"database": db.Name}
		newest, err := d.store.Catalogue().Newest(ctx, copies.Filter{Database: db.Name, State: copies.Verified})
		if err != nil {
			d.bad(check, levelWarning, err)
			continue
		}
		if newest == nil {
			d.warn(check, message.New("copy.not_found", "cli.doctor_unproven", args))
			continue
		}
		args["seq"], args["day"] = newest.Seq, dayOf(*newest)
		made, err := time.Parse(time.RFC3339, newest.Created)
		if err != nil || d.now().Sub(made) > stale {
			d.warn(check, message.New("copy.not_found", "cli.doctor_stale", args))
			continue
		}
		d.ok(check, "cli.doctor_proven", args)
	}
}

func anyDue(all []run.Due, now func() time.Time) bool {
	for _, e := range all {
		if _, ok := e.Schedule.Next(now()); ok {
			return true
		}
	}
	return false
}
