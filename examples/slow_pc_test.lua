local function open_store(sim)
  sim:config {
    destination = {
      ["local"] = { path = "C:/Copias", keep = { daily = 14 } },
      pendrive = { path = "E:/Copias", keep = { daily = 14 } },
    },
    cron = {
      {
        name = "noite",
        schedule = { "0 22 * * mon-sat" },
        run = "slow_pc:backup",
        params = { verify = "later" },
      },
      { name = "domingo", schedule = { "0 8 * * sun" }, run = "slow_pc:prove" },
    },
    script = { slow_pc = { grants = { "copy.destroy", "copy.write", "db.read", "notify" } } },
  }
end

dj.test("à noite só copia; no domingo prova a semana inteira", function(sim)
  open_store(sim)
  sim:advance("5d")
  dj.expect.equal(#sim:copies { state = "sealed" }, 5)
  sim:advance("2d")
  dj.expect.equal(sim:copies { state = "sealed" }, {})
  dj.expect.equal(sim:notices()[1].title, "Cópias da semana provadas: 6")
end)

-- O djscript deixa sair um quinto de cada vez: com uma rotação por semana, quatorze dias viram um
-- mês.
dj.test("as mais velhas saem aos domingos, aos poucos", function(sim)
  open_store(sim)
  sim:advance("140d")
  dj.expect.equal(#sim:copies { where = "local" }, 24)
end)

dj.test("uma cópia ruim: prova as outras, avisa, falha, e não apaga nada", function(sim)
  open_store(sim)
  sim:advance("33d")
  local before = #sim:copies()
  sim:fail("copy.prove", "copy.bad", { times = 1 })
  dj.expect.equal(sim:run("domingo").error.code, "copy.bad")
  dj.expect.equal(sim:copies { state = "sealed" }, {})
  dj.expect.equal(#sim:copies(), before)
  dj.expect.equal(sim:notices()[#sim:notices()].level, "critical")
end)

dj.test("o pen drive foi para casa: o que está no computador é provado assim mesmo", function(sim)
  open_store(sim)
  sim:advance("5d")
  sim:unplug("DJ-BACKUP")
  dj.expect.equal(sim:run("domingo").error, nil)
  dj.expect.equal(#sim:copies { state = "verified" }, 5)
end)

dj.test("o computador passou o domingo desligado: o próximo prova as duas semanas", function(sim)
  open_store(sim)
  sim:at("2026-03-02 07:00")
  sim:advance("6d")
  sim:off("1d")
  sim:advance("7d")
  dj.expect.equal(sim:notices()[1].title, "Cópias da semana provadas: 12")
end)
