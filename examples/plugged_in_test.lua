local function open_store(sim)
  sim:config {
    cron = {
      {
        name = "pendrive",
        from = "08:00",
        ["until"] = "20:00",
        every = "10m",
        run = "plugged_in:backup",
      },
    },
    script = { plugged_in = { grants = { "drive.read", "copy.write:pendrive", "notify" } } },
  }
end

dj.test("copia assim que o pen drive aparece, e avisa que pode ser tirado", function(sim)
  open_store(sim)
  sim:unplug("DJ-BACKUP")
  sim:advance("4h")
  dj.expect.equal(sim:notices(), {})
  sim:plug("DJ-BACKUP")
  sim:advance("10m")
  dj.expect.equal(#sim:copies { where = "pendrive", state = "verified" }, 1)
  dj.expect.contains(sim:notices()[1].title, "pode ser tirado")
end)

dj.test("uma vez por dia chega", function(sim)
  open_store(sim)
  sim:advance("71h")
  dj.expect.equal(#sim:copies(), 3)
end)

dj.test("o pen drive de outra pessoa não recebe nada", function(sim)
  open_store(sim)
  sim:unplug("DJ-BACKUP")
  sim:plug("FOTOS")
  dj.expect.equal(sim:run("pendrive").result, "skipped")
end)

dj.test("tirado no meio da cópia: falha, e copia de novo quando volta", function(sim)
  open_store(sim)
  sim:fail("copy.create", "drive.removed", { times = 1 })
  dj.expect.equal(sim:run("pendrive").error.code, "drive.removed")
  dj.expect.equal(sim:notices(), {})
  dj.expect.equal(sim:run("pendrive").exit, 0)
end)

dj.test("cheio: falha sem dizer que pode ser tirado", function(sim)
  open_store(sim)
  sim:plug("DJ-BACKUP", { free = "1MB" })
  dj.expect.equal(sim:run("pendrive").error.code, "drive.full")
  dj.expect.equal(sim:notices(), {})
end)

dj.test("uma cópia ruim não conta; depois de três é com o suporte", function(sim)
  open_store(sim)
  sim:fail("copy.create", "copy.bad")
  sim:advance("8h")
  dj.expect.equal(#sim:copies { state = "bad" }, 3)
end)

dj.test("são dois bancos, e só um está nele: copia o outro", function(sim)
  sim:config {
    database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } },
    script = { plugged_in = { grants = { "drive.read", "copy.write:pendrive", "notify" } } },
  }
  sim:run("default:backup", { databases = "loja" })
  sim:run("plugged_in")
  dj.expect.equal(#sim:copies { where = "pendrive", database = "loja" }, 1)
  dj.expect.equal(#sim:copies { where = "pendrive", database = "pdv" }, 1)
  dj.expect.equal(sim:run("plugged_in").result, "skipped")
end)
