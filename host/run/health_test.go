package run

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

const patientStore = `
[store]
id = "loja"
timezone = "America/Sao_Paulo"
[firebird]
server = "localhost:3050"
user = "SYSDBA"
password = "secret:firebird"
[database.loja]
path = "/srv/LOJA.FDB"
[destination.local]
path = "/nowhere"
`

// patient is a store with one script, whose server nobody asks.
func patient(t *testing.T, script string) *Host {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "djscript.toml")
	keys := filepath.Join(dir, "keys")
	for name, text := range map[string]string{path: patientStore, filepath.Join(dir, "scripts", "own.lua"): script} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	defaults, err := os.ReadFile("../../djscript.toml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, defaults, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := secret.Open(Dir(dir), keys).Set("firebird", "x"); err != nil {
		t.Fatal(err)
	}
	return &Host{Config: c, Builtin: builtin.Files, KeyDir: keys, Now: time.Now, Entropy: rand.Reader}
}

func TestHealthGathersWhatTheScriptChecks(t *testing.T) {
	h := patient(t, `return dj.script {
  name = "own",
  params = { who = { type = "text", default = "you", help = "who" } },
  health = function(h, p)
    h:check("has a system", #dj.db.list(), { hint = "name one" })
    h:check("nothing", nil, { hint = "do it, " .. p.who })
    h:check("no hint", false)
  end,
}`)
	got, err := h.Health(t.Context(), "own")
	if err != nil {
		t.Fatal(err)
	}
	want := []HealthCheck{{Title: "has a system", OK: true, Hint: "name one"}, {Title: "nothing", Hint: "do it, you"}, {Title: "no hint"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHealthOfAScriptWithoutChecksIsNothing(t *testing.T) {
	got, err := patient(t, `return dj.script { name = "own" }`).Health(t.Context(), "own")
	if err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestHealthThatFailsKeepsWhatItFound(t *testing.T) {
	h := patient(t, `return dj.script { name = "own", health = function(h)
  h:check("one", true)
  h:check("two", true, { hint = 2 })
end }`)
	got, err := h.Health(t.Context(), "own")
	if len(got) != 1 || message.Code(err) != "option.type" || !strings.Contains(err.Error(), "own.lua:3") {
		t.Errorf("got %v, %v (%s)", got, err, message.Code(err))
	}
}

func TestHealthChangesNothing(t *testing.T) {
	h := patient(t, `return dj.script { name = "own", health = function(h)
  local made = dj.copy.create { to = "local" }
  h:check("planned", #made == 1 and made[1].state == "verified")
end }`)
	got, err := h.Health(t.Context(), "own")
	if err != nil || len(got) != 1 || !got[0].OK {
		t.Errorf("got %v, %v", got, err)
	}
	if runs, err := h.Journal().Runs(); err != nil || len(runs) != 0 {
		t.Errorf("a journal was kept: %v, %v", runs, err)
	}
}

func TestDescribeNeedsNoSecretsAndRefusesAScriptThatWorksWhileItIsLoaded(t *testing.T) {
	h := patient(t, `return dj.script { name = "own", version = "2", jobs = { a = function() end } }`)
	h.KeyDir = filepath.Join(t.TempDir(), "gone")
	script, err := h.Describe(t.Context(), "own")
	if err != nil || script.Version != "2" || len(script.Jobs) != 1 {
		t.Errorf("got %+v, %v", script, err)
	}
	if script, err = h.Describe(t.Context(), "default"); err != nil || len(script.Params) == 0 {
		t.Errorf("default: got %+v, %v", script, err)
	}
	for source, code := range map[string]string{
		`dj.copy.list() return dj.script { name = "own" }`: "script.failed",
		`return {}`: "script.failed",
		`return (`:  "script.syntax",
	} {
		if _, err := patient(t, source).Describe(t.Context(), "own"); message.Code(err) != code {
			t.Errorf("%s: %v (%s), want %s", source, err, message.Code(err), code)
		}
	}
}
