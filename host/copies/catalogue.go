package copies

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"filippo.io/age"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Catalogue is what lies on the destinations of a store: their zips and their ledgers, read anew each time.
type Catalogue struct {
	Store        string // id; "" accepts every store's copies
	Destinations []Destination
	Now          func() time.Time
	Keys         Keys           // for the check of what is encrypted
	Progress     func(Progress) // how far a copy is on its way; nil: nobody looks

	turns map[string]turn // of the destinations that it holds, by name
	died  func()          // called after each step of a change; only tests die there
}

// Filter narrows a list. Empty fields let everything through.
type Filter struct {
	Where    string // destination
	Database string
	Class    string
	Company  string
	State    string
	Since    string // business day, yyyy-mm-dd
}

// Lets tells whether a copy passes.
func (f Filter) Lets(c Copy) bool {
	company := f.Company == "" || slices.ContainsFunc(c.Companies, func(e firebird.Company) bool { return e.ID == f.Company })
	where := f.Where == "" || slices.ContainsFunc(c.Places, func(p Place) bool { return p.Destination == f.Where })
	return company && where && (f.Database == "" || f.Database == c.Database) && (f.Class == "" || f.Class == c.Class) &&
		(f.State == "" || f.State == c.State) && c.Day >= f.Since
}

// List gives the copies, newest first by sequence number, and what could not be read: destinations that are not
// there, zips of another store, zips that lost their manifest. What lies in the trash is listed only where the filter
// asks for that state.
func (c *Catalogue) List(ctx context.Context, filter Filter) ([]Copy, []error, error) {
	byID := map[string]*Copy{}
	var problems []error
	for _, d := range c.Destinations {
		lying := d.lying
		if filter.State == Trashed {
			lying = d.trashed
		}
		there, wrong := lying(ctx, c.Store)
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		problems = append(problems, wrong...)
		busy := d.busy()
		for _, found := range there {
			found.Busy = busy[found.ID]
			if known, ok := byID[found.ID]; ok {
				known.merge(found)
			} else {
				byID[found.ID] = &found
			}
		}
	}
	var all []Copy
	for _, found := range byID {
		found.State = found.state()
		if filter.Lets(*found) {
			all = append(all, *found)
		}
	}
	sort.Slice(all, func(i, j int) bool { return after(all[i], all[j]) })
	if filter.State != Trashed {
		c.saw(all)
	}
	return all, problems, nil
}

// after orders copies: by sequence number, then by id, never by clock or name.
func after(a, b Copy) bool {
	if a.Number() != b.Number() {
		return a.Number() > b.Number()
	}
	return a.ID > b.ID
}

func (c *Copy) merge(other Copy) {
	c.Places = append(c.Places, other.Places...)
	if c.Day == "" && other.Day != "" { // a ledger tells less than a copy
		c.Set, c.Created, c.Day, c.Class, c.Partial, c.LeftOut = other.Set, other.Created, other.Day, other.Class, other.Partial, other.LeftOut
		c.Verify, c.To, c.Suspect = other.Verify, other.To, other.Suspect
	}
	if c.Rows == nil && other.Rows != nil { // a card tells less than a manifest
		c.Companies, c.Rows, c.Parts, c.Note = other.Companies, other.Rows, other.Parts, other.Note
	}
	if c.Proof == nil || other.Proof != nil && other.Proof.tellsMore(c.Proof) {
		c.Proof = other.Proof
	}
	if other.Pinned.outlasts(c.Pinned) {
		c.Pinned = other.Pinned
	}
	for _, where := range other.Waived {
		if !slices.Contains(c.Waived, where) {
			c.Waived = append(slices.Clone(c.Waived), where)
		}
	}
	if c.Accepted == "" {
		c.Accepted = other.Accepted
	}
	c.Busy = c.Busy || other.Busy
}

