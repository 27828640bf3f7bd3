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
