package sim

import "testing"

// restorer is a script that restores.
const restorer = `return dj.script {
  name = "volta",
  jobs = {
    copy = function() return dj.copy.create { to = "local" } end,
    backup = function() return dj.copy.restore(dj.copy.list()[1]) end,
    first = function() return dj.copy.restore("1") end,
    eliminate = function() return dj.copy.restore("1", { eliminate_others = true }).companies end,
    folder = function() return dj.copy.restore("1", { to = "D:/volta" }).path end,
    one = function() return dj.copy.restore("1", { companies = { "1" } }) end,
    none = function() return dj.copy.restore("1", { companies = { "7" } }) end,
    look = function() return dj.copy.preview("1") end,
  },
}`

func TestASimulatedDatabaseIsRestored(t *testing.T) {
	const powers = `sim:config { script = { volta = { grants = { "copy.write", "restore" } } } }
		sim:database("loja", { rows = { VENDA = 100 }, companies = { { id = "1", name = "Matriz" } } })
		sim:run("volta:copy")
		sim:database("loja", { rows = { VENDA = 130 }, companies = { { id = "1", name = "Matriz" } } })
`
	for name, lines := range map[string]string{
		"what is there is what was copied, and what was there is a copy": `
			local r = sim:run("volta:first")
			dj.expect.equal({ r.exit, r.value.rows.VENDA, r.value.pre_restore.rows.VENDA, r.value.pre_restore.class }, { 0, 100, 130, "pre_restore" })
			dj.expect.contains(r.value.kept_old, ".before-1")
			dj.expect.equal(#sim:copies { class = "pre_restore" }, 1)
			dj.expect.equal(sim:run("volta:look").value.lost, 0)`,
		"a look changes nothing": `
			local r = sim:run("volta:look")
			dj.expect.equal({ r.value.lost, r.value.tables[3].now, r.value.tables[3].copy, r.value.companies[1].fate }, { 30, 130, 100, "replaced" })
			dj.expect.equal(#sim:copies(), 1)`,
		"a company that came later is not eliminated by the way": `
			sim:database("loja", { rows = { VENDA = 1 }, companies = { { id = "1", name = "Matriz" }, { id = "2", name = "Nova" } } })
			local r = sim:run("volta:first")
			dj.expect.equal({ r.exit, r.error.code }, { 4, "guard.companies" })
			dj.expect.equal(sim:run("volta:eliminate").error.code, "confirm.refused")
			dj.expect.equal(#sim:run("volta:eliminate", {}, { yes = "eliminate-loja" }).value, 1)`,
		"chosen companies come, and the others stay": `
			sim:database("loja", { rows = { VENDA = 1 }, companies = { { id = "1", name = "Matriz" }, { id = "2", name = "Nova" } } })
			local r = sim:run("volta:one")
			dj.expect.equal({ r.exit, r.value.way, #r.value.companies, r.value.rows.VENDA }, { 0, "exchanged", 1, 100 })
			dj.expect.equal(sim:run("volta:first").error.code, "guard.companies")
			dj.expect.equal(sim:run("volta:none").error.code, "company.not_found")`,
		"who is connected is named": `
			sim:database("loja", { rows = { VENDA = 1 }, companies = { { id = "1", name = "Matriz" } }, sessions = { { program = "C:/DJ/DJPDV.exe" } } })
			local r = sim:run("volta:first")
			dj.expect.equal({ r.exit, r.error.code, #sim:copies() }, { 5, "db.busy", 1 })`,
		"to a folder nothing is touched": `
			dj.expect.equal(sim:run("volta:folder").value, "d:/volta/loja.fdb")
			dj.expect.equal(sim:run("volta:folder").error.code, "fs.exists")
			dj.expect.equal(#sim:copies(), 1)`,
		"a rehearsal restores nothing": `
			local r = sim:run("volta:first", {}, { dry = true })
			dj.expect.equal({ r.exit, r.plan[1].name, #sim:copies(), sim:run("volta:look").value.lost }, { 0, "copy.restore", 1, 30 })`,
	} {
		t.Run(name, func(t *testing.T) {
			if r := tried(t, program(t), Options{}, body(powers+lines), map[string]string{"volta.lua": restorer}); !r.OK() {
				t.Errorf("%s\n%s", lines, summary(r))
			}
		})
	}
}
