package copies

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

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
		if _, _, err := Extract(t.Context(), found, t.TempDir(), nil, keys...); message.Code(err) != want || message.Hint(err) == "" {
			t.Errorf("extract: %v, want %s", err, want)
		}
		if _, err := ReadManifest(places[0].Path, keys...); message.Code(err) != want {
			t.Errorf("manifest: %v, want %s", err, want)
		}
		p := &Prover{Now: time.Now, Destinations: []Destination{d}, Keys: keys}
		if proven, _, err := p.Prove(t.Context(), found); message.Code(err) != want || proven.Places[0].State != Present {
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

func TestAKeyThatFitsNobodyMissesTheDestination(t *testing.T) {
	for _, recipient := range []string{"age1qqqq", "", "AGE-SECRET-KEY-1QQQQQQQQ"} {
		_, err := openFanout(t.Context(), posted, []Destination{shelfAt(t, "pendrive", 0, recipient)}, 0)
		if message.Code(err) != "copy.key" || strings.Contains(err.Error(), "QQQQ") {
			t.Errorf("%q: %v", recipient, err)
		}
	}
}

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
		_, _, err := Extract(t.Context(), found, out, nil, keys...)
		if code := message.Code(err); code != "copy.bad" && code != "copy.key" && code != "zip.bad" {
			t.Fatalf("%s: %v", path, err)
		}
		undo()
	}
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
		"two": key + "\n" + key + "\n", "whose it is": "Loja São João, CNPJ 11.222.333/0001-81\r\n" + key + "\r\n", "beside it": "chave:" + key + ".", "in quotes": `"` + key + `"`,
		"both": "age1" + strings.Repeat("q", 58) + "\n" + key, "two bytes a letter": twoBytes(binary.LittleEndian, "Padaria\r\n"+key+"\r\n"),
		"two bytes, the other way": twoBytes(binary.BigEndian, key), "an odd end": twoBytes(binary.LittleEndian, key+"\n") + "\x00",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if keys, err := ReadKeys(path); err != nil || len(keys) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := map[bool]string{true: "p", false: "q"}[key[30] == 'Q']
	for name, tt := range map[string]struct{ text, want string }{
		"empty": {"", "holds no key"}, "remark": {"\ufeff# " + key + "\n", "holds no key"}, "binary": {"\x00\x01\x02", "holds no key"}, "words": {"Loja Centro\n", "holds no key"},
		"half": {key[:40], ":1: the key has 40 characters, not 74"}, "cut in two": {"Loja\n" + key[:40] + " " + key[40:], ":2: the key has 40 characters"},
		"a letter": {"x\n\n" + key[:30] + other + key[31:], ":3: a character of the key is wrong"}, "its beginning": {"AGE-SECRET-KEV-1" + key[16:], "character of the key is wrong"},
		"an accent": {key[:30] + "é" + key[31:], "character of the key is wrong"}, "one of two": {key + "\n" + key[:73], ":2: the key has 73"},
		"public": {"age1" + strings.Repeat("q", 58), "holds only the public key"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadKeys(path)
		if message.Code(err) != "copy.key" || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error()+message.Hint(err), key[20:38]) || message.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadKeys(filepath.Join(dir, "none")); message.Code(err) != "copy.key" {
		t.Errorf("no file: %v", err)
	}
}

// twoBytes is a text as Notepad saves it for Windows' own sake.
func twoBytes(order binary.AppendByteOrder, text string) string {
	var saved []byte
	for _, letter := range utf16.Encode([]rune("\ufeff" + text)) {
		saved = order.AppendUint16(saved, letter)
	}
	return string(saved)
}

// FuzzKeys reads any file of keys without dying of it; what it says never repeats what may be a key.
func FuzzKeys(f *testing.F) {
	_, key, err := NewKeyPair()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{key, "Loja\r\n" + key[:50], twoBytes(binary.BigEndian, key), "\xff\xfe\x00", "age1qq"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := parseKeys(text, "k.txt")
		if (len(keys) > 0) == (err != nil) {
			t.Errorf("%d keys, %v", len(keys), err)
		}
		if err != nil && strings.Contains(err.Error()+message.Hint(err), key[20:38]) {
			t.Error(err)
		}
	})
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
