package sim

import "testing"

const leaving = `
local function out(rows, more)
  local opts = { layout = "quarta-f022", folder = "C:/DJ/Sai", name = "{number:8}.txt", sequence = "x", records = { [R] = { rows = rows } } }
  for name, value in pairs(more or {}) do opts[name] = value end
  return dj.txt.export(opts)
end
return dj.script {
  name = "out", version = "1",
  jobs = {
    two = function() return out({ { data = "2026-03-02", valor = 1.5 }, { data = "2026-03-03", valor = 2 } }) end,
    none = function() return out({}) end,
    text = function() return out({ "a" }) end,
    table = function() return out({ a = 1 }) end,
    field = function() return out({ { data = "2026-03-02", valor = 1, a = 1 } }) end,
    asked = function()
      return dj.txt.export {
        layout = "dj-movimento", folder = "C:/DJ/Sai", name = "{number:8}.djm", sequence = "m", cursor = { record = "DOC", column = "ID" },
        records = {
          INI = { rows = { {} }, map = function(row) return { numero = row.number, gerado = "2026-03-02T08:00:00", usuario = "x" } end },
          ECF = { sql = "select tills", map = function(row) return { numero = row.numero, terminal = row.numero } end },
          TUR = { sql = "select shifts", parent = { CAIXA = "NUMERO" }, map = function(row) return { numero = 1, abertura = row.aberto } end },
          DOC = { sql = "select sales where :from < ID", parent = { CAIXA = "CAIXA" }, map = function(row)
            return { numero = row.id, tipo = "V", data = row.dia, hora = "08:00:00", valor_total = row.total }
          end },
        },
      }
    end,
    bound = function() return out({ { a = 1 } }, { cursor = { record = R, column = "A", from = "soon" } }) end,
    column = function() return out({ { a = 1 } }, { only = { "NADA" } }) end,
    again = function()
      return dj.txt.again { layout = "quarta-f022", folder = "C:/DJ/Sai", name = "{number:8}.txt", sequence = "x", number = 2 }
    end,
  },
}
`

// An export of a simulated store counts and numbers; what a script gives wrongly is told, and not taken for nothing.
func TestASimulatedStoreExports(t *testing.T) {
	scripts := map[string]string{"out.lua": "local R = \"LANCAMENTO\"\n" + leaving}
	const granted = `sim:config { script = { out = { grants = { "db.write", "txt.write", "txt.read" } } } }
`
	for lines, well := range map[string]bool{
		granted + `dj.expect.equal(sim:run("out:two", {}, { dry = true }).value.number, nil)
		dj.expect.equal(sim:run("out:two").value.number, 1)
		dj.expect.contains(sim:read("C:/DJ/Sai/00000001.txt"), "02032026")
		dj.expect.equal(sim:run("out:none").value.number, nil)
		dj.expect.equal(sim:run("out:again").error.code, "txt.sequence")
		dj.expect.equal(sim:run("out:two").value.number, 2)
		dj.expect.equal(sim:run("out:again").value.number, 2)`: true,
		granted + `dj.expect.equal(sim:run("out:text").error.code, "option.type")
		dj.expect.equal(sim:run("out:table").error.code, "option.type")
		dj.expect.equal(sim:run("out:column").error.code, "option.value")
		dj.expect.equal(sim:run("out:bound").error.code, "option.value")
		dj.expect.equal(sim:run("out:field").error.code, "option.value")`: true,
		granted + `local function sells(...)
			local sales = {}
			for i, id in ipairs { ... } do sales[i] = { ID = id, CAIXA = 1, DIA = "2026-03-02", TOTAL = 12.5 } end
			sim:database("loja", { answers = {
				["select tills"] = { { NUMERO = 1 } }, ["select shifts"] = { { CAIXA = 1, ABERTO = "2026-03-02T08:00:00" } }, ["select sales"] = sales,
			} })
		end
		sells(7, 8)
		dj.expect.equal(sim:run("out:asked").value.records, { INI = 1, ECF = 1, TUR = 1, DOC = 2 })
		dj.expect.contains(sim:read("C:/DJ/Sai/00000001.djm"), "\r\nDOC|8|V|02032026|080000|")
		dj.expect.equal(sim:run("out:asked").value.number, nil)
		sells(7, 8, 6)
		local dry = sim:run("out:asked", {}, { dry = true })
		dj.expect.equal(dry.value.records.DOC, 1)
		dj.expect.equal(sim:run("out:asked").value.number, 2)
		dj.expect.contains(sim:read("C:/DJ/Sai/00000002.djm"), "DOC|6|V|")
		dj.expect.equal(sim:read("C:/DJ/Sai/00000002.djm"):find("DOC|7", 1, true), nil)
		sim:database("loja", { answers = { ["select tills"] = {}, ["select shifts"] = {}, ["select sales"] = {} } })
		dj.expect.equal(sim:run("out:asked").value.number, nil)`: true,
	} {
		r := tried(t, program(t), Options{}, body(lines), scripts)
		if r.OK() != well {
			t.Errorf("%s\n%s", lines, summary(r))
		}
	}
}
