package layer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

// versionOf is a version with one script of that text, and a reseller's file.
func versionOf(text string) Version {
	return Version{files: memory{"store/a.lua": []byte(text), "reseller/base.toml": []byte("# " + text), "store/lib/deep/x.toml": nil}}
}

func textOf(v Version) string { return string(v.files["store/a.lua"]) }

func TestTheVersionInForceIsTheOneActivatedLast(t *testing.T) {
	a := Active{Dir: filepath.Join(t.TempDir(), "active")}
	if _, ok := a.Current(); ok {
		t.Error("there is a version in force before there was one")
	}
	for _, text := range []string{"1", "2", "3", "4", "2"} {
		if err := a.Activate(versionOf(text)); err != nil {
			t.Fatal(err)
		}
		if now, ok := a.Current(); !ok || now.Hash() != versionOf(text).Hash() {
			t.Errorf("after %s: %q, %v", text, textOf(now), ok)
		}
	}
	want := []string{versionOf("2").Hash(), versionOf("4").Hash(), versionOf("3").Hash()}
	if hashes, err := a.hashes(); err != nil || !cmp.Equal(want, hashes) {
		t.Error(cmp.Diff(want, hashes), err)
	}
	if left, err := os.ReadDir(a.Dir); err != nil || len(left) != kept+1 {
		t.Errorf("%d things are left, %v", len(left), err)
	}
}

func TestADamagedVersionGivesWayToTheOneBefore(t *testing.T) {
	a := Active{Dir: filepath.Join(t.TempDir(), "active")}
	for _, text := range []string{"1", "2"} {
		if err := a.Activate(versionOf(text)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(a.Dir, versionOf("2").Hash(), "store", "a.lua"), "")
	if now, ok := a.Current(); !ok || textOf(now) != "1" {
		t.Errorf("%q, %v", textOf(now), ok)
	}
	if err := a.Activate(versionOf("2")); err != nil {
		t.Fatal(err)
	}
	if now, ok := a.Current(); !ok || textOf(now) != "2" {
		t.Errorf("mended: %q, %v", textOf(now), ok)
	}
}

// A virus scanner may hold the pointer; a disk may give an error once.
type unread struct{ realDisk }

func (d unread) rename(from, to string) error {
	err := d.realDisk.rename(from, to)
	if filepath.Base(to) == "current" {
		err = errors.Join(err, os.Remove(to), os.Mkdir(to, 0o755)) // a folder is no file that can be read
	}
	return err
}

func TestNoVersionIsSweptAwayWhileThePointerCanNotBeRead(t *testing.T) {
	a := Active{Dir: filepath.Join(t.TempDir(), "active")}
	for _, text := range []string{"1", "2"} {
		if err := a.Activate(versionOf(text)); err != nil {
			t.Fatal(err)
		}
	}
	broken := a
	broken.disk = unread{}
	if err := broken.Activate(versionOf("3")); message.Code(err) != "fs.denied" {
		t.Errorf("after the switch: %v", err)
	}
	if err := a.Activate(versionOf("4")); message.Code(err) != "fs.denied" {
		t.Errorf("before the switch: %v", err)
	}
	for _, text := range []string{"1", "2", "3"} {
		if _, whole := a.version(versionOf(text).Hash()); !whole {
			t.Errorf("version %s is gone", text)
		}
	}
}

func TestALayerIsEmptyOnlyWhenItsFolderIs(t *testing.T) {
	dir := t.TempDir()
	p := Places{Store: dir, Base: filepath.Join(dir, "revenda", "revenda.toml")}
	for _, name := range []string{"scripts/a.lua", "revenda/revenda.toml", "revenda/scripts/b.lua"} {
		write(t, filepath.Join(dir, name), "1")
	}
	before, err := Read(p, Version{})
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{filepath.Join(dir, "scripts"), filepath.Join(dir, "revenda", "scripts")} {
		if err := os.Rename(folder, folder+".away"); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(p, before); message.Code(err) != "fs.denied" || !strings.Contains(err.Error(), folder) {
			t.Errorf("%s is away: %v", folder, err)
		}
		if _, err := Read(p, Version{}); err != nil {
			t.Errorf("%s was never there: %v", folder, err)
		}
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if before, err = Read(p, before); err != nil {
			t.Errorf("%s is empty: %v", folder, err)
		}
	}
	if before.has(storeFolder) || before.has(resellerFolder) {
		t.Error("there are files in empty folders")
	}
}

// dying is a disk whose power goes off before a step; a file that was being written is there in part.
type dying struct {
	left int
	realDisk
}

var errDark = errors.New("the power went off")

func (d *dying) step() error {
	if d.left--; d.left < 0 {
		return errDark
	}
	return nil
}

func (d *dying) mkdir(path string) error {
	return errors.Join(d.step(), d.alive(func() error { return d.realDisk.mkdir(path) }))
}

func (d *dying) remove(path string) error {
	return errors.Join(d.step(), d.alive(func() error { return d.realDisk.remove(path) }))
}

func (d *dying) rename(from, to string) error {
	return errors.Join(d.step(), d.alive(func() error { return d.realDisk.rename(from, to) }))
}

func (d *dying) write(path string, data []byte) error {
	err := d.step()
	if d.left == -1 {
		_ = d.realDisk.write(path, data[:len(data)/2])
	}
	return errors.Join(err, d.alive(func() error { return d.realDisk.write(path, data) }))
}

func (d *dying) alive(fn func() error) error {
	if d.left < 0 {
		return errDark
	}
	return fn()
}

func TestAPowerCutBetweenAnyTwoStepsLeavesTheOldOrTheNew(t *testing.T) {
	dir := t.TempDir()
	old, new := versionOf("old"), versionOf("new")
	switched := false
	for steps := 0; ; steps++ {
		a := Active{Dir: filepath.Join(dir, "active")}
		if err := os.RemoveAll(a.Dir); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"1", "2", "old"} {
			if err := a.Activate(versionOf(text)); err != nil {
				t.Fatal(err)
			}
		}
		cut := Active{Dir: a.Dir, disk: &dying{left: steps}}
		err := cut.Activate(new)
		now, ok := a.Current()
		switch {
		case ok && now.Hash() == new.Hash():
			switched = true
		case !ok || now.Hash() != old.Hash() || switched:
			t.Fatalf("after %d steps %q is in force, %v", steps, textOf(now), ok)
		}
		// What is left does not stand in the way of the next.
		if next := a.Activate(new); next != nil {
			t.Fatalf("after %d steps: %v", steps, next)
		}
		if now, _ := a.Current(); now.Hash() != new.Hash() {
			t.Fatalf("after %d steps the next did not switch", steps)
		}
		if left, _ := os.ReadDir(a.Dir); len(left) != kept+1 {
			t.Fatalf("after %d steps %d things are left", steps, len(left))
		}
		if err == nil {
			if steps < 10 {
				t.Fatalf("only %d steps were cut", steps)
			}
			return
		}
	}
}

