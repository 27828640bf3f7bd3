local function open_store(sim)
  sim:config {
    cron = { { name = "noite", schedule = { "0 22 * * *" }, run = "low_space:backup" } },
    script = {
      low_space = { grants = { "copy.destroy", "copy.write", "db.read", "drive.read", "notify" } },
    },
  }
end

dj.test("com lugar, copia para todos", function(sim)
  open_store(sim)
  sim:advance("3d")
  dj.expect.equal(#sim:copies { where = "pendrive" }, 3)
  dj.expect.equal(sim:notices(), {})
end)

dj.test("quase cheio: pula, avisa, e o computador tem a sua cópia", function(sim)
  open_store(sim)
  sim:advance("1d")
  sim:plug("DJ-BACKUP", { free = "20MB" })
  local night = sim:run("noite")
  dj.expect.equal(night.result, "degraded")
  dj.expect.contains(night.degraded[1].message, "quase cheio")
  dj.expect.contains(sim:notices()[1].body, "mais 1 cópias")
  dj.expect.equal(#sim:copies { where = "pendrive" }, 1)
  dj.expect.equal(#sim:copies { where = "local" }, 2)
end)

dj.test("alguém abriu espaço: volta sozinho", function(sim)
  open_store(sim)
  sim:advance("1d")
  sim:plug("DJ-BACKUP", { free = "20MB" })
  sim:run("noite")
  sim:plug("DJ-BACKUP", { free = "20GB" })
  dj.expect.equal(sim:run("noite").exit, 0)
  dj.expect.equal(#sim:copies { where = "pendrive" }, 2)
end)

dj.test("o pen drive não está: é a falta dele que a execução conta", function(sim)
  open_store(sim)
  sim:advance("1d")
  sim:unplug("DJ-BACKUP")
  dj.expect.equal(sim:run("noite").degraded[1].code, "drive.not_found")
end)

dj.test("são duas bases: o que conta é o conjunto delas", function(sim)
  sim:config {
    database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } },
    script = {
      low_space = { grants = { "copy.destroy", "copy.write", "db.read", "drive.read", "notify" } },
    },
  }
  sim:run("low_space:backup")
  sim:plug("DJ-BACKUP", { free = "70MB" })
  dj.expect.equal(sim:run("low_space:backup", { least = 4 }).result, "degraded")
end)

dj.test("quase cheio, e é o único destino: diz isso, e não copia", function(sim)
  open_store(sim)
  sim:run("low_space:backup", { to = "pendrive" })
  sim:plug("DJ-BACKUP", { free = "20MB" })
  local night = sim:run("low_space:backup", { to = "pendrive" })
  dj.expect.equal(night.error.code, "drive.full")
  dj.expect.contains(night.error.message, "não há outro destino")
  dj.expect.equal(#sim:notices(), 1)
end)
