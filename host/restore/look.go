package restore

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/oklog/ulid/v2"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// State is what a live database is to whoever wants to take its place.
type State string

// States of a live database.
const (
	Readable State = "readable" // its server opens it
	Broken   State = "broken"   // it is there, and can not be read
	None     State = "none"     // there is none
)

// Look is a restore that was looked at and has not begun: what is in the copy, against what is live. It must be closed.
type Look struct {
	Copy     copies.Copy
	Database copies.Database
	File     string // the live database's, on this machine
	Live     State
	Why      error // it is Broken

	extra     []file // that go beside the database whatever the options say
	restorer  *Restorer
	id, group string
	options   Options
	barrier   error // what keeps its place from being taken
	info      firebird.Info
	version   firebird.Version // of the server; the zero one where it does not answer
	companies []firebird.Company
	untold    error            // why nobody can tell which companies are live
	division  company.Division // of the live database, where companies are put into it
	choice    choice
	whole     *copies.Whole
	need      int64 // bytes of room, beside the live database
}

// Close lets go of the copy.
func (l *Look) Close() error {
	if l.whole == nil {
		return nil
	}
	return l.whole.Close()
}

// Look looks at everything that could keep a restore from being done, and touches nothing. Errors are copy.bad,
// copy.foreign, copy.encrypted, copy.key and copy.not_found of the copy, db.version where the server is older than it,
// db.busy, db.server and db.auth of the live database, drive.full, and guard.live_db where its file can not be swapped from
// here, guard.companies where companies would be ELIMINATED that nobody gave up.
func (r *Restorer) Look(ctx context.Context, c copies.Copy, o Options) (*Look, error) {
	if c.State == copies.Bad {
		return nil, bad(c)
	}
	l, err := r.aim(ctx, c, o)
	if err != nil {
		return nil, err
	}
	if l.barrier != nil {
		return nil, l.barrier
	}
	if l.whole, err = copies.OpenWhole(ctx, c, o.Keys); err != nil {
		return nil, err
	}
	if err := r.check(ctx, l); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	l.id = ulid.MustNew(ulid.Timestamp(r.Now()), r.Entropy).String()
	l.group = l.id
	return l, nil
}

