package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/notify"
	"github.com/djscript/djscript/host/recovery"
	"github.com/djscript/djscript/host/run"
)

// server is the store's Firebird.
type server struct{ *Store }

// Info is what a database says of itself.
func (s server) Info(_ context.Context, d copies.Database) (firebird.Info, error) {
	info := firebird.Info{
		Path: d.At.Path, Bytes: s.databases[d.Name].bytes(s.now), ODS: "12.0", PageSize: 8192, Engine: "3.0.11", Dialect: 3, Charset: "WIN1252",
	}
	if d.At.Alone {
		info.ShutdownMode = 1
	}
	return info, s.shut(d)
}

// shut is why nobody gets into a database that is closed, but whoever closed it.
func (s *Store) shut(d copies.Database) error {
	if s.databases[d.Name].closed == d.At.Alone {
		return nil
	}
	return message.New("db.busy", "firebird.shutdown", message.Args{"server": d.At.Server, "path": d.At.Path})
}

// CloseDatabase closes a database. Those who are connected stay until they are sent away; waiting moves the clock.
func (s server) CloseDatabase(ctx context.Context, d copies.Database, o firebird.Closing) error {
	if err := s.shut(d); err != nil {
		return err
	}
	base := s.databases[d.Name]
	if len(base.sessions) > 0 {
		if o.Wait > 0 && o.Waiting != nil {
			o.Waiting(base.sessions)
		}
		if err := s.Sleep(ctx, o.Wait); err != nil {
			return err
		}
		if !o.Force {
			return firebird.Connected(d.At, base.sessions)
		}
		base.sessions = nil
	}
	base.closed = true
	return nil
}

// OpenDatabase opens it again, while there is power.
func (s server) OpenDatabase(_ context.Context, d copies.Database) error {
	if s.dead {
		return message.Wrap(errPowerCut, "db.closed", "firebird.stays_closed", message.Args{"server": d.At.Server, "path": d.At.Path})
	}
	s.databases[d.Name].closed = false
	return nil
}

// Companies are those of a database.
func (s server) Companies(_ context.Context, d copies.Database) ([]firebird.Company, error) {
	return slices.Clone(s.databases[d.Name].companies), s.shut(d)
}

// Sessions are who is connected: the run itself, and those that the test put there.
func (s server) Sessions(_ context.Context, d copies.Database) ([]firebird.Session, error) {
	if err := s.shut(d); err != nil {
		return nil, err
	}
	own := firebird.Session{ID: "1", User: d.At.User, Program: "djscript", Since: s.now.Format("2006-01-02T15:04:05"), Self: true}
	return append([]firebird.Session{own}, s.databases[d.Name].sessions...), nil
}

// Inspect looks at a database file: one of the store's, or one that the test laid down.
func (s server) Inspect(_ context.Context, path string, _ bool) (firebird.Inspection, error) {
	for _, d := range s.config.Databases {
		if d.Path == path {
			return firebird.Inspection{Rows: s.databases[d.Name].rowsNow(s.now), ODS: "12.0", Engine: "3.0.11", PageSize: 8192}, nil
		}
	}
	text, ok := s.files[path]
	if !ok {
		return firebird.Inspection{}, message.New("db.not_found", "sim.no_file", message.Args{"path": path})
	}
	rows, ok := rowsIn(text)
	if !ok {
		rows = map[string]int64{}
	}
	return firebird.Inspection{Rows: rows, ODS: "12.0", Engine: "3.0.11", PageSize: 8192}, nil
}

// Recover saves all of a database of the store, or of a file that the test laid down, which has no rows.
func (s server) Recover(ctx context.Context, path string, o recovery.Options) (recovery.Report, error) {
	r := recovery.Report{
		Path: o.To, OK: true, Source: path, Level: o.Level, Way: "backup", Header: recovery.Header{PageSize: 8192, ODS: "12.0"}, Damaged: []recovery.Damage{},
		Against: []string{}, Lost: map[string]string{}, Problems: []string{}, Steps: []string{},
	}
	if err := s.Recoverable(path, o); err != nil {
		return r, err
	}
	seen, err := s.Inspect(ctx, path, true)
	if err != nil {
		return r, err
	}
	r.Saved = seen.Rows
	s.files[o.To] = ""
	return r, nil
}

// Recoverable refuses what is not there, and to write over a file.
func (s server) Recoverable(path string, o recovery.Options) error {
	if _, err := s.Inspect(context.Background(), path, true); err != nil {
		return err
	}
	return s.Vacant(o.To)
}

