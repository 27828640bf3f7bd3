package retention

// frozen is why nothing of a unit may go now; nil where something may.
func (j *judgement) frozen(g *Group) []Reason {
	switch {
	case g.suspicious():
		return j.only("retention.suspect", "", nil)
	case j.newSpread(g).lacking(g):
		return j.only("retention.devices", "devices", j.guards.Devices)
	}
	return nil
}

// held is why a copy that nothing keeps can not go now; nil where it can.
func (j *judgement) held(c *Copy, frozen []Reason) []Reason {
	switch {
	case frozen != nil:
		return frozen
	case c.Busy:
		return j.only("retention.busy", "", nil)
	case c.Away:
		return j.only("retention.away", "", nil)
	}
	return nil
}

// suspicious tells whether a copy unlike its elders has come since the newest verified one: what made it so may make the
// next ones so, and the old ones are then all that there is.
func (g *Group) suspicious() bool {
	for i := range g.Copies {
		switch g.Copies[i].State {
		case Suspect:
			return true
		case Verified:
			return false
		}
	}
	return false
}
