package copies

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

const posted = "loja-loja-000007-2026-11-21-2200.zip"

// post writes a copy with a database part of that many bytes to destinations, as the maker does, without a database.
// It gives the places, what is in the part, and the zip.
func post(t testing.TB, bytes int, to ...Destination) (places []Place, part, zip []byte) {
	t.Helper()
	m := &Manifest{
		Format: manifestFormat, ID: "01KAHV0000000000000000POST", Seq: 7, Set: "01KAHV00000000000000000SET", Store: Identity{ID: "loja", Name: "Loja do Zé"},
		Class: Routine, Verify: VerifyRestore, To: namesOf(to), Note: "antes do inventário", Created: "2026-11-21T22:00:00-03:00", Day: "2026-11-21",
		Database: Origin{Name: "loja", Path: "C:/DJ/LOJA.FDB"}, Companies: []firebird.Company{{ID: "1", Name: "Padaria Pão & Café", CNPJ: "11222333000181"}},
		Rows: map[string]int64{"VENDA": 4711},
	}
	part = make([]byte, bytes)
	noise := rand.NewChaCha8([32]byte{1})
	_, _ = noise.Read(part)
	m.Parts = []Part{{Name: "loja.fbk", Kind: PartDatabase, Bytes: int64(bytes), SHA256: hashOf(part), Original: "C:/DJ/LOJA.FDB"}}
	f, err := openFanout(t.Context(), posted, to, int64(bytes))
	if err != nil {
		t.Fatal(err)
	}
	zip = packed(t, m, part)
	for block := range slices.Chunk(zip, 40_000) {
		if _, err := f.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	f.end()
	places, err = f.publish(t.Context(), posted, m)
	if err := errors.Join(err, f.failures(), f.unlisted(), f.discard()); err != nil {
		t.Fatal(err)
	}
	return places, part, zip
}

func packed(t testing.TB, m *Manifest, part []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := zipfile.NewWriter(&out, zipfile.DefaultLevel)
	text, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range []struct {
		name string
		data []byte
	}{{"loja.fbk", part}, {manifestName, text}} {
		w, err := zip.Create(entry.name, time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC))
		if err == nil {
			_, err = w.Write(entry.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// shelfAt is a destination in a folder of its own, with its pieces at most that large.
func shelfAt(t testing.TB, name string, limit int64, recipients ...string) Destination {
	t.Helper()
	return Destination{Name: name, Path: t.TempDir(), limit: limit, Recipients: recipients}
}

// pair is a key pair, and the file that age is given.
func pair(t testing.TB) (recipient, file string, keys Keys) {
	t.Helper()
	recipient, key, err := NewKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "chave.txt")
	if err := os.WriteFile(file, []byte("# loja\r\n"+key+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if keys, err = ReadKeys(file); err != nil {
		t.Fatal(err)
	}
	return recipient, file, keys
}

func catalogueOf(to ...Destination) *Catalogue {
	return &Catalogue{Store: "loja", Destinations: to, Now: time.Now}
}

func listed(t *testing.T, c *Catalogue) ([]Copy, []error) {
	t.Helper()
	all, problems, err := c.List(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return all, problems
}

// givesBack tells whether a copy that lies at a place gives its part back.
func givesBack(t *testing.T, c Copy, part []byte, keys Keys) {
	t.Helper()
	files, _, err := Extract(t.Context(), c, t.TempDir(), nil, keys...)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(files[0]); err != nil || !bytes.Equal(got, part) {
		t.Errorf("the part is another one after it came out: %d bytes, %v", len(got), err)
	}
}

// shell runs a line as a person types it in a folder.
func shell(t *testing.T, dir, line string) {
	t.Helper()
	run(t, dir, "sh", "-ec", line)
}

// The last byte that fits, and the one after it.
// One pass, three destinations, each as it needs it.
func TestOnePassWritesPlainSplitAndEncrypted(t *testing.T) {
	recipient, _, keys := pair(t)
	to := []Destination{shelfAt(t, "local", 0), shelfAt(t, "fat", 100_000), shelfAt(t, "pendrive", 70_000, recipient)}
	places, part, _ := post(t, 300_000, to...)
	if len(places) != 3 || len(places[0].Pieces) != 0 || len(places[1].Pieces) != 4 || len(places[2].Pieces) != 5 || !places[2].Encrypted {
		t.Fatalf("%+v", places)
	}
	all, problems := listed(t, catalogueOf(to[2], to[0], to[1]))
	if len(all) != 1 || len(problems) > 0 || len(all[0].Places) != 3 {
		t.Fatalf("%+v, %v", all, problems)
	}
	if all[0].Rows["VENDA"] != 4711 || all[0].Companies[0].Name == "" || all[0].Parts[0].Name != "loja.fbk" || all[0].Note == "" {
		t.Errorf("what a manifest tells is lost beside a card: %+v", all[0])
	}
	for _, d := range to {
		givesBack(t, all[0].At(d.Name), part, keys)
	}
	proof := &Proof{When: "2026-11-21T23:00:00-03:00", OK: true, SHA256: places[0].SHA256, Rows: map[string]int64{"VENDA": 4711}, Evidence: []Evidence{{Query: "select 1 from VENDA", Restored: "4711"}}}
	m, err := ReadManifest(places[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	if settled, err := settle(all[0], m, to, proof); err != nil || settled.State != Verified {
		t.Fatalf("%+v, %v", settled, err)
	}
	for _, d := range to {
		alone, _ := listed(t, catalogueOf(d))
		if alone[0].State != Verified {
			t.Errorf("%s: %s", d.Name, alone[0].State)
		}
	}
	if whole, _ := listed(t, catalogueOf(to[2], to[0])); whole[0].Proof.Rows["VENDA"] != 4711 {
		t.Error("the proof that tells more is lost")
	}
	for _, name := range []string{posted + ".age" + proofSuffix, ledgerPath} {
		text, err := os.ReadFile(to[2].file(name))
		if err != nil || bytes.Contains(text, []byte("4711")) || bytes.Contains(text, []byte("VENDA")) {
			t.Errorf("%s tells what the shop has: %v\n%s", name, err, text)
		}
	}
}

// Every random flip of one bit is found by the hashes, without a key.
func TestAFlippedBitIsFoundWhereverItLies(t *testing.T) {
	recipient, _, _ := pair(t)
	for _, d := range []Destination{shelfAt(t, "plain", 9_000), shelfAt(t, "secret", 9_000, recipient), shelfAt(t, "whole", 0, recipient)} {
		places, _, _ := post(t, 30_000, d)
		files := artifactOf(places[0]).files()
		noise := rand.New(rand.NewPCG(1, 2))
		for range 1000 {
			path := d.file(files[noise.IntN(len(files))])
			undo := flipOne(t, path, noise)
			if _, _, err := Check(t.Context(), places[0].Path); message.Code(err) != "copy.bad" || !strings.Contains(err.Error(), filepath.Base(path)) {
				t.Fatalf("%s: %v", path, err)
			}
			undo()
		}
		if _, _, err := Check(t.Context(), places[0].Path); err != nil {
			t.Fatal(err)
		}
	}
}

// Where nobody knows a hash any more, age itself finds it.
func flipOne(t *testing.T, path string, noise *rand.Rand) (undo func()) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at, bit := noise.IntN(len(text)), byte(1)<<noise.IntN(8)
	write := func() {
		text[at] ^= bit
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	return write
}

// Whoever dies while a copy in several files gets its names leaves nothing that counts, and nothing that stays.
// Into the trash and back goes all of it, whatever its files are.
func TestMemoryStaysFlatHoweverLargeTheCopy(t *testing.T) {
	recipient, _, _ := pair(t)
	f, err := openFanout(t.Context(), posted, []Destination{shelfAt(t, "local", 0), shelfAt(t, "pendrive", 32<<20, recipient)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, blockSize)
	var most, before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for n := range 100 << 20 / blockSize {
		if _, err := f.Write(block); err != nil {
			t.Fatal(err)
		}
		if n%40 == 0 {
			var now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&now)
			most.HeapAlloc = max(most.HeapAlloc, now.HeapAlloc)
		}
	}
	f.end()
	if err := errors.Join(f.failures(), f.discard()); err != nil {
		t.Fatal(err)
	}
	if grown := int64(most.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("%d MB are kept of 100 MB", grown>>20)
	}
}

// A disk that does not answer says nothing of the ciphertext on it.
func FuzzCard(f *testing.F) {
	m := &Manifest{ID: "x", Seq: 1, Store: Identity{ID: "loja"}, Database: Origin{Name: "loja"}, Created: "2026-11-21T22:00:00-03:00", Day: "2026-11-21", Parts: []Part{{Kind: PartDatabase, SHA256: hashOf(nil)}}}
	text, err := newCard(m, posted, cardFile{1, hashOf(nil)}, cardFile{2, hashOf(nil)}).encode()
	if err != nil {
		f.Fatal(err)
	}
	if _, err := decodeCard(text, "x"); err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":1,"parts":[{}]}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := decodeCard(text, "x")
		if err != nil {
			if message.Code(err) != "copy.bad" {
				t.Fatalf("%v", err)
			}
			return
		}
		found := c.copy()
		if found.ID == "" || found.Number() == 0 || found.Day == "" || len(found.Parts) == 0 || c.Zip.Bytes < 0 {
			t.Errorf("%+v", found)
		}
		again, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeCard(again, "x")
		if err != nil {
			t.Fatal(err)
		}
		if same, _ := back.encode(); !bytes.Equal(same, again) {
			t.Errorf("%s is read as %s", again, same)
		}
	})
}

func FuzzSums(f *testing.F) {
	sum := hashOf(nil)
	f.Add(sumLine(sum, posted))
	f.Add(strings.TrimSuffix(sumLine(sum, posted), "\n"))
	f.Add("# " + sumLine(hashOf([]byte("x")), posted) + sumLine(sum, posted))
	two := &sums{files: []fileSum{{posted + ".001", sum}, {posted + ".002", sum}}, whole: sum}
	f.Add(two.text(posted))
	f.Add("# " + sumLine(sum, posted))
	f.Add(sumLine(sum, posted+".001") + sumLine(sum, posted+".003") + "# " + sumLine(sum, posted))
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := parseSums(text, posted)
		if !ok {
			return
		}
		if s.text(posted) != text || len(s.files) == 0 || !isSum(s.whole) {
			t.Errorf("%q is taken for %+v", text, s)
		}
		for i, name := range s.names() {
			if stem, piece, ok := parseFile(name); !ok || stem != posted || s.split() && piece != i+1 {
				t.Errorf("%q names %q", text, name)
			}
		}
	})
}
