package copies

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Send brings a copy to other destinations, from the first place where it is whole, with its proof, its pin and what a
// person said of it. What is encrypted wants one of the keys; it is encrypted anew where the destination has
// recipients, and plain where it has none. Without a key its ciphertext goes as it is to a destination with the same
// recipients. It is read once and hashed meanwhile; each destination is written as by a maker: temporary name, flush,
// read back, name. Where it lies already nothing is written, and never anything over a file. A destination that is
// missed is told and the others hold; nothing half stays there that counts, and the next time it is done again. A place
// that is damaged is entered as bad and the next is read; where none is whole it is copy.bad.
func (c *Catalogue) Send(ctx context.Context, found Copy, to []Destination) (Copy, []error, error) {
	if found.State == Bad {
		return found, nil, message.New("copy.bad", "copies.send_bad", message.Args{"name": found.Name})
	}
	if err := found.nowhere(); err != nil {
		return found, nil, err
	}
	defer found.hold()()
	s := &sending{Catalogue: c, copy: found}
	s.copy.Places = slices.Clone(found.Places)
	for _, d := range to {
		s.want(ctx, d)
	}
	err := s.send(ctx)
	s.copy.State = s.copy.state()
	return s.copy, s.missed, err
}

// sending is one copy on its way.
type sending struct {
	*Catalogue
	copy   Copy
	to     []Destination // that still want it
	missed []error
}

// want sees whether a destination can take the copy, or has it.
func (s *sending) want(ctx context.Context, d Destination) {
	if here := s.copy.at(d.Name); here != nil {
		s.miss(d, s.carry(d, *here)) // whoever brought it may have died before he told all
		return
	}
	err := d.There()
	if err == nil {
		var told error
		_, told, err = s.makeRoom(ctx, d, roomFor(s.size()), nil)
		s.tell(told)
	}
	if err != nil {
		s.miss(d, err)
		return
	}
	s.to = append(s.to, d)
}

// at is where the copy lies at a destination now; nil where it does not.
func (c Copy) at(where string) *Place {
	for i, p := range c.Places {
		if p.Destination == where && p.State == Present {
			return &c.Places[i]
		}
	}
	return nil
}

func (s *sending) size() int64 {
	largest := int64(0)
	for _, p := range s.copy.Places {
		largest = max(largest, p.Bytes)
	}
	return largest
}

func (s *sending) miss(d Destination, err error) {
	if err != nil {
		s.missed = append(s.missed, &MissedError{Destination: d.Name, Err: err})
	}
}

// send tries one place after the other, until one was whole, and could be read by whoever wants it.
func (s *sending) send(ctx context.Context) error {
	var failed []error
	wanted := len(s.to)
	for _, from := range s.copy.best(s.Keys) {
		if len(s.to) == 0 {
			break
		}
		send := s.from
		if from.Encrypted && len(s.Keys) == 0 {
			send = s.asItIs
		}
		err := send(ctx, *from)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			return nil
		}
		failed = append(failed, err)
		if contradicts(err) {
			from.State = Bad
			failed = append(failed, s.enterCheck(s.copy, *from, err))
		}
	}
	err := errors.Join(failed...)
	if len(s.to) == wanted {
		return err
	}
	for _, d := range s.to { // the others have it
		s.miss(d, err)
	}
	return nil
}

// from sends the copy from one place. Its error speaks of that place alone; destinations are told as missed.
func (s *sending) from(ctx context.Context, place Place) (err error) {
	source, err := s.open(ctx, place)
	if err != nil {
		return err
	}
	defer source.Close()
	out, err := openFanout(ctx, s.copy.Name, s.to, place.Bytes)
	if err != nil {
		s.tell(err)
		return nil
	}
	defer func() {
		if left := out.discard(); left != nil {
			s.missed = append(s.missed, left)
		}
	}()
	reading := &faultyReader{from: drive.Until(ctx, source.bytes())}
	err = s.pour(out, reading, place)
	out.end()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case reading.err != nil:
		return fmt.Errorf("read %s: %w", place.Path, reading.err)
	case err != nil:
		s.tell(out.failures())
		return nil
	case out.sum() != source.sum:
		return message.New("copy.bad", "copies.hash_differs", message.Args{"path": place.Path, "want": source.sum, "got": out.sum()})
	}
	s.far(Progress{Step: "sealing"})
	places, err := out.publish(ctx, s.copy.Name, source.manifest)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.tell(err)
	if err == nil {
		s.tell(errors.Join(out.failures(), out.unlisted()))
	}
	for _, p := range places {
		s.lies(p)
	}
	return nil
}

