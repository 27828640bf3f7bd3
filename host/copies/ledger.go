package copies

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// ledgerPath is the ledger's place on a destination: one JSON object a line, only ever appended to.
const ledgerPath = ".djscript/ledger.jsonl"

// Events of the ledger.
const (
	eventWriting = "writing" // a copy is being published

	eventSealed = "sealed" // a copy was published here
	eventFound  = "found"  // a copy lay here that the ledger did not know
	eventProof  = "proof"  // a copy was restored and compared
	eventCheck  = "check"  // a copy's bytes were hashed again

	eventDropping   = "dropping"   // a copy is given up: it counts no more
	eventTrashed    = "trashed"    // and lies in the trash; a zip that comes under its name is another
	eventUntrashing = "untrashing" // and is on its way back
	eventUntrashed  = "untrashed"  // and is there again as if nothing had been
	eventDropped    = "dropped"    // and is gone

	eventPinned   = "pinned"
	eventUnpinned = "unpinned"

	eventWiped    = "wiped"    // a person had the old copies of a drive given up
	eventWaived   = "waived"   // it need not reach a destination
	eventAccepted = "accepted" // it is unlike its elders, and good all the same
	eventApproved = "approved" // a plan that drops more than one run may
)

// kinds are all of them.
var kinds = []string{
	eventWriting, eventSealed, eventFound, eventProof, eventCheck, eventDropping, eventTrashed, eventUntrashing, eventUntrashed, eventDropped,
	eventPinned, eventUnpinned, eventWiped, eventWaived, eventAccepted, eventApproved,
}

// event is one line of a ledger. It repeats what identifies the copy, so that a ledger can be read without its zips.
type event struct {
	At       string   `json:"at"` // RFC 3339
	Event    string   `json:"event"`
	ID       string   `json:"id"`
	Seq      uint64   `json:"seq"`
	Store    string   `json:"store"`
	Database string   `json:"database"`
	Name     string   `json:"name"`
	Bytes    int64    `json:"bytes"`
	SHA256   string   `json:"sha256"`
	ReadBack string   `json:"read_back,omitempty"`
	Zip      string   `json:"zip,omitempty"`    // sha256 of the zip within, where it is encrypted
	Card     string   `json:"card,omitempty"`   // sha256 of its card
	Pieces   []string `json:"pieces,omitempty"` // its files, where it is in several
	OK       bool     `json:"ok"`
	// Why is a person's words, or a reason in the language of the run that wrote it: it is a record of what was said then,
	// and stays readable without this program.
	Why     string `json:"why,omitempty"`
	LastDay string `json:"last_day,omitempty"` // of a pin: the last business day that it holds
	Day     string `json:"day,omitempty"`      // of a tombstone: the newest business day that could be believed then
	Files   []lain `json:"files,omitempty"`    // of a tombstone: what lay there

	Proof json.RawMessage `json:"proof,omitempty"` // a Proof, which few who read a ledger ask for

	Destination string `json:"destination,omitempty"` // that a copy need not reach
	Hash        string `json:"hash,omitempty"`        // of an approved plan
}

// enter appends one event to the ledger of a destination.
func (d Destination) enter(e event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode ledger line: %w", err)
	}
	if err := d.ownFolder(filepath.Dir(ledgerPath)); err != nil {
		return err
	}
	return drive.Append(d.file(filepath.FromSlash(ledgerPath)), text)
}

// ownFolder makes a folder of ours on a destination, with those above it. The destination itself is never made: one that
// is not there is a drive that is not there. A link in the place of one is not followed: what it leads to lies elsewhere.
func (d Destination) ownFolder(folder string) error {
	if err := d.There(); err != nil {
		return err
	}
	dir := d.Path
	for name := range strings.SplitSeq(folder, "/") {
		dir = filepath.Join(dir, name)
		info, err := os.Lstat(dir)
		if err == nil && info.IsDir() {
			continue
		}
		if err == nil {
			return message.New("drive.foreign", "drive.linked", message.Args{"path": dir})
		}
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) { // another may have just made it
			return drive.Explain(err, d.Path)
		}
	}
	return nil
}

// readLedger gives the events of a destination, oldest first; none where there is no ledger.
func readLedger(root string) ([]event, error) {
	text, err := ledgerText(root)
	return parseLedger(text), err
}

func ledgerText(root string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(ledgerPath)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	return text, nil
}

// parseLedger reads the lines of a ledger. One that a crash left half-written is passed over: what it told is also in
// the zips.
func parseLedger(text []byte) []event {
	var events []event
	for line := range bytes.Lines(text) {
		var e event
		if json.Unmarshal(line, &e) == nil {
			events = append(events, e)
		}
	}
	return events
}

// proof is the one that an event tells of, or nil. What can not be read proves nothing.
func (e *event) proof() *Proof {
	var proof *Proof
	if len(e.Proof) == 0 || json.Unmarshal(e.Proof, &proof) != nil {
		return nil
	}
	return proof
}

// odd tells whether the proof found the copy unlike its elders.
func (e *event) odd() bool {
	proof := e.proof()
	return proof != nil && len(proof.Odd) > 0
}

// told is the proof as a ledger keeps it.
func (p *Proof) told() json.RawMessage {
	if p == nil {
		return nil
	}
	text, _ := json.Marshal(p) // nothing in it can not be encoded
	return text
}
