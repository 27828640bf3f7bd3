package cli

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/copies"
)

// shelf is a store whose destinations are real folders, with small copies there that no Firebird made.
type shelf struct {
	*desk
	destinations []string
	seq          uint64
}

// newShelf makes a store with these tables of its djscript.toml; @ stands for its folder.
func newShelf(t *testing.T, tables string) *shelf {
	t.Helper()
	s := &shelf{desk: newDesk(t)}
	s.configure(tables)
	for line := range strings.Lines(tables) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "[destination."); ok {
			name = strings.TrimSuffix(name, "]")
			s.destinations = append(s.destinations, name)
			if err := os.MkdirAll(s.at(name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// configure writes the store's djscript.toml anew.
func (s *shelf) configure(tables string) {
	s.t.Helper()
	s.write("djscript.toml", "[store]\nid = \"loja\"\n[database.loja]\npath = \"/srv/LOJA.FDB\"\n"+strings.ReplaceAll(tables, "@", filepath.ToSlash(s.dir)))
}

func (s *shelf) at(where string) string { return filepath.Join(s.dir, where) }

// put makes a copy as a maker would have left it, on these destinations or else on all, and gives its number.
func (s *shelf) put(day, state string, change func(*copies.Manifest), where ...string) string {
	s.t.Helper()
	s.seq++
	part := sha256.Sum256([]byte("fbk"))
	m := &copies.Manifest{
		Format: 1, ID: fmt.Sprintf("01J%023d", s.seq), Seq: s.seq, Set: "s", Store: copies.Identity{ID: "loja"}, Class: copies.Routine,
		Created: day + "T22:00:00-03:00", Day: day, Database: copies.Origin{Name: "loja"}, To: s.destinations,
		Parts: []copies.Part{{Name: "loja.fbk", Kind: copies.PartDatabase, Bytes: 3, SHA256: hex.EncodeToString(part[:])}},
	}
	if change != nil {
		change(m)
	}
	packed := zipped(s.t, m)
	raw := sha256.Sum256(packed)
	sum := hex.EncodeToString(raw[:])
	name := fmt.Sprintf("loja-%s-%06d-%s-2200.zip", m.Database.Name, m.Seq, day)
	if len(where) == 0 {
		where = s.destinations
	}
	for _, d := range where {
		s.write(d+"/"+name, string(packed))
		s.write(d+"/"+name+".sha256", sum+" *"+name+"\n")
		line := map[string]any{
			"at": m.Created, "event": "sealed", "id": m.ID, "seq": m.Seq, "store": "loja", "database": m.Database.Name, "name": name,
			"bytes": len(packed), "sha256": sum, "ok": true,
		}
		s.note(d, line)
		if state != copies.Sealed {
			proof := map[string]any{"level": "restore", "ok": true, "sha256": sum, "when": m.Created}
			if state == "odd" { // so unlike its elders that it is suspect
				proof["odd"] = []string{"the database is empty"}
			}
			text, err := json.Marshal(proof)
			if err != nil {
				s.t.Fatal(err)
			}
			s.write(d+"/"+name+".proof.json", string(text))
			line["event"], line["proof"] = "proof", proof
			s.note(d, line)
		}
	}
	return fmt.Sprint(m.Seq)
}

func zipped(t *testing.T, m *copies.Manifest) []byte {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, entry := range []struct {
		name string
		data []byte
	}{{"loja.fbk", []byte("fbk")}, {"manifest.json", text}} {
		file, err := w.Create(entry.name)
		if err == nil {
			_, err = file.Write(entry.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// note writes a line of a ledger.
func (s *shelf) note(where string, line map[string]any) {
	s.t.Helper()
	text, err := json.Marshal(line)
	path := filepath.Join(s.at(where), ".djscript", "ledger.jsonl")
	err = errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755))
	file, opened := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err = errors.Join(err, opened); err != nil {
		s.t.Fatal(err)
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Close()); err != nil {
		s.t.Fatal(err)
	}
}

// nights puts a proven copy there on each of so many days up to that one; no Sunday is a working day.
func (s *shelf) nights(n int, last string) {
	s.t.Helper()
	day, err := time.Parse(time.DateOnly, last)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range n {
		at := day.AddDate(0, 0, i-n+1)
		if at.Weekday() != time.Sunday {
			s.put(at.Format(time.DateOnly), copies.Verified, nil)
		}
	}
}

// zips are the numbers of the copies that lie at a destination, oldest first.
func (s *shelf) zips(where string) string {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.at(where), "*.zip"))
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(found)
	var all []string
	for _, path := range found {
		all = append(all, strings.TrimLeft(strings.Split(filepath.Base(path), "-")[2], "0"))
	}
	return strings.Join(all, " ")
}
