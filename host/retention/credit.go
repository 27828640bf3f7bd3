package retention

// Drops are paid for by new verified copies: a store whose backups fail stops losing old ones, whatever its policy.
const (
	allowance = 10 // where nothing is known of what came before
	creditCap = 30 // a flood of copies pays for no more than this
)

// Change is a thing that happened to the copies of a database at a destination.
type Change int

// Changes.
const (
	Added   Change = iota // a copy was verified
	Dropped               // a copy was dropped
)

// Credit is how many copies may be dropped after these changes, oldest first: none before a new one has come since the
// last drop.
func Credit(changes []Change) int {
	if len(changes) > 0 && changes[len(changes)-1] == Dropped {
		return 0
	}
	credit := allowance
	for _, c := range changes {
		if c == Added {
			credit = min(credit+1, creditCap)
		} else {
			credit = max(credit-1, 0)
		}
	}
	return credit
}
