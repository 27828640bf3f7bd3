package copies

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Whoever has no key can still bring ciphertext from one drive to another: what it is encrypted for is known by its card,
// and whether it is whole by its hash.

// asItIs sends ciphertext as it lies at a place, to the destinations that have the recipients it was made for. The others
// want it encrypted for somebody else, as it lies at another place perhaps, or plain: that takes a key.
func (s *sending) asItIs(ctx context.Context, place Place) error {
	text, made, err := s.cardAt(place)
	if err != nil {
		return err
	}
	var fit []Destination
	for _, d := range s.to {
		marks, err := marksOf(d.Recipients)
		if err == nil && len(marks) > 0 && slices.Equal(marks, made.For) {
			fit = append(fit, d)
		}
	}
	for _, d := range fit {
		if err := s.carbon(ctx, place, d, made.label(text)); err != nil {
			return err
		}
		s.to = slices.DeleteFunc(slices.Clone(s.to), func(one Destination) bool { return one.Name == d.Name })
	}
	if len(s.to) > 0 {
		return message.New("copy.encrypted", "copies.encrypted", message.Args{"path": place.Path})
	}
	return nil
}

// cardAt is the card of a ciphertext, which must be of this copy.
func (s *sending) cardAt(place Place) ([]byte, *card, error) {
	a := artifactOf(place)
	made, err := a.card()
	if err == nil && made == nil {
		err = message.New("copy.encrypted", "copies.no_card", message.Args{"path": place.Path})
	}
	if err == nil && (made.ID != s.copy.ID || made.Encrypted.SHA256 != place.SHA256) {
		err = message.New("copy.bad", "copies.card_differs", message.Args{"path": place.Path})
	}
	if err != nil {
		return nil, nil, err
	}
	text, err := os.ReadFile(a.beside(cardSuffix))
	if err == nil && s.copy.Name != made.Name {
		err = message.New("copy.bad", "copies.other_copy", message.Args{"path": place.Path})
	}
	return text, made, err
}

// carbon copies the ciphertext to one destination. Its error speaks of the place that it comes from; what keeps it from
// the destination is told as missed.
func (s *sending) carbon(ctx context.Context, place Place, d Destination, made label) error {
	source := &opened{}
	if err := source.join(artifactOf(place)); err != nil {
		return errors.Join(err, source.Close())
	}
	defer source.Close()
	p, err := rawParcel(d, made.name, place.Bytes)
	if err != nil {
		s.miss(d, err)
		return nil
	}
	defer func() { s.miss(d, p.discard()) }()
	reading := &faultyReader{from: drive.Until(ctx, source.bytes())}
	err = s.pour(p, reading, place)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case reading.err != nil:
		return fmt.Errorf("read %s: %w", place.Path, reading.err)
	case err != nil:
		s.miss(d, err)
		return nil
	}
	known, err := p.finish("")
	if err == nil && known.whole != place.SHA256 {
		err = differs(artifactOf(place), place.SHA256, known.whole)
	}
	if err != nil {
		return err
	}
	sink := &sink{destination: d, parcel: p}
	laid, err := sink.publish(ctx, made)
	if err != nil {
		s.miss(d, err)
		return nil
	}
	s.tell(sink.unlisted)
	s.lies(laid)
	return nil
}

// label is what is to be told of a copy of which nothing but its card can be read.
func (c *card) label(text []byte) label {
	m := &Manifest{ID: c.ID, Seq: c.Seq, Created: c.Created, Store: Identity{ID: c.Store}, Database: Origin{Name: c.Database}}
	return label{manifest: m, name: c.Name, zip: c.Zip, card: text}
}
