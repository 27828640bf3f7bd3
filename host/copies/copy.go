// Package copies makes, proves, finds and checks copies: one database with its document models in one zip that
// explains itself.
//
// A copy is sealed when it is hashed, flushed, read back and renamed to its name on a destination; it is verified when
// it was restored to a scratch database, validated and compared with what its source said of itself. The catalogue is
// the zips and the ledger on each destination, nothing else. The package never writes over a file, never touches the
// live database, and never calls good what it did not restore.
package copies

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/firebird"
)

// Lock is the name of the lock that whoever writes copies or proofs of a store holds.
const Lock = "copies"

// Classes of copies; the class decides which rotation a copy belongs to.
const (
	Routine    = "routine"
	Intraday   = "intraday"
	Extra      = "extra"
	PreUpdate  = "pre_update"
	PreRestore = "pre_restore"
	Closing    = "closing"
)

// How far a copy is proven when it is made.
const (
	VerifyRestore = "restore" // restored and compared at once, beside the backup
	VerifyLater   = "later"   // by the next proving run
	VerifyNever   = "never"   // sealed only
)

// States of a copy.
const (
	Sealed   = "sealed"   // whole and read back, not restored yet
	Verified = "verified" // restored to a scratch database and compared
	Suspect  = "suspect"  // restored, and so unlike the copies before it that a person has to accept it
	Bad      = "bad"      // contradicted: by its hash, its restore or its contents
)

// States of a place. A copy that is missing at every place is missing itself.
const (
	Present = "present"
	Missing = "missing"
	Offline = "offline" // it lay on a drive that is not plugged in now
	Trashed = "trashed" // given up, and not deleted yet
)

// Copy is one database in one zip, wherever it lies.
type Copy struct {
	ID        string             `json:"id"`
	Seq       string             `json:"seq"` // the store's own number, decimal: the order of copies whatever the clock said
	Set       string             `json:"set"`
	Name      string             `json:"name"` // of the zip, without folder
	Store     string             `json:"store"`
	Database  string             `json:"database"`
	Created   string             `json:"created"` // RFC 3339 with the store's offset
	Day       string             `json:"day"`     // business day, yyyy-mm-dd
	Class     string             `json:"class"`
	State     string             `json:"state"`
	Partial   bool               `json:"partial"`
	LeftOut   *LeftOut           `json:"left_out,omitempty"`
	Companies []firebird.Company `json:"companies"`
	Rows      map[string]int64   `json:"rows"`
	Parts     []Part             `json:"parts"`
	Places    []Place            `json:"places"`
	Proof     *Proof             `json:"proof,omitempty"`
	Verify    string             `json:"verify"`       // how far it was to be proven when it was made
	To        []string           `json:"to,omitempty"` // destinations that it was made for
	Note      string             `json:"note,omitempty"`
	Pinned    *Pin               `json:"pinned,omitempty"`
	Waived    []string           `json:"waived,omitempty"`   // destinations that it need not reach: a person said so
	Accepted  string             `json:"accepted,omitempty"` // why a person took it for good although it is unlike its elders
	Busy      bool               `json:"busy,omitempty"`     // somebody reads or moves it now
	Suspect   string             `json:"suspect,omitempty"`  // why the clock was not believed when it was made
}

// Number is Seq as a number.
func (c Copy) Number() uint64 {
	n, _ := strconv.ParseUint(c.Seq, 10, 64) // ours, or a manifest's that was read as a number
	return n
}

// state is what the places and the proof make of the copy: only bytes that lie somewhere count, on a drive that is not
// plugged in too. A proof that failed, or bad bytes wherever it lies, make it bad; a proof that holds for bytes that lie
// somewhere makes it verified, or suspect where it was found odd and nobody has accepted it.
func (c Copy) state() string {
	good, bad, proven, trashed := false, false, false, false
	for _, p := range c.Places {
		bad = bad || p.State == Bad
		trashed = trashed || p.State == Trashed
		if p.State == Present || p.State == Offline {
			good = true
			proven = proven || c.Proof != nil && c.Proof.OK && c.Proof.SHA256 == p.zipSum()
		}
	}
	switch {
	case !good && !bad && trashed:
		return Trashed
	case !good && !bad:
		return Missing
	case !good, c.Proof != nil && !c.Proof.OK:
		return Bad
	case proven && len(c.Proof.Odd) > 0 && c.Accepted == "":
		return Suspect
	case proven:
		return Verified
	}
	return Sealed
}

