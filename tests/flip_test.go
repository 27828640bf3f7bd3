package tests

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// A thousand bits turned over one by one in a copy, at random, are all refused: with the hash beside the copy, and
// without it and far from its ledger, where only the zip and the manifest can tell.
func TestNoBitOfACopyCanTurnUnseen(t *testing.T) {
	whole := madeCopy(t)
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(whole + ".sha256")
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d bytes", seed, len(text))
	for name, beside := range map[string][]byte{"with its hash": sum, "alone": nil} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), filepath.Base(whole))
			if beside != nil {
				write(t, path+".sha256", beside)
			}
			write(t, path, text)
			if _, _, err := copies.Check(t.Context(), path); err != nil {
				t.Fatalf("untouched: %v", err)
			}
			flipAll(t, path, text, rand.New(rand.NewPCG(seed, 1)))
		})
	}
}

func flipAll(t *testing.T, path string, text []byte, random *rand.Rand) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for range 1000 {
		at, bit := random.Int64N(int64(len(text))), random.IntN(8)
		put(t, file, at, text[at]^1<<bit)
		_, _, err := copies.Check(context.Background(), path)
		if err == nil {
			t.Errorf("bit %d of byte %d of %d is not missed", bit, at, len(text))
		} else if code := message.Code(err); code != "copy.bad" && code != "zip.bad" {
			t.Errorf("bit %d of byte %d: %v (%s)", bit, at, err, code)
		}
		put(t, file, at, text[at])
	}
}

func put(t *testing.T, file *os.File, at int64, b byte) {
	t.Helper()
	if _, err := file.WriteAt([]byte{b}, at); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
