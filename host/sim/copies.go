package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// shelf is the store as the maker, the prover and the catalogue of its copies.
type shelf struct{ *Store }

// What a copy takes of its database, about.
const deflated = 5

// Create makes a set of copies, as the real maker does: a destination that is missed degrades, all missed fails.
func (s shelf) Create(ctx context.Context, o copies.Options) (copies.Set, error) {
	var set copies.Set
	to, missed := s.reachable(o.To)
	if len(to) == 0 {
		return set, errors.Join(missed...)
	}
	set.Degraded = missed
	id := s.newID()
	var failed []error
	for _, d := range o.Databases {
		if ctx.Err() != nil {
			return set, context.Cause(ctx)
		}
		made, degraded, err := s.make(ctx, o, d, to, id)
		set.Degraded = append(set.Degraded, degraded...)
		if made != nil {
			set.Copies = append(set.Copies, *made)
		}
		if err != nil {
			failed = append(failed, err)
		}
	}
	return set, errors.Join(failed...)
}

func (s shelf) reachable(all []copies.Destination) (there []copies.Destination, missed []error) {
	for _, d := range all {
		if err := s.there(d); err != nil {
			missed = append(missed, &copies.MissedError{Destination: d.Name, Err: err})
			continue
		}
		there = append(there, d)
	}
	return there, missed
}

func (s shelf) newID() string { return ulid.MustNew(ulid.Timestamp(s.now), s.entropy).String() }

func (s shelf) make(ctx context.Context, o copies.Options, d copies.Database, to []copies.Destination, set string) (*copies.Copy, []error, error) {
	if err := s.shut(d); err != nil {
		return nil, nil, err
	}
	source := s.databases[d.Name]
	kept, left, err := chosen(o, d, source.companies)
	if err != nil {
		return nil, nil, err
	}
	store := s.config.Store
	s.seq++
	c := &copies.Copy{
		ID: s.newID(), Seq: strconv.FormatUint(s.seq, 10), Set: set, Store: store.ID, Database: d.Name, Created: s.now.Format(time.RFC3339),
		Day: s.businessDay(s.now), Class: o.Class, Verify: o.Verify, Note: o.Note,
		Companies: kept, Rows: source.rowsNow(s.now), Partial: left != nil, LeftOut: left,
	}
	for _, d := range o.To {
		c.To = append(c.To, d.Name)
	}
	c.Name = fmt.Sprintf("%s-%s-%06d-%s-%s.zip", c.Store, c.Database, s.seq, c.Day, s.now.Format("1504"))
	bytes := source.bytes(s.now)
	c.Parts = []copies.Part{{Name: d.Name + ".fbk", Kind: copies.PartDatabase, Original: d.At.Path, Bytes: bytes * 4 / 5, SHA256: hash(c.ID + "part")}}
	degraded := s.clockDoubts(c)
	var full []error
	for _, place := range to {
		gone, err := s.room(ctx, o.Spare, place, bytes/deflated)
		if gone > 0 {
			degraded = append(degraded, message.New("copy.degraded", "copies.sacrificed", message.Args{"n": gone, "destination": place.Name}))
		}
		if err == nil {
			err = s.put(c, place, bytes/deflated)
		}
		if err != nil {
			full = append(full, &copies.MissedError{Destination: place.Name, Err: err})
		}
	}
	if len(c.Places) == 0 {
		return nil, degraded, errors.Join(full...)
	}
	s.copies = append(s.copies, c)
	if s.flawed > 0 {
		s.unsound[c.ID] = true
	}
	s.diary.made(c)
	err = s.proveNow(c, o.Verify, &degraded)
	return s.shown(c), append(degraded, full...), err
}

// chosen are the companies that are copied, and what is left out.
func chosen(o copies.Options, d copies.Database, all []firebird.Company) (kept []firebird.Company, left *copies.LeftOut, err error) {
	out := copies.LeftOut{Files: !o.Files && len(d.Files) > 0, ArchiveBefore: o.ArchiveFrom}
	ids := o.Companies[d.Name]
	var known []string
	for _, one := range all {
		known = append(known, one.ID)
		if len(ids) == 0 || slices.Contains(ids, one.ID) {
			kept = append(kept, one)
		} else {
			out.Companies = append(out.Companies, one.ID)
		}
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return nil, nil, message.New("company.not_found", "copies.no_such_company", message.Args{
				"id": id, "database": d.Name, "known": strings.Join(known, ", "),
			})
		}
	}
	if out.Files || len(out.Companies) > 0 || out.ArchiveBefore > 0 {
		left = &out
	}
	return kept, left, nil
}

