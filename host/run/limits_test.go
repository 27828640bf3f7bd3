package run

import (
	"testing"

	"github.com/djscript/djscript/host/message"
)

// What the night refuses, a rehearsal refuses too, with the same words.
func TestARehearsalHoldsTheLimits(t *testing.T) {
	for name, c := range map[string]struct {
		body             string
		written, dropped int64 // limits that hold
	}{
		"create": {`dj.copy.create { to = { "local", "rede" } }`, 2, 1},
		"twice":  {`dj.copy.create { to = "local" } dj.copy.create { to = "rede" }`, 2, 1},
		"adopt":  {`dj.copy.adopt("a.fbk", { database = "loja", to = { "local", "rede" } })`, 2, 1},
		"prune":  {`dj.copy.prune("local", { last = 6 })`, 1, 2},
	} {
		for _, dry := range []bool{true, false} {
			h, _ := rotating(t, "")
			h.Config.Limits.FilesWritten, h.Config.Limits.FilesDropped = c.written, c.dropped
			if o := h.does(t, c.body, dry); o.Err != nil {
				t.Errorf("%s, dry %v: within its limits: %v", name, dry, o.Err)
			}
			h, s := rotating(t, "")
			h.Config.Limits.FilesWritten, h.Config.Limits.FilesDropped = max(c.written-1, 1), max(c.dropped-1, 1)
			if o := h.does(t, c.body, dry); message.Code(o.Err) != "run.limit" || s.left() != "1 2 3 4 5 6 7 8" && !(name == "twice" && !dry) {
				t.Errorf("%s, dry %v: beyond them: %v, left %s", name, dry, o.Err, s.left())
			}
		}
	}
}
