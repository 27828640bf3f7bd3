package copies

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// beside lays the small files of a copy beside it. What lies there under their names is somebody's: it is never written
// over, and never removed, unless it is what was left of this very copy.
type beside struct {
	*parcel
	made    label
	written []string // by us: taken back where the copy can not be published
}

// put lays one file there; where the same text lies there already, nothing is to be done.
func (b *beside) put(ctx context.Context, suffix string, text []byte) error {
	name := b.stem + suffix
	err := b.destination.There()
	if err == nil {
		err = b.lay(ctx, name, text)
	}
	if message.Code(err) == "fs.exists" {
		there, ours := b.ours(suffix, text)
		if !ours {
			return err
		}
		if bytes.Equal(there, text) {
			return nil
		}
		err = drive.WriteFile(b.destination.Path, name, text)
	}
	if err == nil {
		b.written = append(b.written, name)
	}
	return err
}

// free makes sure that nothing lies under the names that a copy in several files will have, and gives what will stand on its
// card. That has to be known before the ledger calls the copy begun: what is called so, the next sweep removes.
func (b *beside) free(known *sums) (card []byte, err error) {
	small := map[string][]byte{sumSuffix: []byte(known.text(b.stem))}
	if b.encrypted() {
		if card, err = b.cardText(b.made, known); err != nil {
			return nil, err
		}
		small[cardSuffix] = card
	}
	names := known.names()
	for suffix, text := range small {
		if _, ours := b.ours(suffix, text); !ours {
			names = append(names, b.stem+suffix)
		}
	}
	for _, name := range names {
		if b.taken(name) {
			return nil, message.New("fs.exists", "drive.exists", message.Args{"path": b.destination.file(name)})
		}
	}
	return card, nil
}

// ours tells whether what lies under the name of a small file is the same text, or what was left of this copy.
func (b *beside) ours(suffix string, text []byte) (there []byte, ours bool) {
	there, err := os.ReadFile(b.destination.file(b.stem + suffix))
	return there, err == nil && (bytes.Equal(there, text) || b.left(suffix, there))
}

// lay writes one file under a name that nothing has.
func (b *beside) lay(ctx context.Context, name string, text []byte) error {
	file, err := drive.Create(b.destination.Path, name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Discard() }() // the next sweep finds it otherwise
	if _, err := file.Write(text); err != nil {
		return err
	}
	_, err = file.Publish(ctx, sumOf(text))
	return err
}

// left tells whether a small file is what was left of this copy where it lay before: its ledger says so, and nothing
// that the file speaks of lies there any more.
func (b *beside) left(suffix string, text []byte) bool {
	events, err := readLedger(b.destination.Path)
	if err != nil {
		return false
	}
	known := remembered(events)[b.made.name]
	if known == nil || known.sealed.ID != b.made.manifest.ID {
		return false
	}
	if suffix == cardSuffix {
		return sumOf(text) == known.sealed.Card
	}
	told, ok := parseSums(string(text), b.stem)
	return ok && told.whole == known.sealed.SHA256 && !slices.ContainsFunc(told.names(), b.taken)
}

// taken tells a name that something has which we did not write just now.
func (b *beside) taken(name string) bool {
	_, err := os.Lstat(filepath.Join(b.destination.Path, name))
	return err == nil && !slices.Contains(b.written, name)
}

// writeBeside writes a small file of its own beside a copy, over an earlier one that is ours too, and over nothing else.
func writeBeside(at Place, suffix string, ours bool, what any) error {
	a := artifactOf(at)
	text, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", suffix, err)
	}
	if _, err := os.Lstat(a.beside(suffix)); err == nil && !ours {
		return message.New("fs.exists", "drive.exists", message.Args{"path": a.beside(suffix)})
	}
	if _, err := os.Lstat(at.Path); err != nil { // nothing is left of ours where no copy is
		return unopened(err, at.Path)
	}
	return drive.WriteFile(a.dir, a.stem+suffix, append(text, '\n'))
}

// readBeside reads such a file, and tells whether one that can be read lies there.
func (a artifact) readBeside(suffix string, into any) bool {
	text, err := os.ReadFile(a.beside(suffix))
	return err == nil && json.Unmarshal(text, into) == nil
}
