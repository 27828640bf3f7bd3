package copies

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/drive"
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
	files, err := Extract(t.Context(), c, t.TempDir(), nil, keys...)
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

func TestACopyInPiecesIsOneZipCutUp(t *testing.T) {
	d := shelfAt(t, "pendrive", 64<<10)
	places, part, zip := post(t, 300_000, d)
	p := places[0]
	if len(p.Pieces) != 5 || p.Pieces[4].Name != posted+".005" || p.Pieces[0].Bytes != 64<<10 || p.Bytes != int64(len(zip)) || p.SHA256 != hashOf(zip) {
		t.Fatalf("%+v", p)
	}
	shell(t, d.Path, "sha256sum -c --strict "+posted+".sha256")
	shell(t, d.Path, "cat "+posted+".0* > /tmp/$$.zip; unzip -tqq /tmp/$$.zip; cat "+posted+".0* | cmp - /tmp/$$.zip; rm /tmp/$$.zip")
	all, problems := listed(t, catalogueOf(d))
	if len(all) != 1 || len(problems) > 0 || all[0].Name != posted || all[0].State != Sealed {
		t.Fatalf("listed %+v, problems %v", all, problems)
	}
	if diff := cmp.Diff(p, all[0].Places[0]); diff != "" {
		t.Error(diff)
	}
	if checked, err := catalogueOf(d).Check(t.Context(), all[0]); err != nil || checked.Places[0].State != Present {
		t.Errorf("checked: %+v, %v", checked.Places, err)
	}
	givesBack(t, all[0], part, nil)
	for _, name := range []string{posted, posted + ".001", posted + ".003"} {
		if found, err := Open(filepath.Join(d.Path, name)); err != nil || found.ID != all[0].ID || len(found.Places[0].Pieces) != 5 {
			t.Errorf("by %s: %+v, %v", name, found, err)
		}
	}
	shell(t, d.Path, "cat "+posted+".0* > "+posted) // a person joined them where they lie
	if again, problems := listed(t, catalogueOf(d)); len(again) != 1 || len(again[0].Places) != 1 || len(again[0].Places[0].Pieces) != 5 || len(problems) > 0 {
		t.Errorf("beside the joined zip: %+v, %v", again, problems)
	}
}

func TestACopyThatFitsIsOneFile(t *testing.T) {
	for _, d := range []Destination{shelfAt(t, "fat", 1<<20), shelfAt(t, "folder", 0)} {
		places, part, zip := post(t, 300_000, d)
		names := namesIn(t, d)
		if diff := cmp.Diff([]string{posted, posted + ".sha256"}, names); diff != "" || len(places[0].Pieces) > 0 {
			t.Errorf("%s: %s", d.Name, diff)
		}
		if got, err := os.ReadFile(places[0].Path); err != nil || !bytes.Equal(got, zip) {
			t.Error("it is not the zip that was written")
		}
		found, err := Open(places[0].Path)
		if err != nil {
			t.Fatal(err)
		}
		givesBack(t, found, part, nil)
	}
}

// The last byte that fits, and the one after it.
func TestTheLimitIsTheLargestPiece(t *testing.T) {
	_, _, zip := post(t, 10_000, shelfAt(t, "x", 0))
	for limit, want := range map[int64]int{int64(len(zip)): 0, int64(len(zip)) - 1: 2, int64(len(zip)+1) / 2: 2, int64(len(zip)+2) / 3: 3} {
		places, _, _ := post(t, 10_000, shelfAt(t, "x", limit))
		if got := len(places[0].Pieces); got != want {
			t.Errorf("limit %d of %d: %d pieces, want %d", limit, len(zip), got, want)
		}
		for _, piece := range places[0].Pieces {
			if piece.Bytes > limit {
				t.Errorf("limit %d: %+v", limit, piece)
			}
		}
	}
}

