local function open_store(sim)
  sim:config {
    destination = {
      ["local"] = { path = "C:/Copias", keep = { hourly = 24, daily = 14 } },
      pendrive = { path = "E:/Copias", keep = { daily = 14 } },
    },
    cron = {
      { name = "hora", from = "08:00", ["until"] = "18:00", every = "1h", run = "hourly:hour" },
      { name = "noite", schedule = { "0 21 * * *" }, run = "hourly:backup" },
      { name = "prova", schedule = { "0 23 * * *" }, run = "hourly:prove" },
    },
    script = { hourly = { grants = { "copy.write", "copy.destroy", "db.read" } } },
    limits = { steps = "200M" },
  }
end

dj.test("de dia só no computador, à noite em todos os lugares", function(sim)
  open_store(sim)
  sim:at("2026-03-02 07:00")
  sim:advance("12h")
  dj.expect.equal(#sim:copies { class = "intraday", state = "sealed" }, 11)
  dj.expect.equal(sim:copies { where = "pendrive" }, {})
  sim:advance("3h")
  dj.expect.equal(sim:copies()[1].state, "verified")
  dj.expect.equal(#sim:copies()[1].places, 2)
end)

dj.test("depois da meia-noite tudo está provado", function(sim)
  open_store(sim)
  sim:at("2026-03-02 07:00")
  sim:advance("17h")
  dj.expect.equal(sim:copies { state = "sealed" }, {})
  dj.expect.equal(#sim:copies { state = "verified" }, 12)
end)

dj.test("no computador ficam as últimas 24 horas com cópia e quatorze dias", function(sim)
  open_store(sim)
  sim:at("2026-03-02 07:00")
  sim:advance("20d")
  -- E uma que ainda espera a sua vez: só um quinto sai de cada vez.
  dj.expect.equal(#sim:copies { where = "local" }, 24 + 12 + 1)
  dj.expect.equal(#sim:copies { where = "pendrive" }, 14)
end)

dj.test("banco ocupado: espera e tenta de novo", function(sim)
  open_store(sim)
  sim:fail("copy.create", "db.busy", { times = 2 })
  dj.expect.equal(sim:run("hora").exit, 0)
  sim:fail("copy.create", "db.busy", { times = 3 })
  dj.expect.equal(sim:run("hora").error.code, "db.busy")
end)

dj.test("sem o pen drive o dia corre como sempre, e a noite avisa", function(sim)
  open_store(sim)
  sim:unplug("DJ-BACKUP")
  dj.expect.equal(sim:run("hora").exit, 0)
  dj.expect.equal(sim:run("noite").result, "degraded")
end)
