local old = { "D:/Velhas/2023.fbk", "D:/Velhas/2024.fbk", "D:/Velhas/2025.fbk" }

local function lay_down(sim)
  for _, path in ipairs(old) do
    sim:file(path)
  end
end

dj.test("todas as que prestam entram, com o nome do arquivo na nota", function(sim)
  lay_down(sim)
  local run = sim:run("adopt_files", { files = old, database = "loja" })
  dj.expect.equal(run.exit, 0)
  dj.expect.equal(#sim:copies { state = "verified", class = "extra" }, 3)
  dj.expect.equal(sim:copies()[1].note, "adotada de D:/Velhas/2025.fbk")
end)

dj.test("como se escreve na linha de comando, com vírgulas", function(sim)
  lay_down(sim)
  local files = table.concat(old, ",")
  local run = sim:run("adopt_files", { files = files, database = "loja", to = "local" })
  dj.expect.equal(#run.value, 3)
end)

dj.test("a que não presta fica de fora, e as outras entram", function(sim)
  lay_down(sim)
  sim:fail("copy.adopt", "copy.bad", { times = 1 })
  local run = sim:run("adopt_files", { files = old, database = "loja" })
  dj.expect.equal(run.result, "degraded")
  dj.expect.equal(#run.value, 2)
end)

dj.test("nenhuma presta: falha", function(sim)
  local run = sim:run("adopt_files", { files = "D:/Velhas/nada.fbk", database = "loja" })
  dj.expect.equal(run.error.code, "copy.not_found")
end)

dj.test("pergunta de que banco de dados são", function(sim)
  dj.expect.equal(sim:run("adopt_files", { files = old }).exit, 2)
end)

dj.test("sem o pen drive ficam no computador", function(sim)
  lay_down(sim)
  sim:unplug("DJ-BACKUP")
  local run = sim:run("adopt_files", { files = old, database = "loja" })
  dj.expect.equal(run.result, "degraded")
  dj.expect.equal(#sim:copies { where = "local" }, 3)
end)
