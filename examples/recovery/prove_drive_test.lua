-- Um pen drive de três meses atrás, que não estava mais na configuração.
local function found(sim)
  sim:config {
    database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } },
    destination = { ["local"] = { path = "C:/Copias" }, gaveta = { path = "E:/Copias" } },
  }
  for _ = 1, 3 do
    sim:run("default:backup", { to = "gaveta", verify = "never" })
    sim:off("24h")
  end
  sim:off("90d")
end

dj.test("prova tudo, e diz qual é a mais nova de cada banco", function(sim)
  found(sim)
  local run = sim:run("prove_drive", { where = "gaveta" })
  dj.expect.equal(run.exit, 0)
  dj.expect.equal(#run.value, 2) -- uma de cada banco
  for _, copy in ipairs(run.value) do
    dj.expect.equal({ copy.day, copy.state }, { "2026-03-04", "verified" })
  end
  dj.expect.equal(#sim:copies { state = "verified" }, 6)
end)

dj.test("a mais nova não presta: é a anterior", function(sim)
  found(sim)
  sim:fail("copy.prove", "copy.bad", { times = 2 })
  local run = sim:run("prove_drive", { where = "gaveta" })
  dj.expect.equal(run.result, "degraded")
  for _, copy in ipairs(run.value) do
    dj.expect.equal(copy.day, "2026-03-03")
  end
  dj.expect.equal(#run.value, 2)
end)

dj.test("nenhuma presta", function(sim)
  found(sim)
  sim:fail("copy.prove", "copy.bad")
  dj.expect.equal(sim:run("prove_drive", { where = "gaveta" }).error.code, "copy.not_found")
end)

dj.test("o pen drive não está: diz onde procurou", function(sim)
  found(sim)
  sim:unplug("DJ-BACKUP")
  dj.expect.contains(sim:run("prove_drive", { where = "gaveta" }).error.message, "gaveta")
end)

dj.test("o pen drive sai no meio: o que faltou não conta como prova", function(sim)
  found(sim)
  sim:fail("copy.prove", "drive.removed", { times = 1 })
  local run = sim:run("prove_drive", { where = "gaveta" })
  dj.expect.equal(run.degraded[1].code, "drive.removed")
end)

dj.test("estragada só no pen drive: a boa do computador não conta", function(sim)
  found(sim)
  sim:run("default:backup", { to = { "local", "gaveta" }, databases = "loja" })
  sim:spoil("gaveta")
  local run = sim:run("prove_drive", { where = "gaveta" })
  dj.expect.equal(run.degraded[1].code, "copy.bad")
  dj.expect.contains(run.degraded[1].message, "E:/Copias")
  dj.expect.equal({ run.value[1].database, run.value[1].day }, { "pdv", "2026-03-04" })
  dj.expect.equal({ run.value[2].database, run.value[2].day }, { "loja", "2026-03-04" })
end)

dj.test("estragada só no computador: a do pen drive presta", function(sim)
  found(sim)
  sim:run("default:backup", { to = { "local", "gaveta" } })
  sim:spoil("local")
  dj.expect.equal(sim:run("prove_drive", { where = "gaveta" }).exit, 0)
end)

dj.test("nada pôde ser provado: não diz que são ruins", function(sim)
  found(sim)
  sim:fail("copy.prove", "copy.degraded")
  local run = sim:run("prove_drive", { where = "gaveta" })
  dj.expect.equal(run.error.code, "copy.degraded")
end)