// ports are where the store's drives are plugged in.
type ports struct{ *Store }

// List are the drives that are plugged in.
func (s ports) List(context.Context) ([]drive.Drive, error) {
	found := []drive.Drive{}
	for _, d := range s.drives {
		if d.plugged {
			found = append(found, d.Drive)
		}
	}
	slices.SortFunc(found, func(a, b drive.Drive) int { return strings.Compare(a.Path, b.Path) })
	return found, nil
}

// Of is the drive that holds a path.
func (s ports) Of(path string) (drive.Drive, error) {
	d := s.driveOf(path)
	if !d.plugged || len(path) > 1 && path[1] == ':' && !strings.HasPrefix(slashed(path), slashed(d.Path)) {
		return drive.Drive{}, message.New("drive.not_found", "sim.no_drive", message.Args{"path": path})
	}
	return d.Drive, nil
}

// Put lays a file on a drive that the test laid down elsewhere.
func (s ports) Put(_ context.Context, from string, d drive.Drive, folder, name string) (drive.Laid, error) {
	text, ok := s.files[from]
	if !ok {
		return drive.Laid{}, message.New("drive.not_found", "sim.no_file", message.Args{"path": from})
	}
	if name == "" {
		name = path.Base(strings.ReplaceAll(from, `\`, "/"))
	}
	to := slashed(d.Path) + strings.TrimPrefix(path.Join(folder, name), "/")
	if _, taken := s.files[to]; taken {
		return drive.Laid{}, message.New("fs.exists", "drive.exists", message.Args{"path": to})
	}
	if d.Free < int64(len(text)) {
		return drive.Laid{}, message.New("drive.full", "drive.full_now", message.Args{"path": d.Path})
	}
	s.files[to] = text
	sum := sha256.Sum256([]byte(text))
	return drive.Laid{Path: to, Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:]), ReadBack: drive.FromDevice}, nil
}

// Eject takes a drive out.
func (s ports) Eject(_ context.Context, d drive.Drive) error {
	if !d.Removable {
		return message.New("drive.system", "drive.system", message.Args{"path": d.Path})
	}
	if s.dead {
		return errPowerCut
	}
	for _, one := range s.drives {
		if one.plugged && one.Path == d.Path {
			one.plugged, one.ejected = false, s.businessDay(s.world())
		}
	}
	return nil
}

// PlanWipe plans by the real rules.
func (s ports) PlanWipe(ctx context.Context, where string, d drive.Drive) (copies.Wipe, error) {
	all, _, err := shelf(s).List(ctx, copies.Filter{})
	if err != nil {
		return copies.Wipe{}, err
	}
	view := copies.View{
		Where: where, Drive: s.destination(where).Drive, Removable: true, Devices: copies.DevicesOf(s.destinations(), s.Of), Day: s.businessDay,
	}
	g := copies.Ground{
		Store: s.config.Store.ID, Destination: where, Drive: d, State: drive.OK, View: view, Guards: view.Guards(all),
		Mark: drive.Mark{ID: d.Enrolled, Name: d.Name, Store: s.config.Store.ID, Destination: where},
	}
	g.Guards.Min = run.Floor(s.config, where)
	for _, one := range all {
		if one.At(where).State != copies.Missing {
			g.Copies = append(g.Copies, one)
		}
	}
	return copies.PlanWipe(g)
}

// Wipe carries a plan out.
func (s ports) Wipe(ctx context.Context, where string, d drive.Drive, hash, typed string) ([]copies.Copy, error) {
	plan, err := s.PlanWipe(ctx, where, d)
	switch {
	case err != nil:
		return nil, err
	case plan.Hash != hash:
		return nil, message.New("guard.plan", "copies.wipe_other_plan", message.Args{"destination": where})
	case typed != plan.Word:
		return nil, message.New("confirm.refused", "copies.wipe_word", message.Args{"word": plan.Word, "n": len(plan.Foreign)})
	}
	why := map[string]string{}
	for _, one := range plan.Drop {
		why[one.ID] = one.Why
	}
	return shelf(s).Drop(ctx, where, why)
}

// outbox is where the notices go: nowhere, but a test can look at them.
type outbox struct{ *Store }

// Queue takes a notice.
func (s outbox) Queue(n notify.Notice) error {
	if !s.dead {
		s.notices = append(s.notices, n)
	}
	return nil
}

// Flush sends nothing.
func (s outbox) Flush(context.Context) []error { return nil }

// lack is how many bytes there are too few, for a person.
func lack(bytes int64) string { return drive.Size(bytes).String() }
