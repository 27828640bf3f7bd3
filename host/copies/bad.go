package copies

import (
	"errors"
	"io/fs"
	"os"
)

// badSuffix ends the name of the file beside a copy that says that it was found damaged there, and of which copy that is
// said: a ledger that was lost can not tell it, and a proof speaks of the bytes that were.
const badSuffix = ".bad.json"

// damage is what was found of a copy where it lies, and when.
type damage struct {
	ID   string `json:"id"`
	When string `json:"when"` // RFC 3339
	Why  string `json:"why"`  // in the language of the run that found it
}

// damage is what was found of the copy that lies there; nil where nothing was, or where it came whole again.
func (a artifact) damage(id string) *damage {
	found := damage{}
	if a.sound || !a.readBeside(badSuffix, &found) || found.ID != id {
		return nil
	}
	return &found
}

// mark leaves beside a copy that it is damaged there, over what was found of it before and over nothing else.
func (f damage) mark(at Place) error {
	return writeBeside(at, badSuffix, artifactOf(at).damage(f.ID) != nil, f)
}

// unmark takes away what was found of a copy at a place: it is whole there, or another came under its name.
func (p Place) unmark(id string) error {
	a := artifactOf(p)
	if a.damage(id) == nil {
		return nil
	}
	if err := os.Remove(a.beside(badSuffix)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
