package primitive

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/recovery"
	"github.com/djscript/djscript/lua"
)

type recoverArgs struct {
	Database string  `lua:"database_or_path,arg"`
	To       string  `lua:"to,required"`
	Level    string  `lua:"level" enum:"validate,mend,salvage"`
	Copy     copyRef `lua:"copy"`

	keys copies.Keys
}

// recovering is db.recover. Who may do it may write the whole of a database into a new file, and nothing else: a power of
// its own, since db.write is one over the live database.
func (h *Host) recovering() []lua.Func {
	f := bind("db.recover", Write, h.recover)
	f.Power = "db.recover"
	return []lua.Func{f}
}

// recover saves what can be saved. What is lost degrades the run; nothing saved is an error.
func (h *Host) recover(ctx context.Context, a *recoverArgs) (report recovery.Report, err error) {
	path, options, err := h.recoverable(ctx, a)
	if err != nil {
		return report, err
	}
	err = h.one(ctx, func() error {
		report, err = h.Firebird.Recover(ctx, path, options)
		return err
	})
	if err != nil {
		return report, err
	}
	_ = h.Env.Spend(BytesWritten, report.Bytes) // only counted
	if !report.OK {
		h.Env.Degrade(message.New("db.incomplete", "primitive.recovered_in_part", message.Args{"path": report.Path, "tables": len(report.Lost), "problems": len(report.Problems)}))
	}
	return report, nil
}

// planRecover is what a dry run can know: nothing is copied, and so nothing is seen of the damage.
func (h *Host) planRecover(ctx context.Context, args any) (any, error) {
	path, options, err := h.recoverable(ctx, args.(*recoverArgs))
	if err != nil {
		return nil, err
	}
	if err := h.Firebird.Recoverable(path, options); err != nil {
		return nil, err
	}
	planned := map[string]any{"path": options.To, "source": path, "level": options.Level}
	for _, name := range []string{"ok", "way", "bytes", "header", "damaged", "against", "saved", "lost", "problems", "steps", "seconds"} {
		planned[name] = lua.Unknown{}
	}
	return planned, nil
}

// recoverable is the file that is meant, where it goes, and what is known of it.
func (h *Host) recoverable(ctx context.Context, a *recoverArgs) (path string, o recovery.Options, err error) {
	o = recovery.Options{To: a.To, Level: orElse(a.Level, recovery.Salvage)}
	database, path, err := h.damaged(a.Database)
	if err != nil {
		return "", o, err
	}
	if !wholePath(o.To) {
		return "", o, notWhole(o.To)
	}
	if o.Known, err = h.known(ctx, database, a); err != nil {
		return "", o, err
	}
	return path, o, h.Env.Spend(FilesWritten, 1)
}

// damaged is the database of the store that a name or a path means, "" where it is none of the store's, and its file. What lies
// here under the path of a database of another computer is another file: whoever means it has to name it.
func (h *Host) damaged(text string) (name, path string, err error) {
	for _, d := range h.Databases {
		if d.Name == text && d.At.Server != "" && !d.At.Local() {
			return "", "", message.New("guard.live_db", "primitive.recover_elsewhere", message.Args{"database": d.Name, "server": d.At.Server, "path": d.At.Path})
		}
		if d.Name == text || d.At.Path == text || samePath(d.At.Path, text) {
			return d.Name, d.At.Path, nil
		}
	}
	if !wholePath(text) {
		return "", "", noDatabase(text, h.Databases)
	}
	return "", text, nil
}

// wholePath tells whether a text is a path that means the same wherever it is read, of this system or of Windows.
func wholePath(text string) bool {
	return filepath.IsAbs(text) || len(text) > 2 && text[1] == ':' && (text[2] == '/' || text[2] == '\\')
}

func samePath(a, b string) bool { return filepath.Clean(a) == filepath.Clean(b) }

// known is what a copy says that the database had: the copy that was named, or the newest proven one that holds all of it.
// One that nobody named and that is locked serves for nothing.
func (h *Host) known(ctx context.Context, database string, a *recoverArgs) (*recovery.Known, error) {
	if a.Copy.ref != "" {
		c, err := h.Copies.Find(ctx, a.Copy.ref)
		if err != nil {
			return nil, err
		}
		return KnownBy(c, a.keys)
	}
	if database == "" {
		return nil, nil
	}
	all, problems, err := h.Copies.List(ctx, copies.Filter{Database: database, State: copies.Verified})
	h.warn(problems)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Partial {
			continue
		}
		if known, err := KnownBy(c, a.keys); err == nil {
			return known, nil
		}
	}
	return nil, nil
}

// KnownBy is what a copy tells a recovery of its database; the keys open it where it is encrypted.
func KnownBy(c copies.Copy, keys copies.Keys) (*recovery.Known, error) {
	rows, parts := c.Rows, c.Parts
	if len(rows) == 0 { // it is locked, and only what is in it tells
		m, err := c.ReadManifest(keys)
		if err != nil {
			return nil, err
		}
		rows, parts = m.Rows, m.Parts
	}
	return &recovery.Known{
		Name: message.Text("primitive.recover_by", message.Args{"seq": c.Seq, "day": message.Day(c.Day)}), Rows: rows,
		Backup: func(ctx context.Context, dir string) (string, error) {
			at := slices.IndexFunc(parts, func(p copies.Part) bool { return p.Kind == copies.PartDatabase })
			if at < 0 {
				return "", message.New("copy.bad", "primitive.recover_no_part", message.Args{"name": c.Name})
			}
			files, told, err := copies.Extract(ctx, c, dir, []string{parts[at].Name}, keys...)
			if err != nil {
				return "", errors.Join(append(told, err)...)
			}
			return files[0], nil
		},
	}, nil
}

// Recovering is what a person wants to be saved.
type Recovering struct {
	Database  string // its name, or the path of its file
	To, Level string
	Copy      string // what the database had; "" the newest proven one tells
	Keys      copies.Keys
}

// Recover saves what can be saved of a damaged database.
func (d *Desk) Recover(ctx context.Context, r Recovering) (recovery.Report, error) {
	return do[recovery.Report](ctx, d, "db.recover", &recoverArgs{Database: r.Database, To: r.To, Level: r.Level, Copy: copyRef{r.Copy}, keys: r.Keys})
}
