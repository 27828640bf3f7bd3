package sim

import "testing"

const raw = `return dj.script {
  name = "raw", version = "1",
  jobs = {
    out = function() return dj.db.backup { to = "E:/LOJA.fbk", skip_tables = { "PRODUTO" } } end,
    whole = function() return dj.db.backup { to = "E:/WHOLE.fbk", database = "loja" } end,
    odd = function() return dj.db.backup { to = "E:/ODD.fbk", skip_tables = { "produto" } } end,
    live = function() return dj.db.backup { to = dj.db.list()[1].path } end,
    back = function()
      local made = dj.db.restore("E:/LOJA.fbk", { to = "E:/LOJA.FDB" })
      return { rows = dj.db.check(made.path).rows, same = made.rows.VENDA }
    end,
    wrong = function() return dj.db.restore("E:/nota.txt", { to = "E:/NOTA.FDB" }) end,
    page = function() return dj.db.restore("E:/LOJA.fbk", { to = "E:/P.FDB", page_size = 5000 }) end,
  },
}
`

func TestARawBackupAndItsRestoreAreFilesOfTheSimulatedDrives(t *testing.T) {
	scripts := map[string]string{"raw.lua": raw}
	const granted = `sim:config { script = { raw = { grants = { "db.recover", "db.read" } } } }
		`
	for lines, well := range map[string]bool{
		granted + `local ran = sim:run("raw:out")
		dj.expect.equal(ran.value.rows, { EMPRESA = 2, VENDA = 20000 })
		dj.expect.equal(sim:run("raw:out").error.code, "fs.exists")
		ran = sim:run("raw:back")
		dj.expect.equal(ran.value.rows, { EMPRESA = 2, VENDA = 20000 })
		dj.expect.equal(ran.value.same, 20000)
		dj.expect.equal(sim:run("raw:back").error.code, "fs.exists")`: true,
		granted + `dj.expect.equal(sim:run("raw:back").error.code, "copy.not_found")`: true,
		granted + `dj.expect.equal(sim:run("raw:odd").error.code, "arg.value")`:       true,
		granted + `dj.expect.equal(sim:run("raw:live").error.code, "guard.live_db")`:  true,
		granted + `dj.expect.equal(sim:run("raw:page").error.code, "option.value")`:   true,
		granted + `sim:fail("db.backup", "gbak.failed", { times = 1 })
		dj.expect.equal(sim:run("raw:out").error.code, "gbak.failed")
		dj.expect.equal(sim:run("raw:out").result, "done")
		sim:fail("db.restore", "drive.full", { times = 1 })
		dj.expect.equal(sim:run("raw:back").error.code, "drive.full")
		dj.expect.equal(sim:run("raw:back").result, "done")`: true,
		granted + `sim:plug("DJ-BACKUP", { free = "1MB" })
		dj.expect.equal(sim:run("raw:whole").error.code, "drive.full")`: true,
		granted + `sim:file("E:/nota.txt")
		dj.expect.equal(sim:run("raw:wrong").error.code, "gbak.failed")`: true,
		`dj.expect.equal(sim:run("raw:out").error.code, "cap.denied")`:  true,
		granted + `dj.expect.equal(sim:run("raw:back").result, "done")`: false,
	} {
		r := tried(t, program(t), Options{}, body(lines), scripts)
		if r.OK() != well {
			t.Errorf("%s\n%s", lines, summary(r))
		}
	}
}
