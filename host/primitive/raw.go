package primitive

import (
	"context"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	backupArgs struct {
		To           string         `lua:"to,required"`
		Database     string         `lua:"database"`
		SkipTables   []string       `lua:"skip_tables"`
		MetadataOnly bool           `lua:"metadata_only"`
		Timeout      *time.Duration `lua:"timeout"`
	}
	rebuildArgs struct {
		Backup          string         `lua:"fbk,arg"`
		To              string         `lua:"to,required"`
		PageSize        int            `lua:"page_size"`
		OneAtATime      bool           `lua:"one_at_a_time"`
		InactiveIndexes bool           `lua:"inactive_indexes"`
		NoValidity      bool           `lua:"no_validity"`
		Timeout         *time.Duration `lua:"timeout"`
	}
)

// raw is gbak without the promises of a copy. As db.recover, it writes the whole of a database into a new file and nothing
// else, and so it has its power.
func (h *Host) raw() []lua.Func {
	all := []lua.Func{bind("db.backup", Write, h.backup), bind("db.restore", Write, h.rebuild)}
	for i := range all {
		all[i].Power = "db.recover"
	}
	return all
}

func (h *Host) backup(ctx context.Context, a *backupArgs) (made copies.RawBackup, err error) {
	d, err := h.database(a.Database)
	if err == nil {
		err = h.begins(a.To)
	}
	if err != nil {
		return made, err
	}
	ctx, cancel := within(ctx, a.Timeout)
	defer cancel()
	var told []error
	err = h.one(ctx, func() error {
		made, told, err = h.Firebird.Backup(ctx, d, copies.RawOptions{To: a.To, SkipTables: a.SkipTables, MetadataOnly: a.MetadataOnly})
		return err
	})
	for _, degraded := range told {
		h.Env.Degrade(degraded)
	}
	_ = h.Env.Spend(BytesWritten, made.Bytes) // only counted
	return made, ended(ctx, err)
}

// planBackup looks at the database and at where the backup is to go. Its path is not given: who would look there finds nothing
// yet.
func (h *Host) planBackup(ctx context.Context, args any) (any, error) {
	a := args.(*backupArgs)
	d, err := h.database(a.Database)
	if err != nil {
		return nil, err
	}
	if err := h.vacant(a.To); err != nil {
		return nil, err
	}
	info, err := h.Firebird.Info(ctx, d)
	if err != nil {
		return nil, err
	}
	return map[string]any{"path": lua.Unknown{}, "bytes": lua.Unknown{}, "sha256": lua.Unknown{}, "rows": lua.Unknown{}, "engine": info.Engine}, nil
}

func (h *Host) rebuild(ctx context.Context, a *rebuildArgs) (made copies.RawDatabase, err error) {
	o, err := a.options()
	if err == nil {
		err = h.begins(a.To)
	}
	if err != nil {
		return made, err
	}
	ctx, cancel := within(ctx, a.Timeout)
	defer cancel()
	err = h.one(ctx, func() error {
		made, err = h.Firebird.Restore(ctx, a.Backup, a.To, o)
		return err
	})
	_ = h.Env.Spend(BytesWritten, made.Bytes) // only counted
	return made, ended(ctx, err)
}

// planRebuild looks at where the database is to go. The backup may be one that the script would make just before.
func (h *Host) planRebuild(_ context.Context, args any) (any, error) {
	a := args.(*rebuildArgs)
	if _, err := a.options(); err != nil {
		return nil, err
	}
	if err := h.vacant(a.To); err != nil {
		return nil, err
	}
	return map[string]any{"path": lua.Unknown{}, "bytes": lua.Unknown{}, "rows": lua.Unknown{}}, nil
}

// pageSizes are those that one engine or the other makes.
var pageSizes = []int{0, 4096, 8192, 16384, 32768}

func (a *rebuildArgs) options() (firebird.RestoreOptions, error) {
	if !wholePath(a.Backup) {
		return firebird.RestoreOptions{}, notWhole(a.Backup)
	}
	if !slices.Contains(pageSizes, a.PageSize) {
		return firebird.RestoreOptions{}, message.New("option.value", "primitive.page_size", message.Args{"size": a.PageSize})
	}
	return firebird.RestoreOptions{PageSize: a.PageSize, OneAtATime: a.OneAtATime, Inactive: a.InactiveIndexes, NoValidity: a.NoValidity}, nil
}

// begins says that a file is about to be made.
func (h *Host) begins(path string) error {
	if err := h.vacant(path); err != nil {
		return err
	}
	return h.Env.Spend(FilesWritten, 1)
}

// vacant refuses a path where no new file can be made, and that of a database of the store, whether it is there or not: what
// comes to lie there, the store would work with.
func (h *Host) vacant(path string) error {
	if !wholePath(path) {
		return notWhole(path)
	}
	for _, d := range h.Databases {
		if drive.Within(path, d.At.Path) {
			return message.New("guard.live_db", "primitive.new_file_live", message.Args{"path": path, "database": d.Name})
		}
	}
	return h.Firebird.Vacant(path)
}

func notWhole(path string) error {
	return message.New("arg.value", "primitive.recover_to", message.Args{"path": path})
}
