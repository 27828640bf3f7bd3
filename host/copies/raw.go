package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// A raw backup is what gbak writes, and nothing around it: no copy, which nothing proves and no rotation knows of.

// RawOptions are what a raw backup may be told.
type RawOptions struct {
	To           string   // where no file lies
	SkipTables   []string // whose rows are left out, by exact name
	MetadataOnly bool     // no rows at all
}

// RawBackup is a raw backup that was made.
type RawBackup struct {
	Path   string           `json:"path"`
	Bytes  int64            `json:"bytes"`
	SHA256 string           `json:"sha256"`
	Rows   map[string]int64 `json:"rows"`   // by table, as gbak read them
	Engine string           `json:"engine"` // of the server: "3.0.11"
}

// RawDatabase is a database that was made of a raw backup.
type RawDatabase struct {
	Path  string           `json:"path"`
	Bytes int64            `json:"bytes"`
	Rows  map[string]int64 `json:"rows"` // by table, as gbak restored them
}

// Backup makes a raw backup, whole at its place or not at all. What went wrong although it is there is told beside it. Before
// anything is written there has to be room for as much as the database takes, unless something is left out.
func (m *Maker) Backup(ctx context.Context, d Database, o RawOptions) (made RawBackup, told []error, err error) {
	if err := errors.Join(drive.Vacant(o.To), m.Bench.Make()); err != nil {
		return made, nil, err
	}
	d.System = System{} // nothing is asked of its profile
	source, err := openSource(ctx, d, m.Tools, false)
	if err != nil {
		return made, nil, err
	}
	defer func() {
		left := source.conn.Close() // a database of our own is closed again
		if err == nil && left != nil {
			told, left = append(told, left), nil
		}
		err = errors.Join(err, left)
	}()
	if err := source.has(ctx, o.SkipTables); err != nil {
		return made, nil, err
	}
	k := &making{Maker: m, database: d, expected: source.info.Bytes}
	made, err = k.raw(ctx, source, o)
	return made, k.degraded, err
}

func (k *making) raw(ctx context.Context, source *source, o RawOptions) (made RawBackup, err error) {
	dir := filepath.Dir(o.To)
	drive.SweepParts(dir, func(name string) bool { return !IsFile(name) }) // of one that died; those of copies are not ours
	if len(o.SkipTables) == 0 && !o.MetadataOnly {
		if err := drive.Room(dir, source.info.Bytes); err != nil {
			return made, err
		}
	}
	out, err := drive.Create(dir, filepath.Base(o.To))
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, out.Discard()) }()
	hash := sha256.New()
	count := &counter{tell: func(n int64) { k.tell(Progress{Step: "copying", Done: n, Total: max(n, k.expected)}) }}
	g := &gbakStream{making: k, source: source, skip: o.SkipTables, bare: o.MetadataOnly}
	_, log, err := g.backup(ctx, io.MultiWriter(out, hash, count), func(<-chan struct{}) {})
	if err != nil {
		return made, err
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	if _, err := out.Publish(ctx, sum); err != nil {
		return made, err
	}
	return RawBackup{Path: o.To, Bytes: count.n, SHA256: sum, Rows: rowsOf(log), Engine: source.info.Engine}, nil
}

// has refuses a table that the database has not: gbak would leave out nothing, and say nothing.
func (s *source) has(ctx context.Context, tables []string) error {
	if len(tables) == 0 {
		return nil
	}
	var names []string
	err := s.conn.Snapshot(ctx, func(tx *firebird.Snapshot) error {
		rows, err := tx.Query(ctx, tableNames, nil, 0)
		if err != nil {
			return err
		}
		for _, row := range rows.Values {
			names = append(names, strings.TrimSpace(fmt.Sprint(row[0])))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, table := range tables {
		if !slices.Contains(names, table) {
			return message.New("arg.value", "copies.no_table", message.Args{"table": table, "database": s.database.Name})
		}
	}
	return nil
}

const tableNames = `select rdb$relation_name from rdb$relations where rdb$view_blr is null and coalesce(rdb$system_flag, 0) = 0`

func rowsOf(log firebird.Log) map[string]int64 {
	if log.Rows == nil {
		return map[string]int64{}
	}
	return log.Rows
}

// Restore makes a new database file of a raw backup, whole at its place or not at all: gbak builds it on the bench, and it is
// copied to its place and read back.
func (b Bench) Restore(ctx context.Context, fbk, to string, o firebird.RestoreOptions) (made RawDatabase, err error) {
	size, err := rawBackup(fbk)
	if err != nil {
		return made, err
	}
	if err := errors.Join(drive.Vacant(to), b.Make()); err != nil {
		return made, err
	}
	for _, dir := range []string{b.Dir, filepath.Dir(to)} { // it takes more than its backup, nobody knows how much
		if err := drive.Room(dir, size); err != nil {
			return made, err
		}
	}
	s, err := b.engine(ctx)
	if err != nil {
		return made, err
	}
	defer func() {
		if left := s.remove(); err != nil { // what is left of the scratch takes nothing from what was made; the next run sweeps
			err = errors.Join(err, left)
		}
	}()
	s.fdb, o.As = filepath.Join(s.dir, "restored.fdb"), to
	log, err := s.restoreRaw(ctx, fbk, o)
	if err != nil {
		return made, err
	}
	laid, err := drive.Lay(ctx, s.fdb, to)
	if err != nil {
		return made, err
	}
	return RawDatabase{Path: to, Bytes: laid.Bytes, Rows: rowsOf(log)}, nil
}

// rawBackup is how many bytes a file has that begins as a backup of gbak does.
func rawBackup(path string) (int64, error) {
	size, err := adoptable(path)
	if err != nil {
		return 0, message.Wrap(errors.Unwrap(err), "copy.not_found", "copies.backup_missing", message.Args{"path": path})
	}
	kind, err := kindOf(path)
	if err != nil {
		return 0, drive.Explain(err, path)
	}
	if kind != kindBackup {
		return 0, message.New("gbak.failed", "copies.no_backup", message.Args{"path": path})
	}
	return size, nil
}

func (s *scratch) restoreRaw(ctx context.Context, fbk string, o firebird.RestoreOptions) (log firebird.Log, err error) {
	file, err := os.Open(fbk)
	if err != nil {
		return log, drive.Explain(err, fbk)
	}
	defer file.Close()
	return s.engine.RestoreFrom(ctx, drive.Until(ctx, file), s.fdb, o)
}
