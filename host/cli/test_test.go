package cli

import (
	"strings"
	"testing"
)

const (
	triedScript = `return dj.script {
  name = "mine",
  jobs = {
    night = function(job)
      if job.dry then
        dj.skip("dry")
      end
      return dj.copy.create { to = "local" }
    end,
  },
}
`
	triedTest = `dj.test("copies at night", function(sim)
  dj.expect.equal(sim:run("mine:night").exit, 0)
end)
dj.test("copies to the local disk", function(sim)
  sim:run("mine:night")
  dj.expect.equal(#sim:copies { where = "local" }, 1)
end)
`
)

func TestTestRunsTheFilesThatAreMeant(t *testing.T) {
	d := newDesk(t)
	d.write("scripts/mine.lua", triedScript)
	d.write("scripts/mine_test.lua", triedTest)
	d.write("scripts/.kept/old_test.lua", "error('not looked at')")
	d.write("elsewhere/deep/other_test.lua", `dj.test("one", function() dj.expect.equal(1, 1) end)`)
	d.run("", "test").wants(t, 0, "ok    scripts/mine_test.lua  2 tests  ", "2 tests, all passed")
	d.run("", "test", "elsewhere", "scripts").wants(t, 0, "elsewhere/deep/other_test.lua  1 test  ", "3 tests, all passed")
	d.run("", "test", "scripts", "scripts/mine_test.lua").wants(t, 0, "2 tests, all passed")
	d.run("", "test", "--run", "LOCAL").wants(t, 0, "1 test, passed")
	d.run("", "test", "--run", "nothing").wants(t, 2, "no test has")
	d.run("", "test", "nowhere").wants(t, 2, "nowhere")
	d.run("", "test", "scripts/mine.lua").wants(t, 2, "scripts/mine.lua is no test", "tests lie in scripts/mine_test.lua")
	d.run("", "test", "elsewhere", "scripts/mine.lua", "--lang", "pt-BR").wants(t, 2, "scripts/mine.lua não é um teste")
	d.run("", "test", d.write("empty/x.txt", "")[:len(d.dir)+len("/empty")]).wants(t, 2, "_test.lua")
}

func TestTestTellsWhatFailedAndEndsWithOne(t *testing.T) {
	d := newDesk(t)
	d.write("scripts/mine.lua", triedScript)
	d.write("scripts/mine_test.lua", triedTest+`dj.test("wrong", function(sim)
  dj.expect.equal(sim:run("mine:night", { too = "x" }).exit, 0)
end)
`)
	s := d.run("", "test")
	s.wants(t, 1, "FAIL", "3 tests, 1 failed", "scripts/mine_test.lua:9", "expected 0", "got 2", "the run of mine:night", `"too"`, "1 of 3 tests failed")
	var told struct {
		OK    bool
		Files []testedFile
	}
	d.run("", "test", "--json").json(t, &told)
	if told.OK || len(told.Files) != 1 || len(told.Files[0].Tests) != 3 || told.Files[0].Tests[0].Error != nil {
		t.Fatalf("told %+v", told)
	}
	if failed := told.Files[0].Tests[2]; failed.OK || failed.Error.Code != "test.failed" || failed.Error.Where != "scripts/mine_test.lua:9" {
		t.Errorf("told %+v", failed)
	}
}

func TestTestCountsLines(t *testing.T) {
	d := newDesk(t)
	d.write("scripts/mine.lua", triedScript)
	d.write("scripts/mine_test.lua", triedTest)
	if s := d.run("", "test", "--coverage"); !strings.Contains(s.out, " 83.3 %  mine.lua\n2 tests") {
		t.Errorf("said %s", s.out)
	}
	d.run("", "test", "--lines").wants(t, 0, `mine.lua:6  dj.skip("dry")`)
	var told struct{ Coverage []coveredScript }
	d.run("", "test", "--coverage", "--json").json(t, &told)
	if len(told.Coverage) != 1 || len(told.Coverage[0].Missed) != 1 || told.Coverage[0].Missed[0] != 6 {
		t.Errorf("told %+v", told.Coverage)
	}
}

func TestTestTortures(t *testing.T) {
	d := newDesk(t)
	d.write("scripts/mine_test.lua", triedTest)
	script := d.write("scripts/mine.lua", strings.Replace(triedScript, `return dj.copy.create { to = "local" }`, `pcall(dj.copy.create, { to = "local" })`, 1))
	s := d.run("", "test", "--torture")
	s.wants(t, 1, "variations", "1 violation", "mine.lua:8", "nobody will know", "something is wrong in 1 file")
	var told struct{ Files []testedFile }
	d.run("", "test", "--torture", "--json").json(t, &told)
	if len(told.Files) != 1 || told.Files[0].Variations < 8 || len(told.Files[0].Violations) != 1 || told.Files[0].Violations[0].Code != "torture.swallowed" {
		t.Errorf("%s: told %+v", script, told)
	}
}
