package sim

import "testing"

// asks is a script that works with SQL.
const asks = `return dj.script {
  name = "precos",
  jobs = {
    look = function()
      local rows = dj.db.query("select ID, NOME, PRECO\n  from PRODUTO where ID < ?", { 9 })
      return { n = #rows, last = rows[#rows].id, price = tostring(rows[#rows].preco * dj.num(2)), sales = tostring(dj.db.query("select count(*) from VENDA")[1].count) }
    end,
    few = function() return #dj.db.query("select ID from PRODUTO", nil, { max_rows = 1 }) end,
    unsaid = function() return dj.db.query("select ID from CLIENTE") end,
    raise = function()
      return dj.db.transaction(function()
        return dj.db.exec("update PRODUTO set PRECO = ? where ID = ?", { dj.num("1.10"), nil, n = 2 }, { rows = 1 })
      end)
    end,
    caught = function()
      dj.db.transaction(function() pcall(dj.db.exec, "update PRODUTO set PRECO = 0", nil, { rows = 7 }) end)
    end,
    holes = function() dj.db.exec("delete from PRODUTO where ID in (?, ?)", { 1, nil, 3 }) end,
    table = function() dj.db.exec("delete from PRODUTO where ID = ?", { { 1 } }) end,
  },
}`

func TestASimulatedDatabaseAnswersWhatTheTestSays(t *testing.T) {
	const open = `sim:config { script = { precos = { grants = { "db.write" } } } }
`
	for name, lines := range map[string]string{
		"rows, by a part of the statement, however it is written": `
			sim:database("loja", { rows = { VENDA = 12 }, answers = {
			  ["FROM produto"] = { { id = 1 } },
			  ["from PRODUTO  where id"] = { { id = 1, nome = "a" }, { id = 2, preco = 7.9 } },
			} })
			local r = sim:run("precos:look")
			dj.expect.equal(r.value, { n = 2, last = 2, price = "15.8", sales = "12" })
			dj.expect.equal(sim:run("precos:few").value, 1)
			sim:database("loja", { answers = { ["from PRODUTO"] = { { id = 1 }, { id = 2 } } } })
			dj.expect.equal(sim:run("precos:few").error.code, "run.limit")
			sim:database("loja", { answers = { ["from PRODUTO"] = {} } })
			dj.expect.equal(sim:run("precos:few").value, 0)`,
		"what the test does not say": `
			local r = sim:run("precos:unsaid")
			dj.expect.equal(r.error.code, "arg.sql")
			dj.expect.contains(r.error.message, "select ID from CLIENTE")
			dj.expect.equal(sim:run("precos:raise").error.code, "arg.sql")`,
		"how many rows are touched": `
			sim:database("loja", { answers = { ["update PRODUTO"] = 1 } })
			local r = sim:run("precos:raise")
			dj.expect.equal({ r.exit, r.value }, { 0, 1 })
			dj.expect.equal(sim:run("precos:caught").error.code, "db.rows")
			sim:database("loja", { answers = { ["update PRODUTO"] = 2 } })
			dj.expect.equal(sim:run("precos:raise").error.code, "db.rows")`,
		"a rehearsal knows what the script insists on": `
			local r = sim:run("precos:raise", {}, { dry = true })
			dj.expect.equal({ r.exit, #r.plan, r.plan[2].name }, { 0, 2, "db.exec" })`,
		"values that are none": `
			dj.expect.equal(sim:run("precos:holes").error.code, "arg.value")
			dj.expect.equal(sim:run("precos:table").error.code, "arg.value")`,
		"answers that are none": `
			dj.expect.error("option.value", function() sim:database("loja", { answers = { ["from X"] = "no" } }) end)
			dj.expect.error("option.value", function() sim:database("loja", { answers = { ["from X"] = { 1 } } }) end)
			dj.expect.error("option.value", function() sim:database("loja", { answers = { ["from X"] = { id = 1 } } }) end)`,
	} {
		t.Run(name, func(t *testing.T) {
			if r := tried(t, program(t), Options{}, body(open+lines), map[string]string{"precos.lua": asks}); !r.OK() {
				t.Errorf("%s\n%s", lines, summary(r))
			}
		})
	}
}
