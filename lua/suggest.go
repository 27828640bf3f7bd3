package lua

import "slices"

// Nearest is the candidate that name was probably meant to be, or "": the measure of every "did you mean".
func Nearest(name string, candidates []string) string { return nearest(name, candidates) }

// nearest is the candidate that name was probably meant to be, or "": within about a third of its length in
// Damerau-Levenshtein steps, one in up to four letters and two in five, and never as many as either has letters: "foo" is
// no "os". Among equals the first in the alphabet wins, so that the answer never changes.
func nearest(name string, candidates []string) string {
	if len(name) > longestName {
		return ""
	}
	best, least := "", len(name)/3+1
	if len(name) < 5 {
		least = 1
	}
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		if candidate == name || len(candidate) > len(name)+least || len(name) > len(candidate)+least || min(len(name), len(candidate)) <= least {
			continue
		}
		distance := editDistance(name, candidate)
		if distance < least || distance == least && best == "" {
			best, least = candidate, distance
		}
	}
	return best
}

// longestName is how many bytes a name has that somebody mistyped; what is longer is none.
const longestName = 100

// editDistance counts insertions, deletions, substitutions and swaps of neighbours.
func editDistance(a, b string) int {
	before, last, this := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		this[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			this[j] = min(last[j]+1, this[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				this[j] = min(this[j], before[j-2]+1)
			}
		}
		before, last, this = last, this, before
	}
	return last[len(b)]
}
