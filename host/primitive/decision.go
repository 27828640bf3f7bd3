package primitive

import "github.com/djscript/djscript/host/retention"

// Decision is what a rotation decided at a destination. It is put into words when somebody asks.
type Decision struct {
	Where string
	plan  retention.Plan
}

// Guard is a guard that spoke: the key of its sentence, which is the same however the numbers in it change, and the sentence.
type Guard struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// Keep are the copies that stay, by their ids, with the reasons.
func (d Decision) Keep() map[string][]string { return spoken(d.plan.Keep) }

// Deferred are the copies that are to go another time.
func (d Decision) Deferred() map[string][]string { return spoken(d.plan.Deferred) }

// Guards are what the guards kept or put off against the policy.
func (d Decision) Guards() []Guard {
	var all []Guard
	for _, r := range d.plan.Guards {
		all = append(all, Guard{Key: r.Key, Text: r.String()})
	}
	return all
}
