package restore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// filesFolder is where, below the state, each restore keeps the files that it lays beside the database, and those that lay
// there before, in a folder of its id.
const filesFolder = "restores"

// file is one that a restore lays beside the database: a document model, or what djscript itself is set up with.
type file struct {
	path string
	kind string // of its part
	part copies.Part
	data []byte // instead of the part's
}

// put is such a file in the journal.
type put struct {
	Path string `json:"path"`
	Name string `json:"name"`          // of what is laid there, in the folder of the restore
	Was  string `json:"was,omitempty"` // of what lay there before; "" is nothing
}

func (r *Restorer) folderOf(rec *record) string { return filepath.Join(r.State, filesFolder, rec.ID) }

// stage keeps what is to be laid, and what lies there now, in the restore's own folder: from then on the copy is needed no
// more, and a crash loses neither. What is there already as the copy has it is left alone.
func (s *session) stage(ctx context.Context) error {
	for _, f := range s.look.files() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := s.hold(f)
		if err != nil && (s.record.Arrival || message.Code(err) == "drive.full") {
			return err
		}
		if err != nil {
			s.result.Told = append(s.result.Told, notLaid(err, f.path))
		}
		s.step()
	}
	return nil
}

func notLaid(err error, path string) error {
	return message.Wrap(err, "copy.degraded", "restore.no_model", message.Args{"path": path})
}

func (s *session) hold(f file) (err error) {
	data := f.data
	if data == nil {
		if data, err = s.look.whole.Part(f.part); err != nil {
			return err
		}
	}
	was, err := os.ReadFile(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.record.Made = append(s.record.Made, missing(filepath.Dir(f.path), s.record.Made)...)
	case err != nil:
		return drive.Explain(err, f.path)
	case s.record.Arrival && f.kind != copies.PartFiles:
		return message.New("fs.exists", "restore.store_lies", message.Args{"path": f.path})
	case bytes.Equal(was, data):
		return nil
	}
	p := put{Path: f.path, Name: fmt.Sprintf("%05d", len(s.record.Files)+1)}
	dir := s.folderOf(s.record)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return drive.Explain(err, dir)
	}
	if err == nil && was != nil {
		p.Was = p.Name + ".before"
		if err := drive.WriteFile(dir, p.Was, was); err != nil {
			return err
		}
		_ = giveRights(filepath.Join(dir, p.Was), f.path) // who may read it: also of what takes its place
	}
	if err := drive.WriteFile(dir, p.Name, data); err != nil {
		return err
	}
	s.record.Files = append(s.record.Files, p)
	return nil
}

// missing are the folders that have to be made for one to be there, the outermost first, but for those known.
func missing(dir string, known []string) (all []string) {
	for ; !exists(dir) && !slices.Contains(known, dir); dir = filepath.Dir(dir) {
		all = append(all, dir)
	}
	slices.Reverse(all)
	return all
}

// lay lays the files, each in one step. One that somebody else has changed meanwhile is his, and told; so is one that can not
// be written.
func (r *Restorer) lay(rec *record) error {
	_, err := r.layAll(rec, true)
	return err
}

// layAll lays the files; late tells that it is another process that goes on with it, and somebody may have worked with what was
// laid already.
func (r *Restorer) layAll(rec *record, late bool) (laid []string, err error) {
	var failed []error
	for _, p := range rec.Files {
		if late {
			r.sweep(filepath.Dir(p.Path))
		}
		switch err := r.layOne(rec, p); {
		case err == nil:
			laid = append(laid, p.Path)
		case rec.Arrival && late && message.Code(err) == "fs.exists":
		case rec.Arrival:
			return laid, err
		default:
			failed = append(failed, notLaid(err, p.Path))
		}
		r.step()
	}
	return laid, errors.Join(failed...)
}

// layFiles lays the files of a restore whose database is in its place. On a new PC a single one that can not be laid is the end
// of it; beside a database that works it is told. Those that were there before and are replaced stay where they are kept.
func (s *session) layFiles() error {
	laid, err := s.layAll(s.record, false)
	s.result.Files = append(s.result.Files, laid...)
	if s.record.replaces() {
		s.result.KeptFiles = s.folderOf(s.record)
	}
	if err != nil && !s.record.Arrival {
		s.result.Told = append(s.result.Told, err)
		return nil
	}
	return err
}