// LeftOut says what a partial copy does not hold.
type LeftOut struct {
	Files         bool     `json:"files,omitempty"`          // document models
	Companies     []string `json:"companies,omitempty"`      // ids
	ArchiveBefore int      `json:"archive_before,omitempty"` // rows of yearly and monthly tables of before that year
	// Along are rows of companies that were left out, and of such tables, that came all the same, by table: what is kept
	// refers to them. Unfiltered are tables of which no company can be told, so that they are in with all their rows.
	Along      map[string]int64 `json:"along,omitempty"`
	Unfiltered []string         `json:"unfiltered,omitempty"`
}

// alike tells whether two copies were made without the same rows, so that they can be held against each other.
func (l *LeftOut) alike(other *LeftOut) bool {
	if l == nil || other == nil {
		return l.whole() && other.whole()
	}
	return slices.Equal(l.Companies, other.Companies) && l.ArchiveBefore == other.ArchiveBefore
}

// whole tells whether all rows are in.
func (l *LeftOut) whole() bool { return l == nil || len(l.Companies) == 0 && l.ArchiveBefore == 0 }

// Kinds of parts.
const (
	PartDatabase = "database"
	PartFiles    = "files"
	PartConfig   = "config"
	PartState    = "state" // what scripts keep from run to run
	PartPiece    = "piece" // of a copy that lies there in several files
)

// Part is one file within the zip.
type Part struct {
	Name     string `json:"name"`               // within the zip: ASCII, slashes
	Kind     string `json:"kind"`               // PartDatabase, PartFiles, PartConfig, PartState
	Original string `json:"original,omitempty"` // where it came from
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
}

// Place is where a copy lies.
type Place struct {
	Destination string `json:"destination"`
	Path        string `json:"path"`
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256"`    // of what lies there: of the ciphertext where encrypted, of all pieces in turn
	ReadBack    string `json:"read_back"` // "device" or "cache"
	State       string `json:"state"`
	Drive       string `json:"drive,omitempty"`   // id of the enrolled drive; "" for a folder
	Checked     string `json:"checked,omitempty"` // RFC 3339: when its bytes were last hashed, by its maker or a check
	Encrypted   bool   `json:"encrypted,omitempty"`
	Zip         string `json:"zip,omitempty"`      // sha256 of the zip within, where encrypted
	Pieces      []Part `json:"pieces,omitempty"`   // files that together are the copy, in order; none where it is one file
	LastDay     string `json:"last_day,omitempty"` // in the trash: deleted when a copy of a later business day is verified there; "" unknown
	Why         string `json:"why,omitempty"`      // in the trash: why it was given up, in the language of the run that said so
}

// Evidence is a question asked of the source just before and just after gbak took its snapshot, and of the restored
// database. Values are text as Firebird casts them.
type Evidence struct {
	Query    string `json:"query"`
	Before   string `json:"before"`
	After    string `json:"after"`
	Restored string `json:"restored,omitempty"`
	Holds    string `json:"holds,omitempty"` // "exact", "bracketed", or "no"
}

// Proof is what a restore to a scratch database showed.
type Proof struct {
	Level  string           `json:"level"` // "restore"
	When   string           `json:"when"`  // RFC 3339
	OK     bool             `json:"ok"`
	SHA256 string           `json:"sha256"` // of the zip that was proven
	Part   string           `json:"part"`   // sha256 of the database part
	Rows   map[string]int64 `json:"rows"`   // as counted in the restored database
	// ByCompany are the rows of the tables that name their company, by its id; "" for those of nobody.
	ByCompany map[string]map[string]int64 `json:"by_company,omitempty"`
	Evidence  []Evidence                  `json:"evidence"`      //
	Engine    string                      `json:"engine"`        // Firebird that restored it
	Seconds   float64                     `json:"seconds"`       // from the first byte restored to the last comparison
	Against   []string                    `json:"against"`       // contradictions, in words; none when OK
	Odd       []string                    `json:"odd,omitempty"` // how unlike it is to the verified copies before it, in words
}

// Store is who the copies belong to, and its clock.
type Store struct {
	ID        string
	Name      string
	CNPJ      string
	Location  *time.Location
	DayStarts time.Duration // a copy of data from before this hour belongs to the day before
	Day       func(time.Time) string
}

// fileName is the name of a copy's zip: ASCII, sortable by sequence within a database, never the same twice.
func fileName(store, database string, seq uint64, day string, at time.Time) string {
	return fmt.Sprintf("%s-%s-%06d-%s-%s.zip", store, database, seq, day, at.Format("1504"))
}
