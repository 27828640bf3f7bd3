package copies

// Believed are the business days of the verified copies among these, newest first, as far as they can be believed.
func Believed(all []Copy) []string { return believed(all) }