func TestOnFATAFileEndsBefore4GiB(t *testing.T) {
	if drive.PieceLimit > 1<<32-1 || drive.PieceLimit < 3<<30 {
		t.Errorf("a piece has up to %d bytes", drive.PieceLimit)
	}
}

func namesIn(t *testing.T, d Destination) []string {
	t.Helper()
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestAPieceThatIsNotAsItWasIsToldByItsName(t *testing.T) {
	recipient, _, keys := pair(t)
	for _, form := range []struct {
		stem       string
		recipients []string
	}{{posted, nil}, {posted + ageSuffix, []string{recipient}}} {
		for name, harm := range map[string]struct{ line, named string }{
			"missing first":  {"rm S.001", "S.001"},
			"missing middle": {"rm S.003", "S.003"},
			"missing last":   {"rm S.005", "S.005"},
			"extra":          {"cp S.002 S.006", "S.006"},
			"extra far":      {"cp S.002 S.010", "S.010"},
			"swapped":        {"mv S.002 x; mv S.003 S.002; mv x S.003", "S.002"},
			"cut":            {"truncate -s -1 S.005", "S.005"},
			"empty":          {"truncate -s 0 S.002", "S.002"},
			"longer":         {"printf x >> S.001", "S.001"},
		} {
			d := shelfAt(t, "pendrive", 64<<10, form.recipients...)
			post(t, 300_000, d)
			before, _ := listed(t, catalogueOf(d))
			shell(t, d.Path, strings.ReplaceAll(harm.line, "S", form.stem))
			want := strings.ReplaceAll(harm.named, "S", form.stem)
			_, err := catalogueOf(d).Check(t.Context(), before[0])
			if message.Code(err) != "copy.bad" || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, %s: check says %v", form.stem, name, err)
			}
			if name == "swapped" && err != nil && !strings.Contains(err.Error(), form.stem+".003") {
				t.Errorf("only one of the two is named: %v", err)
			}
			if _, err := Extract(t.Context(), before[0], t.TempDir(), nil, keys...); message.Code(err) != "copy.bad" {
				t.Errorf("%s, %s: it came out: %v", form.stem, name, err)
			}
			after, _ := listed(t, catalogueOf(d))
			if len(after) != 1 || after[0].State != Bad {
				t.Errorf("%s, %s: afterwards it is %+v", form.stem, name, after)
			}
		}
	}
}

func TestWhatIsEncryptedOpensWithTheKeyAndAge(t *testing.T) {
	recipient, file, keys := pair(t)
	d := shelfAt(t, "pendrive", 0, recipient)
	places, part, zip := post(t, 300_000, d)
	p := places[0]
	if diff := cmp.Diff([]string{posted + ".age", posted + ".age.json", posted + ".age.sha256"}, namesIn(t, d)); diff != "" {
		t.Fatal(diff)
	}
	if !p.Encrypted || p.Zip != hashOf(zip) || p.SHA256 == p.Zip {
		t.Errorf("%+v", p)
	}
	shell(t, d.Path, "sha256sum -c --strict "+posted+".age.sha256")
	shell(t, d.Path, "age -d -i "+file+" -o out.zip "+posted+".age; unzip -tqq out.zip")
	if got, err := os.ReadFile(d.file("out.zip")); err != nil || !bytes.Equal(got, zip) {
		t.Error("age gives another zip than the one that was written")
	}
	if err := os.Remove(d.file("out.zip")); err != nil {
		t.Fatal(err)
	}
	all, problems := listed(t, catalogueOf(d))
	if len(all) != 1 || len(problems) > 0 || all[0].Day != "2026-11-21" || all[0].Class != Routine {
		t.Fatalf("listed %+v, problems %v", all, problems)
	}
	if diff := cmp.Diff(p, all[0].Places[0]); diff != "" {
		t.Error(diff)
	}
	if _, err := catalogueOf(d).Check(t.Context(), all[0]); err != nil {
		t.Errorf("without a key: %v", err)
	}
	with := catalogueOf(d)
	with.Keys = keys
	if _, err := with.Check(t.Context(), all[0]); err != nil {
		t.Errorf("with the key: %v", err)
	}
	if m, err := ReadManifest(p.Path, keys...); err != nil || m.Rows["VENDA"] != 4711 {
		t.Errorf("manifest %+v, %v", m, err)
	}
	givesBack(t, all[0], part, keys)
}

