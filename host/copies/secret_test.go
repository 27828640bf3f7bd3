package copies

import (
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/host/message"
)

// A real database, one pass, a plain folder and a small encrypted drive.
func TestACopyOfADatabaseIsProvenWhereItLiesEncrypted(t *testing.T) {
	m, d := store(t)
	recipient, file, keys := pair(t)
	local, pen := &m.Destinations[0], &m.Destinations[1]
	pen.Recipients, pen.limit = []string{recipient}, 16<<10
	made := create(t, m, d, VerifyRestore)
	if made.State != Verified || len(made.Places) != 2 || made.Places[0].Encrypted || !made.Places[1].Encrypted || len(made.Places[1].Pieces) < 2 {
		t.Fatalf("%s, %+v", made.State, made.Places)
	}
	stem := made.Name + ageSuffix
	shell(t, pen.Path, "sha256sum -c --strict "+stem+".sha256")
	shell(t, pen.Path, "cat "+stem+".0* | age -d -i "+file+" | cmp - "+made.Places[0].Path)
	alone := m.catalogue()
	alone.Destinations = []Destination{*pen}
	all, problems := listed(t, alone)
	if len(all) != 1 || all[0].State != Verified || len(problems) > 0 {
		t.Errorf("on the drive alone: %+v, %v", all, problems)
	}
	if next := create(t, m, d, VerifyNever); next.Seq != "2" {
		t.Errorf("the next has number %s", next.Seq)
	}
	t.Run("the number is known where only cards are left", func(t *testing.T) {
		seqs, err := openSequence(t.Context(), t.TempDir(), "loja", []Destination{*pen})
		if err != nil || seqs.last != 2 || seqs.previous.seq != 2 {
			t.Errorf("%+v, %v", seqs, err)
		}
		if want := made.Parts[0].Bytes; seqs.expected("loja", 0) < want/2 {
			t.Errorf("the next is expected to have %d bytes, the last had %d", seqs.expected("loja", 0), want)
		}
	})
	t.Run("on another PC with the key alone", func(t *testing.T) {
		found, err := Open(filepath.Join(pen.Path, stem+".001"))
		if err != nil || found.State != Verified {
			t.Fatalf("%+v, %v", found, err)
		}
		p := &Prover{Bench: m.Bench, Now: m.Now, Entropy: m.Entropy, Keys: keys}
		proven, _, err := p.Prove(t.Context(), found)
		if err != nil || proven.State != Verified || proven.Proof.SHA256 != made.Places[0].SHA256 || proven.Proof.Rows["PRODUTO"] != 2000 {
			t.Errorf("%+v, %v", proven, err)
		}
	})
	if local.Recipients != nil {
		t.Error("the folder has recipients")
	}
}

func TestACopyThatLiesOnlyEncryptedIsProvenWhileItIsMade(t *testing.T) {
	m, d := store(t)
	recipient, _, keys := pair(t)
	m.Destinations = m.Destinations[1:]
	m.Destinations[0].Recipients = []string{recipient}
	made := create(t, m, d, VerifyRestore)
	if made.State != Verified || made.Proof.SHA256 != made.Places[0].Zip {
		t.Fatalf("%s, %+v", made.State, made.Proof)
	}
	later := create(t, m, d, VerifyLater)
	p := &Prover{Bench: m.Bench, Destinations: m.Destinations, Now: m.Now, Entropy: m.Entropy}
	if still, _, err := p.Prove(t.Context(), later); message.Code(err) != "copy.encrypted" || still.State != Sealed {
		t.Errorf("without a key: %s, %v", still.State, err)
	}
	p.Keys = keys
	if proven, _, err := p.Prove(t.Context(), later); err != nil || proven.State != Verified {
		t.Errorf("with the key: %s, %v", proven.State, err)
	}
	if all, problems := listed(t, m.catalogue()); len(all) != 2 || all[0].State != Verified || all[1].State != Verified || len(problems) > 0 {
		t.Errorf("%+v, %v", all, problems)
	}
	m.Bench.Tools.Version.Major = 2 // no engine of our own fits: the server proves it, with what this run can still open
	if there := create(t, m, d, VerifyRestore); there.State != Verified {
		t.Errorf("on the server: %s", there.State)
	}
}
