package drive

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/djscript/djscript/host/message"
)

func TestTheSystemsDriveIsListedWithWhatTheSystemSaysOfIt(t *testing.T) {
	system := filepath.VolumeName(SystemFolder()) + `\`
	drives, err := List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(drives, func(d Drive) bool { return strings.EqualFold(d.Path, system) })
	if i < 0 {
		t.Fatalf("%s is not among %+v", system, drives)
	}
	d := drives[i]
	if d.Total <= 0 || d.Free < 0 || d.Free > d.Total || d.Filesystem == "" || !volumeSerial(d.Serial) || d.State != "" {
		t.Errorf("%+v", d)
	}
	of, err := Of(SystemFolder())
	if err != nil || of.Path != d.Path || of.Serial != d.Serial || of.Filesystem != d.Filesystem {
		t.Errorf("asked for by a folder it is %+v, %v", of, err)
	}
	h, err := HardwareOf(t.Context(), d)
	if err != nil || h.Serial != d.Serial || h.Filesystem != d.Filesystem || !h.Matches(h) {
		t.Errorf("its hardware: %+v, %v", h, err)
	}
	if err := Eject(t.Context(), d); message.Code(err) != "drive.system" {
		t.Errorf("ejected: %v", err)
	}
	if _, err := Enrol(t.Context(), d.Path, Mark{Store: "loja", Destination: "pendrive"}, nil, nil); message.Code(err) != "drive.system" {
		t.Errorf("enrolled: %v", err)
	}
}

func volumeSerial(text string) bool { return len(text) == 9 && text[4] == '-' && text != "0000-0000" }

func TestALetterWithoutADriveIsNone(t *testing.T) {
	mask, err := windows.GetLogicalDrives()
	if err != nil {
		t.Fatal(err)
	}
	for letter := range 26 {
		root := string(rune('A'+letter)) + `:\`
		if mask&(1<<letter) != 0 {
			continue
		}
		if d, err := Of(root); message.Code(err) != "drive.not_found" {
			t.Errorf("%s: %+v, %v", root, d, err)
		}
		if _, err := Create(root, "a.zip"); message.Code(err) != "drive.not_found" {
			t.Errorf("%s: %v", root, err)
		}
	}
}

func TestAFileIsReadBackPastTheCacheBeforeItHasItsName(t *testing.T) {
	dir := t.TempDir()
	text := []byte(strings.Repeat("uma linha da cópia\n", 100_000)) // no whole number of blocks
	sum := sha256.Sum256(text)
	for _, want := range []string{hex.EncodeToString(sum[:]), strings.Repeat("0", 64)} {
		f, err := Create(dir, "cópia.zip")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(text); err != nil {
			t.Fatal(err)
		}
		from, err := f.Publish(t.Context(), want)
		if good := want[0] != '0'; good && (err != nil || from != FromDevice) || !good && message.Code(err) != "copy.bad" {
			t.Errorf("read back from %q: %v", from, err)
		}
		if err := f.Discard(); err != nil {
			t.Fatal(err)
		}
		lies, err := os.ReadFile(filepath.Join(dir, "cópia.zip"))
		if good := want[0] != '0'; good && string(lies) != string(text) || !good && !os.IsNotExist(err) {
			t.Errorf("%d bytes lie there, %v", len(lies), err)
		}
		if err := os.Remove(filepath.Join(dir, "cópia.zip")); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestAFileThatIsThereIsNotReplacedAndALineIsAdded(t *testing.T) {
	dir := t.TempDir()
	if err := WriteFile(dir, "a.json", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, "a.json"); message.Code(err) != "fs.exists" {
		t.Errorf("created: %v", err)
	}
	if err := WriteFile(dir, "a.json", []byte("[]")); err != nil {
		t.Fatal(err)
	}
	ledger := filepath.Join(dir, "ledger.jsonl")
	for _, line := range []string{"um", "dois"} {
		if err := Append(ledger, []byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"a.json": "[]", "ledger.jsonl": "um\ndois\n"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if !SameDevice(dir, ledger) || !SameFile(ledger, strings.ToUpper(ledger)) || !Within(ledger, strings.ToUpper(dir)) {
		t.Errorf("names are told apart by their case")
	}
}
