-- Os testes rodam numa loja simulada, sem banco de dados e sem unidades: djscript test
dj.test("a cópia de fechamento vai para os dois lugares, provada", function(sim)
  local run = sim:run("fechamento:backup")
  dj.expect.equal(run.result, "done")
  local copy = sim:copies()[1]
  dj.expect.equal(copy.class, "closing")
  dj.expect.equal(copy.state, "verified")
  dj.expect.equal(#copy.places, 2)
end)

dj.test("sem o pen drive a cópia é feita assim mesmo, e a execução avisa", function(sim)
  sim:unplug("DJ-BACKUP")
  local run = sim:run("fechamento:backup")
  dj.expect.equal(run.result, "degraded")
  dj.expect.equal(run.degraded[1].code, "drive.not_found")
end)
