package run

import "github.com/djscript/djscript/host/config"

// recipients are the keys that a destination's copies are encrypted for: what leaves the shop is, where there are any.
func recipients(c *config.Config, d config.Destination) []string {
	if d.Drive == nil && !d.Encrypt {
		return nil
	}
	return c.Recipients
}
