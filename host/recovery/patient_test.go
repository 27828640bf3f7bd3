package recovery

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

// patient is the demonstration store's file, as it is before it is damaged.
type patient struct {
	t      *testing.T
	path   string
	bytes  []byte
	seen   *survey
	names  map[uint16]string
	tables map[string]string // checksum of each table
	rows   map[string]int64
	engine *firebird.Engine
}

// healthy is what is learned once of the store before it is damaged.
var healthy struct {
	sync.Once
	patient
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	healthy.Do(func() { healthy.patient = *meet(t) })
	p := healthy.patient
	p.t, p.engine = t, newEngine(t)
	return &p
}

func newEngine(t *testing.T) *firebird.Engine {
	t.Helper()
	engine, err := firebird.NewEngine(t.Context(), filepath.Join(t.TempDir(), "engine"), firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Remove(); err != nil {
			t.Error(err)
		}
	})
	return engine
}

func meet(t *testing.T) *patient {
	t.Helper()
	p := &patient{t: t, path: firebirdtest.Demo(t).Path, engine: newEngine(t)}
	var err error
	if p.bytes, err = os.ReadFile(p.path); err != nil {
		t.Fatal(err)
	}
	header, ok := readHeader(p.bytes)
	if !ok {
		t.Fatal("the demonstration store has no header")
	}
	if p.seen, err = look(t.Context(), bytes.NewReader(p.bytes), int64(len(p.bytes)), header.PageSize, nil); err != nil {
		t.Fatal(err)
	}
	whole := p.with(func([]byte) {})
	p.tables, p.rows = p.sums(whole)
	p.names = map[uint16]string{}
	for _, line := range p.query(whole, tablesQuery) {
		var id uint16
		var name string
		if _, err := fmt.Sscanf(line, "%d %s", &id, &name); err != nil {
			t.Fatal(err)
		}
		p.names[id] = name
	}
	return p
}

// with is the path of a copy of the file that was damaged so.
func (p *patient) with(damage func(file []byte)) string {
	p.t.Helper()
	file := slices.Clone(p.bytes)
	damage(file)
	return p.lay(file)
}

func (p *patient) lay(file []byte) string {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), "loja.fdb")
	if err := os.WriteFile(path, file, 0o640); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// page is a page of the file.
func (p *patient) page(file []byte, n int) []byte { return file[n*p.seen.size : (n+1)*p.seen.size] }

// of are the pages of a kind, and where it is not 0 of a table.
func (p *patient) of(kind byte, relation uint16) []int {
	var all []int
	for n, k := range p.seen.kind {
		if k == kind && (relation == 0 || p.seen.own[n].relation == relation) {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		p.t.Fatalf("no page of kind %d", kind)
	}
	return all
}

func (p *patient) relation(name string) uint16 {
	for id, one := range p.names {
		if one == name {
			return id
		}
	}
	p.t.Fatalf("no table %s", name)
	return 0
}

func (p *patient) query(fdb, sql string) []string {
	p.t.Helper()
	values, err := p.engine.Query(p.t.Context(), fdb, sql)
	if err != nil {
		p.t.Fatal(err)
	}
	return values
}

// sums are a checksum and the rows of each table.
func (p *patient) sums(fdb string) (sums map[string]string, rows map[string]int64) {
	p.t.Helper()
	parts := map[string][]string{}
	for _, line := range p.query(fdb, columnsQuery) {
		of := strings.Split(line, between)
		value := "coalesce(cast(" + quoted(of[1]) + " as varchar(300)), '~')"
		if strings.TrimSpace(of[2]) == blobType {
			value = "coalesce(hash(" + quoted(of[1]) + "), 0)"
		}
		parts[of[0]] = append(parts[of[0]], value)
	}
	sums, rows = map[string]string{}, map[string]int64{}
	for name, columns := range parts {
		sql := "select count(*) || ' ' || coalesce(sum(mod(hash(" + strings.Join(columns, " || '|' || ") + "), 1000000007)), 0) from " + quoted(name)
		sums[name] = p.query(fdb, sql)[0]
		var n int64
		if _, err := fmt.Sscan(sums[name], &n); err != nil {
			p.t.Fatal(err)
		}
		rows[name] = n
	}
	return sums, rows
}

// known is what a copy of the whole store would tell.
func (p *patient) known() *Known {
	return &Known{Name: "12 2026-03-02", Rows: p.rows, Backup: func(ctx context.Context, dir string) (string, error) {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return "", err
		}
		fdb, fbk := filepath.Join(dir, "whole.fdb"), filepath.Join(dir, "whole.fbk")
		if err := os.WriteFile(fdb, p.bytes, 0o600); err != nil {
			return "", err
		}
		backup, err := p.engine.Backup(ctx, fdb, firebird.BackupOptions{WorkDir: dir})
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(backup)
		return fbk, errors.Join(err, backup.Close(), os.WriteFile(fbk, text, 0o600))
	}}
}

