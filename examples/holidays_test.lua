local function open_store(sim)
  sim:config {
    cron = { { name = "noite", schedule = { "0 22 * * *" }, run = "holidays:backup" } },
    script = {
      holidays = { grants = { "calendar.read", "copy.destroy", "copy.write", "db.read" } },
    },
  }
end

-- Os dias em que houve cópia, do primeiro ao último.
local function copied(sim)
  local found = {}
  for _, copy in ipairs(sim:copies()) do
    table.insert(found, 1, copy.day)
  end
  return found
end

dj.test("copia segunda, quarta e sexta", function(sim)
  open_store(sim)
  sim:advance("7d")
  dj.expect.equal(copied(sim), { "2026-03-02", "2026-03-04", "2026-03-06" })
end)

dj.test("no feriado não, e no dia seguinte sim", function(sim)
  open_store(sim)
  sim:at("2026-09-06 08:00") -- 7 de setembro é uma segunda-feira
  sim:advance("4d")
  dj.expect.equal(copied(sim), { "2026-09-06", "2026-09-08", "2026-09-09" })
end)

dj.test("a Sexta-feira Santa fica para o sábado", function(sim)
  open_store(sim)
  sim:at("2026-04-01 08:00")
  sim:advance("5d")
  dj.expect.equal(copied(sim), { "2026-04-01", "2026-04-04" })
end)

dj.test("o computador ficou desligado na sexta: copia no sábado", function(sim)
  open_store(sim)
  sim:at("2026-03-04 08:00")
  sim:advance("1d")
  sim:off("2d")
  sim:advance("2d")
  dj.expect.equal(copied(sim), { "2026-03-04", "2026-03-07" })
end)

dj.test("o banco ocupado na segunda é copiado na terça, e só ele", function(sim)
  open_store(sim)
  sim:fail("copy.create", "db.busy", { times = 1 })
  sim:advance("3d")
  dj.expect.equal(copied(sim), { "2026-03-03", "2026-03-04" })
end)

dj.test("sem o pen drive a cópia é feita, e a execução avisa", function(sim)
  open_store(sim)
  sim:unplug("DJ-BACKUP")
  dj.expect.equal(sim:run("noite").result, "degraded")
  dj.expect.equal(#sim:copies(), 1)
end)

dj.test("uma cópia ruim não conta: copia no dia seguinte", function(sim)
  open_store(sim)
  sim:fail("copy.create", "copy.bad", { times = 1 })
  sim:advance("2d")
  dj.expect.equal(sim:copies({ state = "verified" })[1].day, "2026-03-03")
end)
