package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"filippo.io/age"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

// Limits for reading zips that may have been tampered with: no database of a store is larger, no fbk packs better.
var limits = zipfile.Limits{Bytes: 1 << 42, Ratio: 2000, Entries: 200_000}

// ReadManifest reads the manifest of the copy that lies there, and nothing else of it. The keys open it where it is
// encrypted.
func ReadManifest(path string, keys ...age.Identity) (*Manifest, error) {
	a, err := artifactAt(path)
	if err != nil {
		return nil, err
	}
	return a.manifest(keys)
}

// ReadManifest reads the manifest of a copy at the first place where it can be read with these keys.
func (c Copy) ReadManifest(keys Keys) (*Manifest, error) {
	if err := c.nowhere(); err != nil {
		return nil, err
	}
	var failed []error
	for _, place := range c.best(keys) {
		m, err := artifactOf(*place).manifest(keys)
		if err == nil {
			return m, nil
		}
		failed = append(failed, err)
	}
	return nil, errors.Join(failed...)
}

func (a artifact) manifest(keys []age.Identity) (*Manifest, error) {
	zip, err := a.open(keys)
	if err != nil {
		return nil, err
	}
	defer zip.Close()
	return readManifest(zip.Reader, a.path())
}

// Check hashes what lies there again: each file against the hashes beside it, all of them against the one that was
// proven and the one that its ledger knows, and every part against the manifest. Where nothing knows the zip's hash, its
// whole structure is tested instead. It gives the hash of what lies there. Every contradiction is copy.bad. Of an
// encrypted copy, without a key, the ciphertext is checked and there is no manifest.
func Check(ctx context.Context, path string, keys ...age.Identity) (*Manifest, string, error) {
	a, err := artifactAt(path)
	if err != nil {
		return nil, "", err
	}
	found, err := a.check(ctx, keys)
	return found.manifest, found.sum, err
}

// checked is what a check has seen.
type checked struct {
	manifest *Manifest // nil where it is encrypted and no key came
	sum      string    // of what lies there
	zip      string    // of the zip within, as far as it is known
}

func (a artifact) check(ctx context.Context, keys []age.Identity) (checked, error) {
	found, zip, err := a.checkBytes(ctx, keys)
	if zip == nil {
		return found, err
	}
	defer zip.Close()
	return found, checkParts(ctx, zip.Reader, a.path(), found.manifest)
}

// checkBytes checks all but what the parts hold, and leaves the zip open; nil with an error, and where it is encrypted and
// no key came.
func (a artifact) checkBytes(ctx context.Context, keys []age.Identity) (found checked, _ *opened, err error) {
	w, err := a.witnesses()
	if err != nil {
		return found, nil, err
	}
	if found.sum, err = w.checkSum(ctx, a); err != nil {
		return found, nil, err
	}
	if found.zip = found.sum; a.encrypted() {
		found.zip = w.zip()
	}
	if a.encrypted() && len(keys) == 0 {
		if !w.known(found.sum) {
			return found, nil, message.New("copy.encrypted", "copies.encrypted", message.Args{"path": a.path()})
		}
		return found, nil, nil
	}
	zip, err := a.open(keys)
	if err != nil {
		return found, nil, err
	}
	if err = w.checkZip(ctx, a, zip, &found); err != nil {
		return found, nil, errors.Join(err, zip.Close())
	}
	return found, zip, nil
}

// checkZip reads the manifest of an open zip, and holds the zip itself against what its witnesses tell; where they tell
// nothing, against its own structure.
func (w witnesses) checkZip(ctx context.Context, a artifact, zip *opened, found *checked) (err error) {
	if found.manifest, err = readManifest(zip.Reader, a.path()); err != nil {
		return err
	}
	if a.encrypted() {
		if found.zip, err = w.checkWithin(ctx, a, zip, found.manifest); err != nil {
			return err
		}
	}
	if w.known(found.sum) {
		return nil
	}
	if err := zip.Test(ctx); err != nil {
		return message.Wrap(err, "copy.bad", "copies.zip_bad", message.Args{"path": a.path()})
	}
	return nil
}

// witnesses are all who know what a copy must be: the hashes beside it, its card, its proof, its ledger.
type witnesses struct {
	beside *sums
	card   *card
	proof  *Proof
	sealed event
}

func (a artifact) witnesses() (w witnesses, err error) {
	if w.beside, err = a.sums(); err != nil {
		return w, err
	}
	if err := a.whole(w.beside); err != nil {
		return w, err
	}
	if w.card, err = a.card(); err != nil {
		return w, err
	}
	w.proof = a.proof()
	events, err := readLedger(a.dir)
	if err != nil {
		return w, err
	}
	if known := remembered(events)[a.name()]; known != nil {
		w.sealed = known.sealed
	}
	return w, nil
}

// sums are the hashes that the witnesses tell of what lies there.
func (w witnesses) sums() []string {
	told := []string{w.sealed.SHA256}
	if w.beside != nil {
		told = append(told, w.beside.whole)
	}
	if w.card != nil {
		told = append(told, w.card.Encrypted.SHA256)
	} else if w.proof != nil && w.sealed.Zip == "" {
		told = append(told, w.proof.SHA256)
	}
	return slices.DeleteFunc(told, func(sum string) bool { return sum == "" })
}

// zips are the hashes that they tell of the zip within a ciphertext.
func (w witnesses) zips() []string {
	told := []string{w.sealed.Zip}
	if w.card != nil {
		told = append(told, w.card.Zip.SHA256)
	}
	if w.proof != nil {
		told = append(told, w.proof.SHA256)
	}
	return slices.DeleteFunc(told, func(sum string) bool { return sum == "" })
}

