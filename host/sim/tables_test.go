package sim

import "testing"

const pricing = `
local function into(map, more)
  local target = { table = "PRODUTO", key = { "CODIGO" }, columns = { CODIGO = "codigo_externo_produto", PRECO = "quantidade", QUEM = "quem" }, map = map }
  for name, value in pairs(more or {}) do target[name] = value end
  return { KIT = target }
end
local function seen(record, _, current)
  record.quem = current and current.quem .. "+" .. tostring(current.preco) or "new"
  return record
end
local function take(map, more)
  return dj.txt.import("C:/DJ/KIT.TXT", { layout = "dj-kit", repeated = "take", into = into(map, more) })
end
return dj.script {
  name = "prices", version = "1",
  jobs = {
    seen = function() return take(seen) end,
    gone = function() return take(seen, { delete_when = function(record) return record.excluir end }) end,
    keep = function() return take(seen, { exists = "keep" }) end,
    reject = function() return take(seen, { exists = "reject" }) end,
    numbered = function() return take(seen, { generate = { ID = "GEN" } }) end,
    looked = function()
      return take(seen, { lookup = { GRUPO_ID = { table = "GRUPO", by = { NOME = "codigo_externo_kit" }, take = "ID" } } })
    end,
    made = function()
      return take(seen, { columns = { CODIGO = "quem" } })
    end,
    keyless = function() return take(seen, { key = {} }) end,
  },
}
`

const priced = `
sim:config { script = { prices = { grants = { "db.write" } } } }
local function kit(product, quantity, gone)
  return ("%-20s%-20s"):format("K1", product) .. ("0"):rep(7 - #quantity) .. quantity .. "N00000" .. (gone or " ") .. "\r\n"
end
local function write(...) sim:file("C:/DJ/KIT.TXT", table.concat { ... }) end
local function rows()
  local all = sim:rows("loja", "produto")
  for _, row in ipairs(all) do row.preco = tostring(row.preco) end
  return all
end
`

// What an import does to the tables of a simulated store is what it would do to real ones.
func TestASimulatedStoreHasRows(t *testing.T) {
	for _, lines := range []string{
		`sim:database("loja", { tables = { Produto = { { CODIGO = "A", PRECO = 7.5, QUEM = "ana" }, { CODIGO = "B", PRECO = 1 } } } })
		write(kit("A", "150"), kit("C", "200"), kit("A", "300"), kit("C", "400"))
		local ran = sim:run("prices:seen")
		dj.expect.equal({ ran.value.inserted, ran.value.updated }, { 1, 3 })
		dj.expect.equal(rows(), {
			{ codigo = "A", preco = "3.00", quem = "ana+7.5+1.50" }, { codigo = "B", preco = "1" },
			{ codigo = "C", preco = "4.00", quem = "new+2.00" } })`,
		`write(kit("A", "150"))
		local plan = sim:run("prices:seen", {}, { dry = true })
		dj.expect.equal(plan.value.inserted, 1)
		dj.expect.equal(rows(), {})
		sim:run("prices:seen")
		write(kit("A", "100", "S"), kit("B", "100"))
		dj.expect.equal(sim:run("prices:gone").value.deleted, 1)
		dj.expect.equal(rows(), { { codigo = "B", preco = "1.00", quem = "new" } })`,
		`sim:database("loja", { tables = { PRODUTO = { { CODIGO = "A", PRECO = 7.5 } } } })
		write(kit("A", "150"), kit("B", "100"))
		dj.expect.equal(sim:run("prices:keep").value.rejected, 1) -- nobody: nil has no name
		write(kit("B", "100"), kit("B", "200"))
		dj.expect.equal(sim:run("prices:keep").value.kept, 2)
		write(kit("B", "100"), kit("D", "200"))
		local ran = sim:run("prices:reject")
		dj.expect.equal({ ran.value.rejected, ran.value.problems[1].line, ran.value.problems[1].code }, { 1, 1, "db.constraint" })
		dj.expect.equal(#rows(), 3)`,
		`sim:database("loja", { tables = { PRODUTO = { { ID = 41, CODIGO = "A", PRECO = 1, QUEM = "x" } } } })
		write(kit("A", "150"), kit("B", "100"))
		sim:run("prices:numbered")
		dj.expect.equal({ rows()[1].id, rows()[2].id }, { 41, 42 })`,
		`write(kit("A", "150"))
		dj.expect.equal(sim:run("prices:looked").value.inserted, 1)
		sim:database("loja", { tables = { GRUPO = {} } })
		write(kit("A", "160"))
		dj.expect.contains(sim:run("prices:looked").value.problems[1].reason, "GRUPO")
		sim:database("loja", { tables = { GRUPO = { { ID = 5, NOME = "K1" } } } })
		write(kit("A", "170"))
		sim:run("prices:looked")
		dj.expect.equal(rows()[1].grupo_id, 5)`,
		`write(kit("A", "150"))
		local made = sim:run("prices:made")
		dj.expect.equal(made.error.code, "option.value")
		dj.expect.contains(made.error.message, "CODIGO")
		dj.expect.equal(sim:run("prices:keyless").error.code, "option.value")
		dj.expect.error("option.value", function() sim:database("loja", { tables = { PRODUTO = "x" } }) end)
		dj.expect.error("option.value", function() sim:database("loja", { tables = { PRODUTO = { 1 } } }) end)`,
	} {
		r := tried(t, program(t), Options{}, body(priced+lines), map[string]string{"prices.lua": pricing})
		if !r.OK() {
			t.Errorf("%s\n%s", lines, summary(r))
		}
	}
}
