local function open_store(sim)
  sim:config {
    destination = { ["local"] = { path = "C:/Copias" }, contador = { path = "C:/Nuvem/Contador" } },
    notify = {
      dono = { url = "secret:dono", levels = { "critical" } },
      contador = { url = "secret:contador", levels = { "info" } },
    },
    cron = {
      {
        name = "contador",
        schedule = { "0 7 1-10 * *" },
        run = "accountant:monthly",
        params = { to = "contador" },
      },
    },
    script = { accountant = { grants = { "copy.write:contador", "notify" } } },
  }
end

dj.test("uma por mês, e só o contador fica sabendo", function(sim)
  open_store(sim)
  sim:advance("90d")
  local copies = sim:copies { where = "contador" }
  dj.expect.equal(#copies, 3)
  dj.expect.equal({ copies[1].day, copies[1].class }, { "2026-05-01", "extra" })
  dj.expect.equal(#sim:notices(), 3)
  dj.expect.equal(sim:notices()[1].route, "contador")
end)

dj.test("desligado no dia 1: vai no dia em que ligar, até o dia 10", function(sim)
  open_store(sim)
  sim:at("2026-04-01 06:00")
  sim:off("4d")
  sim:advance("10d")
  dj.expect.equal(#sim:copies(), 1)
  dj.expect.equal(sim:copies()[1].day, "2026-04-05")
end)

dj.test("sem a pasta do contador a execução falha, e tenta no dia seguinte", function(sim)
  open_store(sim)
  sim:at("2026-04-01 08:00")
  sim:unplug("contador")
  local run = sim:run("contador")
  dj.expect.equal(run.error.code, "drive.not_found")
  dj.expect.equal(sim:notices(), {})
end)

dj.test("uma cópia ruim não vai para o contador", function(sim)
  open_store(sim)
  sim:fail("copy.create", "copy.bad", { times = 1 })
  dj.expect.equal(sim:run("contador").error.code, "copy.bad")
  dj.expect.equal(sim:notices(), {})
end)
