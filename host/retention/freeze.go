package retention

// frozen is why nothing of a unit may go now; the key is "" where something may.
func (j *judgement) frozen(g *Group) Reason {
	switch {
	case g.suspicious():
		return j.say.of("retention.suspect", "", nil)
	case j.newSpread(g).lacking(g):
		return j.say.of("retention.devices", "devices", j.guards.Devices)
	}
	return Reason{}
}

// held is why a copy that nothing keeps can not go now.
func (j *judgement) held(c *Copy, frozen Reason) (why Reason, held bool) {
	switch {
	case frozen.Key != "":
		return frozen, true
	case c.Busy:
		return j.say.of("retention.busy", "", nil), true
	case c.Away:
		return j.say.of("retention.away", "", nil), true
	}
	return Reason{}, false
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
