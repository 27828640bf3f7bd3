package copies

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

const (
	cardFormat = 1
	cardLimit  = 1 << 20
)

// card is what everybody may know of an encrypted copy, so that it can be listed, checked and rotated without a key:
// no names, no rows, nothing that the shop sells or owes.
type card struct {
	Format    int        `json:"format"`
	Name      string     `json:"name"` // of the zip
	ID        string     `json:"id"`
	Seq       uint64     `json:"seq"`
	Set       string     `json:"set"`
	Store     string     `json:"store"`
	Database  string     `json:"database"`
	Created   string     `json:"created"`
	Day       string     `json:"day"`
	Class     string     `json:"class"`
	State     string     `json:"state"` // when it was written: Sealed
	Verify    string     `json:"verify"`
	To        []string   `json:"to,omitempty"`
	LeftOut   *LeftOut   `json:"left_out,omitempty"`
	Suspect   string     `json:"suspect,omitempty"`
	For       []string   `json:"for,omitempty"` // hashes of the recipients that it was encrypted for; none where nobody wrote them down
	Companies []string   `json:"companies"`     // ids
	Parts     []cardPart `json:"parts"`
	Zip       cardFile   `json:"zip"`        // that is within
	Encrypted cardFile   `json:"ciphertext"` // that lies there, of all pieces in turn
}

type cardPart struct {
	Kind string `json:"kind"`
	cardFile
}

type cardFile struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// newCard tells of a copy what everybody may know.
func newCard(m *Manifest, name string, zip, ciphertext cardFile) *card {
	c := &card{
		Format: cardFormat, Name: name, ID: m.ID, Seq: m.Seq, Set: m.Set, Store: m.Store.ID, Database: m.Database.Name,
		Created: m.Created, Day: m.Day, Class: m.Class, State: Sealed, Verify: m.Verify, To: m.To, LeftOut: m.LeftOut,
		Suspect: m.Clock.Suspect, Companies: []string{}, Zip: zip, Encrypted: ciphertext,
	}
	for _, company := range m.Companies {
		c.Companies = append(c.Companies, company.ID)
	}
	for _, p := range m.Parts {
		c.Parts = append(c.Parts, cardPart{p.Kind, cardFile{p.Bytes, p.SHA256}})
	}
	return c
}

func (c *card) encode() ([]byte, error) {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode card: %w", err)
	}
	return append(text, '\n'), nil
}

// decodeCard reads a card and refuses what could not have been written by us.
func decodeCard(text []byte, path string) (*card, error) {
	c := &card{}
	err := json.NewDecoder(bytes.NewReader(text)).Decode(c)
	if err == nil && c.Format > cardFormat {
		return nil, message.New("copy.bad", "copies.manifest_newer", message.Args{"path": path})
	}
	if err != nil || !c.sane() {
		return nil, message.Wrap(err, "copy.bad", "copies.card_unreadable", message.Args{"path": path})
	}
	return c, nil
}

func (c *card) sane() bool {
	_, created := time.Parse(time.RFC3339, c.Created)
	_, day := time.Parse(time.DateOnly, c.Day)
	sound := slices.ContainsFunc(c.Parts, func(p cardPart) bool { return p.Kind == PartDatabase }) &&
		!slices.ContainsFunc(append([]cardPart{{"", c.Zip}, {"", c.Encrypted}}, c.Parts...), func(p cardPart) bool { return !p.sane() })
	named := c.Name != "" && c.ID != "" && c.Seq > 0 && c.Store != "" && c.Database != ""
	return c.Format == cardFormat && named && created == nil && day == nil && sound
}

func (f cardFile) sane() bool { return f.Bytes >= 0 && isSum(f.SHA256) }

// copy is the copy that the card tells of, sealed and lying nowhere yet.
func (c *card) copy() Copy {
	found := Copy{
		ID: c.ID, Seq: strconv.FormatUint(c.Seq, 10), Set: c.Set, Name: c.Name, Store: c.Store, Database: c.Database,
		Created: c.Created, Day: c.Day, Class: c.Class, State: Sealed, Partial: c.LeftOut != nil, LeftOut: c.LeftOut,
		Verify: c.Verify, To: c.To, Suspect: c.Suspect,
	}
	for _, id := range c.Companies {
		found.Companies = append(found.Companies, firebird.Company{ID: id})
	}
	for _, p := range c.Parts {
		found.Parts = append(found.Parts, Part{Kind: p.Kind, Bytes: p.Bytes, SHA256: p.SHA256})
	}
	return found
}

// tells says whether the card is that of the copy whose manifest is within.
func (c *card) tells(m *Manifest, zip cardFile) bool {
	own := newCard(m, c.Name, zip, c.Encrypted)
	own.For = c.For
	here, _ := own.encode() // what was decoded can be encoded
	there, _ := c.encode()
	return bytes.Equal(here, there)
}

// card is the one beside a ciphertext; nil where none lies there.
func (a artifact) card() (*card, error) {
	path := a.beside(cardSuffix)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read card: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, cardLimit))
	if err != nil {
		return nil, fmt.Errorf("read card: %w", err)
	}
	c, err := decodeCard(text, path)
	if err == nil && c.Name != a.name() {
		err = message.New("copy.bad", "copies.card_unreadable", message.Args{"path": path})
	}
	return c, err
}
