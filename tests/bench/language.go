package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// scripts makes what a reseller's folder may hold at most: 200 scripts of a hundred lines, and a file of 500 tests.
func (g *ground) scripts() error {
	dir := g.path("many/scripts")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	config := "[store]\nid = \"many\"\n[database.loja]\npath = \"/dados/LOJA.FDB\"\n[destination.local]\npath = \"/copias\"\n"
	failed := []error{os.WriteFile(g.path("many/djscript.toml"), []byte(config), 0o644)}
	for n := range 200 {
		failed = append(failed, os.WriteFile(filepath.Join(dir, fmt.Sprintf("s%03d.lua", n)), []byte(script(n)), 0o644))
	}
	tried := g.path("tried/scripts")
	failed = append(failed, os.MkdirAll(tried, 0o755), os.WriteFile(filepath.Join(tried, "mine.lua"), []byte(script(0)), 0o644))
	return errors.Join(append(failed, os.WriteFile(filepath.Join(tried, "mine_test.lua"), []byte(fiveHundred()), 0o644))...)
}

func script(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `local function words(text)
  local all = {}
  for word in text:gmatch("%%a+") do
    all[#all + 1] = word
  end
  return all
end

`)
	for i := range 8 {
		fmt.Fprintf(&b, `local function step%d(job, to)
  local newest = dj.copy.newest { where = to, state = "verified" }
  if newest == nil then
    job:degraded("no copy on " .. to)
    return 0
  end
  dj.log.info(newest.name, { words = #words(newest.name), step = %d })
  return #newest.places
end

`, i, i)
	}
	fmt.Fprintf(&b, `return dj.script {
  name = "mine",
  params = { to = { type = "destination", list = true, default = { "local" }, help = "where copies go" } },
  jobs = {
    good = function(job, p)
      return dj.retry({ times = 3, wait = "1s", on = { "db.busy" } }, function()
        return dj.step("copy %d", function()
          local made = dj.copy.create { to = p.to, verify = "restore", note = "n%d" }
          for _, where in ipairs(p.to) do
            step0(job, where)
`, n, n)
	for i := 1; i < 8; i++ {
		fmt.Fprintf(&b, "            step%d(job, where)\n", i)
	}
	b.WriteString("          end\n          return made\n        end)\n      end)\n    end,\n  },\n}\n")
	return b.String()
}

// fiveHundred are tests as a reseller writes them: a night, a missed drive, a busy server, a week.
func fiveHundred() string {
	kinds := []string{`
  local night = sim:run("mine:good")
  dj.expect.equal(night.exit, 0)
  dj.expect.equal(sim:copies()[1].state, "verified")`, `
  sim:unplug("DJ-BACKUP")
  local night = sim:run("mine:good", { to = "local,pendrive" })
  dj.expect.equal(night.degraded[1].code, "drive.not_found")`, `
  sim:fail("copy.create", "db.busy", { times = 1 })
  dj.expect.equal(sim:run("mine:good").exit, 0)`, `
  sim:config { cron = { { name = "n", schedule = { "0 22 * * *" }, run = "mine:good" } } }
  sim:advance("7d")
  dj.expect.equal(#sim:copies(), 7)`}
	var b strings.Builder
	for n := range 500 {
		fmt.Fprintf(&b, "dj.test(\"test %d\", function(sim)%s\nend)\n", n, kinds[n%len(kinds)])
	}
	return b.String()
}
