package retention

// Where a store has as many devices as this, two of them hold a verified copy of a unit before anything of it goes.
const manyDevices = 3

// spread keeps the newest verified copy on a second device, where no other destination has one: drives of a set are
// devices of their own.
type spread struct {
	wanted bool
	first  string // the device with the newest copy that is known to lie on one
	second bool
}

func (j *judgement) newSpread(g *Group) *spread {
	return &spread{wanted: j.guards.Devices >= manyDevices && j.guards.Elsewhere[g.Unit] < 1}
}

// pass takes the verified copies, newest first.
func (s *spread) pass(c *Copy, add func(key, name string, value any)) {
	switch {
	case !s.wanted || s.second || c.Device == "" || c.Device == s.first:
	case s.first == "":
		s.first = c.Device
		add("retention.device", "", nil)
	default:
		s.second = true
		add("retention.device", "", nil)
	}
}

// lacking tells whether only one device has a verified copy.
func (s *spread) lacking(g *Group) bool {
	for i := range g.Copies {
		if c := &g.Copies[i]; c.State == Verified {
			s.pass(c, func(string, string, any) {})
		}
	}
	return s.wanted && !s.second
}