func TestAVersionIsEveryFileThatARunReads(t *testing.T) {
	dir := t.TempDir()
	p := Places{Store: dir, Base: filepath.Join(dir, "revenda", "revenda.toml")}
	for name, text := range map[string]string{
		"scripts/a.lua": "1", "scripts/lib/x.lua": "2", "scripts/a_test.lua": "3", "scripts/notes.txt": "4", "scripts/systems/pdv.toml": "5",
		"revenda/revenda.toml": "6", "revenda/scripts/b.lua": "7", "revenda/other.lua": "8",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	v, err := Read(p, Version{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range v.Changes(Version{}) {
		names = append(names, c.Layer+" "+c.File+" "+c.Kind)
	}
	want := []string{
		"reseller base.toml added", "reseller b.lua added", "store a.lua added", "store lib/x.lua added", "store systems/pdv.toml added",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	before := v.Hash()
	write(t, filepath.Join(dir, "scripts/a_test.lua"), "changed")
	if v, err = Read(p, Version{}); err != nil || v.Hash() != before {
		t.Error("a test is no part of a version", err)
	}
	write(t, filepath.Join(dir, "revenda/revenda.toml"), "changed")
	if v, err = Read(p, Version{}); err != nil || v.Hash() == before {
		t.Error("the reseller's file is a part of a version", err)
	}
	// Beside djscript.toml the folder scripts is the store's own.
	p.Base = filepath.Join(dir, "revenda.toml")
	if v, err = Read(p, Version{}); err != nil || len(v.Layers(p, nil)) != 2 {
		t.Errorf("%d layers, %v", len(v.Layers(p, nil)), err)
	}
	if v, err = Read(Places{Store: filepath.Join(dir, "nowhere")}, Version{}); err != nil || !v.Empty() {
		t.Errorf("a store without scripts: %v, %v", v, err)
	}
}

func TestFilesThatChangeWhileTheyAreReadAreReadAgain(t *testing.T) {
	texts := []string{"ha", "half", "whole", "whole", "never read"}
	v, still, err := untilStill(func() (Version, error) {
		text := texts[0]
		texts = texts[1:]
		return versionOf(text), nil
	})
	if err != nil || !still || textOf(v) != "whole" || len(texts) != 1 {
		t.Errorf("%q, %v, %v; left %v", textOf(v), still, err, texts)
	}
	n := 0
	if _, still, _ = untilStill(func() (Version, error) { n++; return versionOf(string(rune('a' + n))), nil }); still {
		t.Error("it never stood still")
	}
	if _, _, err = untilStill(func() (Version, error) { return Version{}, errDark }); err == nil {
		t.Error("what can not be read was read")
	}
}

func TestAnotherFolderTakesThePlaceOfALayer(t *testing.T) {
	dir := t.TempDir()
	p := Places{Store: dir, Base: filepath.Join(dir, "revenda", "revenda.toml")}
	for name, text := range map[string]string{
		"scripts/a.lua": "1", "revenda/revenda.toml": "2", "revenda/scripts/b.lua": "3", "new/revenda.toml": "2", "new/scripts/c.lua": "4", "mine/a.lua": "5",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	old, err := Read(p, Version{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		layer, folder, base string
		want                []Change
	}{
		{Store, "mine", "", []Change{{Store, "a.lua", Changed}}},
		{Reseller, "new", "new/revenda.toml", []Change{{Reseller, "b.lua", Removed}, {Reseller, "c.lua", Added}}},
	} {
		v, err := old.With(test.layer, filepath.Join(dir, test.folder), filepath.Join(dir, test.base))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, v.Changes(old)); diff != "" {
			t.Errorf("%s: %s", test.layer, diff)
		}
	}
}
