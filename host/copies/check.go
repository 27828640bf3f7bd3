package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

// Limits for reading zips that may have been tampered with: no database of a store is larger, no fbk packs better.
var limits = zipfile.Limits{Bytes: 1 << 42, Ratio: 2000, Entries: 200_000}

// ReadManifest reads the manifest of the copy that lies there, and nothing else of it.
func ReadManifest(path string) (*Manifest, error) {
	zip, err := zipfile.Open(path, limits)
	if err != nil {
		return nil, err
	}
	defer zip.Close()
	return readManifest(zip, path)
}

// Check hashes what lies there again: the zip against the hash beside it, the one that was proven and the one that its
// ledger knows, and every part against the manifest. Where nothing knows the zip's hash, its whole structure is tested instead. It gives the
// zip's hash. Every contradiction is copy.bad.
func Check(ctx context.Context, path string) (*Manifest, string, error) {
	sum, known, err := checkSum(ctx, path)
	if err != nil {
		return nil, sum, err
	}
	zip, err := zipfile.Open(path, limits)
	if err != nil {
		return nil, sum, err
	}
	defer zip.Close()
	m, err := readManifest(zip, path)
	if err != nil {
		return nil, sum, err
	}
	if !known {
		if err := zip.Test(ctx); err != nil {
			return nil, sum, message.Wrap(err, "copy.bad", "copies.zip_bad", message.Args{"path": path})
		}
	}
	return m, sum, checkParts(ctx, zip, path, m)
}

// checkSum hashes the zip and compares; known tells whether there was anything to compare with.
func checkSum(ctx context.Context, path string) (sum string, known bool, err error) {
	name := filepath.Base(path)
	beside, err := readSum(path, name)
	if err != nil {
		return "", false, err
	}
	if sum, err = sumFile(ctx, path); err != nil {
		return "", false, err
	}
	expected := []string{beside}
	if proof := readProof(path); proof != nil {
		expected = append(expected, proof.SHA256)
	}
	events, err := readLedger(filepath.Dir(path))
	if err != nil {
		return sum, false, err
	}
	for _, e := range events {
		if e.Name == name && e.Event == eventSealed {
			expected = append(expected, e.SHA256)
		}
	}
	for _, want := range expected {
		known = known || want != ""
		if want != "" && want != sum {
			return sum, true, message.New("copy.bad", "copies.hash_differs", message.Args{"path": path, "want": want, "got": sum})
		}
	}
	return sum, known, nil
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
	n, err := io.Copy(sum, &reader{ctx: ctx, from: entry})
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

// unpacked reads the parts of the zip that lies there through.
func unpacked(ctx context.Context, path string, m *Manifest) error {
	zip, err := zipfile.Open(path, limits)
	if err != nil {
		return err
	}
	defer zip.Close()
	return checkParts(ctx, zip, path, m)
}

// Check hashes a copy again at every place it lies, and tells the ledger there. It fails with copy.bad when one place
// is contradicted, after the others had their turn.
func (c *Catalogue) Check(ctx context.Context, found Copy) (Copy, error) {
	var bad []error
	found.Places = slices.Clone(found.Places)
	for i, p := range found.Places {
		if p.State != Present && p.State != Bad {
			continue
		}
		_, sum, err := Check(ctx, p.Path)
		if ctx.Err() != nil {
			return found, context.Cause(ctx)
		}
		if err != nil && !contradicts(err) {
			bad = append(bad, err)
			continue
		}
		found.Places[i].State, found.Places[i].SHA256 = Present, sum
		if err != nil {
			found.Places[i].State = Bad
			bad = append(bad, err)
		}
		if err := c.enterCheck(found, p, sum, err); err != nil {
			bad = append(bad, err)
		}
	}
	found.State = found.state()
	return found, errors.Join(bad...)
}

func (c *Catalogue) enterCheck(found Copy, p Place, sum string, bad error) error {
	d, ok := c.Destination(p.Destination)
	if !ok {
		return nil
	}
	e := event{At: c.Now().Format(time.RFC3339), Event: eventCheck, ID: found.ID, Seq: found.Number(), Store: found.Store,
		Database: found.Database, Name: found.Name, Bytes: p.Bytes, SHA256: sum, OK: bad == nil}
	if bad != nil {
		e.Why = bad.Error()
	}
	return enter(d.Path, e)
}