// recover recovers a file, and holds what always holds: the file is untouched, nothing is left over, and what came of it is
// a sound database with the rows that the report says.
func (p *patient) recover(path string, o Options) (Report, error) {
	p.t.Helper()
	before := fingerprint(p.t, path)
	work := p.t.TempDir()
	if o.To == "" {
		o.To = filepath.Join(p.t.TempDir(), "new.fdb")
	}
	r := Recovery{Tools: firebirdtest.Tools(p.t), Work: work, Now: time.Now, Patience: 40 * time.Second}
	report, err := r.Recover(p.t.Context(), path, o)
	if after := fingerprint(p.t, path); after != before {
		p.t.Error("the damaged file was changed")
	}
	if left, _ := os.ReadDir(work); len(left) > 0 {
		p.t.Errorf("left behind: %v", left)
	}
	if _, gone := os.Stat(o.To); (err == nil) != (gone == nil) {
		p.t.Errorf("%v, and the new database: %v", err, gone)
	}
	if err != nil {
		return report, err
	}
	seen, err := p.engine.Inspect(p.t.Context(), o.To, firebird.Questions{})
	if err != nil {
		p.t.Fatal(err)
	}
	if seen.ShutdownMode != 0 || len(seen.ValidationErrors) > 0 {
		p.t.Errorf("the new database is not sound: %+v", seen)
	}
	if fmt.Sprint(seen.Rows) != fmt.Sprint(report.Saved) {
		p.t.Errorf("%v in the new database, %v in the report", seen.Rows, report.Saved)
	}
	if report.OK != (len(report.Lost)+len(report.Problems) == 0) {
		p.t.Errorf("ok is %v with %v and %v", report.OK, report.Lost, report.Problems)
	}
	return report, nil
}

func fingerprint(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x %v %v", sha256.Sum256(text), info.Mode(), info.ModTime())
}

// wholeBut fails where a table that is not named differs from what it was, or where a named one has rows that it had not.
func (p *patient) wholeBut(report Report, damaged ...string) {
	p.t.Helper()
	sums, rows := p.sums(report.Path)
	for name, sum := range p.tables {
		if slices.Contains(damaged, name) {
			if rows[name] > p.rows[name] {
				p.t.Errorf("%s has %d rows, had %d", name, rows[name], p.rows[name])
			}
			continue
		}
		if sums[name] != sum {
			p.t.Errorf("%s is not as it was: %s, was %s", name, sums[name], sum)
		}
	}
}

// accounts fails where a table lacks rows and the report does not say how many.
func (p *patient) accounts(report Report) {
	p.t.Helper()
	for name, had := range p.rows {
		if missing := had - report.Saved[name]; missing > 0 && !strings.HasPrefix(report.Lost[name], fmt.Sprintf("%d of the %d rows", missing, had)) {
			p.t.Errorf("%s: %d of %d saved, lost: %q", name, report.Saved[name], had, report.Lost[name])
		}
	}
}
