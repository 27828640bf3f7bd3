package drive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/BurntSushi/toml"

	"github.com/djscript/djscript/host/message"
)

// Mark is what enrolment writes on a drive: which drive of which store it is. It says what the hardware was, so that a
// PC that never saw the drive can tell it from a copy of its files on another.
type Mark struct {
	ID          string   `toml:"id" json:"id"`                         // never given twice
	Name        string   `toml:"name" json:"name"`                     // as people call it; all drives of a set may share it
	Store       string   `toml:"store" json:"store"`                   // id
	Destination string   `toml:"destination" json:"destination"`       // name in djscript.toml
	Slot        string   `toml:"slot,omitempty" json:"slot,omitempty"` // its place in a set: "wed"
	Created     string   `toml:"created" json:"created"`               // RFC 3339
	Hardware    Hardware `toml:"hardware" json:"hardware"`             // as it was when the drive was enrolled
}

// The folder of ours on a drive, and the mark in it.
const (
	markFolder = ".djscript"
	markName   = "drive.toml"
)

// A mark is a few lines. Somebody's file of that name may be anything.
const markLimit = 64 << 10

// ReadMark is the mark of the drive that is mounted there; nil where it has none. Something in its place that can not
// be ours, a link above all, is "drive.foreign".
func ReadMark(root string) (*Mark, error) {
	held, err := os.OpenRoot(root)
	if err != nil {
		return nil, explain(err, root)
	}
	defer held.Close()
	if there, err := ours(held, root); err != nil || !there {
		return nil, err
	}
	text, err := readSmall(held, path.Join(markFolder, markName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, errNotPlain):
		return nil, foreign(err, root)
	case err != nil:
		return nil, explain(err, root)
	}
	mark, err := parseMark(text)
	if err != nil {
		return nil, foreign(err, root)
	}
	return mark, nil
}

// ours tells whether a drive has our folder, and refuses a link in its place: what it leads to is not on the drive.
func ours(held *os.Root, root string) (bool, error) {
	info, err := held.Lstat(markFolder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, explain(err, root)
	case !info.IsDir():
		return false, message.New("drive.foreign", "drive.linked", message.Args{"path": filepath.Join(root, markFolder)})
	}
	return true, nil
}

var errNotPlain = errors.New("no plain file")

func readSmall(held *os.Root, name string) ([]byte, error) {
	info, err := held.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > markLimit {
		return nil, errNotPlain
	}
	file, err := held.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, markLimit))
}

var markID = regexp.MustCompile(`^[A-Z2-7]{26}$`)

func parseMark(text []byte) (*Mark, error) {
	var m Mark
	if err := toml.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	if !markID.MatchString(m.ID) || m.Store == "" || m.Destination == "" {
		return nil, errors.New("no id, no store or no destination")
	}
	for _, word := range []string{m.Name, m.Store, m.Destination, m.Slot, m.Created} {
		if len(word) > 4096 || strings.ContainsFunc(word, unicode.IsControl) {
			return nil, errors.New("a value that we do not write")
		}
	}
	return &m, nil
}

func foreign(err error, root string) error {
	return message.Wrap(err, "drive.foreign", "drive.mark_unreadable", message.Args{"path": filepath.Join(root, markFolder, markName)})
}

// writeMark gives a drive its mark, in place of the one that it has.
func writeMark(root string, m Mark) error {
	held, err := os.OpenRoot(root)
	if err != nil {
		return explain(err, root)
	}
	defer held.Close()
	there, err := ours(held, root)
	if err != nil {
		return err
	}
	if !there {
		if err := held.Mkdir(markFolder, 0o755); err != nil {
			return explain(err, root)
		}
	}
	var text bytes.Buffer
	text.WriteString(message.Text("drive.mark_words", nil) + "\n")
	if err := toml.NewEncoder(&text).Encode(m); err != nil {
		return fmt.Errorf("encode mark: %w", err)
	}
	return WriteFile(filepath.Join(root, markFolder), markName, text.Bytes())
}
