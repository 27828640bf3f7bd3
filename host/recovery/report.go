package recovery

import "context"

// Options are what a recovery is told.
type Options struct {
	To    string // where the new database goes: no file may lie there
	Level string // "" is Salvage
	Known *Known // what is known of the database from elsewhere; nil: nothing
}

// Known is what a proven copy says that the database had when it was made.
type Known struct {
	Name string // the copy, as a person is told of it
	Rows map[string]int64
	// Backup lays gbak's backup of it into a folder, for its structure alone, and gives its path. It may be nil.
	Backup func(ctx context.Context, dir string) (string, error)
}

// Report is what came of a recovery.
type Report struct {
	Path   string `json:"path"` // of the new database; "" where nothing could be saved
	OK     bool   `json:"ok"`   // all was saved, as far as it can be known
	Source string `json:"source"`
	Level  string `json:"level"`
	Way    string `json:"way,omitempty"` // which step saved it
	Bytes  int64  `json:"bytes"`         // of the new database

	Header  Header   `json:"header"`
	Damaged []Damage `json:"damaged"` // pages
	Against []string `json:"against"` // what Firebird's validation said of the database

	Saved    map[string]int64  `json:"saved"` // rows of each table, counted in the new database
	Lost     map[string]string `json:"lost"`  // of a table: what is not in it, or may not be
	Problems []string          `json:"problems"`
	Steps    []string          `json:"steps"`
	Seconds  float64           `json:"seconds"`
}

// UnsavedError says that nothing could be saved, and tells what was tried.
type UnsavedError struct {
	error
	Report Report
}

// Unwrap is the error itself.
func (e *UnsavedError) Unwrap() error { return e.error }
