package run

import (
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

func TestAListThatHasToBeNamedIsNeverAllThereIs(t *testing.T) {
	h := layered(map[string]string{"store/own.lua": `return dj.script { name = "own", params = {
  to = { type = "destination", list = true, required = true }, databases = { type = "database", list = true, required = true },
}, jobs = { go = function(job, p) return p end } }`})
	h.Config.Limits.Timeout = time.Minute
	o := h.Run(t.Context(), Request{Target: "own"})
	if message.Code(o.Err) != "option.missing" || !strings.Contains(o.Err.Error(), `"to"`) || !strings.Contains(o.Err.Error(), `"databases"`) {
		t.Errorf("%v", o.Err)
	}
}

func TestParamsOfDurationsAreReadAsPrimitivesReadThem(t *testing.T) {
	h := layered(map[string]string{"store/own.lua": `return dj.script { name = "own", params = {
  keep = { type = "duration" } }, jobs = { go = function(job, p) return p.keep end } }`})
	h.Config.Limits.Timeout = time.Minute
	for text, ok := range map[string]bool{"90d": true, "2w": true, "1h30m": true, "10m": true, "90": false, "3 days": false, "": false} {
		o := h.Run(t.Context(), Request{Target: "own", Params: map[string]any{"keep": text}})
		if (o.Err == nil) != ok || ok && o.Value != text {
			t.Errorf("%q: %v, %v", text, o.Value, o.Err)
		}
	}
}
