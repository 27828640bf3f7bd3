package retention

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// believedSlowly says what believed has to: each pair is looked at.
func believedSlowly(stamps []stamp) []int {
	length, before := make([]int, len(stamps)), make([]int, len(stamps))
	last := -1
	for i, s := range stamps {
		length[i], before[i] = 1, -1
		for j := range i {
			nearer := before[i] < 0 || stamps[j].day >= stamps[before[i]].day
			if s.follows(stamps[j]) && (length[j]+1 > length[i] || length[j]+1 == length[i] && nearer) {
				length[i], before[i] = length[j]+1, j
			}
		}
		if last < 0 || length[i] >= length[last] {
			last = i
		}
	}
	var found []int
	for i := last; i >= 0; i = before[i] {
		found = append(found, i)
	}
	return found
}

func TestTheLongestSequenceIsFoundFast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stamps []stamp
		seq, day := 0, 20_000
		for range rapid.IntRange(0, 40).Draw(t, "copies") {
			seq += rapid.SampledFrom([]int{0, 1, 1, 1, 2, 9}).Draw(t, "numbers")
			day += rapid.SampledFrom([]int{0, 1, 1, 2, 300, 401, 900, -1, -3, -400, -4000}).Draw(t, "days")
			stamps = append(stamps, stamp{day, longestPause*seq - day})
		}
		if got, want := believed(stamps), believedSlowly(stamps); !slices.Equal(got, want) {
			t.Fatalf("believed %v, want %v", got, want)
		}
	})
}

// Rotation takes copies away from between others; what is left must be believed as it was.
func TestDroppedCopiesLeaveTheDaysOfOthersAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var copies []Copy
		day := "2020-01-31"
		for i := range rapid.IntRange(0, 30).Draw(t, "copies") {
			copies = append(copies, night(uint64(i+1), day))
			day = after(day, rapid.IntRange(0, longestPause).Draw(t, "pause"))
		}
		left := slices.DeleteFunc(copies, func(Copy) bool { return rapid.Bool().Draw(t, "dropped") })
		for _, g := range Groups(left) {
			for _, c := range g.Copies {
				if c.Doubted {
					t.Fatalf("%s is doubted since copies between went", c.Day)
				}
			}
		}
	})
}

func TestANumberThatNobodyCountedToCastsNoDoubtOnOthers(t *testing.T) {
	all := nights("2026-11-01", 5)
	all[4].Seq = 1<<64 - 1
	for _, c := range Groups(all)[0].Copies[1:] {
		if c.Doubted {
			t.Errorf("%s is doubted", c.Day)
		}
	}
}

func TestADayIsADateAndNothingElse(t *testing.T) {
	for _, day := range []string{
		"2026-02-28", "2024-02-29", "0000-01-01", "9999-12-31", "1969-12-31", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "",
		"2026-01-01 ", " 2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "+2026-01-01", "12026-01-01", "2026-01-01.5", "hoje",
	} {
		want, err := time.Parse(time.DateOnly, day)
		if n, ok := dayNumber(day); ok != (err == nil) || ok && n != int(want.Unix()/86400) {
			t.Errorf("%q: %d, %v; want %v, %v", day, n, ok, want, err)
		}
	}
}
