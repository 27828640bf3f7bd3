package sim

import "testing"

const onceADay = `return dj.script { name = "daily", jobs = {
  looks = function(job)
    if #dj.copy.list { since = job.day, state = "verified" } > 0 then dj.skip("it is made") end
    return dj.copy.create { to = "local" }
  end,
  presumes = function(job)
    if not dj.once(job.day, function() end) then dj.skip("it was begun") end
    return dj.copy.create { to = "local" }
  end,
  counts = function(job)
    if #dj.db.companies("loja") < 2 then dj.fail("few", "a company is gone") end
    return dj.copy.create { to = "local" }
  end,
} }`

func tortureOf(t *testing.T, lines string) *Report {
	t.Helper()
	r := tried(t, program(t), Options{Torture: true}, body(lines), map[string]string{"daily.lua": onceADay})
	if r.Err != nil || r.Failed() > 0 || r.Variations == 0 {
		t.Fatal(summary(r))
	}
	return r
}

func TestTortureLetsARunSkipWhatItFindsMade(t *testing.T) {
	if r := tortureOf(t, `dj.expect.equal(sim:run("daily:looks").exit, 0)`); len(r.Violations) > 0 {
		t.Error(summary(r))
	}
}

func TestTortureFindsARunThatSkipsWhatWasOnlyBegun(t *testing.T) {
	r := tortureOf(t, `dj.expect.equal(sim:run("daily:presumes").exit, 0)`)
	if len(r.Violations) == 0 || r.Violations[0].Err.Code() != "torture.stuck" {
		t.Error(summary(r))
	}
}

func TestTortureTriesARunWithTheDatabaseAsItWasThen(t *testing.T) {
	r := tortureOf(t, `dj.expect.equal(sim:run("daily:counts").exit, 0)
  sim:database("loja", { companies = { { id = "1", name = "Matriz" } } })
  dj.expect.equal(sim:run("daily:counts").exit, 1)`)
	if len(r.Violations) > 0 {
		t.Error(summary(r))
	}
}

func TestTortureFindsWhatAScriptMustNotDo(t *testing.T) {
	for job, c := range map[string]struct{ code, where string }{
		"good":      {},
		"honest":    {},
		"elsewhere": {},
		"hasty":     {"torture.dropped", "mine.lua:12"},
		"silent":    {"torture.swallowed", "mine.lua:16"},
	} {
		t.Run(job, func(t *testing.T) {
			r := tortured(t, weeks+`dj.expect.equal(sim:run("mine:`+job+`").error, nil)`)
			if r.Variations < 8 {
				t.Errorf("only %d variations", r.Variations)
			}
			if c.code == "" {
				if len(r.Violations) > 0 {
					t.Error(summary(r))
				}
				return
			}
			if len(r.Violations) != 1 || r.Violations[0].Err.Code() != c.code || r.Violations[0].Where != c.where {
				t.Error(summary(r))
			}
		})
	}
}

const careless = `return dj.script { name = "careless", jobs = {
  databases = function()
    for _, db in ipairs(dj.db.list()) do
      pcall(dj.copy.create, { to = "local", databases = { db.name } })
    end
  end,
  destinations = function()
    for _, to in ipairs { "local", "pendrive" } do
      pcall(dj.copy.create, { to = to })
    end
  end,
  second = function()
    for i, to in ipairs { "local", "pendrive" } do
      local ok, err = pcall(dj.copy.create, { to = to })
      if not ok and i == 1 then error(err) end
    end
  end,
  sessions = function()
    local ok, who = pcall(dj.db.sessions, "loja")
    if not ok or #who > 9 then return end
    return dj.copy.create { to = "local" }
  end,
  list = function()
    local ok, copies = pcall(dj.copy.list, {})
    if not ok or #copies > 3 then return end
    return dj.copy.create { to = "local" }
  end,
  told = function(job)
    for _, to in ipairs { "local", "pendrive" } do
      local ok, err = pcall(dj.copy.create, { to = to })
      if not ok then job:degraded("no copy on " .. to, err) end
    end
  end,
  again = function()
    for _, to in ipairs { "local", "pendrive" } do
      if not pcall(dj.copy.create, { to = to }) then dj.copy.create { to = to } end
    end
  end,
  curious = function()
    local ok, who = pcall(dj.db.sessions, "loja")
    dj.log.info("they work", { sessions = ok and #who or "unknown" })
    return dj.copy.create { to = "local" }
  end,
} }`

func TestTortureFindsALossThatOtherCopiesHide(t *testing.T) {
	for job, where := range map[string]string{
		"databases":    "careless.lua:4",
		"destinations": "careless.lua:9",
		"second":       "careless.lua:14",
		"sessions":     "careless.lua:19",
		"list":         "careless.lua:24",
		"told":         "",
		"again":        "",
		"curious":      "",
	} {
		t.Run(job, func(t *testing.T) {
			r := tried(t, program(t), Options{Torture: true}, body(`
				sim:config {
				  database = { loja = { path = "C:/DJ/LOJA.FDB" }, pdv = { path = "C:/DJ/PDV.FDB" } },
				  script = { careless = { grants = { "copy.read", "copy.write", "db.read" } } },
				}
				dj.expect.equal(sim:run("careless:`+job+`").exit, 0)`), map[string]string{"careless.lua": careless})
			if r.Err != nil || r.Failed() > 0 || r.Variations == 0 {
				t.Fatal(summary(r))
			}
			if where == "" {
				if len(r.Violations) > 0 {
					t.Error(summary(r))
				}
				return
			}
			if len(r.Violations) != 1 || r.Violations[0].Err.Code() != "torture.swallowed" || r.Violations[0].Where != where {
				t.Error(summary(r))
			}
		})
	}
}

func TestTortureFindsAFailureThatTheTestPlannedAndTheScriptSwallows(t *testing.T) {
	r := tortured(t, weeks+`sim:fail("copy.create", "db.busy")
		dj.expect.equal(sim:run("mine:silent").exit, 0)`)
	if len(r.Violations) != 1 || r.Violations[0].Err.Code() != "torture.swallowed" {
		t.Error(summary(r))
	}
}

func TestAPowerCutStopsARunDead(t *testing.T) {
	p := program(t)
	for kind, want := range map[string][2]int{cutBefore: {0, 1}, cutAfter: {1, 0}} {
		store, err := p.store(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		store.injection = &injection{nth: 1, kind: kind}
		store.Run(t.Context(), backup)
		if got := [2]int{len(store.copies), store.halves}; got != want {
			t.Errorf("%s: copies and halves %v, want %v", kind, got, want)
		}
		if end := store.journal[0].End.Result; end != "cut off" {
			t.Errorf("%s: the journal says %q", kind, end)
		}
		if again := store.Run(t.Context(), backup); again.Err != nil {
			t.Errorf("%s: the next run: %v", kind, again.Err)
		}
		if store.halves != 0 {
			t.Errorf("%s: %d halves are left", kind, store.halves)
		}
	}
}
