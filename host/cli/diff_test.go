package cli

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAComparisonShowsWhatWasAndWhatWouldBe(t *testing.T) {
	got := compareLines([]string{"a", "b", "c", "d"}, []string{"a", "x", "c", "c", "d"})
	want := []line{{" ", "a"}, {"-", "b"}, {"+", "x"}, {" ", "c"}, {"+", "c"}, {" ", "d"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Without its added lines a comparison is the old text, without its removed ones the new; what both have in common is as
// long as it can be.
func TestAComparisonHoldsBothTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 7)
		old, next := texts.Draw(t, "old"), texts.Draw(t, "next")
		all := compareLines(old, next)
		side := func(without string) []string {
			kept := []string{}
			for _, l := range all {
				if l.Op != without {
					kept = append(kept, l.Text)
				}
			}
			return kept
		}
		if got := side("+"); !slices.Equal(got, old) {
			t.Fatalf("the old text is %v", got)
		}
		if got := side("-"); !slices.Equal(got, next) {
			t.Fatalf("the new text is %v", got)
		}
		if slices.Equal(old, next) && slices.ContainsFunc(all, changed) {
			t.Fatalf("one text differs from itself: %v", all)
		}
		common := len(all) - len(slices.DeleteFunc(slices.Clone(all), func(l line) bool { return !changed(l) }))
		if most := longest(old, next); common != most {
			t.Fatalf("%d lines are the same, %d could be", common, most)
		}
	})
}

// longest tries every choice.
func longest(a, b []string) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return 0
	case a[0] == b[0]:
		return 1 + longest(a[1:], b[1:])
	}
	return max(longest(a[1:], b), longest(a, b[1:]))
}
