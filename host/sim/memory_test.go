package sim

import "testing"

const remembers = `return dj.script {
  name = "lembra",
  jobs = {
    count = function(_, p)
      local n = dj.state.get("n", 0) + 1
      dj.state.set("n", n)
      if n == 3 then error("no third time") end
      return { n = n, ran = dj.once("first", function() end), at = dj.time.now() }
    end,
    ask = function() return dj.confirm("Sure?", { id = "sure" }) end,
    past = function()
      local all = {}
      for _, run in ipairs(dj.history.list()) do all[#all + 1] = run.job .. " " .. run.result end
      return table.concat(all, ", ")
    end,
  },
}`

// What scripts remember in a simulated store is its own: nothing of it lies in a file, and each test begins anew.
func TestASimulatedStoreRemembers(t *testing.T) {
	r := tried(t, program(t), Options{}, `
local function begins(sim)
  dj.expect.equal(sim:run("lembra:count", {}, { dry = true }).value, { n = 1, ran = true, at = "2026-03-02T08:00:00-03:00" })
  local first = sim:run("lembra:count").value
  dj.expect.equal({ first.n, first.ran }, { 1, true })
  sim:advance("1h")
  dj.expect.equal(sim:run("lembra:count").value, { n = 2, ran = false, at = "2026-03-02T09:00:00-03:00" })
  dj.expect.equal(sim:run("lembra:count").exit, 1)
  dj.expect.equal(sim:run("lembra:count").exit, 1)
  dj.expect.equal(sim:run("lembra:ask").value, false)
end
dj.test("one", begins)
dj.test("and anew", function(sim)
  begins(sim)
  local past = sim:run("lembra:past")
  dj.expect.equal(past.value, "ask done, count failed, count failed, count done, count done, count done")
end)
`, map[string]string{"lembra.lua": remembers})
	if !r.OK() || len(r.Tests) != 2 {
		t.Error(summary(r))
	}
}
