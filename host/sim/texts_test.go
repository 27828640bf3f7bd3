package sim

import "testing"

const exchanging = `
local into = { KIT = {
  table = "KIT", key = { "KIT", "PRODUTO" }, columns = { KIT = "codigo_externo_kit", PRODUTO = "codigo_externo_produto", QUANTIDADE = "quantidade" },
  delete_when = function(record) return record.excluir end,
  map = function(record)
    if record.quantidade > dj.num(100) then error("too many", 0) end
    return record
  end,
} }
return dj.script {
  name = "kits", version = "1", params = { path = { type = "path", default = "C:/DJ/KIT.TXT" } },
  jobs = {
    import = function(_, p) return dj.txt.import(p.path, { layout = "dj-kit", into = into, again = false }) end,
    again = function(_, p) return dj.txt.import(p.path, { layout = "dj-kit", into = into, again = true }) end,
    whole = function(_, p) return dj.txt.import(p.path, { layout = "dj-kit", into = into, unit = "file" }) end,
    wrong = function(_, p) return dj.txt.import(p.path, { layout = "dj-kit", into = { KITS = { table = "KIT" } } }) end,
    field = function(_, p) return dj.txt.import(p.path, { layout = "dj-kit", into = { KIT = { table = "KIT", columns = { A = "codigo" } } } }) end,
    nowhere = function(_, p) return dj.txt.import(p.path, { layout = "dj-kti", into = into }) end,
    typo = function(_, p)
      return dj.txt.import(p.path, { layout = "dj-kit", into = { KIT = { table = "KIT", map = function(r) return r.qantidade end } } })
    end,
    meddles = function(_, p)
      return dj.txt.import(p.path, { layout = "dj-kit", into = { KIT = { table = "KIT", map = function(r)
        dj.txt.import(p.path, { layout = "dj-kit", into = into })
        return r
      end } } })
    end,
    read = function(_, p)
      local found = {}
      for record, info in dj.txt.records(p.path, dj.txt.layout("dj-kit")) do
        found[#found + 1] = info.line .. record.codigo_externo_produto .. tostring(record.quantidade)
        if info.line == 2 then break end
      end
      return found
    end,
    inbox = function()
      local numbers = {}
      local turn = dj.txt.inbox("C:/DJ/In", {
        match = "{number:3}.txt", done = "Feitos", rejected = "C:/DJ/Fora", sequence = "kits", on_gap = "warn",
      }, function(file)
        numbers[#numbers + 1] = file.number
        dj.txt.import(file.path, { layout = "dj-kit", into = into })
      end)
      turn.numbers = numbers
      return turn
    end,
    strict = function()
      return dj.txt.inbox("C:/DJ/In", {
        match = "{number:3}.txt", done = "Feitos", rejected = "C:/DJ/Fora", sequence = "kits", on_gap = "stop",
      }, function(file) dj.txt.import(file.path, { layout = "dj-kit", into = into }) end)
    end,
    one = function()
      return dj.txt.inbox("C:/DJ/In", { match = "*.txt", done = "a", rejected = "C:/DJ/In/b/../a" }, function() end)
    end,
    unnumbered = function()
      return dj.txt.inbox("C:/DJ/In", { match = "*.txt", done = "a", rejected = "b", sequence = "x" }, function() end)
    end,
    later = function()
      return dj.txt.inbox("C:/DJ/In", { match = "*.txt", done = "a", rejected = "b" }, function() dj.fail("db.busy", "nobody is let in") end)
    end,
  },
}
`

// kit is a line of KIT.TXT.
const kit = `
local function kit(product, quantity, gone)
  return ("%-20s%-20s"):format("K1", product) .. ("0"):rep(7 - #quantity) .. quantity .. "N00000" .. (gone or " ") .. "\r\n"
end
sim:config { script = { kits = { grants = { "db.write", "txt.write", "txt.read" } } } }
`

