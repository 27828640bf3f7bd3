package copies

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// What may follow NAME.zip in the names of the files of a copy, before the number of a piece.
const (
	zipSuffix  = ".zip"
	ageSuffix  = ".age"  // the zip encrypted
	cardSuffix = ".json" // beside NAME.zip.age: what may be known of it without a key
)

// artifact is what a copy is at one place: the zip or its ciphertext, whole or in pieces.
type artifact struct {
	dir    string
	stem   string   // NAME.zip or NAME.zip.age: what it is called when it is in one file
	pieces []string // the names of its files where it is in several, in order

	unpinned bool // no pin lies beside it: its folder was looked through
	sound    bool // nor anything that says that it is damaged
}

// name is the copy's own: NAME.zip, whatever lies there.
func (a artifact) name() string { return strings.TrimSuffix(a.stem, ageSuffix) }

func (a artifact) encrypted() bool { return strings.HasSuffix(a.stem, ageSuffix) }

// files are the names of the files that hold its bytes, in order.
func (a artifact) files() []string {
	if len(a.pieces) > 0 {
		return a.pieces
	}
	return []string{a.stem}
}

// path is its first file.
func (a artifact) path() string { return filepath.Join(a.dir, a.files()[0]) }

// beside is the path of a small file that lies with it.
func (a artifact) beside(suffix string) string { return filepath.Join(a.dir, a.stem+suffix) }

// pieceName is what the i-th piece is called, from 0: `cat NAME.zip.*` joins them.
func pieceName(stem string, i int) string { return fmt.Sprintf("%s.%03d", stem, i+1) }

var fileOfCopy = regexp.MustCompile(`^([^.].*\.zip(?:\.age)?)(?:\.([0-9]{3}))?$`)

// parseFile tells which copy a file is of by its name, and which piece; 0 where it is the whole.
func parseFile(name string) (stem string, piece int, ok bool) {
	match := fileOfCopy.FindStringSubmatch(name)
	if match == nil {
		return "", 0, false
	}
	if match[2] == "" {
		return match[1], 0, true
	}
	piece, err := strconv.Atoi(match[2])
	return match[1], piece, err == nil && piece > 0
}

// IsFile tells whether a file has the name of a copy, of a piece of one, or of the card of one.
func IsFile(name string) bool {
	_, _, ok := parseFile(strings.TrimSuffix(name, cardSuffix))
	return ok
}

// artifacts are those of a folder, by name. Where a person joined or decrypted one beside itself, what was written
// there counts and what came of it does not.
func artifacts(dir string) ([]artifact, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, drive.Explain(err, dir)
	}
	found := map[string]*artifact{} // by stem
	whole, cards, pins, damaged := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		if of, ok := strings.CutSuffix(entry.Name(), cardSuffix); ok {
			cards[of] = true
		}
		if of, ok := strings.CutSuffix(entry.Name(), pinSuffix); ok {
			pins[of] = true
		}
		if of, ok := strings.CutSuffix(entry.Name(), badSuffix); ok {
			damaged[of] = true
		}
		stem, piece, ok := parseFile(entry.Name())
		if !ok {
			continue
		}
		if found[stem] == nil {
			found[stem] = &artifact{dir: dir, stem: stem}
		}
		if piece == 0 {
			whole[stem] = true
		} else {
			found[stem].pieces = append(found[stem].pieces, entry.Name())
		}
	}
	var all []artifact
	for stem, a := range found {
		if a.encrypted() != cards[a.name()+ageSuffix] && found[a.other()] != nil {
			continue
		}
		if whole[stem] && len(a.pieces) > 0 && !a.isSplit() {
			a.pieces = nil
		}
		a.unpinned, a.sound = !pins[stem], !damaged[stem]
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b artifact) int { return strings.Compare(a.stem, b.stem) })
	return all, nil
}

// other is the stem of the same copy in the other form: encrypted, or not.
func (a artifact) other() string {
	if a.encrypted() {
		return a.name()
	}
	return a.stem + ageSuffix
}

// isSplit tells whether it was written in pieces, where the whole lies there too.
func (a artifact) isSplit() bool {
	known, err := a.sums()
	return err == nil && known != nil && len(known.files) > 1
}

// artifactAt is the copy that a path names: its file, any of its pieces, or what it would be called if it were one file.
func artifactAt(path string) (artifact, error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	info, gone := os.Stat(path)
	stem, piece, ok := parseFile(strings.TrimSuffix(base, cardSuffix))
	switch {
	case gone == nil && info.Mode().IsRegular() && (!ok || piece == 0 && stem == base):
		return artifact{dir: dir, stem: base}, nil // by whatever name it goes
	case gone != nil && !errors.Is(gone, fs.ErrNotExist), !ok:
		return artifact{}, message.Wrap(gone, "copy.not_found", "copies.no_file", message.Args{"path": path})
	}
	all, _ := artifacts(dir) // a folder that can not be read has no such file either
	for _, a := range all {
		if a.stem == stem {
			return a, nil
		}
	}
	return artifact{}, message.Wrap(gone, "copy.not_found", "copies.no_file", message.Args{"path": path})
}

// artifactOf is what lies at a place.
func artifactOf(p Place) artifact {
	a := artifact{dir: filepath.Dir(p.Path), stem: filepath.Base(p.Path)}
	if len(p.Pieces) > 0 {
		a.stem, _, _ = parseFile(p.Pieces[0].Name)
	}
	for _, piece := range p.Pieces {
		a.pieces = append(a.pieces, piece.Name)
	}
	return a
}

// files are the names of all files of a copy at a place: those that hold its bytes, in order, and what lies beside them.
func (p Place) files() (own, beside []string) {
	a := artifactOf(p)
	beside = []string{a.stem + sumSuffix, a.stem + proofSuffix, a.stem + pinSuffix, a.stem + badSuffix}
	if p.Encrypted {
		beside = append(beside, a.stem+cardSuffix)
	}
	return a.files(), beside
}

// zipSum is the hash of the zip itself, which is what a proof speaks of.
func (p Place) zipSum() string {
	if p.Encrypted {
		return p.Zip
	}
	return p.SHA256
}

// unfinished tells what lies there without the hashes that are written last: whoever wrote it died, or lost something.
func (a artifact) unfinished() bool {
	if !a.encrypted() && len(a.pieces) == 0 {
		return false
	}
	_, gone := os.Lstat(a.beside(sumSuffix))
	return errors.Is(gone, fs.ErrNotExist)
}

// unnamed tells that a plain file alone, whose hash is written first, does not lie there.
func (a artifact) unnamed() bool {
	if a.encrypted() || len(a.pieces) > 0 {
		return false
	}
	_, gone := os.Lstat(a.path())
	return errors.Is(gone, fs.ErrNotExist)
}

// place is where the ledger says that a copy lies.
func (e event) place(d Destination, state string) Place {
	p := Place{
		Destination: d.Name, Drive: d.Drive, Bytes: e.Bytes, SHA256: e.SHA256, State: state,
		Encrypted: e.Zip != "", Zip: e.Zip, Path: d.file(e.Name),
	}
	if p.Encrypted {
		p.Path = d.file(e.Name + ageSuffix)
	}
	for _, name := range e.Pieces {
		p.Pieces = append(p.Pieces, Part{Name: name, Kind: PartPiece})
	}
	if len(p.Pieces) > 0 {
		p.Path = d.file(p.Pieces[0].Name)
	}
	return p
}
