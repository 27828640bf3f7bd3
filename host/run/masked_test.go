package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

const password = "s3gr3do-da-loja"

// told is a world with a journal, and with the store's passwords.
type told struct {
	shelved
	host   *Host
	broken error
}

func (w told) Engines(ctx context.Context) (*Engines, error) {
	e, err := w.shelved.Engines(ctx)
	_, known, noSecrets := w.host.Databases()
	e.Mask = secret.Mask(known)
	return e, errors.Join(err, noSecrets, w.broken)
}

func (w told) Begin(start journal.Start) (Record, error) { return w.host.Journal().Begin(start) }

func confiding(t *testing.T, broken error) *Host {
	t.Helper()
	h, s := rotating(t, "")
	h.KeyDir = t.TempDir()
	if err := secret.Open(h.dir(), h.KeyDir).Set("firebird", password); err != nil {
		t.Fatal(err)
	}
	h.World = told{shelved{shelf: s}, h, broken}
	return h
}

// A password that somebody wrote where it does not belong gets neither into the journal nor into a plan.
func TestNoPasswordIsKept(t *testing.T) {
	given := map[string]any{"note": "it is " + password}
	says := errors.New("no server for " + password)
	runs := func(body string, r Request) func(*Host) *Outcome {
		return func(h *Host) *Outcome {
			h.put(t, "minha", strings.Replace(job(body), "jobs =", `params = { note = { type = "text" }, n = { type = "integer" } }, jobs =`, 1))
			r.Trigger = "manual"
			if r.Target == "" {
				r.Target = "minha"
			}
			return h.Run(t.Context(), r)
		}
	}
	for name, c := range map[string]struct {
		do     func(*Host) *Outcome
		broken error
	}{
		"param":            {runs(``, Request{Params: given}), nil},
		"param of a plan":  {runs(``, Request{Params: given, Dry: true}), nil},
		"default of param": {runs(``, Request{}), nil}, // see below
		"value":            {runs(`return "`+password+`"`, Request{}), nil},
		"key of the value": {runs(`return { ["`+password+`"] = 1, ["***"] = 2 }`, Request{}), nil},
		"degraded":         {runs(`job:degraded("`+password+`")`, Request{}), nil},
		"step":             {runs(`dj.step("`+password+`", function() end)`, Request{}), nil},
		"log":              {runs(`dj.log.info("`+password+`")`, Request{}), nil},
		"field":            {runs(`dj.log.info("x", { a = { "`+password+`" } })`, Request{}), nil},
		"key of a field":   {runs(`dj.log.info("x", { a = { ["`+password+`"] = 1 } })`, Request{}), nil},
		"error":            {runs(`error("`+password+`")`, Request{}), nil},
		"step of a plan":   {runs(`dj.copy.create { to = "local", note = "`+password+`" }`, Request{Dry: true}), nil},
		"stopped plan":     {runs(``, Request{Params: map[string]any{"n": password}, Dry: true}), nil},
		"no target":        {runs(``, Request{Target: "nada " + password, Params: given}), nil},
		"no engines":       {runs(``, Request{Params: given}), says},
		"refused": {func(h *Host) *Outcome {
			h.Refused = says
			return runs(``, Request{Params: given})(h)
		}, nil},
		"last words": {func(h *Host) *Outcome {
			return h.Died(Request{Target: "minha"}, Death{Err: message.New("run.died", "run.killed", message.Args{"signal": "killed"}), Words: "panic: " + password})
		}, nil},
	} {
		h := confiding(t, c.broken)
		if name == "default of param" {
			script := h.Config.Scripts["minha"]
			script.Params = given
			h.Config.Scripts["minha"] = script
		}
		o := c.do(h)
		kept, err := os.ReadFile(filepath.Join(h.dir(), "runs", o.Run+".jsonl"))
		if err == nil && o.Plan != nil {
			var plan []byte
			plan, err = o.Plan.Encode()
			kept = append(kept, plan...)
		}
		if err != nil || strings.Contains(string(kept), password) || !strings.Contains(string(kept), "***") {
			t.Errorf("%s: %v, %v\n%s", name, o.Err, err, kept)
		}
		if name == "key of the value" && !strings.Contains(string(kept), `{"***":2,"****":1}`) {
			t.Errorf("%s", kept)
		}
	}
}