// clockDoubts is what is wrong with the clock when a copy is made after those that there are. When the program was built
// says nothing here: a simulated store may live in any year.
func (s shelf) clockDoubts(c *copies.Copy) []error {
	var made []time.Time
	for _, one := range s.copies {
		if at, err := time.Parse(time.RFC3339, one.Created); err == nil {
			made = append(made, at)
		}
	}
	doubt := copies.ClockDoubt(s.now, time.Time{}, made)
	if doubt == nil {
		return nil
	}
	c.Suspect = doubt.Error()
	return []error{doubt}
}

// put writes the copy to a destination, where it fits.
func (s shelf) put(c *copies.Copy, d copies.Destination, bytes int64) error {
	on := s.driveOf(d.Path)
	if on.Free < bytes {
		return message.New("drive.full", "drive.full", message.Args{"path": d.Path, "missing": lack(bytes - on.Free)})
	}
	on.Free -= bytes
	c.Places = append(slices.Clone(c.Places), copies.Place{
		Destination: d.Name, Path: strings.TrimSuffix(strings.ReplaceAll(d.Path, `\`, "/"), "/") + "/" + c.Name, Bytes: bytes, SHA256: hash(c.ID),
		ReadBack: "device", State: copies.Present, Drive: d.Drive, Checked: s.now.Format(time.RFC3339),
	})
	return nil
}

// proveNow proves a copy as it is made, unless a fault of the test is in the way.
func (s shelf) proveNow(c *copies.Copy, verify string, degraded *[]error) error {
	switch {
	case s.takeFault("copy.create", "copy.bad"):
		return s.contradict(c)
	case verify != copies.VerifyRestore:
		return nil
	case s.flawed > 0, s.takeFault("copy.create", "copy.degraded"):
		*degraded = append(*degraded, message.New("copy.degraded", "copies.not_proven", message.Args{"name": c.Name}))
		return nil
	}
	err := s.judge(c, c.Places, s.takeFault("copy.create", "copy.suspect"))
	if message.Code(err) == "copy.suspect" { // its restore held
		*degraded = append(*degraded, err)
		err = nil
	}
	return err
}

// judge makes a copy a proven one, as the ledgers of these places know, or shows that it is bad or unlike its elders. A
// place that was named by its path has no ledger.
func (s shelf) judge(c *copies.Copy, at []copies.Place, odd bool) error {
	if s.unsound[c.ID] {
		return s.contradict(c)
	}
	proof := proofOf(c, s.now)
	if proof.Odd, _ = copies.Unlike(*c, s.before()); odd {
		proof.Odd = append(proof.Odd, message.Text("sim.odd", nil))
	}
	first := c.Proof == nil || len(c.Proof.Odd) > 0 && c.Accepted == ""
	c.Proof = proof
	if len(proof.Odd) > 0 && c.Accepted == "" {
		return message.New("copy.suspect", "copies.suspect", message.Args{"name": c.Name, "seq": c.Seq, "odd": strings.Join(proof.Odd, "; ")})
	}
	if first {
		s.diary.proven(c)
	}
	s.verified(c, at)
	return nil
}

// before are the copies that can be reached, newest first, as far as they are asked for.
func (s shelf) before() iter.Seq[copies.Copy] {
	return func(yield func(copies.Copy) bool) {
		for _, c := range slices.Backward(s.copies) {
			if seen := s.seen(c); len(seen.Places) > 0 && !yield(seen) {
				return
			}
		}
	}
}

// verified tells the ledgers of these places that a copy is.
func (s shelf) verified(c *copies.Copy, at []copies.Place) {
	for _, p := range at {
		if p.Destination != "" {
			s.remember(c, p.Destination)
		}
	}
}

// remember is the ledger of a destination, which learns once that a copy is verified.
func (s shelf) remember(c *copies.Copy, where string) {
	if key := c.ID + " " + where; !s.proofs[key] {
		s.proofs[key] = true
		s.changes = append(s.changes, happened{where: where, id: c.ID, Change: copies.Change{Database: c.Database}})
	}
}

func proofOf(c *copies.Copy, now time.Time) *copies.Proof {
	return &copies.Proof{
		Level: "restore", When: now.Format(time.RFC3339), OK: true, SHA256: c.Places[0].SHA256, Part: c.Parts[0].SHA256, Rows: c.Rows,
		Evidence: []copies.Evidence{}, Engine: "3.0.11", Seconds: 60, Against: []string{},
	}
}

// contradict makes a copy one that its own restore speaks against.
func (s shelf) contradict(c *copies.Copy) error {
	c.Proof = proofOf(c, s.now)
	c.Proof.OK, c.Proof.Against = false, []string{message.Text("sim.contradicted", nil)}
	return message.New("copy.bad", "sim.bad", message.Args{"name": c.Name})
}

// Adopt takes in a file that the test laid down with sim:file.
func (s shelf) Adopt(ctx context.Context, from string, o copies.Options) (copies.Set, error) {
	if err := s.Adoptable(from); err != nil {
		return copies.Set{}, err
	}
	o.Verify = copies.VerifyRestore
	return s.Create(ctx, o)
}

// Adoptable tells whether the test laid such a file down.
func (s shelf) Adoptable(from string) error {
	if _, ok := s.files[from]; !ok {
		return message.New("copy.not_found", "copies.no_file", message.Args{"path": from})
	}
	return nil
}

// Sweep takes away what a power cut left, and what was in the trash for long enough.
func (s shelf) Sweep() error {
	s.halves = 0
	s.expire()
	return nil
}

// Open finds a copy by the path of one of its places: that place is all it knows, and no ledger speaks of it.
func (s shelf) Open(at string) (copies.Copy, error) {
	for _, c := range s.visible() {
		for _, p := range c.Places {
			if slashed(p.Path) != slashed(at) {
				continue
			}
			p.Destination, p.State = "", copies.Present
			c.Places, c.Pinned = []copies.Place{p}, nil
			c.State = stateOf(c)
			return c, nil
		}
	}
	return copies.Copy{}, message.New("copy.not_found", "copies.no_file", message.Args{"path": at})
}

// List gives the copies, newest first, and the destinations that are not there.
func (s shelf) List(_ context.Context, filter copies.Filter) ([]copies.Copy, []error, error) {
	var problems []error
	for _, d := range s.config.Destinations {
		if err := s.there(s.destination(d.Name)); err != nil {
			problems = append(problems, err)
		}
	}
	found := []copies.Copy{}
	all := s.visible()
	if filter.State == copies.Trashed {
		all = s.trashed()
	}
	for _, c := range all {
		if filter.Lets(c) {
			found = append(found, c)
		}
	}
	return found, problems, nil
}

// trashed are the copies that lie in the trash of a destination that is there now, newest first.
func (s *Store) trashed() []copies.Copy {
	var found []copies.Copy
	for _, c := range slices.Backward(s.copies) {
		seen := *c
		seen.Places = slices.DeleteFunc(slices.Clone(c.Places), func(p copies.Place) bool { return p.State != copies.Trashed || !s.inReach(p) })
		if seen.State = copies.Trashed; len(seen.Places) > 0 {
			found = append(found, seen)
		}
	}
	return found
}

// visible are the copies that lie on a destination that is there now, newest first.
func (s *Store) visible() []copies.Copy {
	found := make([]copies.Copy, 0, len(s.copies))
	for _, c := range slices.Backward(s.copies) {
		if seen := s.seen(c); len(seen.Places) > 0 {
			found = append(found, seen)
		}
	}
	return found
}

// shown is a copy as the catalogue sees it now.
func (s *Store) shown(c *copies.Copy) *copies.Copy {
	seen := s.seen(c)
	return &seen
}

func (s *Store) seen(c *copies.Copy) copies.Copy {
	seen := *c
	if !s.allHere(c.Places) {
		seen.Places = s.seenAt(c.Places)
	}
	seen.State = stateOf(seen)
	return seen
}

// allHere tells that every place can be read now, which is so on most days: nothing of it has to be copied then.
func (s *Store) allHere(places []copies.Place) bool {
	return !slices.ContainsFunc(places, func(p copies.Place) bool { return p.State == copies.Trashed || !s.inReach(p) })
}

func (s *Store) seenAt(places []copies.Place) (seen []copies.Place) {
	for _, p := range places {
		switch {
		case p.State == copies.Trashed:
			continue
		case s.inReach(p):
		case p.Drive == "" || s.absent[p.Destination] && s.driveAt(p).set == "":
			continue
		case p.State == copies.Present:
			p.State = copies.Offline
		}
		seen = append(seen, p)
	}
	return seen
}

func stateOf(c copies.Copy) string {
	sound := slices.ContainsFunc(c.Places, func(p copies.Place) bool { return p.State == copies.Present || p.State == copies.Offline })
	switch {
	case !sound, c.Proof != nil && !c.Proof.OK:
		return copies.Bad
	case c.Proof != nil && len(c.Proof.Odd) > 0 && c.Accepted == "":
		return copies.Suspect
	case c.Proof != nil:
		return copies.Verified
	}
	return copies.Sealed
}

// Find finds a copy by its id, the end of its id, its number, its name or a path.
func (s shelf) Find(_ context.Context, ref string) (copies.Copy, error) {
	if strings.ContainsAny(ref, `/\`) {
		return s.Open(ref)
	}
	all := s.visible()
	if ref == "newest" && len(all) > 0 {
		return all[0], nil
	}
	for _, c := range all {
		if ref == c.Seq || ref == c.Name || len(ref) >= 4 && strings.HasSuffix(c.ID, strings.ToUpper(ref)) {
			return c, nil
		}
	}
	return copies.Copy{}, message.New("copy.not_found", "copies.not_found", message.Args{"copy": ref})
}

// kept is the store's own copy of that id.
func (s shelf) kept(id string) *copies.Copy {
	i := slices.IndexFunc(s.copies, func(c *copies.Copy) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return s.copies[i]
}

// Check reads a copy again at every place where it lies.
func (s shelf) Check(_ context.Context, c copies.Copy) (copies.Copy, error) {
	var bad []error
	c.Places = slices.Clone(c.Places)
	for i := range c.Places {
		if err := s.read(c.ID, &c.Places[i]); err != nil {
			bad = append(bad, err)
		}
	}
	c.State = stateOf(c)
	return c, errors.Join(bad...)
}

// read compares the bytes that lie at a place with those that were written. The ledger of its destination learns of spoilt ones.
func (s shelf) read(id string, p *copies.Place) error {
	if !s.spoilt[p.Path] {
		return nil
	}
	p.State = copies.Bad
	if own := s.kept(id); own != nil && p.Destination != "" {
		own.Places = slices.Clone(own.Places)
		for i := range own.Places {
			if own.Places[i].Destination == p.Destination {
				own.Places[i].State = copies.Bad
			}
		}
	}
	return message.New("copy.bad", "copies.hash_differs", message.Args{"path": p.Path, "want": p.SHA256, "got": hash(p.Path)})
}

// Prove restores a copy from the first place where its bytes are what they were, and compares.
func (s shelf) Prove(_ context.Context, c copies.Copy) (copies.Copy, []error, error) {
	own := s.kept(c.ID)
	if own == nil {
		return c, nil, message.New("copy.not_found", "copies.not_found", message.Args{"copy": c.Seq})
	}
	c.Places = slices.Clone(c.Places)
	told, err := s.sound(c)
	if err != nil {
		c.State = stateOf(c)
		return c, nil, err
	}
	switch {
	case s.takeFault("copy.prove", "copy.bad"):
		err = s.contradict(own)
	default:
		err = s.judge(own, c.Places, s.takeFault("copy.prove", "copy.suspect"))
	}
	c.Proof = own.Proof
	c.State = stateOf(c)
	return c, told, err
}

// sound looks for a place with sound bytes; those before it that are spoilt are told, and known as bad from then on.
func (s shelf) sound(c copies.Copy) (told []error, err error) {
	var failed []error
	for i := range c.Places {
		if c.Places[i].State != copies.Present {
			continue
		}
		err := s.read(c.ID, &c.Places[i])
		if err == nil {
			for _, one := range failed {
				told = append(told, message.Wrap(one, "copy.degraded", "copies.passed_over", message.Args{"name": c.Name}))
			}
			return told, nil
		}
		failed = append(failed, err)
	}
	if len(failed) == 0 {
		return nil, message.New("copy.not_found", "copies.nowhere", message.Args{"name": c.Name})
	}
	return nil, errors.Join(failed...)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
