package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// Prove proves a copy by the first place where it lies, writes the proof beside it wherever it lies, and gives the
// copy with its proof. A contradiction is copy.bad; a proof that is not possible here (no room, no engine) is
// copy.degraded and changes nothing.
func (p *Prover) Prove(ctx context.Context, c Copy) (Copy, error) {
	defer c.hold()()
	c, place, m, err := p.sound(ctx, c)
	if err != nil {
		return c, err
	}
	proof, err := p.proof(ctx, m, place)
	if err != nil {
		return c, err
	}
	if err := proof.compare(ctx, &Catalogue{Store: c.Store, Destinations: p.Destinations, Now: p.Now}, c); err != nil {
		return c, err
	}
	made, err := settle(c, m, p.Destinations, proof)
	return *made, err
}

// sound is the first place whose bytes are what they were. One that is damaged is entered as bad, so that nobody counts
// on it, and the next is looked at.
func (p *Prover) sound(ctx context.Context, c Copy) (Copy, Place, *Manifest, error) {
	if _, err := c.place(); err != nil {
		return c, Place{}, nil, err
	}
	catalogue := &Catalogue{Destinations: p.Destinations, Now: p.Now}
	c.Places = slices.Clone(c.Places)
	var failed []error
	for i := range c.Places {
		place := &c.Places[i]
		if place.State != Present {
			continue
		}
		m, err := place.sound(ctx, p.Keys)
		if err == nil {
			return c, *place, m, nil
		}
		failed = append(failed, err)
		if contradicts(err) {
			place.State = Bad
			failed = append(failed, catalogue.enterCheck(c, *place, err))
		}
	}
	c.State = c.state()
	return c, Place{}, nil, errors.Join(failed...)
}

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
	o := outcome{manifest: m, sum: place.zipSum(), began: p.Now(), now: p.Now}
	zip, err := artifactOf(place).open(p.Keys)
	if err != nil {
		return nil, err
	}
	defer zip.Close()
	part := m.database()
	entry, err := zip.Open(part.Name)
	if err != nil {
		return nil, err
	}
	defer entry.Close()
	hash := sha256.New()
	count := &counter{tell: func(n int64) {
		p.tell(Progress{Step: "proving", Database: m.Database.Name, Done: n, Total: part.Bytes})
	}}
	_, o.restore = s.through(ctx, io.TeeReader(entry, io.MultiWriter(hash, count)))
	if o.restore == nil && hex.EncodeToString(hash.Sum(nil)) != part.SHA256 {
		o.parts = message.New("copy.bad", "copies.part_differs", message.Args{"path": place.Path, "part": part.Name})
	}
	return prove(ctx, s, o)
}

func (p *Prover) tell(progress Progress) {
	if p.Progress != nil {
		p.Progress(progress)
	}
}

// place is the first place where the copy can be read.
func (c Copy) place() (Place, error) {
	for _, p := range c.Places {
		if p.State == Present {
			return p, nil
		}
	}
	return Place{}, message.New("copy.not_found", "copies.nowhere", message.Args{"name": c.Name})
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
