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
    two = function() return out({ { a = 1 }, { a = 2 } }) end,
    none = function() return out({}) end,
    text = function() return out({ "a" }) end,
    table = function() return out({ a = 1 }) end,
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
		dj.expect.equal(sim:run("out:none").value.number, nil)
		dj.expect.equal(sim:run("out:again").error.code, "txt.sequence")
		dj.expect.equal(sim:run("out:two").value.number, 2)
		dj.expect.equal(sim:run("out:again").value.number, 2)`: true,
		granted + `dj.expect.equal(sim:run("out:text").error.code, "option.type")
		dj.expect.equal(sim:run("out:table").error.code, "option.type")
		dj.expect.equal(sim:run("out:column").error.code, "option.value")
		dj.expect.equal(sim:run("out:bound").error.code, "option.value")`: true,
	} {
		r := tried(t, program(t), Options{}, body(lines), scripts)
		if r.OK() != well {
			t.Errorf("%s\n%s", lines, summary(r))
		}
	}
}
