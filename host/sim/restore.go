package sim

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/restore"
)

// restores restores copies of the store.
type restores struct{ *Store }

// Preview tells what a restore would do, by the numbers of both sides.
func (s restores) Preview(_ context.Context, c copies.Copy, o restore.Options) (*restore.Preview, error) {
	name, live, err := s.target(c, o)
	if err != nil {
		return nil, err
	}
	p := &restore.Preview{
		Database: name, Copy: c.ID, Seq: c.Seq, Day: c.Day, Created: c.Created, State: c.State, Live: restore.Readable,
		Companies: []restore.Company{}, Tables: []restore.Table{}, Files: []restore.File{}, Warnings: []string{},
	}
	way, companies, _, refused := restore.Choose(c, s.databaseOf(name), live.companies, o)
	p.Way, p.Companies = way, append(p.Companies, companies...)
	p.Compare(live.rowsNow(s.now), c.Rows)
	if refused != nil {
		p.Refused = refused
		p.Warnings = append(p.Warnings, refused.Error())
	}
	return p, nil
}

// target is the database that a copy is for.
func (s restores) target(c copies.Copy, o restore.Options) (string, *database, error) {
	name := o.Database
	if name == "" {
		name = c.Database
	}
	live := s.databases[name]
	if live == nil {
		return name, nil, message.New("option.value", "restore.no_database", message.Args{"database": name})
	}
	if name != c.Database && s.databases[c.Database] != nil {
		return name, nil, message.New("copy.foreign", "restore.other_database", message.Args{"seq": c.Seq, "of": c.Database, "database": name})
	}
	return name, live, nil
}

// Restore makes the databases what the copies hold.
func (s restores) Restore(ctx context.Context, all []copies.Copy, o restore.Options) (done []*restore.Result, err error) {
	for _, c := range all {
		if err := s.allowed(ctx, c, o); err != nil {
			return nil, err
		}
	}
	for _, c := range all {
		result, err := s.one(ctx, c, o)
		if err != nil {
			return done, err
		}
		done = append(done, result)
	}
	return done, nil
}

// allowed meets what would refuse a restore of a real store.
func (s restores) allowed(ctx context.Context, c copies.Copy, o restore.Options) error {
	p, err := s.Preview(ctx, c, o)
	switch {
	case err != nil:
		return err
	case c.State == copies.Bad:
		return message.New("copy.bad", "restore.bad", message.Args{"seq": c.Seq, "database": c.Database})
	}
	return p.Refused
}

// one restores one copy, while the database is closed to everybody else.
func (s restores) one(ctx context.Context, c copies.Copy, o restore.Options) (result *restore.Result, err error) {
	name, live, err := s.target(c, o)
	if err != nil {
		return nil, err
	}
	d := s.databaseOf(name)
	gate := o.Gate(d)
	path := d.At.Path
	if d.At, err = gate.Close(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if opened := gate.Open(ctx); err == nil {
			err = opened
		}
	}()
	set, err := shelf(s).Create(ctx, copies.Options{Databases: []copies.Database{d}, To: s.destinations(), Class: copies.PreRestore, Verify: copies.VerifyLater, Files: true})
	if err != nil {
		return nil, err
	}
	if s.dead {
		return nil, errPowerCut
	}
	result = s.result(c, path)
	var sides []restore.Company
	if result.Way, sides, result.Companies, err = restore.Choose(c, d, live.companies, o); err != nil {
		return nil, err
	}
	if result.Way == restore.Returned {
		live.putBack(result, o.Tables, s.now)
	} else {
		live.restore(result, sides, s.now)
	}
	result.Database, result.KeptOld, result.Told = name, path+".before-"+c.Seq, set.Degraded
	if len(set.Copies) > 0 {
		result.PreRestore = &set.Copies[0]
	}
	return result, nil
}

// restore makes a database what a restore makes of it. Whose its rows are nobody here knows: where companies stay, each table
// has the rows of the side that has more.
func (d *database) restore(r *restore.Result, sides []restore.Company, now time.Time) {
	rows := maps.Clone(r.Rows)
	if r.Way == restore.Exchanged {
		for table, n := range d.rowsNow(now) {
			rows[table] = max(n, rows[table])
		}
	}
	d.rows, d.since, d.companies = rows, now, nil
	for _, one := range sides {
		if one.Fate != restore.FateEliminated && one.Fate != restore.FateLeftOut {
			d.companies = append(d.companies, firebird.Company{ID: one.ID, Name: one.Name, CNPJ: one.CNPJ})
		}
	}
}

// putBack puts single tables back. Which rows came later nobody here knows: those that are more than the copy has.
func (d *database) putBack(r *restore.Result, tables []string, now time.Time) {
	rows, copied := d.rowsNow(now), r.Rows
	r.Rows = map[string]int64{}
	for _, name := range tables {
		was, there := rows[name]
		back := company.Returned{Table: name, Rows: copied[name], Back: max(0, copied[name]-was), Stay: max(0, was-copied[name]), Made: !there}
		r.Tables, r.Rows[name], rows[name] = append(r.Tables, back), back.Rows, back.Rows+back.Stay
	}
	d.rows, d.since = rows, now
}

func (s restores) result(c copies.Copy, path string) *restore.Result {
	return &restore.Result{
		Database: c.Database, Copy: c.ID, Seq: c.Seq, Path: path, Companies: slices.Clone(c.Companies), Rows: maps.Clone(c.Rows), Files: []string{},
	}
}

// databaseOf is a database as engines are handed it.
func (s restores) databaseOf(name string) copies.Database {
	engines, _ := s.Engines(context.Background()) // of a simulated store they are always there
	i := slices.IndexFunc(engines.Databases, func(d copies.Database) bool { return d.Name == name })
	return engines.Databases[i]
}

// To lays a database down in a folder.
func (s restores) To(_ context.Context, c copies.Copy, folder string, o restore.Options) (*restore.Result, error) {
	path := slashed(folder) + c.Database + ".fdb"
	if _, taken := s.files[path]; taken {
		return nil, message.New("fs.exists", "restore.exists", message.Args{"path": path})
	}
	s.files[path] = c.ID
	result := s.result(c, path)
	var err error
	result.Way, _, result.Companies, err = restore.Choose(c, s.databaseOf(c.Database), nil, o)
	return result, err
}

// Kept, Undo and Discard are for people: no script asks for them.
func (restores) Kept(string) ([]restore.Kept, error) { return nil, nil }

// Undo has nothing to undo.
func (restores) Undo(context.Context, string, func(copies.Database) restore.Gate) ([]restore.Kept, error) {
	return nil, nil
}

// Discard has nothing to discard.
func (restores) Discard(string) ([]restore.Kept, error) { return nil, nil }
