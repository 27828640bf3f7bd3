package layout

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// Bytes next to the separator, and those with the highest bit, are what a look at eight at once may take for it.
func TestALineIsDividedWhereverItsSeparatorStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		separator := rapid.SampledFrom([]byte{'|', ';', '\t', 0xA6}).Draw(t, "separator")
		near := []byte{separator, separator, separator ^ 1, separator + 1, separator - 1, separator ^ 0x80, 0, 0x80, 0xFF, 'a'}
		line := rapid.SliceOfN(rapid.SampledFrom(near), 0, 40).Draw(t, "line")
		var r Reader
		empty := r.splitAt(line, separator)
		want := bytes.Split(line, []byte{separator})
		if len(r.parts) != len(want) || empty != (len(want[len(want)-1]) == 0) {
			t.Fatalf("%q: %q, want %q", line, r.parts, want)
		}
		for i := range want {
			if !bytes.Equal(r.parts[i], want[i]) {
				t.Fatalf("%q: %q, want %q", line, r.parts, want)
			}
		}
	})
}