// lies takes note of a place that the copy has reached, and brings along what is known of it.
func (s *sending) lies(p Place) {
	s.copy.Places = slices.DeleteFunc(s.copy.Places, func(was Place) bool { return was.Destination == p.Destination && was.State == Missing })
	s.copy.Places = append(s.copy.Places, p)
	d, _ := s.destination(p.Destination)
	s.miss(d, s.carry(d, p))
}

// pour reads the bytes of a place into where they are to lie, and tells how far they are.
func (s *sending) pour(to io.Writer, from io.Reader, place Place) error {
	far := func(n int64) { s.far(Progress{Step: "sending", Done: n, Total: max(n, place.Bytes)}) }
	far(0)
	_, err := io.CopyBuffer(io.MultiWriter(to, &counter{tell: far}), from, make([]byte, blockSize))
	return err
}

// far tells how far the copy is.
func (s *sending) far(p Progress) {
	if s.Progress != nil {
		p.Database = s.copy.Database
		s.Progress(p)
	}
}

func (s *sending) tell(err error) {
	if err != nil {
		s.missed = append(s.missed, err)
	}
}

func (s *sending) destination(name string) (Destination, bool) {
	for _, d := range s.to {
		if d.Name == name {
			return d, true
		}
	}
	return Destination{}, false
}

// bringing is a place that is being read.
type bringing struct {
	*opened
	manifest *Manifest
	sum      string // what the zip must hash to
}

// open opens the zip at a place. Where nobody knows its hash, all of it is checked first.
func (s *sending) open(ctx context.Context, place Place) (*bringing, error) {
	if place.zipSum() == "" {
		if _, err := place.check(ctx, s.Keys); err != nil {
			return nil, err
		}
	}
	a := artifactOf(place)
	zip, err := a.open(s.Keys)
	if err != nil {
		return nil, err
	}
	m, err := readManifest(zip.Reader, a.path())
	if err == nil && m.ID != s.copy.ID {
		err = message.New("copy.bad", "copies.other_copy", message.Args{"path": place.Path})
	}
	if err != nil {
		return nil, errors.Join(err, zip.Close())
	}
	return &bringing{zip, m, place.zipSum()}, nil
}

// carry brings along what the ledgers of the other places know of the copy: what has not been told there yet.
func (s *sending) carry(d Destination, p Place) error {
	events, err := readLedger(d.Path)
	if err != nil {
		return err
	}
	known := remembered(events)[s.copy.Name]
	if known == nil {
		known = &memory{}
	}
	var failed []error
	there := known.proven.proof()
	if proof := s.copy.Proof; proof != nil && proof.SHA256 == p.zipSum() && (there == nil || there.When < proof.When) {
		failed = append(failed, writeProof(p, &d, s.copy, &Manifest{Seq: s.copy.Number()}, proof))
	}
	tell := func(kind string, change func(*event)) {
		line := s.event(kind, s.copy, p)
		change(&line)
		failed = append(failed, d.enter(line))
	}
	if pin := s.copy.Pinned; pin.outlasts(known.pinned) {
		failed = append(failed, pin.write(p, s.copy.ID))
		tell(eventPinned, func(e *event) { e.Why, e.LastDay = pin.Reason, pin.LastDay })
	}
	if s.copy.Accepted != "" && known.accepted == "" {
		tell(eventAccepted, func(e *event) { e.Why = s.copy.Accepted })
	}
	for _, where := range s.copy.Waived {
		if !slices.Contains(known.waived, where) {
			tell(eventWaived, func(e *event) { e.Destination = where })
		}
	}
	return errors.Join(failed...)
}