func (w witnesses) zip() string {
	if all := w.zips(); len(all) > 0 {
		return all[0]
	}
	return ""
}

// known tells whether anybody had something to compare that hash with.
func (w witnesses) known(sum string) bool { return slices.Contains(w.sums(), sum) }

// checkSum hashes what lies there and hears every witness.
func (w witnesses) checkSum(ctx context.Context, a artifact) (string, error) {
	found, err := a.hashed(ctx, w.beside)
	if found == nil {
		return "", err
	}
	for _, want := range w.sums() {
		if err == nil && want != found.whole {
			err = differs(a, want, found.whole)
		}
	}
	if a.encrypted() && err == nil {
		for _, want := range w.zips() {
			if want != w.zip() {
				err = message.New("copy.bad", "copies.card_differs", message.Args{"path": a.path()})
			}
		}
	}
	return found.whole, err
}

func differs(a artifact, want, got string) error {
	return message.New("copy.bad", "copies.hash_differs", message.Args{"path": a.path(), "want": want, "got": got})
}

// checkWithin hashes the zip within a ciphertext, and holds the card against its manifest.
func (w witnesses) checkWithin(ctx context.Context, a artifact, zip *opened, m *Manifest) (string, error) {
	hash := sha256.New()
	if _, err := io.CopyBuffer(hash, drive.Until(ctx, zip.bytes()), make([]byte, blockSize)); err != nil {
		return "", err
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	for _, want := range w.zips() {
		if want != sum {
			return sum, differs(a, want, sum)
		}
	}
	if w.card != nil && !w.card.tells(m, cardFile{zip.plain.Size(), sum}) {
		return sum, message.New("copy.bad", "copies.card_differs", message.Args{"path": a.path()})
	}
	return sum, nil
}

// checkParts unpacks every part and compares it with the manifest; nothing is written.
func checkParts(ctx context.Context, zip *zipfile.Reader, path string, m *Manifest) error {
	for _, part := range m.Parts {
		if err := checkPart(ctx, zip, path, part); err != nil {
			return err
		}
	}
	return nil
}

func checkPart(ctx context.Context, zip *zipfile.Reader, path string, part Part) error {
	entry, err := zip.Open(part.Name)
	if err != nil {
		return message.Wrap(err, "copy.bad", "copies.part_missing", message.Args{"path": path, "part": part.Name})
	}
	defer entry.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, drive.Until(ctx, entry))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil && !contradicts(err) {
		return err // the drive could not be read: that says nothing of the copy
	}
	if err != nil || n != part.Bytes || hex.EncodeToString(sum.Sum(nil)) != part.SHA256 {
		return message.Wrap(err, "copy.bad", "copies.part_differs", message.Args{"path": path, "part": part.Name})
	}
	return nil
}

// contradicts tells an error that speaks against a copy from one that only kept it from being read.
func contradicts(err error) bool {
	code := message.Code(err)
	return code == "copy.bad" || code == "zip.bad"
}

// unpacked reads the parts of the zip that lies at a place through.
func unpacked(ctx context.Context, p Place, m *Manifest, keys Keys) error {
	a := artifactOf(p)
	zip, err := a.open(keys)
	if err != nil {
		return err
	}
	defer zip.Close()
	return checkParts(ctx, zip.Reader, a.path(), m)
}

// Check hashes a copy again at every place it lies, and tells the ledger there. It fails with copy.bad when one place
// is contradicted, after the others had their turn.
func (c *Catalogue) Check(ctx context.Context, found Copy) (Copy, error) {
	var bad []error
	found.Places = slices.Clone(found.Places)
	for i := range found.Places {
		p := &found.Places[i]
		if p.State != Present && p.State != Bad {
			continue
		}
		_, err := p.check(ctx, c.Keys)
		if ctx.Err() != nil {
			return found, context.Cause(ctx)
		}
		if err != nil && !contradicts(err) {
			bad = append(bad, err)
			continue
		}
		p.State = Present
		if err != nil {
			p.State = Bad
			bad = append(bad, err)
		}
		if err := c.enterCheck(found, *p, err); err != nil {
			bad = append(bad, err)
		}
	}
	found.State = found.state()
	return found, errors.Join(bad...)
}

// check hashes what lies at the place, which tells from then on what was found: a zip that came without its hash has one.
func (p *Place) check(ctx context.Context, keys Keys) (*Manifest, error) {
	a, err := artifactAt(p.Path)
	if err != nil {
		return nil, err
	}
	found, err := a.check(ctx, keys)
	if found.sum != "" {
		p.SHA256 = found.sum
	}
	if p.Encrypted {
		p.Zip = found.zip
	}
	return found.manifest, err
}

// enterCheck tells the ledger of a place what its bytes are worth. That they are not is left beside them first: there it
// outlives the ledger.
func (c *Catalogue) enterCheck(found Copy, p Place, bad error) error {
	d, ok := c.Destination(p.Destination)
	if !ok {
		return nil
	}
	if err := d.There(); err != nil {
		return err
	}
	e := event{At: c.stamp(), Event: eventCheck, ID: found.ID, Seq: found.Number(), Store: found.Store,
		Database: found.Database, Name: artifactOf(p).name(), Bytes: p.Bytes, SHA256: p.SHA256, OK: bad == nil}
	if bad == nil {
		if err := p.unmark(found.ID); err != nil {
			return err // what the ledger said of it holds still
		}
		return d.enter(e)
	}
	e.Why = bad.Error()
	marked := damage{ID: e.ID, When: e.At, Why: e.Why}.mark(p)
	return errors.Join(marked, d.enter(e))
}
