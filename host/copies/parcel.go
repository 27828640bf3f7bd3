package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"filippo.io/age"

	"github.com/djscript/djscript/host/drive"
)

// parcel is a copy on its way to one destination: the zip, or its ciphertext where the destination has recipients, in
// one file, or in pieces where its drive can not hold large ones. One whole plain file costs nothing more than the
// zip that everybody gets.
type parcel struct {
	destination Destination
	stem        string
	limit       int64 // bytes that a file there may have; 0: any
	about       int64 // bytes that all will have, as far as anybody knows; 0: nobody does
	bytes       int64
	pieces      []*piece
	cipher      io.WriteCloser // nil where it stays as it comes
	hash        hash.Hash      // of all that lies there; nil where that is the zip itself
	card        string         // hash of what was written on its card
}

// piece is one of its files.
type piece struct {
	file  *drive.File
	bytes int64
	hash  hash.Hash // nil where it can only be the whole
}

// newParcel begins a copy at a destination, for its recipients and the keys that come with them.
func newParcel(d Destination, name string, about int64, more ...age.Recipient) (*parcel, error) {
	p := &parcel{destination: d, stem: name, about: about, limit: d.fileLimit()}
	if len(d.Recipients) == 0 {
		return p, p.begin()
	}
	recipients, err := parseRecipients(d.Recipients)
	if err != nil {
		return nil, err
	}
	p.stem, p.hash = name+ageSuffix, sha256.New()
	if err := p.begin(); err != nil {
		return nil, err
	}
	if p.cipher, err = age.Encrypt(writerOf(p.lay), append(recipients, more...)...); err != nil {
		return nil, errors.Join(err, p.discard())
	}
	return p, nil
}

// rawParcel begins ciphertext at a destination, as it comes.
func rawParcel(d Destination, name string, about int64) (*parcel, error) {
	p := &parcel{destination: d, stem: name + ageSuffix, about: about, limit: d.fileLimit(), hash: sha256.New()}
	return p, p.begin()
}

func (p *parcel) encrypted() bool { return artifact{stem: p.stem}.encrypted() }

// begin begins the next file. The first has the name of the whole until there is a second.
func (p *parcel) begin() error {
	if err := p.destination.There(); err != nil {
		return err
	}
	name := p.stem
	if n := len(p.pieces); n > 0 {
		if n == 1 {
			if err := p.pieces[0].file.Rename(pieceName(p.stem, 0)); err != nil {
				return err
			}
		}
		name = pieceName(p.stem, n)
	}
	file, err := drive.Create(p.destination.Path, name)
	if err != nil {
		return err
	}
	if p.about > p.bytes {
		file.Expect(p.about - p.bytes) // so that a full drive can say how much is lacking
	}
	next := &piece{file: file}
	if p.limit > 0 {
		next.hash = sha256.New()
	}
	p.pieces = append(p.pieces, next)
	return nil
}

// Write takes the zip's bytes.
func (p *parcel) Write(b []byte) (int, error) {
	if p.cipher != nil {
		return p.cipher.Write(b)
	}
	return p.lay(b)
}

