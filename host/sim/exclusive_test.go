package sim

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/run"
)

// closes is a script that has the database for itself.
const closes = `return dj.script {
  name = "fecha",
  params = { wait = { type = "text" }, on_busy = { type = "text" } },
  jobs = {
    look = function(job, p)
      return dj.db.exclusive({ wait = p.wait, on_busy = p.on_busy }, function()
        return { mode = dj.db.info().shutdown_mode, sessions = #dj.db.sessions("loja"), companies = #dj.db.companies(), at = dj.time.now() }
      end)
    end,
    backup = function()
      return dj.db.exclusive(function() return dj.copy.create { to = "local" } end)
    end,
    fail = function()
      pcall(dj.db.exclusive, function() dj.fail("shop.closed", "closed") end)
      return dj.db.info("loja").shutdown_mode
    end,
    nested = function() dj.db.exclusive(function() dj.db.exclusive(function() end) end) end,
  },
}`

const granted = `sim:config { script = { fecha = { grants = { "db.write", "copy.write" } } } }
`

func TestASimulatedDatabaseIsHadForItself(t *testing.T) {
	const till = `sim:database("loja", { sessions = { { program = "C:/DJ/DJPDV.exe", host = "192.168.0.12", computer = "CAIXA2", user = "SYSDBA" } } })
`
	for name, lines := range map[string]string{
		"nobody is there": `
			local r = sim:run("fecha:look")
			dj.expect.equal({ r.exit, r.value.mode, r.value.sessions, r.value.companies }, { 0, 1, 1, 2 })
			dj.expect.equal(sim:run("fecha:fail").value, 0)`,
		"who is there is named, and stays": till + `
			local r = sim:run("fecha:look")
			dj.expect.equal({ r.exit, r.result, r.error.code }, { 5, "busy", "db.busy" })
			dj.expect.contains(r.error.message, "DJPDV.exe on CAIXA2 (192.168.0.12), user SYSDBA")
			dj.expect.equal(r.said, {})
			dj.expect.equal(sim:run("fecha:look").exit, 5)`,
		"waiting takes its time, and is told": till + `
			local r = sim:run("fecha:look", { wait = "10m" })
			dj.expect.equal(r.exit, 5)
			dj.expect.contains(r.said[1], "CAIXA2")
			sim:database("loja", { sessions = {} })
			dj.expect.contains(sim:run("fecha:look").value.at, "08:10:00")`,
		"who is there is sent away after half a minute, or when the script says so": till + `
			local r = sim:run("fecha:look", { on_busy = "shutdown" })
			dj.expect.equal({ r.exit, r.value.sessions }, { 0, 1 })
			dj.expect.contains(r.value.at, "08:00:30")` + "\n" + till + `
			r = sim:run("fecha:look", { on_busy = "shutdown", wait = "0s" })
			dj.expect.equal(r.exit, 0)
			dj.expect.contains(r.value.at, "08:00:30")`,
		"a copy is made within": `
			dj.expect.equal({ sim:run("fecha:backup").exit, #sim:copies { state = "verified" } }, { 0, 1 })`,
		"a rehearsal closes nothing": till + `
			local r = sim:run("fecha:backup", {}, { dry = true })
			dj.expect.equal({ r.exit, r.plan[1].name, r.plan[2].name, #r.plan }, { 0, "db.exclusive", "copy.create", 2 })
			dj.expect.contains(r.said[1], "CAIXA2")
			dj.expect.equal(sim:copies(), {})
			dj.expect.equal(sim:run("fecha:look", {}, { dry = true }).value.mode, 0)`,
		"not within itself": `
			local r = sim:run("fecha:nested")
			dj.expect.equal({ r.exit, r.error.code }, { 2, "arg.value" })
			dj.expect.equal(sim:run("fecha:look").exit, 0)`,
	} {
		t.Run(name, func(t *testing.T) {
			if r := tried(t, program(t), Options{}, body(granted+lines), map[string]string{"fecha.lua": closes}); !r.OK() {
				t.Errorf("%s\n%s", lines, summary(r))
			}
		})
	}
}

func TestTortureOfWhoHasTheDatabaseForItself(t *testing.T) {
	r := tried(t, program(t), Options{Torture: true}, body(granted+`dj.expect.equal(sim:run("fecha:backup").exit, 0)`), map[string]string{"fecha.lua": closes})
	if !r.OK() || len(r.Violations) > 0 || r.Variations < 8 {
		t.Errorf("%d variations\n%s", r.Variations, summary(r))
	}
}

// The power goes while the database is closed: it stays so until something runs.
func TestAPowerCutLeavesADatabaseClosedUntilTheNextRun(t *testing.T) {
	p := program(t)
	for _, kind := range []string{cutBefore, cutAfter} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "fecha.lua"), []byte(closes), 0o600); err != nil {
			t.Fatal(err)
		}
		store, err := p.store(dir)
		if err != nil {
			t.Fatal(err)
		}
		store.config.Scripts = map[string]config.Script{"fecha": {Grants: &[]string{"db.write", "copy.write"}}}
		request := run.Request{Target: "fecha:backup", Trigger: "manual"}
		store.injection = &injection{nth: 2, kind: kind} // the copy, within
		store.Run(t.Context(), request)
		store.injection = nil
		if !store.databases["loja"].closed {
			t.Errorf("%s: the database is open", kind)
		}
		looks := store.Run(t.Context(), run.Request{Target: "fecha:look", Trigger: "manual", Dry: true})
		if looks.Err == nil || !store.databases["loja"].closed {
			t.Errorf("%s: a rehearsal opened it: %v", kind, looks.Err)
		}
		if again := store.Run(t.Context(), request); again.Err != nil || store.databases["loja"].closed {
			t.Errorf("%s: the next run: closed %v, %v", kind, store.databases["loja"].closed, again.Err)
		}
		if said := store.last().said; len(said) != 1 {
			t.Errorf("%s: it said %q", kind, said)
		}
	}
}
