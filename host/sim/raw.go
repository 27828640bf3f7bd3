package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// A raw backup of a simulated database, and the database that is made of it, are files with the rows of each table in JSON: so
// that whoever looks at the one finds the rows of the other.

// Backup lays a backup down.
func (s server) Backup(_ context.Context, d copies.Database, o copies.RawOptions) (made copies.RawBackup, told []error, err error) {
	if err := s.Vacant(o.To); err != nil {
		return made, nil, err
	}
	if err := s.shut(d); err != nil {
		return made, nil, err
	}
	base := s.databases[d.Name]
	rows := base.rowsNow(s.now)
	for _, table := range o.SkipTables {
		if _, there := rows[table]; !there {
			return made, nil, message.New("arg.value", "copies.no_table", message.Args{"table": table, "database": d.Name})
		}
		delete(rows, table)
	}
	if o.MetadataOnly {
		clear(rows)
	}
	if len(o.SkipTables) == 0 && !o.MetadataOnly && s.driveOf(o.To).Free < base.bytes(s.now) {
		return made, nil, message.New("drive.full", "drive.full_now", message.Args{"path": o.To})
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return made, nil, err
	}
	s.files[o.To] = string(text)
	sum := sha256.Sum256(text)
	return copies.RawBackup{Path: o.To, Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:]), Rows: rows, Engine: "3.0.11"}, nil, nil
}

// Restore lays down the database of a backup that was made here; every other file is none.
func (s server) Restore(_ context.Context, fbk, to string, _ firebird.RestoreOptions) (made copies.RawDatabase, err error) {
	if err := s.Vacant(to); err != nil {
		return made, err
	}
	text, there := s.files[fbk]
	if !there {
		return made, message.New("copy.not_found", "copies.backup_missing", message.Args{"path": fbk})
	}
	rows, ok := rowsIn(text)
	if !ok {
		return made, message.New("gbak.failed", "copies.no_backup", message.Args{"path": fbk})
	}
	if s.driveOf(to).Free < int64(len(text)) {
		return made, message.New("drive.full", "drive.full_now", message.Args{"path": to})
	}
	s.files[to] = text
	return copies.RawDatabase{Path: to, Bytes: int64(len(text)), Rows: rows}, nil
}

// Vacant refuses to write over a file.
func (s server) Vacant(path string) error {
	if _, taken := s.files[path]; taken || slices.ContainsFunc(s.config.Databases, func(d config.Database) bool { return d.Path == path }) {
		return message.New("fs.exists", "drive.exists", message.Args{"path": path})
	}
	return nil
}

// rowsIn are the rows of a file that was made here.
func rowsIn(text string) (rows map[string]int64, ok bool) {
	return rows, json.Unmarshal([]byte(text), &rows) == nil && rows != nil
}
