package copies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

// Adopt takes a copy that something else made into the catalogue: a gbak backup, a database file that nobody has
// open, or a zip that holds one of them. The file is only read. What it restores to is what the new copy says of
// itself; a file that does not restore is refused with copy.bad and nothing is written.
func (m *Maker) Adopt(ctx context.Context, path string, o Options) (Set, error) {
	to, degraded, err := m.reachable(o)
	if err != nil {
		return Set{}, err
	}
	set := Set{Degraded: degraded}
	seqs, err := openSequence(ctx, m.State, m.Store.ID, m.Destinations)
	if err != nil {
		return set, err
	}
	set.Degraded = append(set.Degraded, seqs.problems...)
	k := &making{Maker: m, options: o, set: m.newID(), to: to, database: o.Databases[0]}
	made, err := k.adopt(ctx, path, seqs)
	set.Degraded = append(set.Degraded, k.degraded...)
	if made != nil {
		set.Copies = []Copy{*made}
	}
	return set, err
}

func (k *making) adopt(ctx context.Context, path string, seqs *sequence) (made *Copy, err error) {
	size, err := adoptable(path)
	if err != nil {
		return nil, err
	}
	s, err := k.Bench.open(ctx, 3*size)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	fbk, err := s.backupFrom(ctx, path)
	if err != nil {
		return nil, err
	}
	began := k.Now()
	log, seen, err := s.tryOut(ctx, fbk, path)
	if err != nil {
		return nil, err
	}
	if err := k.beginAdopted(ctx, s, seen, log, path, seqs); err != nil {
		return nil, err
	}
	places, err := k.seal(ctx, &fileStream{path: fbk, name: k.database.Name + ".fbk"}, &trial{now: k.Now, tell: k.tell})
	if err != nil {
		return nil, err
	}
	copied := k.manifest.copy(k.name)
	copied.Places = places
	proof, err := prove(ctx, s, outcome{manifest: k.manifest, sum: places[0].zipSum(), parts: unpacked(ctx, places[0], k.manifest, k.out.keys), began: began, now: k.Now})
	if err != nil {
		return &copied, err
	}
	return settle(copied, k.manifest, k.to, proof)
}

// Adoptable tells why a file can not be adopted, as far as its first bytes tell that.
func Adoptable(path string) error {
	if _, err := adoptable(path); err != nil {
		return err
	}
	kind, err := kindOf(path)
	if err == nil && kind == "" {
		err = message.New("copy.bad", "copies.not_adoptable", message.Args{"path": path})
	}
	return err
}

func adoptable(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0, message.Wrap(err, "copy.not_found", "copies.no_file", message.Args{"path": path})
	}
	return info.Size(), nil
}

// Kinds of files that can be adopted, told by their first bytes.
const (
	kindBackup   = "fbk"
	kindDatabase = "fdb"
	kindZip      = "zip"
)

// kindOf looks at the first bytes. A gbak backup begins with its first record and the format attribute; a database
// with a header page, whose type is 1; a zip with a local header.
func kindOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", path, err)
	}
	defer file.Close()
	head := make([]byte, 4)
	if _, err := io.ReadFull(file, head); err != nil {
		return "", nil
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return kindZip, nil
	case bytes.HasPrefix(head, []byte{0x00, 0x02, 0x04}):
		return kindBackup, nil
	case head[0] == 1:
		return kindDatabase, nil
	}
	return "", nil
}

// backupFrom gives the gbak backup that is to be taken in: the file itself, or one made in the scratch.
func (s *scratch) backupFrom(ctx context.Context, path string) (string, error) {
	kind, err := kindOf(path)
	if err != nil {
		return "", err
	}
	switch kind {
	case kindBackup:
		return path, nil
	case kindZip:
		inner, err := s.unzip(ctx, path)
		if err != nil {
			return "", err
		}
		if kind, err = kindOf(inner); err != nil || kind == kindBackup {
			return inner, err
		}
		if kind == kindDatabase {
			return s.backupOf(ctx, inner)
		}
	case kindDatabase:
		return s.backupOf(ctx, path)
	}
	return "", message.New("copy.bad", "copies.not_adoptable", message.Args{"path": path})
}

