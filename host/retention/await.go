package retention

import "slices"

// arrivals keep what other destinations still wait for. A verified copy is waited for where it was made to go and does
// not lie, until a newer one of its class has got there or was not made for it. That newer one stays too, so that what
// it freed is not waited for again.
type arrivals map[string][]string // by class: where none of the verified copies so far has arrived

// pass takes the verified copies, newest first.
func (a arrivals) pass(c *Copy, add func(key, name string, value any)) {
	missed, known := a[c.Class]
	if known && len(missed) == 0 {
		return
	}
	var still []string
	for _, where := range c.To {
		if slices.Contains(c.At, where) || known && !slices.Contains(missed, where) || slices.Contains(still, where) {
			continue
		}
		still = append(still, where)
		if !slices.Contains(c.Waived, where) {
			add("retention.awaited", "where", where)
		}
	}
	for _, where := range missed {
		if !slices.Contains(still, where) {
			add("retention.arrived", "where", where)
		}
	}
	a[c.Class] = still
}
