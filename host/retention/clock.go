package retention

import "slices"

// No shop is closed for longer and goes on with the same copies.
const longestPause = 400

// doubt marks the copies whose day contradicts the others: of all days, in the order of the copies, the longest
// sequence that never goes back and never leaps further than a shop may be closed is believed. A flat clock battery or
// one wrong year so casts doubt on a few copies, and on none that were made before or after it. A doubted copy takes
// no slot and is kept.
func doubt(newestFirst []Copy) {
	var days, index []int // of the copies that can be believed at all, oldest first
	for i, c := range slices.Backward(newestFirst) {
		day, ok := dayNumber(c.Day)
		if ok && !c.Doubted {
			days, index = append(days, day), append(index, i)
		}
		newestFirst[i].Doubted = true
	}
	for _, i := range believed(days) {
		newestFirst[index[i]].Doubted = false
	}
}

// believed are the places of the longest sequence. Of several that are as long, the one with the newest end counts, and
// before each day the one nearest to it.
func believed(days []int) []int {
	length, before := make([]int, len(days)), make([]int, len(days))
	last := -1
	for i, day := range days {
		length[i], before[i] = 1, -1
		for j := range i {
			follows := days[j] <= day && day-days[j] <= longestPause
			nearer := before[i] < 0 || days[j] >= days[before[i]]
			if follows && (length[j]+1 > length[i] || length[j]+1 == length[i] && nearer) {
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