// Newest is the newest copy that the filter lets through, or nil.
func (c *Catalogue) Newest(ctx context.Context, filter Filter) (*Copy, error) {
	all, _, err := c.List(ctx, filter)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Find finds a copy as a person names it: "newest", its sequence number, its id or the end of it, its file name, or a
// path to a zip anywhere.
func (c *Catalogue) Find(ctx context.Context, ref string) (Copy, error) {
	if looksLikePath(ref) {
		return Open(ref)
	}
	all, problems, err := c.List(ctx, Filter{})
	if err != nil {
		return Copy{}, err
	}
	if ref == "newest" && len(all) > 0 {
		return all[0], nil
	}
	var found []Copy
	for _, one := range all {
		if ref == one.Seq || ref == one.Name || ref != "" && strings.HasSuffix(one.ID, strings.ToUpper(ref)) && len(ref) >= 4 {
			found = append(found, one)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Copy{}, message.New("copy.not_found", "copies.ambiguous", message.Args{"copy": ref, "n": len(found)})
	}
	return Copy{}, message.Wrap(errors.Join(problems...), "copy.not_found", "copies.not_found", message.Args{"copy": ref})
}

func looksLikePath(ref string) bool {
	_, err := os.Stat(ref)
	return err == nil || strings.ContainsAny(ref, `/\`)
}

// Open reads the copy that lies at a path, on any machine, with no store and no database. What is encrypted tells of
// itself by its card; without one the keys have to open it.
func Open(path string, keys ...age.Identity) (Copy, error) {
	a, err := artifactAt(path)
	if err != nil {
		return Copy{}, err
	}
	return a.read(keys)
}

// read is the copy as it tells of itself where it lies.
func (a artifact) read(keys []age.Identity) (Copy, error) {
	known, err := a.sums()
	if err != nil {
		return Copy{}, err
	}
	if err := a.whole(known); err != nil {
		return Copy{}, err
	}
	place := Place{Path: a.path(), State: Present, Encrypted: a.encrypted()}
	if err := a.measure(&place); err != nil {
		return Copy{}, err
	}
	if known != nil {
		place.SHA256 = known.whole
	}
	for i := range place.Pieces {
		if known != nil {
			place.Pieces[i].SHA256 = known.files[i].sum
		}
	}
	found, err := a.identity(&place, keys)
	if err != nil {
		return Copy{}, err
	}
	found.Proof, found.Pinned = a.proof(), a.pin(found.ID)
	if place.SHA256 == "" && !place.Encrypted && found.Proof != nil {
		place.SHA256 = found.Proof.SHA256 // what was proven is as good a witness as the hash beside it
	}
	found.Places = []Place{place}
	found.State = found.state()
	return found, nil
}

// measure tells how large the files are.
func (a artifact) measure(p *Place) error {
	for _, name := range a.files() {
		path := filepath.Join(a.dir, name)
		info, err := os.Stat(path)
		if err != nil {
			return unopened(err, path)
		}
		p.Bytes += info.Size()
		if len(a.pieces) > 0 {
			p.Pieces = append(p.Pieces, Part{Name: name, Kind: PartPiece, Bytes: info.Size()})
		}
	}
	return nil
}

// identity is what the copy is, by its card or its manifest. A card that tells of another ciphertext than the one that
// lies there is not its card.
func (a artifact) identity(p *Place, keys []age.Identity) (Copy, error) {
	if !a.encrypted() {
		m, err := a.manifest(nil)
		if err != nil {
			return Copy{}, err
		}
		return m.copy(a.name()), nil
	}
	c, err := a.card()
	switch {
	case err != nil:
		return Copy{}, err
	case c == nil && len(keys) == 0:
		return Copy{}, message.New("copy.encrypted", "copies.no_card", message.Args{"path": a.path()})
	case c == nil:
		m, err := a.manifest(keys)
		if err != nil {
			return Copy{}, err
		}
		return m.copy(a.name()), nil
	case c.Encrypted.Bytes != p.Bytes, p.SHA256 != "" && p.SHA256 != c.Encrypted.SHA256:
		return Copy{}, message.New("copy.bad", "copies.card_differs", message.Args{"path": a.path()})
	}
	p.Zip, p.SHA256 = c.Zip.SHA256, c.Encrypted.SHA256
	return c.copy(), nil
}

// Destination is the destination of that name.
func (c *Catalogue) Destination(name string) (Destination, bool) {
	for _, d := range c.Destinations {
		if d.Name == name {
			return d, true
		}
	}
	return Destination{}, false
}

// shelf is what lies on one destination.
type shelf struct {
	copies   []Copy
	problems []error
}

// openShelf reads a destination: each zip's manifest or card, the hash and the proof beside it, and the ledger.
func openShelf(ctx context.Context, d Destination, store string) (*shelf, error) {
	if err := d.There(); err != nil {
		return nil, err
	}
	ledger, err := ledgerText(d.Path) // before the copies: what it tells of lay there by then
	if err != nil {
		return nil, err
	}
	var known map[string]*memory
	var parsing sync.WaitGroup
	parsing.Go(func() { known = remembered(parseLedger(ledger)) })
	s := &shelf{}
	lying, err := readings(ctx, d.Path)
	parsing.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	for _, one := range lying {
		s.take(d, store, one, known[one.name()])
		delete(known, one.name())
	}
	for _, lost := range known {
		if lost.dropping == nil && lost.sealed.ID != "" && (store == "" || lost.sealed.Store == store) {
			s.copies = append(s.copies, lost.copy(d, Missing))
		}
	}
	return s, nil
}

// reading is what a copy told of itself.
type reading struct {
	artifact
	copy Copy
	err  error
}

// How many copies are opened at once: a disk, or a share, that is asked for many files at a time brings them sooner.
const readers = 16

// readings reads all copies of a folder, in the order of their names.
func readings(ctx context.Context, dir string) ([]reading, error) {
	there, err := artifacts(dir)
	var all []reading
	for _, a := range there {
		all = append(all, reading{artifact: a})
	}
	var next atomic.Int64
	var busy sync.WaitGroup
	for range min(readers, len(all)) {
		busy.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				all[i].copy, all[i].err = all[i].read(nil)
			}
		})
	}
	busy.Wait()
	return all, err
}

func (s *shelf) take(d Destination, store string, one reading, remembers *memory) {
	found, err := one.copy, one.err
	if err == nil && remembers != nil {
		err = remembers.same(one)
	}
	switch {
	case err == nil && remembers != nil && remembers.moves(found.ID):
		return // on its way into the trash, or out of it
	case one.unfinished() && (remembers == nil || remembers.sealed.ID == "" || remembers.writing != nil):
		if remembers == nil {
			s.problems = append(s.problems, message.New("copy.bad", "copies.unfinished", message.Args{"path": one.path()}))
		}
		return
	case err != nil && remembers != nil && remembers.dropping != nil:
		s.problems = append(s.problems, err)
		return
	case err != nil && remembers != nil && remembers.sealed.ID != "":
		s.problems = append(s.problems, err)
		s.copies = append(s.copies, remembers.copy(d, Bad))
		return
	case err != nil:
		s.problems = append(s.problems, err)
		return
	case store != "" && found.Store != store:
		s.problems = append(s.problems, message.New("copy.foreign", "copies.foreign", message.Args{"path": one.path(), "store": found.Store, "own": store}))
		return
	}
	found.Places[0].Destination, found.Places[0].Drive = d.Name, d.Drive
	if remembers != nil {
		remembers.add(&found)
	}
	if one.damage(found.ID) != nil {
		found.Places[0].State = Bad
	}
	s.copies = append(s.copies, found)
}
