package copies

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/host/firebird"
)

// shelved fills a destination with copies as they lie there after years: zips of forty tables, or the cards of
// ciphertext, with hashes, proofs and a ledger. Only what is read to list them is there in its full size.
func shelved(t testing.TB, d Destination, n int) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(d.file(ledgerPath)), 0o755); err != nil {
		t.Fatal(err)
	}
	var ledger []byte
	for i := range n {
		m := aged(uint64(i + 1))
		name := fmt.Sprintf("loja-loja-%06d-%s-2200.zip", m.Seq, m.Day)
		part := make([]byte, 4000)
		m.Parts = []Part{{Name: "loja.fbk", Kind: PartDatabase, Original: "C:/DJ/LOJA.FDB", Bytes: int64(len(part)), SHA256: hashOf(part)}}
		zip := packed(t, m, part)
		made := label{manifest: m, name: name, zip: cardFile{int64(len(zip)), hashOf(zip)}}
		place := Place{Bytes: int64(len(zip)), SHA256: made.zip.SHA256}
		stem, proof := name, &Proof{Level: "restore", When: m.Created, OK: true, SHA256: place.SHA256, Rows: m.Rows, Evidence: m.Evidence, Against: []string{}}
		if len(d.Recipients) > 0 {
			stem, place.Encrypted, place.Zip = name+ageSuffix, true, place.SHA256
			place.SHA256, proof = hashOf(append(zip, 1)), proof.discreet()
			card, err := newCard(m, name, made.zip, cardFile{place.Bytes, place.SHA256}).encode()
			if err := errors.Join(err, os.WriteFile(d.file(stem+cardSuffix), card, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		text, err := json.MarshalIndent(proof, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		for suffix, data := range map[string][]byte{"": zip, sumSuffix: []byte(sumLine(place.SHA256, stem)), proofSuffix: text} {
			if err := os.WriteFile(d.file(stem+suffix), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range []event{made.event(eventSealed, place, ""), made.event(eventProof, place, "")} {
			if e.Event == eventProof {
				e.Proof = proof.told()
			}
			line, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			ledger = append(append(ledger, line...), '\n')
		}
	}
	if err := os.WriteFile(d.file(ledgerPath), ledger, 0o600); err != nil {
		t.Fatal(err)
	}
}

// aged is the manifest of a store with forty tables and three companies.
func aged(seq uint64) *Manifest {
	m := &Manifest{
		Format: manifestFormat, ID: fmt.Sprintf("01KAHV%020d", seq), Seq: seq, Set: fmt.Sprintf("01KAHW%020d", seq), Store: Identity{ID: "loja", Name: "Loja", CNPJ: "11222333000181"},
		Class: Routine, Verify: VerifyRestore, To: []string{"local", "pendrive"}, Created: "2026-11-21T22:00:00-03:00", Day: "2026-11-21", Zone: "America/Sao_Paulo",
		DayStarts: "04:00", Clock: Clock{UTC: "2026-11-22T01:00:00Z", PreviousSeq: seq - 1, PreviousUTC: "2026-11-21T01:00:00Z"},
		Database:  Origin{Name: "loja", System: "djmonitor", Path: "C:/DJ/DJMONITOR.FDB", Bytes: 1 << 30, ODS: "12.0", PageSize: 8192, Engine: "3.0.11", Charset: "WIN1252"},
		Companies: []firebird.Company{{ID: "1", Name: "Loja", CNPJ: "11222333000181"}, {ID: "2", Name: "Filial", CNPJ: "11222333000262"}, {ID: "3", Name: "Empório", CNPJ: "12ABC34501DE35"}},
		Rows:      map[string]int64{}, Newest: "2026-11-21", Tools: ToolsUsed{Djscript: "1.0.0", Gbak: "LI-V3.0.11", Way: "fifo"},
		Script: Script{Name: "default", Version: "1.0.0", Hash: hashOf(nil)},
	}
	for i := range int64(40) {
		m.Rows[fmt.Sprintf("MOVIMENTO_%04d", 2000+i)] = int64(seq)*1000 + i*7919
	}
	for _, query := range []string{"select sum(TOTAL) from VENDA", "select count(*) from VENDA_ITEM", "select max(DATA) from VENDA"} {
		m.Evidence = append(m.Evidence, Evidence{Query: query, Before: fmt.Sprint(seq, "1234.56"), After: fmt.Sprint(seq, "1234.56"), Restored: fmt.Sprint(seq, "1234.56"), Holds: exact})
	}
	return m
}

// A destination of ten thousand copies, as a person or a rotation looks at it.
func BenchmarkList(b *testing.B) {
	const n = 10_000
	for _, form := range []string{"zips", "encrypted"} {
		b.Run(form, func(b *testing.B) {
			d := Destination{Name: "local", Path: b.TempDir()}
			if form == "encrypted" {
				d.Recipients = []string{"age1"}
			}
			shelved(b, d, n)
			b.ResetTimer()
			for b.Loop() {
				all, problems, err := (&Catalogue{Store: "loja", Destinations: []Destination{d}}).List(b.Context(), Filter{})
				if err != nil || len(problems) > 0 || len(all) != n || all[n-1].State != Verified {
					b.Fatalf("%d copies, %v, %v", len(all), problems, err)
				}
			}
		})
	}
}
