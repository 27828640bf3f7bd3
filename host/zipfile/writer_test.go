package zipfile

import (
	stdzip "archive/zip"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/flate"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

var someday = time.Date(2026, 11, 21, 22, 0, 2, 0, time.FixedZone("-03", -3*3600))

// build is a zip as copies are made: streamed entries, and a small one written whole.
func build(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	z := NewWriter(&out, DefaultLevel)
	stream(t, z, "dados/LOJA.fbk", someFile(600))
	if err := z.Add("LEIA-ME.txt", someday, []byte(strings.Repeat("como restaurar\n", 20))); err != nil {
		t.Fatal(err)
	}
	if err := z.Add("raw.bin", someday, noise(300)); err != nil {
		t.Fatal(err)
	}
	stream(t, z, "vazio.txt", nil)
	stream(t, z, "manifest.json", []byte(`{"id":"x"}`))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func stream(t testing.TB, z *Writer, name string, data []byte) {
	t.Helper()
	w, err := z.Create(name, someday)
	if err != nil {
		t.Fatal(err)
	}
	for chunk := range bytes.SplitSeq(data, []byte("\n")) {
		if _, err := w.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
}

func noise(n int) []byte {
	source := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(source.Uint32())
	}
	return data
}

func someFile(n int) []byte {
	return append(bytes.Repeat([]byte("venda 0001;10,50;"), n/34), noise(n/2)...)
}

func TestTheZipIsReadByGoAndByUnzip(t *testing.T) {
	data := build(t)
	z, err := stdzip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range z.File {
		in, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, in); err != nil {
			t.Errorf("%s: %v", file.Name, err)
		}
		if !file.Modified.Equal(someday) {
			t.Errorf("%s is of %v, want %v", file.Name, file.Modified, someday)
		}
		if file.Flags&flagUTF8 != 0 {
			t.Errorf("%s is marked UTF-8", file.Name)
		}
	}
	unzipTest(t, data)
}

func unzipTest(t *testing.T, data []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	runUnzip(t, path)
}

func runUnzip(t *testing.T, path string) {
	t.Helper()
	out, err := exec.Command("unzip", "-t", path).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Fatal("this test needs unzip: apt-get install unzip")
	}
	if err != nil || strings.Contains(string(out), "warning") || !strings.Contains(string(out), "No errors detected") {
		t.Errorf("unzip -t: %v\n%s", err, out)
	}
}

func TestTheTildeStaysPlainASCII(t *testing.T) {
	var out bytes.Buffer
	z := NewWriter(&out, 1)
	stream(t, z, "LOJA~1.FBK", []byte("x"))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if flags := out.Bytes()[6] | out.Bytes()[7]; flags != flagDescriptor {
		t.Errorf("flags are %#x", flags)
	}
}

func TestTheWriterRefusesNames(t *testing.T) {
	for _, name := range badNames {
		z := NewWriter(io.Discard, 3)
		if _, err := z.Create(name, someday); message.Code(err) != "arg.value" {
			t.Errorf("Create(%q) = %v", name, err)
		}
		if err := z.Add(name, someday, nil); message.Code(err) != "arg.value" {
			t.Errorf("Add(%q) = %v", name, err)
		}
	}
	for first, second := range map[string]string{"a": "A", "A/b": "a", "x": "X/y"} {
		z := NewWriter(io.Discard, 3)
		if err := z.Add(first, someday, nil); err != nil {
			t.Fatal(err)
		}
		if err := z.Add(second, someday, nil); message.Code(err) != "arg.value" {
			t.Errorf("Add(%q) after %q = %v", second, first, err)
		}
	}
}

var badNames = []string{
	"", ".", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "a/", "./a", "C:/x", "C:x", `\x`, `a\b`, `..\x`, "a\x00b",
	"a\nb", "x.txt:ads", "CON", "con.txt", "a/NUL/b", "COM1", "lpt9.dat", "AUX .txt", "CONIN$", "a.", "a ", "a./b", "a?b", "a*", "<a>", `"a"`,
	"a|b", strings.Repeat("x", 1025), "a/" + strings.Repeat("x/", 600) + "x", "\xff\xfe",
}

