package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Prover proves copies that lie there: checks the bytes, restores them to a scratch database, compares.
type Prover struct {
	Bench        Bench
	Databases    []Database // where no engine of our own fits, a copy is restored on the server of its database
	Destinations []Destination
	Now          func() time.Time
	Entropy      io.Reader
	Progress     func(Progress)
	Keys         Keys // for what is encrypted
}

// Prove proves a copy by the best place where it lies, writes the proof beside it wherever it lies, and gives the copy
// with its proof. A place that is damaged is entered as bad, so that nobody counts on it; where one can not be read the
// next is, and what kept the others from being read is told beside the result, as is what kept the copy from being
// compared with those before it. A contradiction is copy.bad; a proof that is not possible here (no room, no engine) is
// copy.degraded and changes nothing.
func (p *Prover) Prove(ctx context.Context, c Copy) (Copy, []error, error) {
	defer c.hold()()
	if err := c.nowhere(); err != nil {
		return c, nil, err
	}
	catalogue := &Catalogue{Store: c.Store, Destinations: p.Destinations, Now: p.Now}
	c.Places = slices.Clone(c.Places)
	proof, m, failed := p.fromBest(ctx, c, catalogue)
	c.State = c.state()
	if proof == nil {
		return c, nil, errors.Join(failed...)
	}
	told := c.passedOver(failed)
	unread, err := proof.compare(ctx, catalogue, c)
	if err != nil {
		return c, told, err
	}
	if unread != nil {
		told = append(told, unread)
	}
	made, err := settle(c, m, p.Destinations, proof)
	return *made, told, err
}

// fromBest proves by one place after the other, until one could be read to its end. It gives what failed before, and
// marks the places that are damaged.
func (p *Prover) fromBest(ctx context.Context, c Copy, catalogue *Catalogue) (proof *Proof, m *Manifest, failed []error) {
	for _, place := range c.best(p.Keys) {
		m, err := place.sound(ctx, p.Keys)
		if err == nil {
			proof, err = p.proof(ctx, m, *place)
		}
		if err == nil {
			return proof, m, failed
		}
		failed = append(failed, err)
		if message.Code(err) == "copy.not_found" {
			place.State = Missing
		}
		if contradicts(err) {
			place.State = Bad
			failed = append(failed, catalogue.enterCheck(c, *place, err))
		}
		if _, unread := errors.AsType[*unreadError](err); m != nil && !contradicts(err) && !unread || ctx.Err() != nil {
			break // another place would not help
		}
	}
	return nil, nil, failed
}

// passedOver is what kept places from being read, told of a copy that was read from another.
func (c Copy) passedOver(failed []error) (told []error) {
	for _, err := range failed {
		if err != nil {
			told = append(told, message.Wrap(err, "copy.degraded", "copies.passed_over", message.Args{"name": c.Name}))
		}
	}
	return told
}

// unreadError is a place that could not be read to its end, although it could a moment before.
type unreadError struct{ error }

// Unwrap is why.
func (e *unreadError) Unwrap() error { return e.error }

// sound checks what lies at the place with all that is within.
func (p *Place) sound(ctx context.Context, keys Keys) (*Manifest, error) {
	if p.Encrypted && len(keys) == 0 {
		return nil, message.New("copy.encrypted", "copies.encrypted", message.Args{"path": p.Path})
	}
	return p.check(ctx, keys)
}

func (p *Prover) proof(ctx context.Context, m *Manifest, place Place) (*Proof, error) {
	stage, err := p.stage(ctx, m)
	if err != nil {
		return nil, err
	}
	proof, err := p.restore(ctx, stage, m, place)
	left := stage.remove()
	if proof != nil {
		return proof, nil // what is left of the scratch takes nothing from it; the next run sweeps
	}
	return nil, errors.Join(err, left)
}

// stage is a scratch of our own, or where no engine of ours fits, one on the server that the database came from.
func (p *Prover) stage(ctx context.Context, m *Manifest) (stage, error) {
	s, err := p.Bench.open(ctx, m.Database.Bytes)
	if err == nil {
		return s, nil
	}
	for _, d := range p.Databases {
		if d.Name == m.Database.Name && isNoEngine(err) {
			return openGuest(ctx, d.At, p.Bench.Tools, p.Entropy)
		}
	}
	return nil, err
}

