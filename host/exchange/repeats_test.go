package exchange

import "testing"

// What finds keys that are there twice takes no more memory for the largest files.
func TestTheSearchForRepeatsIsBounded(t *testing.T) {
	for size, most := range map[int64]int{0: leastMarks, 100 << 20: 1 << 18, 1 << 40: mostMarks} {
		if r := newRepeats(codec(t, productLayout), nil, size); len(r.marks) > most {
			t.Errorf("%d words for %d bytes", len(r.marks), size)
		}
	}
}
