package cli

import (
	"context"
	"errors"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/restore"
	"github.com/djscript/djscript/host/run"
)

// database looks whether a database answers, whether the tools fit it, how it can be read, and whether its system's
// profile speaks of this schema.
func (d *doctor) database(ctx context.Context, db copies.Database) {
	check := "database." + db.Name
	conn, err := firebird.Connect(ctx, db.At)
	if err != nil {
		d.bad(check, levelError, err)
		return
	}
	defer conn.Close()
	info, err := conn.Info(ctx)
	if err != nil {
		d.bad(check, levelError, err)
		return
	}
	d.infos[db.Name] = info
	d.ok(check, "cli.doctor_database", message.Args{
		"database": db.Name, "server": db.At.Server, "engine": info.Engine, "ods": info.ODS, "size": drive.Size(info.Bytes), "charset": info.Charset,
	})
	if info.ShutdownMode != 0 {
		d.warn(check, message.New("db.busy", "cli.doctor_shut", message.Args{"database": db.Name}))
	}
	if info.BackupState != 0 {
		d.warn(check, message.New("db.busy", "cli.doctor_nbackup", message.Args{"database": db.Name}))
	}
	if d.hasTools {
		if err := d.tools.Serves(conn.Version); err != nil {
			d.bad(check, levelError, err)
		} else {
			d.way(ctx, check, db)
		}
	}
	d.profile(ctx, check, conn, db)
	d.swap(ctx, check, db)
}

// swap tells whether a restore from here can take the place of the database.
func (d *doctor) swap(ctx context.Context, check string, db copies.Database) {
	switch err := restore.Swappable(ctx, db); message.Code(err) {
	case "":
		d.ok(check, "cli.doctor_swap", message.Args{"database": db.Name})
	case "db.busy": // told above
	case "guard.live_db":
		d.ok(check, "cli.doctor_no_swap", message.Args{"database": db.Name, "why": err.Error()})
	default:
		d.bad(check, levelWarning, err)
	}
}

// way tells how gbak's stream will be read: by the way that worked last, else by the first that gives a byte now.
func (d *doctor) way(ctx context.Context, check string, db copies.Database) {
	if way := copies.WayOf(run.Dir(d.store.Config.Dir), db.At); way != "" {
		d.ok(check, "cli.doctor_way_last", message.Args{"database": db.Name, "way": wayWord(way)})
		return
	}
	var last error
	for _, way := range firebird.Ways(db.At, db.At.Local()) {
		if way == firebird.WayFile {
			break // would be a whole backup
		}
		if last = d.taste(ctx, db, way); last == nil {
			d.ok(check, "cli.doctor_way", message.Args{"database": db.Name, "way": wayWord(way)})
			return
		}
		if !errors.Is(last, firebird.ErrWayNotPossible) {
			break
		}
	}
	if last != nil && ctx.Err() == nil {
		d.bad(check, levelError, last)
	}
}

// taste reads the first bytes of a backup and ends it.
func (d *doctor) taste(ctx context.Context, db copies.Database, way firebird.Way) error {
	bench, err := d.store.Bench(ctx)
	if err != nil {
		return err
	}
	if err := bench.Make(); err != nil {
		return err
	}
	backup, err := d.tools.Backup(ctx, db.At, way, firebird.BackupOptions{WorkDir: bench.Dir})
	if err != nil {
		return err
	}
	defer backup.Close()
	_, err = backup.Read(make([]byte, 1))
	return err
}

func wayWord(way firebird.Way) string {
	switch way {
	case firebird.WayFIFO:
		return message.Text("cli.way_fifo", nil)
	case firebird.WayTCP:
		return message.Text("cli.way_tcp", nil)
	case firebird.WayEmbedded:
		return message.Text("cli.way_embedded", nil)
	case firebird.WayFile:
		return message.Text("cli.way_file", nil)
	}
	return string(way)
}

// profile asks the questions of the system's profile.
func (d *doctor) profile(ctx context.Context, check string, conn *firebird.Conn, db copies.Database) {
	if db.System.Name == "" {
		d.warn(check, message.New("option.missing", "cli.doctor_no_system", message.Args{"database": db.Name}))
		return
	}
	args := message.Args{"database": db.Name, "system": db.System.Name}
	found, failed := 0, false
	if db.System.Companies != "" {
		all, err := conn.Companies(ctx, db.System.Companies)
		found, failed = len(all), d.unanswered(check, args, err)
	}
	for _, query := range append([]string{db.System.Newest}, db.System.Evidence...) {
		if query == "" {
			continue
		}
		err := conn.Snapshot(ctx, func(s *firebird.Snapshot) error { _, err := s.Scalars(ctx, []string{query}); return err })
		failed = d.unanswered(check, args, err) || failed
	}
	if !failed {
		args["companies"], args["evidence"] = found, len(db.System.Evidence)
		d.ok(check, "cli.doctor_profile", args)
	}
}

func (d *doctor) unanswered(check string, args message.Args, err error) bool {
	if err != nil {
		d.warn(check, message.Wrap(err, "copy.degraded", "cli.doctor_unanswered", args))
	}
	return err != nil
}