func TestWithoutTheKeyNothingComesOut(t *testing.T) {
	recipient, _, _ := pair(t)
	_, _, other := pair(t)
	d := shelfAt(t, "pendrive", 64<<10, recipient)
	places, _, _ := post(t, 300_000, d)
	found, err := Open(places[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	for want, keys := range map[string]Keys{"copy.encrypted": nil, "copy.key": other} {
		if _, err := Extract(t.Context(), found, t.TempDir(), nil, keys...); message.Code(err) != want || message.Hint(err) == "" {
			t.Errorf("extract: %v, want %s", err, want)
		}
		if _, err := ReadManifest(places[0].Path, keys...); message.Code(err) != want {
			t.Errorf("manifest: %v, want %s", err, want)
		}
		p := &Prover{Now: time.Now, Destinations: []Destination{d}, Keys: keys}
		if proven, err := p.Prove(t.Context(), found); message.Code(err) != want || proven.Places[0].State != Present {
			t.Errorf("prove: %v, want %s", err, want)
		}
	}
	secret := []string{"Padaria", "11222333", "VENDA", "4711", "inventário", "loja.fbk", "LOJA.FDB", "Loja do Zé"}
	for _, name := range namesIn(t, d) {
		text, err := os.ReadFile(d.file(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range secret {
			if bytes.Contains(text, []byte(word)) {
				t.Errorf("%s tells %q to everybody", name, word)
			}
		}
	}
}

func TestAKeyOfOneRunIsForgottenWithIt(t *testing.T) {
	recipient, _, _ := pair(t)
	d := shelfAt(t, "pendrive", 0, recipient)
	f, err := openFanout(t.Context(), posted, []Destination{d, shelfAt(t, "local", 0)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.keys) != 1 {
		t.Errorf("%d keys to read it back with", len(f.keys))
	}
	f.end()
	if err := f.discard(); err != nil {
		t.Error(err)
	}
	plain, err := openFanout(t.Context(), posted, []Destination{shelfAt(t, "local", 0)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(plain.keys) > 0 || plain.sinks[0].parcel.hash != nil || plain.sinks[0].parcel.pieces[0].hash != nil {
		t.Error("a plain destination pays for what it has not")
	}
	plain.end()
	if err := plain.discard(); err != nil {
		t.Error(err)
	}
}

func TestCiphertextInPiecesIsJoinedAndOpenedByHand(t *testing.T) {
	recipient, file, keys := pair(t)
	d := shelfAt(t, "pendrive", 64<<10, recipient)
	_, part, zip := post(t, 300_000, d)
	shell(t, d.Path, "sha256sum -c --strict "+posted+".age.sha256")
	out := filepath.Join(t.TempDir(), "out.zip")
	shell(t, d.Path, "cat "+posted+".age.0* | age -d -i "+file+" > "+out)
	if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, zip) {
		t.Error("what age gives is not the zip")
	}
	all, _ := listed(t, catalogueOf(d))
	givesBack(t, all[0], part, keys)
	for _, name := range []string{posted + ".age.json", posted + ".age.002", posted + ".age"} {
		if found, err := Open(d.file(name)); err != nil || found.ID != all[0].ID {
			t.Errorf("by %s: %+v, %v", name, found, err)
		}
	}
}

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

func TestAKeyThatFitsNobodyMissesTheDestination(t *testing.T) {
	for _, recipient := range []string{"age1qqqq", "", "AGE-SECRET-KEY-1QQQQQQQQ"} {
		_, err := openFanout(t.Context(), posted, []Destination{shelfAt(t, "pendrive", 0, recipient)}, 0)
		if message.Code(err) != "copy.key" || strings.Contains(err.Error(), "QQQQ") {
			t.Errorf("%q: %v", recipient, err)
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
func TestAFlippedBitOfCiphertextNeverComesOut(t *testing.T) {
	recipient, _, keys := pair(t)
	d := shelfAt(t, "pendrive", 9_000, recipient)
	places, part, _ := post(t, 30_000, d)
	for _, name := range append(namesIn(t, d), ".djscript") {
		if _, piece, ok := parseFile(name); !ok || piece == 0 {
			if err := os.RemoveAll(d.file(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	found, err := Open(places[0].Path, keys...)
	if err != nil {
		t.Fatal(err)
	}
	givesBack(t, found, part, keys)
	noise := rand.New(rand.NewPCG(3, 4))
	out := t.TempDir()
	for range 1000 {
		path := d.file(places[0].Pieces[noise.IntN(len(places[0].Pieces))].Name)
		undo := flipOne(t, path, noise)
		_, err := Extract(t.Context(), found, out, nil, keys...)
		if code := message.Code(err); code != "copy.bad" && code != "copy.key" && code != "zip.bad" {
			t.Fatalf("%s: %v", path, err)
		}
		undo()
	}
}

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

func TestACardThatTellsAnotherStoryMakesThePlaceBad(t *testing.T) {
	recipient, _, keys := pair(t)
	lie := func(t *testing.T, d Destination, old, new string) {
		t.Helper()
		path := d.file(posted + ".age.json")
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, []byte(old)) {
			t.Fatalf("%s lacks %s: %v", text, old, err)
		}
		if err := os.WriteFile(path, bytes.ReplaceAll(text, []byte(old), []byte(new)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, known := range []bool{true, false} {
		d := shelfAt(t, "pendrive", 0, recipient)
		places, _, zip := post(t, 3000, d)
		before, _ := listed(t, catalogueOf(d))
		lies := map[string]string{
			"zip": hashOf(zip), "ciphertext": places[0].SHA256, "day": "2026-11-21", "seq": "\"seq\": 7", "id": before[0].ID,
			"class": Routine, "name": posted, "companies": `"1"`,
		}
		for what, old := range lies {
			card, err := os.ReadFile(d.file(posted + ".age.json"))
			if err != nil {
				t.Fatal(err)
			}
			text := []byte(old)
			last := &text[len(text)-1]
			if *last == '"' {
				last = &text[len(text)-2]
			}
			if *last++; *last > '9' && *last < 'a' || *last > 'f' && len(text) == 64 {
				*last = '0'
			}
			lie(t, d, old, string(text))
			if !known {
				if err := os.RemoveAll(d.file(".djscript")); err != nil {
					t.Fatal(err)
				}
			}
			after, problems := listed(t, catalogueOf(d))
			if known && (len(after) != 1 || after[0].State != Bad || after[0].ID != before[0].ID || len(problems) != 1) {
				t.Errorf("%s: %+v, %v", what, after, problems)
			}
			if _, _, err := Check(t.Context(), places[0].Path, keys...); message.Code(err) != "copy.bad" {
				t.Errorf("%s, known %v: check says %v", what, known, err)
			}
			if err := os.WriteFile(d.file(posted+".age.json"), card, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Whoever dies while a copy in several files gets its names leaves nothing that counts, and nothing that stays.
func TestACopyThatWasBeginningIsNoneAndIsSwept(t *testing.T) {
	recipient, _, _ := pair(t)
	m, _ := store(t)
	for _, recipients := range [][]string{nil, {recipient}} {
		d := shelfAt(t, "pendrive", 64<<10, recipients...)
		m.Destinations = []Destination{d}
		places, _, _ := post(t, 300_000, d)
		order := append(artifactOf(places[0]).files(), artifactOf(places[0]).stem+cardSuffix, artifactOf(places[0]).stem+sumSuffix)
		foreign := []string{"fotos.zip.001", "outra-loja-000007-2026-11-21-2200.zip.001", "outra-loja-000007-2026-11-21-2200.zip.age"}
		for _, name := range foreign {
			if err := os.WriteFile(d.file(name), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		whole := map[string][]byte{}
		for _, name := range order {
			if text, err := os.ReadFile(d.file(name)); err == nil {
				whole[name] = text
			}
		}
		events, err := os.ReadFile(d.file(ledgerPath))
		if err != nil {
			t.Fatal(err)
		}
		begun, _, _ := strings.Cut(string(events), "\n")
		if err := os.WriteFile(d.file(ledgerPath), []byte(begun+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for written := range order {
			for i, name := range order {
				if i < written && whole[name] != nil {
					err = os.WriteFile(d.file(name), whole[name], 0o600)
				} else if err = os.Remove(d.file(name)); errors.Is(err, fs.ErrNotExist) {
					err = nil
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			all, problems := listed(t, catalogueOf(d))
			if len(all) > 0 {
				t.Errorf("died after %d files: %+v", written, all)
			}
			if written > 0 && len(problems) != len(foreign)-1 {
				t.Errorf("died after %d files: told %v", written, problems)
			}
			if err := m.Sweep(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(foreign, namesIn(t, d)); diff != "" {
				t.Errorf("died after %d files: %s", written, diff)
			}
		}
		for name, text := range whole { // died after the last: it is whole, and the ledger will do without
			if err := os.WriteFile(d.file(name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if all, _ := listed(t, catalogueOf(d)); len(all) != 1 || all[0].State != Sealed {
			t.Errorf("it is all there: %+v", all)
		}
		if err := m.Sweep(); err != nil && message.Code(err) != "copy.degraded" { // a ledger may be completed meanwhile
			t.Fatal(err)
		}
		if got := len(namesIn(t, d)); got != len(whole)+len(foreign) {
			t.Errorf("%d files are left of %d", got, len(whole)+len(foreign))
		}
		if all, _ := listed(t, catalogueOf(d)); len(all) != 1 || all[0].State != Sealed {
			t.Errorf("after the sweep: %+v", all)
		}
	}
}

// Into the trash and back goes all of it, whatever its files are.
func TestACopyInSeveralFilesComesBackFromTheTrashWhole(t *testing.T) {
	recipient, _, keys := pair(t)
	for _, d := range []Destination{shelfAt(t, "split", 64<<10), shelfAt(t, "secret", 0, recipient), shelfAt(t, "both", 64<<10, recipient)} {
		_, part, _ := post(t, 300_000, d)
		before, names := namesIn(t, d), catalogueOf(d)
		all, _ := listed(t, names)
		if _, err := names.Drop(t.Context(), d.Name, map[string]string{all[0].ID: "teste"}); err != nil {
			t.Fatal(err)
		}
		if left := namesIn(t, d); len(left) > 0 {
			t.Errorf("%s: left behind: %v", d.Name, left)
		}
		given, problems, err := names.List(t.Context(), Filter{State: Trashed})
		if err != nil || len(problems) > 0 || len(given) != 1 || given[0].ID != all[0].ID {
			t.Fatalf("%s: in the trash: %+v, %v, %v", d.Name, given, problems, err)
		}
		if _, err := names.Untrash(t.Context(), d.Name, all[0].ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, namesIn(t, d)); diff != "" {
			t.Errorf("%s: %s", d.Name, diff)
		}
		after, problems := listed(t, names)
		if len(after) != 1 || after[0].State != Sealed || len(problems) > 0 {
			t.Fatalf("%s: %+v, %v", d.Name, after, problems)
		}
		if _, err := names.Check(t.Context(), after[0]); err != nil {
			t.Error(err)
		}
		givesBack(t, after[0], part, keys)
	}
}

func TestAPieceThatFailsTakesTheOthersBack(t *testing.T) {
	for _, late := range []bool{false, true} { // it is met while the copy is written, or only when it gets its name
		d := shelfAt(t, "pendrive", 64<<10)
		inTheWay := func() {
			if err := os.WriteFile(d.file(posted+".004"), []byte("theirs"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if !late {
			inTheWay()
		}
		f, err := openFanout(t.Context(), posted, []Destination{d}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, err = f.Write(make([]byte, 64<<10)); err != nil {
				break
			}
		}
		f.end()
		if late {
			inTheWay()
		}
		if err == nil {
			_, err = f.publish(t.Context(), posted, &Manifest{})
		}
		if message.Code(err) != "fs.exists" || !strings.Contains(err.Error(), ".004") {
			t.Errorf("%v", err)
		}
		if err := f.discard(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{posted + ".004"}, namesIn(t, d)); diff != "" {
			t.Error(diff)
		}
	}
}

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

func TestAKeyFileIsReadAsPeopleHaveIt(t *testing.T) {
	_, key, err := NewKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	generated, err := exec.Command("age-keygen").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"age-keygen": string(generated), "notepad": "\ufeff" + key + "\r\n", "lower case": strings.ToLower(key), "blanks": "\n  " + key + "  \n\n",
		"two": key + "\n" + key + "\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if keys, err := ReadKeys(path); err != nil || len(keys) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "remark": "# nothing\n", "half": key[:40], "public": "age1" + strings.Repeat("q", 58), "binary": "\x00\x01\x02", "both": key + "\nxyzzy\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadKeys(path); message.Code(err) != "copy.key" || strings.Contains(err.Error(), key[20:38]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadKeys(filepath.Join(dir, "none")); message.Code(err) != "copy.key" {
		t.Errorf("no file: %v", err)
	}
}

func TestTheCardOfAnEncryptedCopyIsNeededToListItAndNotToOpenIt(t *testing.T) {
	recipient, _, keys := pair(t)
	d := shelfAt(t, "pendrive", 0, recipient)
	places, part, _ := post(t, 3000, d)
	if err := os.Remove(d.file(posted + ".age.json")); err != nil {
		t.Fatal(err)
	}
	all, problems := listed(t, catalogueOf(d))
	if len(all) != 1 || all[0].State != Bad || len(problems) != 1 {
		t.Errorf("%+v, %v", all, problems)
	}
	if _, err := Open(places[0].Path); message.Code(err) != "copy.encrypted" {
		t.Errorf("without a key: %v", err)
	}
	found, err := Open(places[0].Path, keys...)
	if err != nil {
		t.Fatal(err)
	}
	givesBack(t, found, part, keys)
}

func TestJoinedFilesReadAsOne(t *testing.T) {
	whole := []byte("abcdefghij")
	j := &joined{}
	for _, part := range []string{"a", "bcd", "", "efghij"} {
		j.add(strings.NewReader(part), int64(len(part)))
	}
	for at := range int64(len(whole)) + 1 {
		for n := range len(whole) + 2 {
			got := make([]byte, n)
			read, err := j.ReadAt(got, at)
			want := whole[at:min(int64(len(whole)), at+int64(n))]
			if string(got[:read]) != string(want) || (read < n) != errors.Is(err, io.EOF) {
				t.Fatalf("%d at %d: %q, %v", n, at, got[:read], err)
			}
		}
	}
}

// A disk that does not answer says nothing of the ciphertext on it.
func TestADriveThatDoesNotAnswerSpeaksAgainstNoCiphertext(t *testing.T) {
	for err, bad := range map[error]bool{
		&deviceError{errors.New("no medium")}: false, fmt.Errorf("failed to read chunk: %w", &deviceError{fs.ErrClosed}): false,
		errors.New("failed to decrypt"): true, age.ErrIncorrectIdentity: true,
	} {
		if got := undecrypted(err, "x"); contradicts(got) != bad {
			t.Errorf("%v: %v", err, got)
		}
	}
}

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