// unzip takes the one backup or database out of a zip.
func (s *scratch) unzip(ctx context.Context, path string) (string, error) {
	zip, err := zipfile.Open(path, limits)
	if err != nil {
		return "", err
	}
	defer zip.Close()
	var inner []string
	for _, e := range zip.Entries() {
		switch strings.ToLower(filepath.Ext(e.Name)) {
		case ".fbk", ".gbk", ".fdb", ".gdb":
			inner = append(inner, e.Name)
		}
	}
	if len(inner) != 1 {
		return "", message.New("copy.bad", "copies.zip_not_adoptable", message.Args{"path": path, "n": len(inner)})
	}
	dir := filepath.Join(s.dir, "zip")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("make scratch folder: %w", err)
	}
	files, err := zip.Extract(ctx, dir, inner)
	if err != nil {
		return "", err
	}
	return files[0], nil
}

// backupOf copies a database file and backs the copy up: the file itself is never opened by Firebird.
func (s *scratch) backupOf(ctx context.Context, path string) (string, error) {
	fdb, fbk := filepath.Join(s.dir, "adopted.fdb"), filepath.Join(s.dir, "adopted.fbk")
	if err := copyFile(ctx, path, fdb); err != nil {
		return "", err
	}
	backup, err := s.engine.Backup(ctx, fdb, firebird.BackupOptions{WorkDir: s.dir})
	if err != nil {
		return "", err
	}
	defer backup.Close()
	out, err := os.OpenFile(fbk, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("make backup file: %w", err)
	}
	_, err = io.Copy(out, backup)
	if err = errors.Join(err, out.Close()); err != nil {
		return "", err
	}
	_, err = backup.Wait()
	return fbk, err
}

func copyFile(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open %s: %w", from, err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make %s: %w", to, err)
	}
	_, err = io.Copy(out, drive.Until(ctx, in))
	return errors.Join(err, out.Close())
}

// tryOut restores the backup in the scratch and looks at what came of it.
func (s *scratch) tryOut(ctx context.Context, fbk, path string) (firebird.Log, firebird.Inspection, error) {
	file, err := os.Open(fbk)
	if err != nil {
		return firebird.Log{}, firebird.Inspection{}, fmt.Errorf("open backup: %w", err)
	}
	defer file.Close()
	log, err := s.through(ctx, file)
	if err != nil && ctx.Err() == nil && !circumstance(err) {
		err = message.Wrap(err, "copy.bad", "copies.adoption_failed", message.Args{"path": path})
	}
	if err != nil {
		return log, firebird.Inspection{}, err
	}
	seen, err := s.engine.Inspect(ctx, s.fdb, firebird.Questions{})
	return log, seen, err
}

// beginAdopted gives the copy an identity from what was restored. Rows are those that gbak's log of the restore tells;
// there is no evidence, since nobody was there to ask the source.
func (k *making) beginAdopted(ctx context.Context, s *scratch, seen firebird.Inspection, log firebird.Log, path string, seqs *sequence) error {
	info, err := os.Stat(s.fdb)
	if err != nil {
		return fmt.Errorf("look at restored database: %w", err)
	}
	asked := &source{database: k.database, inactive: seen.InactiveIndexes}
	asked.info = firebird.Info{Path: path, Bytes: info.Size(), ODS: seen.ODS, PageSize: seen.PageSize, Engine: seen.Engine, Charset: seen.Charset}
	if err := k.begin(asked, seqs); err != nil {
		return err
	}
	k.manifest.Database.Adopted = filepath.Base(path)
	k.manifest.Database.Path = path
	k.manifest.Rows = map[string]int64{}
	for table := range seen.Rows {
		k.manifest.Rows[table] = log.Rows[table]
	}
	companies, err := s.companies(ctx, k.database.System.Companies)
	if err != nil {
		k.degrade(message.Wrap(err, "company.not_found", "copies.no_companies", message.Args{"database": k.database.Name}))
	}
	k.manifest.Companies = companies
	return nil
}

// fileStream is a gbak backup that lies in a file.
type fileStream struct{ path, name string }

func (f *fileStream) part() string { return f.name }

func (f *fileStream) copy(ctx context.Context, w io.Writer) error {
	file, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	defer file.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, drive.Until(ctx, file), make([]byte, blockSize))
	return err
}

// Inspect looks at a copy of a database file in a scratch, so that a file that is in use elsewhere is only read. closed says
// that its database is closed now to everybody, and that this is as it should be.
func (b Bench) Inspect(ctx context.Context, path string, closed bool) (seen firebird.Inspection, err error) {
	size, err := adoptable(path)
	if err != nil {
		return seen, err
	}
	s, err := b.open(ctx, size)
	if err != nil {
		return seen, err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	if err := copyFile(ctx, path, s.fdb); err != nil {
		return seen, err
	}
	if closed {
		if err := s.engine.Online(ctx, s.fdb); err != nil {
			return seen, err
		}
	}
	return s.engine.Inspect(ctx, s.fdb, firebird.Questions{})
}
