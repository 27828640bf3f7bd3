package copies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

const (
	manifestName   = "manifest.json" // the zip's last entry
	manifestFormat = 1
	manifestLimit  = 16 << 20
)

// Manifest is what a copy says of itself. A copy can be listed, checked and restored with nothing else.
type Manifest struct {
	Format    int                `json:"format"`
	ID        string             `json:"id"`
	Seq       uint64             `json:"seq"`
	Set       string             `json:"set"`
	Store     Identity           `json:"store"`
	Class     string             `json:"class"`
	Verify    string             `json:"verify"`
	To        []string           `json:"to,omitempty"` // destinations that it was made for
	Note      string             `json:"note,omitempty"`
	Created   string             `json:"created"`
	Day       string             `json:"day"`
	Zone      string             `json:"zone"`
	DayStarts string             `json:"day_starts"`
	Clock     Clock              `json:"clock"`
	Database  Origin             `json:"database"`
	Companies []firebird.Company `json:"companies"`
	Rows      map[string]int64   `json:"rows"`
	// CompanyColumns are the tables that name the company of each row, with the column that does.
	CompanyColumns map[string]string `json:"company_columns,omitempty"`
	Newest         string            `json:"newest,omitempty"` // newest record, by the system's profile
	Evidence       []Evidence        `json:"evidence"`
	Parts          []Part            `json:"parts"`
	Tools          ToolsUsed         `json:"tools"`
	Script         Script            `json:"script"`
	LeftOut        *LeftOut          `json:"left_out,omitempty"`
	Carries        []string          `json:"carries,omitempty"` // kinds of what a new PC needs that are in, though there may be none of one
}

// Identity names a store.
type Identity struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	CNPJ string `json:"cnpj,omitempty"`
}

// Clock is what the PC believed the time was, beside what the copy before it believed.
type Clock struct {
	UTC         string `json:"utc"`
	PreviousSeq uint64 `json:"previous_seq,omitempty"`
	PreviousUTC string `json:"previous_utc,omitempty"`
	Suspect     string `json:"suspect,omitempty"` // why the clock is not to be believed
}

// Origin is the database that was copied.
type Origin struct {
	Name     string `json:"name"`
	System   string `json:"system,omitempty"`
	Path     string `json:"path"`
	Bytes    int64  `json:"bytes"`
	ODS      string `json:"ods"`
	PageSize int    `json:"page_size"`
	Engine   string `json:"engine"`
	Charset  string `json:"charset"`
	Adopted  string `json:"adopted,omitempty"` // the file that something else had made
	// Indexes that were switched off in the source; gbak restores them so.
	InactiveIndexes []string `json:"inactive_indexes,omitempty"`
}

// ToolsUsed is what the copy was made with.
type ToolsUsed struct {
	Djscript string `json:"djscript"`
	Gbak     string `json:"gbak"`
	Way      string `json:"way"` // how gbak's stream was read
}

// Script is the policy that asked for the copy.
type Script struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Hash    string `json:"sha256,omitempty"`
}

// database is the part that holds gbak's backup, or nil.
func (m *Manifest) database() *Part {
	for i := range m.Parts {
		if m.Parts[i].Kind == PartDatabase {
			return &m.Parts[i]
		}
	}
	return nil
}

// copy is the copy that the manifest describes, sealed and lying nowhere yet.
func (m *Manifest) copy(name string) Copy {
	return Copy{
		ID: m.ID, Seq: strconv.FormatUint(m.Seq, 10), Set: m.Set, Name: name, Store: m.Store.ID, Database: m.Database.Name,
		Created: m.Created, Day: m.Day, Class: m.Class, State: Sealed, Partial: m.LeftOut != nil, LeftOut: m.LeftOut,
		Companies: m.Companies, Rows: m.Rows, Parts: m.Parts, Verify: m.Verify, To: m.To, Note: m.Note, Suspect: m.Clock.Suspect,
	}
}

// questions are what a proof asks the restored database.
func (m *Manifest) questions() firebird.Questions {
	q := firebird.Questions{Groups: m.CompanyColumns}
	for _, e := range m.Evidence {
		q.Evidence = append(q.Evidence, e.Query)
	}
	return q
}

func (m *Manifest) encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	return append(text, '\n'), nil
}

// decodeManifest reads a manifest and refuses what could not have been written by us.
func decodeManifest(text []byte, path string) (*Manifest, error) {
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, message.Wrap(err, "copy.bad", "copies.manifest_unreadable", message.Args{"path": path})
	}
	_, created := time.Parse(time.RFC3339, m.Created)
	_, day := time.Parse(time.DateOnly, m.Day)
	switch {
	case m.Format > manifestFormat:
		return nil, message.New("copy.bad", "copies.manifest_newer", message.Args{"path": path})
	case m.Format < 1, m.ID == "", m.Seq == 0, m.Store.ID == "", m.Database.Name == "", created != nil, day != nil,
		m.database() == nil:
		return nil, message.New("copy.bad", "copies.manifest_unreadable", message.Args{"path": path})
	}
	return m, nil
}

// readManifest reads the manifest of an open zip; a zip without one is not a copy.
func readManifest(zip *zipfile.Reader, path string) (*Manifest, error) {
	entries := zip.Entries()
	if len(entries) == 0 || entries[len(entries)-1].Name != manifestName {
		return nil, message.New("copy.bad", "copies.not_a_copy", message.Args{"path": path})
	}
	entry, err := zip.Open(manifestName)
	if err != nil {
		return nil, message.Wrap(err, "copy.bad", "copies.manifest_unreadable", message.Args{"path": path})
	}
	defer entry.Close()
	var text bytes.Buffer
	text.Grow(int(min(entries[len(entries)-1].Bytes, 64<<10)) + bytes.MinRead)
	if _, err := text.ReadFrom(io.LimitReader(entry, manifestLimit)); err != nil {
		return nil, message.Wrap(err, "copy.bad", "copies.manifest_unreadable", message.Args{"path": path})
	}
	return decodeManifest(text.Bytes(), path)
}