// LookAll looks at several restores that a person wants together, each for a database of its own, before any of them is
// begun.
func (r *Restorer) LookAll(ctx context.Context, all []copies.Copy, o Options) (looks []*Look, err error) {
	var failed []error
	taken := map[string]bool{}
	for _, c := range all {
		l, err := r.Look(ctx, c, o)
		if err == nil && taken[l.Database.Name] {
			err = errors.Join(message.New("arg.value", "restore.twice", message.Args{"database": l.Database.Name}), l.Close())
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		taken[l.Database.Name] = true
		looks = append(looks, l)
	}
	if failed == nil {
		failed = append(failed, fitTogether(looks))
	}
	if err := errors.Join(failed...); err != nil {
		for _, l := range looks {
			err = errors.Join(err, l.Close())
		}
		return nil, err
	}
	for _, l := range looks {
		l.group = looks[0].id
	}
	return looks, nil
}

// check holds the copy against the live database, and chooses what is brought back.
func (r *Restorer) check(ctx context.Context, l *Look) (err error) {
	m := l.whole.Manifest
	if err := r.fits(l, m.Database.Engine); err != nil {
		return err
	}
	if l.choice, err = l.decide(ctx, m); err != nil {
		return err
	}
	if err := r.reads(l); err != nil {
		return err
	}
	if err := r.checkSetup(l); err != nil {
		return err
	}
	return r.room(l)
}

// reads tells whether the copy of what is there could be read again, which is what single companies are put into.
func (r *Restorer) reads(l *Look) error {
	plain := func(d copies.Destination) bool { return len(d.Recipients) == 0 }
	if !l.choice.way.keeps() || len(l.options.Keys) > 0 || slices.ContainsFunc(r.Safety, plain) {
		return nil
	}
	return message.New("copy.encrypted", "restore.safety_encrypted", nil)
}

// fits tells whether the server, or else the tools of this machine, can read what that engine wrote.
func (r *Restorer) fits(l *Look, engine string) error {
	tools := r.Prover.Bench.Tools
	server := l.version
	if server.Major == 0 {
		server = tools.Version
	} else if err := tools.Serves(server); err != nil {
		return err
	}
	return older(server, engine, l.Copy.Seq)
}

// older refuses an engine that is older than the one that a copy was made of.
func older(have firebird.Version, engine, seq string) error {
	made, ok := firebird.ParseVersion(engine)
	if !ok || have.AtLeast(made.Major, made.Minor) {
		return nil
	}
	return message.New("db.version", "restore.newer_engine", message.Args{"seq": seq, "made": made.Series(), "have": have.String()})
}

func bad(c copies.Copy) error {
	return message.New("copy.bad", "restore.bad", message.Args{"seq": c.Seq, "database": c.Database})
}

// strange refuses a copy of another store, and one of another database of this store, unless a person has said so.
func (r *Restorer) strange(c copies.Copy, o Options) error {
	_, known := r.database(c.Database)
	switch {
	case o.Other:
	case c.Store != r.Store:
		return message.New("copy.foreign", "restore.foreign", message.Args{"copy": c.Name, "store": c.Store, "own": r.Store})
	case o.Database != "" && o.Database != c.Database && known == nil: // it is not one that was given another name
		return message.New("copy.foreign", "restore.other_database", message.Args{"seq": c.Seq, "of": c.Database, "database": o.Database})
	}
	return nil
}

// room tells whether the new database fits beside the old one, and the copy of the old one with it where that goes to the
// same disk.
func (r *Restorer) room(l *Look) error {
	dir := filepath.Dir(l.File)
	copied := l.whole.Manifest.Database.Bytes
	need := copied
	if l.choice.way.keeps() { // what is there now, with what comes from a scratch on the bench
		bench := r.Prover.Bench.Dir
		need += l.info.Bytes
		if drive.SameDevice(bench, dir) {
			need += copied
		} else if err := fits(bench, copied+copied/20); err != nil {
			return err
		}
	}
	need += need / 20
	if l.Live == Readable {
		for _, d := range r.Safety {
			if d.Path != "" && drive.SameDevice(d.Path, dir) {
				need += max(l.whole.Place.Bytes, l.info.Bytes/10)
			}
		}
	}
	l.need = need
	return fits(dir, need)
}

// fitTogether tells whether what several restores bring has room, also where it goes to one disk.
func fitTogether(looks []*Look) error {
	for _, l := range looks {
		dir, need := filepath.Dir(l.File), int64(0)
		for _, other := range looks {
			if drive.SameDevice(dir, filepath.Dir(other.File)) {
				need += other.need
			}
		}
		if err := fits(dir, need); err != nil {
			return err
		}
	}
	return nil
}

// fits tells whether so many bytes have room in a folder.
func fits(dir string, need int64) error {
	err := drive.Room(dir, need)
	if message.Code(err) == "drive.full" {
		return message.Wrap(err, "drive.full", "restore.no_room", message.Args{"path": dir, "need": drive.Size(need)})
	}
	return err
}

// aim finds the database that a copy is for, and looks at what is live. What keeps it from being swapped is no error: the
// copy can be looked at, and restored to a folder, all the same.
func (r *Restorer) aim(ctx context.Context, c copies.Copy, o Options) (*Look, error) {
	d, err := r.database(cmp.Or(o.Database, c.Database))
	if err != nil {
		return nil, err
	}
	if err := r.strange(c, o); err != nil {
		return nil, err
	}
	l := &Look{Copy: c, Database: d, options: o, restorer: r}
	l.barrier = l.live(ctx)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return l, nil
}

// live looks at the live database, and gives what keeps it from being swapped.
func (l *Look) live(ctx context.Context) error {
	conn, err := firebird.Connect(ctx, l.Database.At)
	if err == nil {
		l.Live, l.version = Readable, conn.Version
		err = errors.Join(l.ask(ctx, conn), conn.Close())
	}
	switch code := message.Code(err); {
	case !l.Database.At.Local():
		return message.New("guard.live_db", "restore.elsewhere", message.Args{"database": l.Database.Name, "server": l.Database.At.Server})
	case err == nil:
		l.File = l.info.Path
	case code == "db.corrupt", code == "db.failed":
		l.Live, l.Why, l.File = Broken, err, l.Database.At.Path
	case code == "db.not_found" && !exists(l.Database.At.Path) && isFolder(filepath.Dir(l.Database.At.Path)) && filepath.IsAbs(l.Database.At.Path):
		l.Live, l.File = None, l.Database.At.Path
	case code == "db.not_found" && filepath.IsAbs(l.Database.At.Path) && !isFolder(filepath.Dir(l.Database.At.Path)):
		l.Live, l.File = None, l.Database.At.Path
		return message.New("db.not_found", "restore.folder_gone", message.Args{"database": l.Database.Name, "path": filepath.Dir(l.File)})
	default:
		return err
	}
	return l.reach()
}

// Swappable tells whether another file could take the place of a database from here, and why not: its server is elsewhere, its
// file can not be seen, or this user can not give a new file its owner and rights. It leaves nothing behind.
func Swappable(ctx context.Context, d copies.Database) error {
	l := &Look{Database: d}
	return l.live(ctx)
}

// ask asks the live database what it is, and which companies it has.
func (l *Look) ask(ctx context.Context, conn *firebird.Conn) (err error) {
	if l.info, err = conn.Info(ctx); err != nil {
		return err
	}
	if query := l.Database.System.Companies; query != "" {
		l.companies, l.untold = conn.Companies(ctx, query)
	}
	return ctx.Err()
}

// reach tells whether the file of the live database can be swapped from here.
func (l *Look) reach() error {
	if l.Live != None {
		real, err := filepath.EvalSymlinks(l.File)
		if err != nil || !isFile(real) {
			return message.New("guard.live_db", "restore.not_seen", message.Args{"path": l.File, "server": l.Database.At.Server})
		}
		l.File = real
		if l.info.BackupState != 0 || frozen(l.File) {
			return message.New("db.busy", "restore.nbackup", message.Args{"path": l.File})
		}
	}
	return tryFolder(l.File)
}

// tryFolder does with an empty file what will be done with the new database: make it beside the live one, give it the same
// owner and rights, and rename it.
func tryFolder(live string) error {
	file, err := os.CreateTemp(filepath.Dir(live), filepath.Base(live)+".restoring-*")
	if err == nil {
		err = errors.Join(file.Close(), giveRights(file.Name(), live), remove(file.Name()))
	}
	if err != nil {
		return message.Wrap(err, "fs.denied", "restore.no_rights", message.Args{"path": live})
	}
	return nil
}

// The bits of a database's header page that say that a physical backup holds it (nbackup), in its flags.
const (
	flagsAt    = 42
	frozenBits = 0x0c00
)

// frozen tells whether a physical backup holds a database: what was written since lies in another file, which has no place
// beside another database.
func frozen(path string) bool {
	if exists(path + ".delta") {
		return true
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	head := make([]byte, flagsAt+2)
	if _, err := file.ReadAt(head, 0); err != nil || head[0] != 1 {
		return false // no header page, and so no database that anybody could hold
	}
	return binary.LittleEndian.Uint16(head[flagsAt:])&frozenBits != 0
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