func TestTextFilesAreImportedIntoASimulatedStore(t *testing.T) {
	scripts := map[string]string{"kits.lua": exchanging}
	for lines, well := range map[string]bool{
		kit + `sim:database("loja", { tables = { KIT = { { KIT = "K1", PRODUTO = "P4" } } } })
		sim:file("C:/DJ/KIT.TXT", kit("P1", "150") .. kit("P2", "99999") .. kit("P3", "x") .. kit("P1", "200") .. kit("P4", "100", "S"))
		local ran = sim:run("kits:import")
		dj.expect.equal(ran.value.inserted, 1)
		dj.expect.equal(ran.value.deleted, 1)
		dj.expect.equal(ran.value.rejected, 3)
		dj.expect.equal(ran.exit, 3)
		dj.expect.equal(sim:run("kits:import").value.verdict, "repeated")
		dj.expect.equal(sim:run("kits:again").value.verdict, "done")`: true,
		kit + `sim:file("C:/DJ/KIT.TXT", kit("P1", "150") .. kit("P2", "99999"))
		local plan = sim:run("kits:import", {}, { dry = true })
		dj.expect.equal(plan.value.inserted, 1)
		dj.expect.equal(sim:run("kits:import").value.verdict, "done")
		dj.expect.equal(sim:run("kits:whole").value.verdict, "repeated")`: true,
		kit + `sim:file("C:/DJ/KIT.TXT", kit("P1", "150") .. kit("P2", "99999"))
		local ran = sim:run("kits:whole")
		dj.expect.equal(ran.value.verdict, "rejected")
		dj.expect.equal(ran.value.inserted, 0)`: true,
		kit + `sim:file("C:/DJ/KIT.TXT", kit("P1", "150"))
		dj.expect.equal(sim:run("kits:wrong").error.code, "option.value")
		dj.expect.equal(sim:run("kits:field").error.code, "option.value")
		dj.expect.equal(sim:run("kits:nowhere").error.code, "option.value")
		dj.expect.equal(sim:run("kits:typo").error.code, "script.undefined")
		dj.expect.equal(sim:run("kits:import", { path = "C:/DJ/NADA.TXT" }).error.code, "txt.file")
		dj.expect.equal(sim:run("kits:meddles").error.code, "guard.record")
		dj.expect.equal(sim:run("kits:meddles", {}, { dry = true }).error.code, "guard.record")
		sim:fail("txt.import", "db.busy", { times = 1 })
		dj.expect.equal(sim:run("kits:import").error.code, "db.busy")
		dj.expect.equal(sim:run("kits:import").value.inserted, 1)`: true,
		kit + `sim:file("C:/DJ/KIT.TXT", kit("P1", "150") .. kit("P2", "5000") .. kit("P3", "1"))
		dj.expect.equal(sim:run("kits:read").value, { "1P11.50", "2P250.00" })
		sim:file("C:/DJ/KIT.TXT", kit("P1", "150") .. "short\r\n")
		dj.expect.equal(sim:run("kits:read").error.code, "txt.record")`: true,
		kit + `sim:file("C:/DJ/In/002.txt", kit("P2", "200"))
		sim:file("C:/DJ/In/001.txt", kit("P1", "100"))
		sim:file("C:/DJ/In/readme.txt", "x")
		local turn = sim:run("kits:inbox").value
		dj.expect.equal(turn.done, { "001.txt", "002.txt" })
		dj.expect.equal(turn.numbers, { 1, 2 })
		sim:file("C:/DJ/In/005.txt", kit("P5", "500"))
		turn = sim:run("kits:strict").value
		dj.expect.equal(turn.waiting, { "005.txt" })
		dj.expect.equal(turn.missing, { 3, 4 })
		local ran = sim:run("kits:inbox")
		dj.expect.equal(ran.value.missing, { 3, 4 })
		dj.expect.equal(ran.exit, 3)
		dj.expect.equal(sim:run("kits:inbox").value.done, {})
		dj.expect.equal(sim:run("kits:read", { path = "C:/DJ/In/Feitos/005.txt" }).value, { "1P55.00" })`: true,
		kit + `sim:file("C:/DJ/In/001.txt", kit("P1", "100"))
		dj.expect.equal(sim:run("kits:one").error.code, "option.value")
		dj.expect.equal(sim:run("kits:unnumbered").error.code, "option.value")
		local plan = sim:run("kits:inbox", {}, { dry = true })
		dj.expect.equal(plan.value.done, { "001.txt" })
		local ran = sim:run("kits:later")
		dj.expect.equal(ran.value.left, { "001.txt" })
		dj.expect.equal(ran.exit, 3)
		dj.expect.equal(sim:run("kits:inbox").value.done, { "001.txt" })`: true,
		kit + `dj.expect.equal(sim:run("kits:import").value.inserted, 1)`: false,
	} {
		r := tried(t, program(t), Options{}, body(lines), scripts)
		if r.OK() != well {
			t.Errorf("%s\n%s", lines, summary(r))
		}
	}
}
