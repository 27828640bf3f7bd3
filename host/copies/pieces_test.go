package copies

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

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
			if _, _, err := Extract(t.Context(), before[0], t.TempDir(), nil, keys...); message.Code(err) != "copy.bad" {
				t.Errorf("%s, %s: it came out: %v", form.stem, name, err)
			}
			after, _ := listed(t, catalogueOf(d))
			if len(after) != 1 || after[0].State != Bad {
				t.Errorf("%s, %s: afterwards it is %+v", form.stem, name, after)
			}
		}
	}
}

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
