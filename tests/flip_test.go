package tests

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// A thousand bits turned over one by one in a copy, at random, are all refused: by the hash beside it.
func TestNoBitOfACopyCanTurnUnseen(t *testing.T) {
	flips(t, madeCopy(t, firebirdtest.Demo(t)), true)
}

// Without that hash, and away from its ledger, the zip and the manifest have to tell. They can not tell a bit that
// changes nothing: deflate may take the same words from another place where they stand as well.
func TestABitThatChangesWhatACopyHoldsIsSeenInTheCopyAlone(t *testing.T) {
	db := firebirdtest.Database(t)
	firebirdtest.Script(t, db, "create table T (ID integer, NOME varchar(40)); commit; insert into T select rdb$relation_id, "+
		"rdb$relation_name from rdb$relations; commit;")
	flips(t, madeCopy(t, db), false)
}

func flips(t *testing.T, whole string, withHash bool) {
	t.Helper()
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(whole))
	write(t, path, text)
	if withHash {
		sum, err := os.ReadFile(whole + ".sha256")
		if err != nil {
			t.Fatal(err)
		}
		write(t, path+".sha256", sum)
	}
	if _, _, err := copies.Check(t.Context(), path); err != nil {
		t.Fatalf("untouched: %v", err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d bytes", seed, len(text))
	random := rand.New(rand.NewPCG(seed, 1))
	for range 1000 {
		at, bit := random.IntN(len(text)), random.IntN(8)
		flipped(t, path, text, at, bit, withHash)
	}
}

// flipped checks the copy with one bit turned over, and turns it back.
func flipped(t *testing.T, path string, text []byte, at, bit int, withHash bool) {
	t.Helper()
	put(t, path, at, text[at]^1<<bit)
	defer put(t, path, at, text[at])
	_, _, err := copies.Check(t.Context(), path)
	code := message.Code(err)
	switch {
	case err == nil && !withHash && holdsTheSame(t, path, text):
		t.Logf("bit %d of byte %d of %d changes nothing", bit, at, len(text))
	case err == nil:
		t.Errorf("bit %d of byte %d of %d is not missed", bit, at, len(text))
	case code != "copy.bad" && code != "zip.bad":
		t.Errorf("bit %d of byte %d: %v (%s)", bit, at, err, code)
	}
}

// holdsTheSame tells whether the zip at path has the same entries with the same content.
func holdsTheSame(t *testing.T, path string, text []byte) bool {
	t.Helper()
	whole := filepath.Join(t.TempDir(), "whole.zip")
	write(t, whole, text)
	wantNames, want, err := readZip(whole)
	if err != nil {
		t.Fatal(err)
	}
	names, got, err := readZip(path)
	return err == nil && slices.Equal(names, wantNames) && maps.Equal(got, want)
}

func put(t *testing.T, path string, at int, b byte) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteAt([]byte{b}, int64(at))
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
