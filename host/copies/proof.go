package copies

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// proofSuffix ends the name of the file beside a copy that holds its proof.
const proofSuffix = ".proof.json"

// How a restored value stands to the two that were taken of the source.
const (
	exact     = "exact"     // the source did not change meanwhile, and this is its value
	bracketed = "bracketed" // the source changed while it was copied, and this lies between
	refuted   = "no"
)

// judge compares a restored database with what its source said of itself, and tells every contradiction in words.
// Pure: it takes what was read and gives the evidence with its verdicts.
func judge(m *Manifest, seen firebird.Inspection) (evidence []Evidence, against []string) {
	say := func(key string, args message.Args) { against = append(against, message.Text(key, args)) }
	if seen.ShutdownMode != 0 {
		say("copies.against_shutdown", message.Args{"mode": seen.ShutdownMode})
	}
	for _, index := range seen.InactiveIndexes {
		if !slices.Contains(m.Database.InactiveIndexes, index) {
			say("copies.against_index", message.Args{"index": index})
		}
	}
	for _, line := range seen.ValidationErrors {
		say("copies.against_validation", message.Args{"line": line})
	}
	for _, table := range firebird.RowsDiffer(m.Rows, seen.Rows) {
		say("copies.against_rows", message.Args{"table": table, "want": m.Rows[table], "got": seen.Rows[table]})
	}
	for i, e := range m.Evidence {
		if i < len(seen.Evidence) {
			e.Restored = seen.Evidence[i]
		}
		e.Holds = holds(e)
		if i >= len(seen.Evidence) || e.Holds == refuted {
			e.Holds = refuted
			say("copies.against_evidence", message.Args{"query": e.Query, "before": e.Before, "after": e.After, "restored": e.Restored})
		}
		evidence = append(evidence, e)
	}
	return evidence, against
}

// holds tells whether the restored value is the source's, or lies between the two that the source had.
func holds(e Evidence) string {
	if e.Before == e.After {
		if e.Restored == e.Before {
			return exact
		}
		return refuted
	}
	if e.Restored == e.Before || e.Restored == e.After || between(e.Before, e.Restored, e.After) {
		return bracketed
	}
	return refuted
}

// between compares as numbers where all three are numbers, else as text; Firebird writes dates so that text sorts.
func between(a, x, b string) bool {
	na, okA := new(big.Rat).SetString(strings.TrimSpace(a))
	nx, okX := new(big.Rat).SetString(strings.TrimSpace(x))
	nb, okB := new(big.Rat).SetString(strings.TrimSpace(b))
	if okA && okX && okB {
		if na.Cmp(nb) > 0 {
			na, nb = nb, na
		}
		return na.Cmp(nx) <= 0 && nx.Cmp(nb) <= 0
	}
	return min(a, b) <= x && x <= max(a, b)
}

// writeProof puts the proof beside the copy at one place, and tells the ledger where the place is a destination. Beside
// ciphertext nobody reads what the shop has in its tables.
func writeProof(p Place, d *Destination, c Copy, m *Manifest, proof *Proof) error {
	if p.Encrypted {
		proof = proof.discreet()
	}
	text, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return fmt.Errorf("encode proof: %w", err)
	}
	if _, err = os.Lstat(p.Path); err == nil { // else its drive is gone, perhaps, and what is there is the folder beneath
		err = drive.WriteFile(filepath.Dir(p.Path), artifactOf(p).stem+proofSuffix, append(text, '\n'))
	}
	if err != nil {
		return message.Wrap(err, "copy.degraded", "copies.proof_not_kept", message.Args{"path": p.Path})
	}
	if d == nil {
		return nil
	}
	return d.enter(event{
		At: proof.When, Event: eventProof, ID: c.ID, Seq: m.Seq, Store: c.Store, Database: c.Database, Name: c.Name,
		Bytes: p.Bytes, SHA256: p.SHA256, OK: proof.OK, Why: strings.Join(proof.Against, "; "), Proof: proof.told(),
	})
}

// tellsMore tells whether a proof is newer than another, or is the same one told whole.
func (p *Proof) tellsMore(other *Proof) bool {
	return p.When > other.When || p.When == other.When && p.Rows != nil && other.Rows == nil
}

// discreet is the proof without what was counted and asked.
func (p *Proof) discreet() *Proof {
	told := *p
	told.Rows, told.ByCompany, told.Evidence, told.Against = nil, nil, nil, []string{}
	if len(p.Odd) > 0 {
		told.Odd = []string{message.Text("copies.odd_untold", nil)}
	}
	return &told
}

// proof is the one that lies beside a copy, or nil. What can not be read proves nothing.
func (a artifact) proof() *Proof {
	text, err := os.ReadFile(a.beside(proofSuffix))
	if err != nil {
		return nil
	}
	proof := &Proof{}
	if json.Unmarshal(text, proof) != nil || proof.SHA256 == "" {
		return nil
	}
	return proof
}
