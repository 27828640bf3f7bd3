package copies

import (
	"bufio"
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
	eventWriting = "writing" // a copy in several files is being published: without its hashes they are none

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
	Why      string   `json:"why,omitempty"`
	LastDay  string   `json:"last_day,omitempty"` // of a pin: the last business day that it holds
	Day      string   `json:"day,omitempty"`      // of a tombstone: the newest business day that could be believed then
	Files    []lain   `json:"files,omitempty"`    // of a tombstone: what lay there
	Proof    *Proof   `json:"proof,omitempty"`

	Destination string `json:"destination,omitempty"` // that a copy need not reach
	Hash        string `json:"hash,omitempty"`        // of an approved plan
}

// enter appends one event to the ledger of a destination.
func enter(root string, e event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode ledger line: %w", err)
	}
	if err := ownFolder(root, filepath.Dir(ledgerPath)); err != nil {
		return err
	}
	return drive.Append(filepath.Join(root, filepath.FromSlash(ledgerPath)), text)
}

// ownFolder makes a folder of ours on a destination, with those above it. The destination itself is never made: one that
// is not there is a drive that is not there. A link in the place of one is not followed: what it leads to lies elsewhere.
func ownFolder(root, folder string) error {
	dir := root
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
			return drive.Explain(err, root)
		}
	}
	return nil
}

// readLedger gives the events of a destination, oldest first; none where there is no ledger. A line that a crash left
// half-written is passed over: what it told is also in the zips.
func readLedger(root string) ([]event, error) {
	file, err := os.Open(filepath.Join(root, filepath.FromSlash(ledgerPath)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	defer file.Close()
	var events []event
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if strings.TrimSpace(lines.Text()) == "" || json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		events = append(events, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	return events, nil
}
