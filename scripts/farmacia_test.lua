local function open_pharmacy(sim)
  sim:config {
    cron = {
      { name = "noite", schedule = { "30 23 * * *" }, run = "farmacia:noite" },
      { name = "fechamento", schedule = { "50 23 L * *" }, run = "farmacia:fechamento" },
    },
    script = {
      farmacia = { grants = { "copy.read", "copy.write", "copy.destroy", "db.read" } },
    },
  }
end

dj.test("keeps a fortnight, weeks and months of nights", function(sim)
  open_pharmacy(sim)
  sim:advance("120d")
  local nights = sim:copies { where = "local", class = "routine" }
  dj.expect.equal(#nights, 21)
  dj.expect.equal(nights[1].day, "2026-06-29")
  dj.expect.equal(nights[14].day, "2026-06-16")
end)

dj.test("closes each month with a pinned copy that no night drops", function(sim)
  open_pharmacy(sim)
  sim:advance("120d")
  local days = {}
  for i, copy in ipairs(sim:copies { class = "closing" }) do
    days[i] = copy.day
    dj.expect.equal(copy.pinned.reason, "fechamento do mês")
  end
  dj.expect.equal(days, { "2026-05-31", "2026-04-30", "2026-03-31" })
end)

dj.test("a closing is pinned for five years", function(sim)
  open_pharmacy(sim)
  sim:at("2026-03-31 23:50")
  sim:run("fechamento", { note = "mensal" })
  local copy = sim:copies()[1]
  dj.expect.equal(copy.note, "mensal 2026-03-31")
  dj.expect.equal(copy.pinned.last_day, "2031-04-04")
end)

dj.test("an update waits until nobody works", function(sim)
  open_pharmacy(sim)
  sim:database("loja", { sessions = { { program = "caixa.exe", host = "192.168.0.12" } } })
  local update = sim:run("farmacia:atualizacao")
  dj.expect.equal(update.error.code, "farmacia.aberta")
  dj.expect.contains(update.error.message, "caixa.exe (192.168.0.12)")
  dj.expect.equal(sim:copies(), {})

  sim:database("loja", { sessions = {} })
  dj.expect.equal(sim:run("farmacia:atualizacao", { note = "4.2" }).exit, 0)
  dj.expect.equal(sim:copies()[1].class, "pre_update")
end)

dj.test("an update does not begin with a copy that is not proven", function(sim)
  open_pharmacy(sim)
  sim:fail("copy.create", "copy.degraded", { times = 1 })
  dj.expect.equal(sim:run("farmacia:atualizacao").error.code, "farmacia.sem_prova")
end)

dj.test("a full pen drive costs the pen drive's copy, nothing else", function(sim)
  open_pharmacy(sim)
  sim:plug("DJ-BACKUP", { free = "1MB" })
  local night = sim:run("noite")
  dj.expect.equal(night.degraded[1].code, "drive.full")
  dj.expect.equal(sim:copies({ where = "local" })[1].state, "verified")
  dj.expect.equal(sim:copies { where = "pendrive" }, {})
end)
