package sim

import "testing"

const rescue = `return dj.script {
  name = "saves", version = "1",
  jobs = { once = function() return dj.db.recover("loja", { to = "D:/Resgate/LOJA.FDB" }) end },
}
`

func TestADatabaseIsRecoveredIntoAFileThatIsNotThere(t *testing.T) {
	scripts := map[string]string{"saves.lua": rescue}
	for lines, well := range map[string]bool{
		`sim:config { script = { saves = { grants = { "db.recover" } } } }
		local ran = sim:run("saves:once")
		dj.expect.equal(ran.result, "done")
		dj.expect.equal(ran.value.saved.VENDA, 20000)
		dj.expect.equal(sim:run("saves:once").error.code, "fs.exists")`: true,
		`dj.expect.equal(sim:run("saves:once").error.code, "cap.denied")`: true,
		`dj.expect.equal(sim:run("saves:once").result, "done")`:           false,
	} {
		r := tried(t, program(t), Options{}, body(lines), scripts)
		if r.OK() != well {
			t.Errorf("%s\n%s", lines, summary(r))
		}
	}
}
