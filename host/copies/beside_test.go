package copies

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestASmallFileThatIsNotOursIsNeverWrittenOver(t *testing.T) {
	recipient, _, _ := pair(t)
	for name, recipients := range map[string][]string{
		firstName + sumSuffix: nil, firstName + ageSuffix + sumSuffix: {recipient}, firstName + ageSuffix + cardSuffix: {recipient},
	} {
		s := sentFrom(t, "rede")
		rede := &s.Destinations[1]
		rede.Recipients = recipients
		if err := os.WriteFile(rede.file(name), []byte("a poem"), 0o600); err != nil {
			t.Fatal(err)
		}
		sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:])
		if err != nil || len(missed) != 1 || message.Code(missed[0]) != "fs.exists" || sent.at("rede") != nil {
			t.Errorf("%s: %v, %v", name, missed, err)
		}
		if text, err := os.ReadFile(rede.file(name)); err != nil || string(text) != "a poem" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		if left := s.lying("rede"); !slices.Equal(left, []string{name}) {
			t.Errorf("left %v", left)
		}
	}
}

// A person deleted the copy and left what lay beside it: nobody else's files, and no reason to miss the copy for ever.
func TestWhatWasLeftOfTheSameCopyMakesWay(t *testing.T) {
	recipient, _, _ := pair(t)
	for what, limit := range map[string]int64{"whole": 0, "in pieces": 250_000} {
		s := sentFrom(t, "rede")
		rede := &s.Destinations[1]
		rede.Recipients, rede.limit = []string{recipient}, limit
		if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); err != nil || len(missed) > 0 {
			t.Fatal(missed, err)
		}
		own, beside := s.onlyOn("rede").found("1").Places[0].files()
		if err := rede.remove(own...); err != nil {
			t.Fatal(err)
		}
		if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); err != nil || len(missed) > 0 {
			t.Errorf("%s: %v, %v", what, missed, err)
		}
		if err := rede.remove(own[:1]...); err != nil || limit == 0 {
			continue
		}
		before, err := os.ReadFile(rede.file(beside[0]))
		if err != nil {
			t.Fatal(err)
		}
		rede.limit = 0 // some of its pieces are left, and what speaks of them
		if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); err != nil || len(missed) != 1 {
			t.Errorf("%s: %v, %v", what, missed, err)
		}
		if after, err := os.ReadFile(rede.file(beside[0])); err != nil || string(after) != string(before) {
			t.Errorf("%s: what speaks of files that lie there was written over: %v", what, err)
		}
	}
}

