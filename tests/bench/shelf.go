package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/zipfile"
)

// packedBytes is how large the database is in each of the copies that are only listed: more than is read of any.
const packedBytes = 16 << 10

func madeAt(seq int) time.Time {
	return time.Date(2024, 1, 1, 0, 0, 0, 0, time.FixedZone("", -3*60*60)).Add(time.Duration(seq) * apart)
}

// dayOf is the business day: a night's work belongs to the day before.
func dayOf(at time.Time) string { return at.Add(-4 * time.Hour).Format(time.DateOnly) }

func idOf(seq int) string { return fmt.Sprintf("01KAHV%020d", seq) }

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// stores writes two: one with a full destination, one to be simulated.
func (y *yard) stores() error {
	for _, folder := range []string{"full", "year", "shelf/.djscript"} {
		if err := os.MkdirAll(filepath.Join(y.dir, folder), 0o755); err != nil {
			return err
		}
	}
	config := "[store]\nid = \"loja\"\n[database.loja]\npath = \"/dados/LOJA.FDB\"\n"
	full := fmt.Sprintf("%s[destination.local]\npath = %q\n%s\n", config, filepath.Join(y.dir, "shelf"), keepsHere)
	year := config + "[destination.local]\npath = \"/copias\"\nkeep = { daily = 7, weekly = 4, monthly = 12 }\n[backup]\nat = [\"22:00\"]\nto = [\"local\"]\n"
	return errors.Join(os.WriteFile(filepath.Join(y.dir, "full", "djscript.toml"), []byte(full), 0o600),
		os.WriteFile(filepath.Join(y.dir, "year", "djscript.toml"), []byte(year), 0o600))
}

// fill puts proven copies on the destination as they lie there after years, with what lies beside them and the ledger.
func (y *yard) fill(n int) error {
	noise, ledger := rand.NewChaCha8([32]byte{}), []byte{}
	for seq := 1; seq <= n; seq++ {
		m := manifest(seq)
		zip, err := zipOf(m, noise)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("loja-loja-%06d-%s-%s.zip", seq, m.Day, madeAt(seq).Format("1504"))
		proof := &copies.Proof{Level: "restore", When: m.Created, OK: true, SHA256: hashOf(zip), Part: m.Parts[0].SHA256, Rows: m.Rows, Evidence: m.Evidence, Against: []string{}}
		text, err := json.MarshalIndent(proof, "", "  ")
		if err != nil {
			return err
		}
		for suffix, data := range map[string][]byte{"": zip, ".sha256": []byte(proof.SHA256 + " *" + name + "\n"), ".proof.json": text} {
			if err := os.WriteFile(filepath.Join(y.dir, "shelf", name+suffix), data, 0o600); err != nil {
				return err
			}
		}
		for _, event := range []string{"sealed", "proof"} {
			line := map[string]any{
				"at": m.Created, "event": event, "id": m.ID, "seq": seq, "store": m.Store.ID, "database": m.Database.Name, "name": name,
				"bytes": len(zip), "sha256": proof.SHA256, "read_back": "device", "ok": true,
			}
			if event == "proof" {
				line["proof"] = proof
			}
			text, err := json.Marshal(line)
			if err != nil {
				return err
			}
			ledger = append(append(ledger, text...), '\n')
		}
	}
	return os.WriteFile(filepath.Join(y.dir, "shelf", ".djscript", "ledger.jsonl"), ledger, 0o600)
}

// manifest is that of a store with three companies and forty tables.
func manifest(seq int) *copies.Manifest {
	at := madeAt(seq)
	m := &copies.Manifest{
		Format: 1, ID: idOf(seq), Seq: uint64(seq), Set: fmt.Sprintf("01KAHW%020d", seq), Store: copies.Identity{ID: "loja", Name: "Loja", CNPJ: "11222333000181"},
		Class: copies.Routine, Verify: copies.VerifyRestore, To: []string{"local"}, Created: at.Format(time.RFC3339), Day: dayOf(at), Zone: "America/Sao_Paulo",
		DayStarts: "04:00", Clock: copies.Clock{UTC: at.UTC().Format(time.RFC3339)},
		Database:  copies.Origin{Name: "loja", Path: "/dados/LOJA.FDB", Bytes: 1 << 30, ODS: "12.0", PageSize: 8192, Engine: "3.0.11", Charset: "WIN1252"},
		Companies: []firebird.Company{{ID: "1", Name: "Loja", CNPJ: "11222333000181"}, {ID: "2", Name: "Filial", CNPJ: "11222333000262"}, {ID: "3", Name: "Empório", CNPJ: "12ABC34501DE35"}},
		Rows:      map[string]int64{}, Newest: dayOf(at), Tools: copies.ToolsUsed{Djscript: "1.0.0", Gbak: "LI-V3.0.11", Way: "fifo"},
		Script: copies.Script{Name: "default", Version: "1.0.0", Hash: hashOf(nil)},
	}
	for i := range int64(40) {
		m.Rows[fmt.Sprintf("MOVIMENTO_%04d", 2000+i)] = int64(seq) + i*7919
	}
	for _, query := range []string{"select sum(TOTAL) from VENDA", "select count(*) from VENDA_ITEM", "select max(DATA) from VENDA"} {
		value := fmt.Sprint(seq, "1234.56")
		m.Evidence = append(m.Evidence, copies.Evidence{Query: query, Before: value, After: value, Restored: value, Holds: "exact"})
	}
	return m
}

// zipOf is a copy: what stands for the database, and the manifest, which is the last entry.
func zipOf(m *copies.Manifest, noise *rand.ChaCha8) ([]byte, error) {
	part := make([]byte, packedBytes)
	_, _ = noise.Read(part) // it never fails
	m.Parts = []copies.Part{{Name: "dados/LOJA.fbk", Kind: copies.PartDatabase, Original: m.Database.Path, Bytes: int64(len(part)), SHA256: hashOf(part)}}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zip, at := zipfile.NewWriter(&out, zipfile.DefaultLevel), madeAt(int(m.Seq))
	err = errors.Join(zip.Add(m.Parts[0].Name, at, part), zip.Add("manifest.json", at, text), zip.Close())
	return out.Bytes(), err
}
