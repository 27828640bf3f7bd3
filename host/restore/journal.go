package restore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// journalName is the journal's file: the restores that are not over, and those whose old database is still there.
const journalName = "restores.json"

// Steps of a restore, each written before it is done.
const (
	stepBuilding  = "building"  // the new database is built beside the live one
	stepBuilt     = "built"     // and proven
	stepSwapping  = "swapping"  // it takes the name of the live one, which gets another
	stepSwapped   = "swapped"   // it has it; the database is opened, and files are laid beside it
	stepDone      = "done"      // the old database is kept
	stepReverting = "reverting" // its server does not open it: the old one takes its name back, and the new one goes
	stepUndoing   = "undoing"   // a person wants what was before: the old one takes its name back
	stepUndone    = "undone"    // it has it, and the other is kept
)

// record is one restore in the journal.
type record struct {
	ID         string   `json:"id"`
	Group      string   `json:"group"` // restores that a person asked for together
	At         string   `json:"at"`    // RFC 3339
	Copy       string   `json:"copy"`  // id
	Seq        string   `json:"seq"`
	Database   string   `json:"database"`
	File       string   `json:"file"`            // the live database
	Fresh      string   `json:"fresh"`           // the new one, until it has its name
	Scrap      string   `json:"scrap,omitempty"` // beside it too, where its server builds: what the copy holds
	Kept       string   `json:"kept,omitempty"`
	Aside      string   `json:"aside,omitempty"` // where the restored one goes when it is undone
	SHA256     string   `json:"sha256,omitempty"`
	Hash       bool     `json:"hash,omitempty"`    // gbak could not read the old one: its file is all there is
	Files      []put    `json:"files,omitempty"`   // laid beside the database when it has its place
	Made       []string `json:"made,omitempty"`    // folders that are made for them, the outermost first
	Arrival    bool     `json:"arrival,omitempty"` // a whole store on a new PC: nobody can open the database yet
	Step       string   `json:"step"`
	PreRestore string   `json:"pre_restore,omitempty"` // id of the copy of what was before
}

// over tells whether nothing is left to be done about it.
func (rec *record) over() bool { return rec.Step == stepDone || rec.Step == stepUndone }

// beside is the file that is kept beside the live one: what was before, or once that is back, what had been restored.
func (rec *record) beside() string {
	if rec.Step == stepUndone {
		return rec.Aside
	}
	return rec.Kept
}

// records are those of the journal, oldest first.
func (r *Restorer) records() ([]*record, error) {
	path := filepath.Join(r.State, journalName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var all []*record
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, message.Wrap(err, "state.bad", "restore.journal_bad", message.Args{"path": path})
	}
	return all, nil
}

// enter writes a record, in place of the one with its id.
func (r *Restorer) enter(rec *record) error {
	all, err := r.records()
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(all, func(other *record) bool { return other.ID == rec.ID }); i >= 0 {
		all[i] = rec
	} else {
		all = append(all, rec)
	}
	if err := r.write(all); err != nil {
		return err
	}
	r.step()
	return nil
}

// forget takes a record out of the journal.
func (r *Restorer) forget(id string) error {
	all, err := r.records()
	if err != nil {
		return err
	}
	return r.write(slices.DeleteFunc(all, func(rec *record) bool { return rec.ID == id }))
}

// forgetWhole forgets a restore that nobody can undo, with the files that it laid; those that lay there before stay.
func (r *Restorer) forgetWhole(rec *record) error {
	err := r.forget(rec.ID)
	if err != nil || rec.replaces() {
		return err
	}
	return r.dropFiles(rec)
}

func (r *Restorer) write(all []*record) error {
	r.sweep(r.State) // of a writer that died
	if len(all) == 0 {
		err := os.Remove(filepath.Join(r.State, journalName))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encode journal of restores: %w", err)
	}
	return drive.WriteFile(r.State, journalName, append(text, '\n'))
}