// Whoever was there before keeps his file, though it says the same.
func TestAHashThatLayThereBeforeIsNotTakenBack(t *testing.T) {
	s := sentFrom(t, "rede")
	rede := s.Destinations[1]
	text, err := os.ReadFile(s.Destinations[0].file(firstName + sumSuffix))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rede.file(firstName+sumSuffix), text, 0o600); err != nil {
		t.Fatal(err)
	}
	c := s.found("1")
	p, err := newParcel(rede, firstName, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rede.file(firstName), []byte("a photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	zip, err := os.ReadFile(c.Places[0].Path)
	if err == nil {
		_, err = p.Write(zip)
	}
	if err != nil {
		t.Fatal(err)
	}
	made := label{manifest: &Manifest{ID: c.ID}, name: firstName, zip: cardFile{int64(len(zip)), c.Places[0].SHA256}}
	if _, err := p.publish(t.Context(), made); message.Code(err) != "fs.exists" {
		t.Errorf("%v", err)
	}
	if err := p.discard(); err != nil {
		t.Error(err)
	}
	if left := s.lying("rede"); len(left) != 2 {
		t.Errorf("left %v", left)
	}
}

// What the ledger calls begun, the next sweep removes: nothing that lay there before may ever be called so.
func TestASweepLeavesWhatKeptACopyFromBeingWritten(t *testing.T) {
	recipient, _, _ := pair(t)
	for name, limit := range map[string]int64{
		firstName + ageSuffix + cardSuffix: 0, firstName + ageSuffix + ".001": 250_000, firstName + ageSuffix + ".002": 250_000, firstName + ".001": 250_000,
	} {
		s := sentFrom(t, "rede")
		rede := &s.Destinations[1]
		if rede.limit = limit; strings.Contains(name, ageSuffix) {
			rede.Recipients = []string{recipient}
		}
		if err := os.WriteFile(rede.file(name), []byte("a poem"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); err != nil || len(missed) != 1 || message.Code(missed[0]) != "fs.exists" {
			t.Errorf("%s: %v, %v", name, missed, err)
		}
		if err := s.sweep(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(rede.file(name)); err != nil || string(text) != "a poem" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

// Another PC may be laying it down: what it begun is swept away when it died, and not before.
func TestASweepLeavesWhatIsBeingWritten(t *testing.T) {
	recipient, _, _ := pair(t)
	for name, c := range map[string]struct {
		recipients []string
		gone, left string // what was not written yet, and what was
	}{
		"a plain file": {nil, firstName, firstName + sumSuffix},
		"an encrypted": {[]string{recipient}, firstName + ageSuffix + sumSuffix, firstName + ageSuffix},
	} {
		s := sentFrom(t, "rede")
		rede := &s.Destinations[1]
		rede.Recipients = c.recipients
		if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); err != nil || len(missed) > 0 {
			t.Fatal(name, missed, err)
		}
		if _, err := os.Lstat(rede.file(inUsePath)); err != nil {
			t.Errorf("%s: whoever writes it does not hold it: %v", name, err)
		}
		begun := event{}
		events, err := readLedger(rede.Path)
		for _, e := range events {
			if e.Event == eventWriting {
				begun = e
			}
		}
		if err := errors.Join(err, rede.remove(c.gone), os.Remove(rede.file(ledgerPath)), rede.enter(begun)); err != nil {
			t.Fatal(name, err)
		}
		for _, writes := range []bool{true, false} {
			release := func() {}
			if writes {
				release = rede.hold(begun.ID)
			}
			if err := s.sweep(); err != nil {
				t.Fatal(name, err)
			}
			if _, gone := os.Lstat(rede.file(c.left)); (gone == nil) != writes {
				t.Errorf("%s: somebody writes it: %v; %v", name, writes, gone)
			}
			release()
		}
	}
}

// A plain copy that was there, and that somebody took away after a send that came to nothing, is gone and not unfinished.
func TestASweepLeavesTheHashOfWhatIsGone(t *testing.T) {
	s := sentFrom(t, "rede")
	rede := s.Destinations[1]
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); err != nil || len(missed) > 0 {
		t.Fatal(missed, err)
	}
	events, err := readLedger(rede.Path)
	i := slices.IndexFunc(events, func(e event) bool { return e.Event == eventWriting })
	if err != nil || i < 0 {
		t.Fatal(events, err)
	}
	if err := errors.Join(rede.enter(events[i]), rede.remove(firstName), s.sweep()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(rede.file(firstName + sumSuffix)); err != nil {
		t.Error(err)
	}
}

// Whoever wrote it died after the last file had its name, and before the ledger was told: no ledger was lost, and nobody
// has anything to look into.
func TestACopyWhoseWriterDiedOnTheLastStepIsNoStranger(t *testing.T) {
	recipient, _, _ := pair(t)
	for name, recipients := range map[string][]string{"a plain file": nil, "an encrypted": {recipient}} {
		s := sentFrom(t, "rede")
		rede := &s.Destinations[1]
		rede.Recipients = recipients
		if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); err != nil || len(missed) > 0 {
			t.Fatal(name, missed, err)
		}
		keepLedgerOf(t, *rede, func(e event) bool { return e.Event == eventWriting })
		if err := s.sweep(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if there := s.onlyOn("rede").found("1"); there.Places[0].State != Present {
			t.Errorf("%s: %+v", name, there)
		}
		if events, err := readLedger(rede.Path); err != nil || !slices.ContainsFunc(events, func(e event) bool { return e.Event == eventFound }) {
			t.Errorf("%s: it was not entered: %v, %v", name, events, err)
		}
	}
}