func (r *Restorer) layOne(rec *record, p put) error {
	data, err := os.ReadFile(filepath.Join(r.folderOf(rec), p.Name))
	if err != nil {
		return drive.Explain(err, p.Path)
	}
	now, there, err := r.lies(p.Path)
	if err != nil || there && bytes.Equal(now, data) {
		return err
	}
	if !r.untouched(rec, p, now, there) {
		return message.New("fs.exists", "restore.exists", message.Args{"path": p.Path})
	}
	return r.replace(rec, p, data)
}

// replace puts those bytes in the place of a file, with the rights of what was there before.
func (r *Restorer) replace(rec *record, p put, data []byte) error {
	dir := filepath.Dir(p.Path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return drive.Explain(err, dir)
	}
	if err := drive.WriteFile(dir, filepath.Base(p.Path), data); err != nil {
		return err
	}
	if p.Was != "" {
		_ = giveRights(p.Path, filepath.Join(r.folderOf(rec), p.Was)) // as far as this user may
	}
	return nil
}

// lies is what lies at a path.
func (r *Restorer) lies(path string) (data []byte, there bool, err error) {
	data, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return data, err == nil, drive.Explain(err, path)
}

// untouched tells whether at the path of a file lies what lay there when the restore began.
func (r *Restorer) untouched(rec *record, p put, now []byte, there bool) bool {
	if p.Was == "" || !there {
		return p.Was == "" && !there
	}
	was, err := os.ReadFile(filepath.Join(r.folderOf(rec), p.Was))
	return err == nil && bytes.Equal(now, was)
}

// takeBack puts back what lay there before: in a restore that failed or was cut off only what it has laid itself; where a
// person undoes it whatever lies there now, which is kept.
func (r *Restorer) takeBack(rec *record, person bool) error {
	var failed []error
	for _, p := range slices.Backward(rec.Files) {
		if err := r.takeBackOne(rec, p, person); err != nil {
			failed = append(failed, notLaid(err, p.Path))
		}
		r.step()
	}
	for _, dir := range slices.Backward(rec.Made) {
		r.sweep(dir)
		_ = os.Remove(dir) // which fails where somebody has put something into it
	}
	return errors.Join(failed...)
}

func (r *Restorer) takeBackOne(rec *record, p put, person bool) error {
	r.sweep(filepath.Dir(p.Path))
	if isFolder(p.Path) { // which nothing of ours can be
		return nil
	}
	now, there, err := r.lies(p.Path)
	if err != nil || r.untouched(rec, p, now, there) {
		return err
	}
	data, err := os.ReadFile(filepath.Join(r.folderOf(rec), p.Name))
	if err != nil {
		return drive.Explain(err, p.Path)
	}
	if there && !bytes.Equal(now, data) {
		if !person {
			return nil
		}
		if err := drive.WriteFile(r.folderOf(rec), p.Name, now); err != nil {
			return err
		}
	}
	if p.Was == "" {
		return drive.Explain(remove(p.Path), p.Path)
	}
	was, err := os.ReadFile(filepath.Join(r.folderOf(rec), p.Was))
	if err != nil {
		return drive.Explain(err, p.Path)
	}
	return r.replace(rec, p, was)
}

// sweep takes away what a writer that died had begun in a folder that files are laid in.
func (r *Restorer) sweep(dir string) { _ = drive.SweepParts(dir, func(string) bool { return true }) }

// settleFiles does with the files of a restore that is not over what becomes of its database: done tells whether the swap
// that it was about has happened.
func (r *Restorer) settleFiles(rec *record, done bool) error {
	switch {
	case rec.Step == stepUndoing && !done:
		return nil
	case rec.Step == stepUndoing:
		return r.takeBack(rec, true)
	case done && rec.Step != stepReverting:
		return r.lay(rec)
	}
	if err := r.takeBack(rec, false); err != nil {
		return err
	}
	return r.dropFiles(rec)
}

// dropFiles removes what a restore keeps of files.
func (r *Restorer) dropFiles(rec *record) error {
	dir := r.folderOf(rec)
	if err := drive.Patiently(func() error { return os.RemoveAll(dir) }); err != nil {
		return drive.Explain(err, dir)
	}
	_ = os.Remove(filepath.Dir(dir)) // which fails while another restore has something there
	return nil
}

// replaces tells whether a restore has kept files that lay there before.
func (rec *record) replaces() bool {
	return slices.ContainsFunc(rec.Files, func(p put) bool { return p.Was != "" })
}