// lay puts bytes there as they are.
func (p *parcel) lay(b []byte) (n int, err error) {
	if p.hash != nil {
		p.hash.Write(b)
	}
	for n < len(b) {
		last := p.pieces[len(p.pieces)-1]
		if p.limit > 0 && last.bytes == p.limit {
			if err := p.begin(); err != nil {
				return n, err
			}
			continue
		}
		part := b[n:]
		if p.limit > 0 {
			part = part[:min(int64(len(part)), p.limit-last.bytes)]
		}
		wrote, err := last.write(part)
		n, p.bytes = n+wrote, p.bytes+int64(wrote)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (p *piece) write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.bytes += int64(n)
	if p.hash != nil {
		p.hash.Write(b[:n])
	}
	return n, err
}

// finish ends the ciphertext and gives the hashes of what is to lie there.
func (p *parcel) finish(zip string) (*sums, error) {
	whole := zip
	if p.cipher != nil {
		if err := p.cipher.Close(); err != nil {
			return nil, err
		}
	}
	if p.encrypted() {
		whole = hex.EncodeToString(p.hash.Sum(nil))
	}
	if len(p.pieces) == 1 {
		return &sums{files: []fileSum{{p.stem, whole}}, whole: whole}, nil
	}
	all := &sums{whole: whole}
	for i, piece := range p.pieces {
		all.files = append(all.files, fileSum{pieceName(p.stem, i), hex.EncodeToString(piece.hash.Sum(nil))})
	}
	return all, nil
}

// publish seals the parcel: each file is flushed, read back and named. A plain file alone has its hash beside it before
// its name: then a zip with its name and no hash was never ours, or has lost something. Of several files, and of
// ciphertext, the hashes come last: until they are there nothing of it counts. The ledger knows what was begun: what died
// on the last step is no stranger to the next run.
func (p *parcel) publish(ctx context.Context, made label) (place Place, err error) {
	known, err := p.finish(made.zip.SHA256)
	if err != nil {
		return place, err
	}
	place = p.place(made, known)
	beside := &beside{parcel: p, made: made}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.destination.remove(beside.written...))
		}
	}()
	alone := !p.encrypted() && !known.split()
	var card []byte
	if alone {
		if err := beside.put(ctx, sumSuffix, []byte(known.text(p.stem))); err != nil {
			return place, err
		}
	} else if card, err = beside.free(known); err != nil {
		return place, err
	}
	defer p.destination.hold(made.manifest.ID)()
	_ = made.enter(p.destination, eventWriting, place, "") // a ledger that can not be written takes nothing from the copy
	for i, piece := range p.pieces {
		from, err := piece.file.Publish(ctx, known.files[i].sum)
		if err != nil {
			return place, err
		}
		beside.written = append(beside.written, known.files[i].name)
		if place.ReadBack != drive.FromCache {
			place.ReadBack = from
		}
	}
	if alone {
		return place, nil
	}
	if p.encrypted() {
		p.card = sumOf(card)
		if err := beside.put(ctx, cardSuffix, card); err != nil {
			return place, err
		}
	}
	return place, beside.put(ctx, sumSuffix, []byte(known.text(p.stem)))
}

// cardText is what stands on the card of a ciphertext: where it came as it was, on the card that came with it.
func (p *parcel) cardText(made label, known *sums) ([]byte, error) {
	if made.card != nil {
		return made.card, nil
	}
	c := newCard(made.manifest, made.name, made.zip, cardFile{p.bytes, known.whole})
	var err error
	if c.For, err = marksOf(p.destination.Recipients); err != nil {
		return nil, err
	}
	return c.encode()
}

// place is where the copy will lie.
func (p *parcel) place(made label, known *sums) Place {
	place := Place{
		Destination: p.destination.Name, Drive: p.destination.Drive, Path: p.destination.file(known.files[0].name),
		Bytes: p.bytes, SHA256: known.whole, State: Present, Checked: made.manifest.Created,
	}
	if p.encrypted() {
		place.Encrypted, place.Zip = true, made.zip.SHA256
	}
	if known.split() {
		for i, f := range known.files {
			place.Pieces = append(place.Pieces, Part{Name: f.name, Kind: PartPiece, Bytes: p.pieces[i].bytes, SHA256: f.sum})
		}
	}
	return place
}

// discard takes back what was not published. Safe after publish.
func (p *parcel) discard() error {
	var all []error
	for _, piece := range p.pieces {
		all = append(all, piece.file.Discard())
	}
	return errors.Join(all...)
}

// label is what is to be told of a copy where it lies.
type label struct {
	manifest *Manifest
	name     string
	zip      cardFile
	card     []byte // of ciphertext that is copied as it is; nil where it is encrypted here
}

// enter tells the ledger of a destination what becomes of the copy there.
func (l label) enter(d Destination, kind string, p Place, card string) error {
	return d.enter(l.event(kind, p, card))
}

func (l label) event(kind string, p Place, card string) event {
	m := l.manifest
	e := event{
		At: m.Created, Event: kind, ID: m.ID, Seq: m.Seq, Store: m.Store.ID, Database: m.Database.Name, Name: l.name,
		Bytes: p.Bytes, SHA256: p.SHA256, ReadBack: p.ReadBack, OK: true, Zip: p.Zip, Card: card,
	}
	for _, piece := range p.Pieces {
		e.Pieces = append(e.Pieces, piece.Name)
	}
	return e
}

// writerOf makes a writer of a function.
type writerOf func([]byte) (int, error)

func (w writerOf) Write(b []byte) (int, error) { return w(b) }
