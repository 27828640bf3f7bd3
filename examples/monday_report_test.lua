local grants = { "copy.read", "db.read", "drive.read", "history.read", "notify" }

local function open_store(sim)
  sim:config {
    backup = {
      at = { "22:00" },
      days = { "mon", "tue", "wed", "thu", "fri", "sat" },
      to = { "local" },
    },
    cron = { { name = "segunda", schedule = { "0 8 * * mon" }, run = "monday_report:report" } },
    script = { monday_report = { grants = grants } },
  }
end

dj.test("uma semana boa", function(sim)
  open_store(sim)
  sim:advance("7d")
  local notice = sim:notices()[1]
  dj.expect.equal({ notice.level, notice.title }, { "info", "Semana boa: Loja Centro" })
  dj.expect.contains(notice.body, "loja: 6 provadas, a última de 07/03")
  dj.expect.contains(notice.body, "E:/ (DJ-BACKUP): 93% livres")
end)

dj.test("cópias que não foram provadas não fazem uma semana boa", function(sim)
  open_store(sim)
  sim:fail("copy.create", "copy.degraded")
  sim:advance("7d")
  dj.expect.equal(sim:notices()[1].level, "critical")
  dj.expect.contains(sim:notices()[1].body, "NENHUMA")
end)

dj.test("uma noite falhou, as outras não: há o que olhar", function(sim)
  open_store(sim)
  sim:fail("copy.create", "db.busy", { times = 1 })
  sim:advance("7d")
  dj.expect.equal(sim:notices()[1].level, "critical")
  dj.expect.contains(sim:notices()[1].body, "Execuções que falharam: 1")
end)

dj.test("o computador ficou desligado a semana toda", function(sim)
  open_store(sim)
  sim:advance("7d")
  sim:off("7d")
  sim:run("segunda")
  dj.expect.equal(sim:notices()[2].title, "Semana ruim: Loja Centro")
end)

dj.test("são dois bancos, e um deles falhou: a semana é ruim", function(sim)
  open_store(sim)
  sim:config {
    database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } },
    script = { monday_report = { grants = grants } },
  }
  sim:run("default:backup", { databases = "loja" })
  sim:run("monday_report")
  dj.expect.equal(sim:notices()[1].level, "critical")
  dj.expect.contains(sim:notices()[1].body, "pdv: NENHUMA")
end)

dj.test("um pen drive sem nome e um leitor de cartões vazio", function(sim)
  open_store(sim)
  sim:plug("", { path = "F:/" })
  sim:plug("CARTAO", { path = "G:/", size = "0B" })
  sim:run("segunda")
  dj.expect.contains(sim:notices()[1].body, "F:/ (sem nome): 93% livres")
  dj.expect.equal(sim:notices()[1].body:find("G:/", 1, true), nil)
end)
