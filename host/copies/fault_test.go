package copies

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

func TestACopyWhoseZipsAreGoneIsMissingAndNeverVerified(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyRestore)
	for _, p := range made.Places {
		if err := os.Remove(p.Path); err != nil {
			t.Fatal(err)
		}
	}
	all, _, err := m.catalogue().List(t.Context(), Filter{})
	if err != nil || len(all) != 1 || all[0].State != Missing {
		t.Fatalf("%+v, %v", all, err)
	}
	if newest, err := m.catalogue().Newest(t.Context(), Filter{State: Verified}); err != nil || newest != nil {
		t.Errorf("a copy that is gone is verified: %+v, %v", newest, err)
	}
}

func TestADamagedPlaceIsPassedOverAndTheNextIsProven(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyLater)
	flip(t, made.Places[0].Path, made.Places[0].Bytes/2)
	p := &Prover{Bench: m.Bench, Destinations: m.Destinations, Now: m.Now, Entropy: m.Entropy}
	proven, told, err := p.Prove(t.Context(), made)
	if err != nil || proven.State != Verified || proven.Places[0].State != Bad {
		t.Fatalf("%s, %+v, %v", proven.State, proven.Places, err)
	}
	if len(told) != 1 || message.Code(told[0]) != "copy.degraded" || !strings.Contains(told[0].Error(), made.Places[0].Path) {
		t.Errorf("told %v", told)
	}
	found, err := m.catalogue().Find(t.Context(), "newest")
	if err != nil || found.State != Verified || found.Places[0].State != Bad {
		t.Errorf("afterwards: %s, %+v, %v", found.State, found.Places, err)
	}
}

func TestAPlaceThatGoesAwayWhileItIsProvenSaysNothingOfTheOthers(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyLater)
	gone := false
	p := &Prover{Bench: m.Bench, Destinations: m.Destinations, Entropy: m.Entropy}
	p.Now = func() time.Time { // it is asked after the bytes were checked, and before they are restored
		if !gone {
			gone = true
			if err := os.Remove(made.Places[0].Path); err != nil {
				t.Error(err)
			}
		}
		return m.Now()
	}
	proven, told, err := p.Prove(t.Context(), made)
	if err != nil || proven.State != Verified || len(told) != 1 || !strings.Contains(told[0].Error(), made.Places[0].Path) {
		t.Errorf("%s, told %v, %v", proven.State, told, err)
	}
}

func TestACopyThatCouldNotBeComparedSaysSo(t *testing.T) {
	m, d := store(t)
	m.Destinations = m.Destinations[:1]
	for range leastElder {
		made := create(t, m, d, VerifyNever)
		flip(t, made.Places[0].Path, made.Places[0].Bytes-30) // its directory
	}
	set, err := m.Create(t.Context(), Options{Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore})
	if err != nil || len(set.Copies) != 1 || set.Copies[0].State != Verified || !strings.Contains(fmt.Sprint(set.Degraded), message.Text("copies.uncompared", message.Args{"name": set.Copies[0].Name})) {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestWhatLiesBesideTheDatabaseNeverKeepsItFromBeingCopied(t *testing.T) {
	m, d := store(t)
	m.Config = append(m.Config, File{Name: "scripts/fechamento_mês.lua", Data: []byte("--")}, File{Name: "scripts/fechamento_mes.lua", Data: []byte("--")})
	models := t.TempDir()
	for _, name := range []string{"boa.txt", "aux.txt"} { // Windows can not write the second
		if err := os.WriteFile(filepath.Join(models, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d.Files = []string{models + "/**"}
	ledger := filepath.Join(m.Destinations[1].Path, ".djscript", "ledger.jsonl")
	if err := os.MkdirAll(ledger, 0o755); err != nil { // a folder can not be read as a ledger, nor written as one
		t.Fatal(err)
	}
	set, err := m.Create(t.Context(), Options{
		Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore, Files: true, WithSetup: true,
	})
	if err != nil || len(set.Copies) != 1 || set.Copies[0].State != Verified || len(set.Copies[0].Places) != 2 {
		t.Fatalf("%+v, %v", set, err)
	}
	made := set.Copies[0]
	if !made.Partial || len(set.Degraded) == 0 {
		t.Errorf("partial %v, degraded %v", made.Partial, set.Degraded)
	}
	var names []string
	for _, p := range made.Parts {
		names = append(names, p.Name)
	}
	want := []string{"loja.fbk", "files/boa.txt", "config/djscript.toml", "config/scripts/fechamento_mes.lua", "config/scripts/fechamento_mes-2.lua"}
	for i := range want {
		if i >= len(names) || names[i] != want[i] {
			t.Fatalf("parts are %v, want %v", names, want)
		}
	}
}

func TestAnErrorOfReadingSpeaksAgainstNoCopy(t *testing.T) {
	for err, want := range map[error]bool{
		message.New("copy.bad", "copies.zip_bad", nil): true, message.New("zip.bad", "copies.zip_bad", nil): true,
		message.New("drive.removed", "copies.no_file", nil): false, fs.ErrPermission: false, context.Canceled: false,
	} {
		if got := contradicts(err); got != want {
			t.Errorf("contradicts(%v) = %v", err, got)
		}
	}
	for err, want := range map[error]bool{
		message.New("drive.full", "copies.no_file", nil): true, message.New("gbak.killed", "copies.no_file", nil): true,
		errors.New("run gbak: no memory"): true, message.New("gbak.failed", "copies.no_file", nil): false,
	} {
		if got := circumstance(err); got != want {
			t.Errorf("circumstance(%v) = %v", err, got)
		}
	}
}

func TestADestinationThatHangsDoesNotHoldACancelledRun(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	f, err := openFanout(ctx, "x.zip", []Destination{{Name: "a", Path: dir}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	hangs, release := make(chan struct{}), make(chan struct{})
	stuck := &sink{destination: Destination{Name: "b"}, parcel: &parcel{pieces: []*piece{{file: &drive.File{}}}}, blocks: make(chan []byte, lag), done: make(chan struct{})}
	go func() { // a write that does not come back
		defer close(stuck.done)
		<-stuck.blocks
		close(hangs)
		<-release
		for range stuck.blocks {
		}
	}()
	f.sinks = append(f.sinks, stuck)
	time.AfterFunc(50*time.Millisecond, cancel)
	for err == nil {
		_, err = f.Write(make([]byte, 1000))
	}
	<-hangs
	began := time.Now()
	f.end()
	if err := f.discard(); err != nil || time.Since(began) > 10*lastMoment {
		t.Errorf("it took %v to end, %v", time.Since(began), err)
	}
	close(release)
	<-stuck.done
}