func (p *Prover) restore(ctx context.Context, s stage, m *Manifest, place Place) (*Proof, error) {
	began := p.Now()
	zip, err := artifactOf(place).open(p.Keys)
	if err != nil {
		return nil, &unreadError{err}
	}
	defer zip.Close()
	return p.restoreFrom(ctx, s, &Whole{Manifest: m, Place: place, zip: zip}, "proving", began)
}

// restoreFrom restores an open copy and judges what came of it.
func (p *Prover) restoreFrom(ctx context.Context, s stage, w *Whole, step string, began time.Time) (*Proof, error) {
	o := outcome{manifest: w.Manifest, sum: w.Place.zipSum(), began: began, now: p.Now}
	part := w.Manifest.database()
	entry, err := w.zip.Open(part.Name)
	if err != nil {
		return nil, &unreadError{err}
	}
	defer entry.Close()
	reading := &faultyReader{from: entry}
	hash := sha256.New()
	count := &counter{tell: func(n int64) {
		p.tell(Progress{Step: step, Database: w.Manifest.Database.Name, Done: n, Total: part.Bytes})
	}}
	_, o.restore = s.through(ctx, io.TeeReader(reading, io.MultiWriter(hash, count)))
	if reading.err != nil && ctx.Err() == nil {
		return nil, &unreadError{fmt.Errorf("read %s: %w", w.Place.Path, reading.err)} // that says nothing of the copy elsewhere
	}
	if o.restore == nil && hex.EncodeToString(hash.Sum(nil)) != part.SHA256 {
		o.parts = message.New("copy.bad", "copies.part_differs", message.Args{"path": w.Place.Path, "part": part.Name})
	}
	return prove(ctx, s, o)
}

func (p *Prover) tell(progress Progress) {
	if p.Progress != nil {
		p.Progress(progress)
	}
}

// best are the places where the copy lies, those first that can be read with these keys.
func (c Copy) best(keys Keys) (found []*Place) {
	for i := range c.Places {
		if c.Places[i].State == Present {
			found = append(found, &c.Places[i])
		}
	}
	shut := func(p *Place) int {
		if p.Encrypted && len(keys) == 0 {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(found, func(a, b *Place) int { return shut(a) - shut(b) })
	return found
}

// nowhere is the error of a copy that can be read at no place now: it is damaged wherever it lies, or lies where nobody can
// look.
func (c Copy) nowhere() error {
	is := func(state string) bool {
		return slices.ContainsFunc(c.Places, func(p Place) bool { return p.State == state })
	}
	switch {
	case is(Present):
		return nil
	case is(Bad) && !is(Offline):
		return message.New("copy.bad", "copies.damaged", message.Args{"name": c.Name, "seq": c.Seq})
	}
	return message.New("copy.not_found", "copies.nowhere", message.Args{"name": c.Name})
}

// settle writes a proof beside the copy wherever it lies, and gives what has become of the copy. A proof that failed
// is copy.bad, in its own words; one that holds for a copy that is unlike its elders is copy.suspect.
func settle(c Copy, m *Manifest, destinations []Destination, proof *Proof) (*Copy, error) {
	c.Proof = proof
	c.State = c.state()
	var failed []error
	if !proof.OK {
		failed = append(failed, message.New("copy.bad", "copies.contradicted", message.Args{
			"name": c.Name, "against": strings.Join(proof.Against, "; "),
		}))
	}
	if c.State == Suspect {
		failed = append(failed, c.suspicion())
	}
	for _, place := range c.Places {
		if place.State == Present {
			failed = append(failed, writeProof(place, destinationOf(place, destinations), c, m, proof))
		}
	}
	return &c, errors.Join(failed...)
}

// destinationOf is the destination that a place is on; nil where a copy was named by its path.
func destinationOf(p Place, all []Destination) *Destination {
	for i := range all {
		if all[i].Name == p.Destination {
			return &all[i]
		}
	}
	return nil
}
