package zipfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	stdzip "archive/zip"

	"github.com/djscript/djscript/host/message"
)

// says tells whether err is the refusal with that sentence.
func says(err error, key string) bool {
	return errors.Is(err, message.New("zip.bad", key, nil))
}

func opened(t testing.TB, data []byte) *Reader {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data), int64(len(data)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// check is what `copies check` does with the zip, without the hash of the whole file.
func check(data []byte) error {
	r, err := NewReader(bytes.NewReader(data), int64(len(data)), Limits{})
	if err != nil {
		return err
	}
	return r.Test(context.Background())
}

func TestOurOwnZipPassesTheTest(t *testing.T) {
	if err := check(build(t)); err != nil {
		t.Error(err)
	}
}

func TestZipsOfOthersPassTheTest(t *testing.T) {
	var out bytes.Buffer
	z := stdzip.NewWriter(&out)
	for _, header := range []stdzip.FileHeader{
		{Name: "pasta/"}, {Name: "pasta/modelo.rtf", Method: stdzip.Deflate}, {Name: "solto.txt"},
		{Name: "ação.txt"}, {Name: "cora\x87\xc6o.txt", NonUTF8: true}, {Name: "sem data.txt"},
	} {
		w, err := z.CreateHeader(&header)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(header.Name, "/") {
			_, _ = io.WriteString(w, "conteúdo de "+header.Name)
		}
	}
	if err := z.SetComment("feito por outro programa"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r := opened(t, out.Bytes())
	if err := r.Test(t.Context()); err != nil {
		t.Error(err)
	}
	var names []string
	for _, e := range r.Entries() {
		names = append(names, e.Name)
	}
	want := []string{"pasta/modelo.rtf", "solto.txt", "ação.txt", "coração.txt", "sem data.txt"}
	if !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
}

func TestAnEmptyZipIsAZip(t *testing.T) {
	var out bytes.Buffer
	if err := NewWriter(&out, 3).Close(); err != nil {
		t.Fatal(err)
	}
	r := opened(t, out.Bytes())
	if err := r.Test(t.Context()); err != nil || len(r.Entries()) != 0 {
		t.Errorf("Test = %v, entries %v", err, r.Entries())
	}
}

// unseen says whether a bit is one of those that Test can not guard: what the directory alone tells, and, as the
// content is still the same, bits of deflate that mean nothing.
func unseen(spots []spot, bit int) bool {
	at := int64(bit / 8)
	for _, e := range spots {
		if at >= e.central+4 && at < e.central+6 || at >= e.central+36 && at < e.central+42 {
			return true // made by; attributes
		}
		if at >= e.data && at < e.end && e.method == methodDeflate {
			return true
		}
		// Who streams may write sizes into the header that he knows, and those of an empty file are easily known.
		if e.empty && at == e.local+18 {
			return true
		}
	}
	return false
}

// spot is where the pieces of an entry lie.
type spot struct {
	local, data, end, central int64
	method                    uint16
	empty                     bool
}

func mustRecords(data []byte) []spot {
	r, err := NewReader(bytes.NewReader(data), int64(len(data)), Limits{})
	if err != nil {
		panic(err)
	}
	var spots []spot
	at := r.start
	for _, e := range r.records {
		header, err := r.header(e)
		if err != nil {
			panic(err)
		}
		spots = append(spots, spot{e.offset, header.data, header.data + e.Packed, at, e.method, e.Bytes == 0})
		at += int64(centralLength + len(e.raw) + len(e.area))
	}
	return spots
}

func TestEveryBitThatTheFormatTellsTwiceIsGuarded(t *testing.T) {
	t.Parallel()
	data := build(t)
	spots := mustRecords(data)
	missed := 0
	for bit := range len(data) * 8 {
		data[bit/8] ^= 1 << (bit % 8)
		err := check(data)
		data[bit/8] ^= 1 << (bit % 8)
		switch {
		case err != nil && message.Code(err) != "zip.bad":
			t.Fatalf("bit %d of byte %d: %v", bit%8, bit/8, err)
		case err == nil && !unseen(spots, bit):
			t.Errorf("bit %d of byte %d may change unseen", bit%8, bit/8)
		case err == nil:
			missed++
		}
	}
	if limit := len(spots)*8*8 + 40; missed > limit {
		t.Errorf("%d bits may change unseen, want at most %d", missed, limit)
	}
}

func TestACutZipIsRefusedAtAnyLength(t *testing.T) {
	data := build(t)
	for length := 0; length < len(data); length += 1 + length/200 {
		if _, err := NewReader(bytes.NewReader(data[:length]), int64(length), Limits{}); message.Code(err) != "zip.bad" {
			t.Fatalf("cut at %d of %d: %v", length, len(data), err)
		}
	}
}

func TestBytesThatBelongToNothingAreRefused(t *testing.T) {
	data := build(t)
	if err := check(append(slices.Clone(data), 0)); !says(err, "zipfile.end") {
		t.Errorf("behind: %v", err)
	}
	if err := check(append([]byte("MZ"), data...)); message.Code(err) != "zip.bad" {
		t.Errorf("before: %v", err)
	}
	shifted := shift(t, data, 7)
	if _, err := NewReader(bytes.NewReader(shifted), int64(len(shifted)), Limits{}); err != nil {
		t.Fatalf("a zip behind a program opens: %v", err)
	}
	if err := check(shifted); !says(err, "zipfile.stray") {
		t.Errorf("before, with offsets that know it: %v", err)
	}
}

// shift puts bytes before a zip as a self-extracting one has them.
func shift(t *testing.T, data []byte, by int) []byte {
	t.Helper()
	out := append(make([]byte, by), data...)
	for _, spot := range mustRecords(data) {
		at := out[int64(by)+spot.central+42:]
		binary.LittleEndian.PutUint32(at, binary.LittleEndian.Uint32(at)+uint32(by))
	}
	end := out[len(out)-endLength+16:]
	binary.LittleEndian.PutUint32(end, binary.LittleEndian.Uint32(end)+uint32(by))
	return out
}

// forged is a zip of one stored entry whose records a test changes before they are written.
type forged struct {
	name, localName string
	data            string // as it lies there
	content         string // what the CRC is of, where that is something else
	flags, method   uint16
	madeBy          uint16
	outside, size   uint32
	packed, offset  uint32
	entries         uint16
	second          *forged
	localExtra      []byte
	centralExtra    []byte
}

func (f forged) bytes() []byte {
	all := []forged{f}
	if f.second != nil {
		all = append(all, *f.second)
	}
	var out, directory []byte
	for _, e := range all {
		offset := uint32(len(out))
		if e.offset != 0 {
			offset = e.offset - 1
		}
		out, directory = e.append(out, directory, offset)
	}
	start := len(out)
	out = append(out, directory...)
	entries := uint16(len(all))
	if f.entries != 0 {
		entries = f.entries
	}
	out = binary.LittleEndian.AppendUint32(out, endSignature)
	for _, v := range []uint16{0, 0, entries, entries} {
		out = binary.LittleEndian.AppendUint16(out, v)
	}
	out = binary.LittleEndian.AppendUint32(out, uint32(len(directory)))
	out = binary.LittleEndian.AppendUint32(out, uint32(start))
	return append(out, 0, 0)
}

func (f forged) append(out, directory []byte, offset uint32) ([]byte, []byte) {
	size, packed := uint32(len(f.data)), uint32(len(f.data))
	if f.size != 0 {
		size = f.size
	}
	if f.packed != 0 {
		packed = f.packed
	}
	local := f.localName
	if local == "" {
		local = f.name
	}
	crc := crc32.ChecksumIEEE([]byte(f.data))
	if f.content != "" {
		crc = crc32.ChecksumIEEE([]byte(f.content))
	}
	common := func(to []byte, name string, extra []byte) []byte {
		for _, v := range []uint16{20, f.flags, f.method, 0, 0} {
			to = binary.LittleEndian.AppendUint16(to, v)
		}
		for _, v := range []uint32{crc, packed, size} {
			to = binary.LittleEndian.AppendUint32(to, v)
		}
		to = binary.LittleEndian.AppendUint16(to, uint16(len(name)))
		return binary.LittleEndian.AppendUint16(to, uint16(len(extra)))
	}
	out = binary.LittleEndian.AppendUint32(out, localSignature)
	out = append(append(append(common(out, local, f.localExtra), local...), f.localExtra...), f.data...)
	directory = binary.LittleEndian.AppendUint32(directory, centralSignature)
	directory = binary.LittleEndian.AppendUint16(directory, f.madeBy)
	directory = common(directory, f.name, f.centralExtra)
	directory = append(directory, 0, 0, 0, 0, 0, 0) // comment, disk, inside
	directory = binary.LittleEndian.AppendUint32(directory, f.outside)
	directory = binary.LittleEndian.AppendUint32(directory, offset)
	return out, append(append(directory, f.name...), f.centralExtra...)
}

func TestAForgedZipIsRefusedByItsReason(t *testing.T) {
	if err := check(forged{name: "a", data: "x"}.bytes()); err != nil {
		t.Fatalf("the forger's honest zip: %v", err)
	}
	for want, forgeries := range map[string][]forged{
		"zipfile.twice": {
			{name: "a", second: &forged{name: "a"}}, {name: "a", second: &forged{name: "A"}},
			{name: "a", second: &forged{name: "a/b"}}, {name: "a/b", second: &forged{name: "A"}},
		},
		"zipfile.overlap": {
			{name: "a", data: "xyz", second: &forged{name: "b", data: "xyz", offset: 1}},
			{name: "a", data: "xyz", packed: 60, size: 60, second: &forged{name: "b", data: "xyz"}},
			{name: "a", data: "xyz", packed: 1 << 30, size: 1 << 30},
		},
		"zipfile.link": {
			{name: "a", madeBy: 3 << 8, outside: 0o120777 << 16}, {name: "a", outside: 0o120777 << 16},
			{name: "a", outside: 0o020666 << 16}, {name: "a", outside: 0o040755 << 16}, {name: "a", outside: 0x400},
			{name: "a", outside: 0x10}, {name: "a", outside: 0x08},
		},
		"zipfile.encrypted": {{name: "a", flags: flagEncrypted}},
		"zipfile.method":    {{name: "a", method: 9}, {name: "a", method: 93}, {name: "a", flags: 1 << 13}, {name: "a", flags: 1 << 5}},
		"zipfile.header": {
			{name: "a", localName: "b"}, {name: "a", data: "xyz", size: 2, packed: 3}, {name: "a/", data: "xyz"},
			{name: "a", localExtra: []byte{0x55, 0x54, 5, 0, 1, 1, 1, 1, 1}, centralExtra: []byte{0x55, 0x54, 5, 0, 1, 2, 1, 1, 1}},
			{name: "a", localExtra: []byte{9, 9, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8}, packed: 10, size: 10, second: &forged{name: "b"}},
			{name: "a", flags: flagDescriptor, localExtra: []byte{9, 9, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8}, packed: 10, size: 10, second: &forged{name: "b"}},
			{name: "a", localExtra: []byte{1, 2, 3}}, {name: "a", localExtra: []byte{1, 1, 9, 0, 1}},
		},
		"zipfile.directory": {{name: "a", entries: 2}, {name: "a", centralExtra: []byte{1, 0, 8}}, {name: "a", size: max32}},
		"zipfile.content": {
			{name: "a", method: methodDeflate, data: "this is not deflate"},
			{name: "a", method: methodDeflate, data: "\x01\x01\x00\xfe\xffx and more", content: "x", size: 1},
		},
	} {
		for _, forgery := range forgeries {
			if err := check(forgery.bytes()); !says(err, want) {
				t.Errorf("%+v: %v, want %s", forgery, err, want)
			}
		}
	}
	for _, name := range badNames {
		if err := check(forged{name: name}.bytes()); message.Code(err) != "zip.bad" && name != "a/" && name != "\xff\xfe" {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

func TestABombIsRefusedByWhatItSays(t *testing.T) {
	big := forged{name: "a", data: "\x03\x00", method: methodDeflate, size: 70 << 20}
	second := big
	second.name, big.second = "b", &second
	data := big.bytes()
	for want, limits := range map[string]Limits{
		"zipfile.ratio": {}, "zipfile.bytes": {Ratio: 1 << 30, Bytes: 100 << 20}, "zipfile.entries": {Entries: 1},
	} {
		if _, err := NewReader(bytes.NewReader(data), int64(len(data)), limits); !says(err, want) {
			t.Errorf("%+v: %v, want %s", limits, err, want)
		}
	}
}

// A zip that says little and holds much is stopped at what it said.
func TestABombIsStoppedWhereItGrowsPastWhatItSaid(t *testing.T) {
	var out bytes.Buffer
	z := NewWriter(&out, 9)
	w, err := z.Create("a", someday)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 10<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	data := out.Bytes()
	spot := mustRecords(data)[0]
	binary.LittleEndian.PutUint32(data[spot.central+24:], 1000)
	binary.LittleEndian.PutUint32(data[spot.end+12:], 1000)
	in, err := opened(t, data).Open("a")
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, in)
	if !says(err, "zipfile.content") || n > 1<<20 {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

type deadDisk struct {
	*bytes.Reader
	from int64
}

func (d deadDisk) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > d.from && at < d.from+1 {
		return 0, errDrive
	}
	return d.Reader.ReadAt(p, at)
}

// A disk that does not answer is not a damaged copy: the copy may be good in another reader.
func TestADiskThatDoesNotAnswerIsNotCalledABadZip(t *testing.T) {
	data := build(t)
	for from := 0; from < len(data); from += 97 {
		r, err := NewReader(deadDisk{bytes.NewReader(data), int64(from)}, int64(len(data)), Limits{})
		if err == nil {
			err = r.Test(t.Context())
		}
		if message.Code(err) != "drive.removed" || !errors.Is(err, errDrive) {
			t.Fatalf("dead at %d: %v", from, err)
		}
	}
}

func TestTestStopsWhenItIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := opened(t, build(t)).Test(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Test = %v", err)
	}
}

func TestOpenSaysWhyAPathIsNoZip(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.zip")
	if err := os.WriteFile(text, []byte("isto não é um zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{filepath.Join(dir, "none.zip"): "arg.path", dir: "zip.bad", text: "zip.bad"} {
		if _, err := Open(path, Limits{}); message.Code(err) != want || !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%s) = %v", path, err)
		}
	}
	if _, err := opened(t, build(t)).Open("none"); !says(err, "zipfile.missing") {
		t.Errorf("Open of an entry that is not there: %v", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(build(f))
	f.Add(forged{name: "a", data: "x", second: &forged{name: "b/c", data: "y"}}.bytes())
	f.Add(forged{name: "pasta/"}.bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data), int64(len(data)), Limits{Bytes: 1 << 24})
		if err != nil {
			if message.Code(err) != "zip.bad" {
				t.Fatalf("NewReader: %v", err)
			}
			return
		}
		err = r.Test(t.Context())
		if err != nil && message.Code(err) != "zip.bad" {
			t.Fatalf("Test: %v", err)
		}
		dir := t.TempDir()
		made, errExtract := r.Extract(t.Context(), dir, nil)
		if err == nil && errExtract != nil {
			t.Fatalf("tested good, but: %v", errExtract)
		}
		if errExtract != nil && message.Code(errExtract) == "" {
			t.Fatalf("Extract: %v", errExtract)
		}
		for _, path := range made {
			if rel, err := filepath.Rel(dir, path); err != nil || !filepath.IsLocal(rel) {
				t.Fatalf("%q is not in %q", path, dir)
			}
		}
	})
}

func FuzzSafeNameStaysInItsFolder(f *testing.F) {
	for _, name := range badNames {
		f.Add(name)
	}
	f.Add("dados/LOJA.fbk")
	f.Fuzz(func(t *testing.T, name string) {
		if safeName(name) && (!filepath.IsLocal(name) || strings.ContainsAny(name, "\\:\x00")) {
			t.Errorf("%q is called safe", name)
		}
	})
}
