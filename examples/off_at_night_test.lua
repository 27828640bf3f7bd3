local function open_store(sim)
  sim:config {
    cron = {
      {
        name = "dia",
        from = "08:00",
        ["until"] = "18:00",
        every = "30m",
        run = "off_at_night:backup",
      },
    },
    script = { off_at_night = { grants = { "copy.destroy", "copy.write", "db.read" } } },
  }
end

local function busy(sim, count)
  local sessions = {}
  for i = 1, count do
    sessions[i] = { host = "CAIXA-0" .. i }
  end
  sim:database("loja", { sessions = sessions })
end

dj.test("uma vez por dia, assim que liga", function(sim)
  open_store(sim)
  sim:at("2026-03-02 09:40")
  sim:advance("6h")
  dj.expect.equal(#sim:copies(), 1)
  dj.expect.contains(sim:copies()[1].created, "2026-03-02T10:00")
end)

dj.test("no dia seguinte, outra", function(sim)
  open_store(sim)
  sim:advance("26h")
  dj.expect.equal(#sim:copies(), 2)
end)

dj.test("espera enquanto há gente demais, até o meio-dia", function(sim)
  open_store(sim)
  busy(sim, 4)
  sim:advance("3h")
  dj.expect.equal(sim:copies(), {})
  sim:advance("3h")
  dj.expect.contains(sim:copies()[1].created, "2026-03-02T12:00")
end)

dj.test("esvaziou: não espera o meio-dia", function(sim)
  open_store(sim)
  busy(sim, 4)
  sim:advance("90m")
  busy(sim, 1)
  sim:advance("30m")
  dj.expect.contains(sim:copies()[1].created, "2026-03-02T10:00")
end)

dj.test("falhou: tenta de novo em meia hora", function(sim)
  open_store(sim)
  sim:fail("copy.create", "db.busy", { times = 1 })
  sim:advance("2h")
  dj.expect.equal(#sim:copies(), 1)
end)

dj.test("sem o pen drive, a do computador já vale", function(sim)
  open_store(sim)
  sim:unplug("DJ-BACKUP")
  dj.expect.equal(sim:run("dia").result, "degraded")
  dj.expect.equal(sim:run("dia").result, "skipped")
end)

dj.test("uma cópia ruim não conta; depois de três é com o suporte", function(sim)
  open_store(sim)
  sim:fail("copy.create", "copy.bad")
  sim:advance("8h")
  dj.expect.equal(#sim:copies { state = "bad" }, 3)
end)

dj.test("são dois bancos, e só um tem a cópia de hoje: copia o outro", function(sim)
  sim:config {
    database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } },
    script = { off_at_night = { grants = { "copy.destroy", "copy.write", "db.read" } } },
  }
  sim:run("default:backup", { databases = "loja" })
  sim:run("off_at_night")
  dj.expect.equal(#sim:copies { database = "loja" }, 1)
  dj.expect.equal(#sim:copies { database = "pdv" }, 1)
  dj.expect.equal(sim:run("off_at_night").result, "skipped")
end)
