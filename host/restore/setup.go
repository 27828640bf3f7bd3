package restore

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// Setup is what a store itself is set up with: djscript.toml, scripts, and what they keep from run to run.
type Setup interface {
	// Place is where in this store a part of that belongs; "" is nowhere.
	Place(part copies.Part) string
	// Check tells whether djscript would work with those files, by what their parts are called.
	Check(files map[string][]byte) error
}

// codeMistakes is that of a configuration with mistakes, which has as many codes as those.
const codeMistakes = "option.value"

// File is one that a restore would lay beside the database, or that would stay, and what would become of the one that is
// there.
type File struct {
	Path string `json:"path"`
	Kind string `json:"kind"` // of a part: files, config, state
	Fate string `json:"fate"` // FateReplaced, FateNew; FateKept where it is not in the copy, or just so
}

// filesOf are the files of a copy that are put back, each with where it goes.
func (r *Restorer) filesOf(m *copies.Manifest, d copies.Database, o Options) (all []file) {
	if o.Files {
		for _, one := range modelsOf(m, d) {
			all = append(all, file{path: one.path, kind: one.part.Kind, part: one.part})
		}
	}
	if o.Config && r.Setup != nil {
		for _, part := range m.Parts {
			if part.Kind != copies.PartConfig && part.Kind != copies.PartState {
				continue
			}
			if path := r.Setup.Place(part); path != "" {
				all = append(all, file{path: path, kind: part.Kind, part: part})
			}
		}
	}
	return all
}

// configured refuses a copy that holds no configuration, where that is wanted.
func configured(m *copies.Manifest, seq string) error {
	if slices.ContainsFunc(m.Parts, func(p copies.Part) bool { return p.Kind == copies.PartConfig }) {
		return nil
	}
	return message.New("copy.partial", "restore.no_config", message.Args{"seq": seq})
}

// checkSetup refuses a configuration that djscript would not work with here.
func (r *Restorer) checkSetup(l *Look) error {
	if !l.options.Config || r.Setup == nil {
		return nil
	}
	if err := configured(l.whole.Manifest, l.Copy.Seq); err != nil {
		return err
	}
	files := map[string][]byte{}
	for _, f := range l.files() {
		if f.kind != copies.PartConfig {
			continue
		}
		data, err := l.whole.Part(f.part)
		if err != nil {
			return err
		}
		files[f.part.Original] = data
	}
	if err := r.Setup.Check(files); err != nil {
		return errors.Join(message.New(cmp.Or(message.Code(err), codeMistakes), "restore.unfit_config", message.Args{"seq": l.Copy.Seq}), err)
	}
	return nil
}

// previewFiles tells what would become of files, those first that the copy holds.
func (r *Restorer) previewFiles(m *copies.Manifest, d copies.Database, o Options) []File {
	found := []File{}
	for _, f := range r.filesOf(m, d, o) {
		found = append(found, File{f.path, f.kind, fateOf(f)})
	}
	if !o.Files {
		return found
	}
	for _, path := range copies.Models(d.Files) {
		if !slices.ContainsFunc(found, func(f File) bool { return f.Path == path }) {
			found = append(found, File{path, copies.PartFiles, FateKept})
		}
	}
	return found
}

func fateOf(f file) string {
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return FateNew
	}
	if sum := sha256.Sum256(data); err == nil && hex.EncodeToString(sum[:]) == f.part.SHA256 {
		return FateKept
	}
	return FateReplaced
}

// files are those that the restore lays beside the database.
func (l *Look) files() []file {
	return append(l.restorer.filesOf(l.whole.Manifest, l.Database, l.options), l.extra...)
}