func TestTheWriterRefusesOtherLettersThanASCII(t *testing.T) {
	if _, err := NewWriter(io.Discard, 3).Create("ação.txt", someday); message.Code(err) != "arg.value" {
		t.Errorf("Create = %v", err)
	}
}

func TestAFlatClockBatteryStillGivesAZip(t *testing.T) {
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC)} {
		var out bytes.Buffer
		z := NewWriter(&out, 3)
		if err := z.Add("a", at, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := z.Create("b", at); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		unzipTest(t, out.Bytes())
	}
}

type brokenDrive struct{ left int }

var errDrive = errors.New("the drive's own error")

func (d *brokenDrive) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return 0, errDrive
	}
	d.left -= len(p)
	return len(p), nil
}

func TestAnErrorOfTheDriveComesThroughAsItIsAtAnyByte(t *testing.T) {
	data := someFile(20_000)
	for left := 0; left < 10_000; left += 512 {
		z := NewWriter(&brokenDrive{left}, 3)
		w, err := z.Create("a", someday)
		if err == nil {
			_, err = w.Write(data)
		}
		err = errors.Join(err, z.Close())
		if !errors.Is(err, errDrive) {
			t.Fatalf("with room for %d bytes: %v", left, err)
		}
	}
}

func TestWhatGoesInComesOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringMatching(`[A-Za-z0-9_-]{1,8}`)
		names := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(part, 1, 3).Draw(t, "parts"), "/")
		}), 0, 8, strings.ToLower).Draw(t, "names")
		want := map[string][]byte{}
		var out bytes.Buffer
		z := NewWriter(&out, rapid.IntRange(1, 9).Draw(t, "level"))
		for _, name := range names {
			data := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(t, "data")
			if err := put(z, name, data, rapid.Bool().Draw(t, "whole")); message.Code(err) == "arg.value" {
				continue // a device of DOS, or a folder where a file is
			} else if err != nil {
				t.Fatal(err)
			}
			want[name] = data
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Test(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := map[string][]byte{}
		for _, e := range r.Entries() {
			got[e.Name] = read(t, r, e.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func put(z *Writer, name string, data []byte, whole bool) error {
	if whole {
		return z.Add(name, someday, data)
	}
	w, err := z.Create(name, someday)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func read(t rapid.TB, r *Reader, name string) []byte {
	t.Helper()
	in, err := r.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if data == nil {
		data = []byte{}
	}
	return data
}

// Past 4 GiB the sizes need zip64, in the descriptor and in the directory. The zeros are deflated once and written
// many times; what is tried are the records around them.
func TestAnEntryOfMoreThanFourGiBIsReadByAll(t *testing.T) {
	t.Parallel()
	const block, blocks = 4 << 20, 1025
	const size = int64(block) * blocks
	path := filepath.Join(t.TempDir(), "big.zip")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := NewWriter(file, 1)
	z.zip.RegisterCompressor(methodDeflate, func(w io.Writer) (io.WriteCloser, error) { return newZeros(w, block) })
	w, err := z.Create("zeros", someday)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, block)
	for range blocks {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Add("after", someday, []byte("still here")), z.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}

	if _, err := Open(path, Limits{}); !says(err, "zipfile.ratio") {
		t.Errorf("with the default ratio: %v", err)
	}
	r, err := Open(path, Limits{Ratio: 2000})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	big := r.laid[0]
	header, err := r.header(big)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.testEnd(big, header.data+big.Packed); err != nil || big.Bytes != size {
		t.Errorf("entry of %d bytes, want %d: %v", big.Bytes, size, err)
	}
	std, err := stdzip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = std.Close() }()
	if got := std.File[0].UncompressedSize64; got != uint64(size) {
		t.Errorf("archive/zip sees %d bytes, want %d", got, size)
	}
	runUnzip(t, path)
}

// zeros is a compressor that has one answer.
type zeros struct {
	out    io.Writer
	packed []byte
}

func newZeros(out io.Writer, block int) (*zeros, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, 1)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(make([]byte, block)); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	return &zeros{out, packed.Bytes()}, nil
}

func (z *zeros) Write(p []byte) (int, error) {
	_, err := z.out.Write(z.packed)
	return len(p), err
}

func (z *zeros) Close() error {
	_, err := z.out.Write([]byte{3, 0}) // an empty last block
	return err
}
