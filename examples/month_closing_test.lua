local function open_store(sim)
  sim:config {
    cron = { { name = "fechamento", schedule = { "0 23 * * *" }, run = "month_closing:close" } },
  }
end

local function closings(sim)
  local found = {}
  for _, copy in ipairs(sim:copies { class = "closing" }) do
    table.insert(found, 1, copy.day)
  end
  return found
end

dj.test("fecha no último dia útil de cada mês", function(sim)
  open_store(sim)
  sim:at("2026-03-15 12:00")
  sim:advance("77d")
  dj.expect.equal(closings(sim), { "2026-03-31", "2026-04-30", "2026-05-29" })
  local pin = sim:copies()[1].pinned
  dj.expect.equal(pin, { reason = "fechamento de 05/2026", last_day = "2031-06-02" })
end)

dj.test("um feriado no fim do mês antecipa o fechamento", function(sim)
  sim:config {
    calendar = { feriados = { days = { "03-31" } } },
    cron = { { name = "fechamento", schedule = { "0 23 * * *" }, run = "month_closing:close" } },
  }
  sim:at("2026-03-15 12:00")
  sim:advance("17d")
  dj.expect.equal(closings(sim), { "2026-03-30" })
end)

dj.test("o computador estava desligado no dia: a noite seguinte serve", function(sim)
  open_store(sim)
  sim:at("2026-05-28 12:00")
  sim:off("2d")
  sim:advance("2d")
  dj.expect.equal(closings(sim), { "2026-05-30" })
end)

dj.test("a cópia falhou no dia: a noite seguinte serve", function(sim)
  open_store(sim)
  sim:at("2026-05-29 12:00")
  sim:fail("copy.create", "db.busy", { times = 1 })
  sim:advance("3d")
  dj.expect.equal(closings(sim), { "2026-05-30" })
end)

dj.test("desligado na noite de 31 de março: a de 1º de abril serve, e fecha março", function(sim)
  open_store(sim)
  sim:at("2026-03-31 12:00")
  sim:off("24h")
  sim:advance("10d")
  dj.expect.equal(closings(sim), { "2026-04-01" })
  dj.expect.equal(sim:copies()[1].pinned.reason, "fechamento de 03/2026")
  dj.expect.equal(sim:copies()[1].note, "fechamento de 03/2026")
end)

dj.test(
  "desligado da sexta, 27 de fevereiro, até segunda: fecha fevereiro em março",
  function(sim)
    open_store(sim)
    sim:at("2026-02-27 12:00")
    sim:off("62h")
    sim:advance("2d")
    dj.expect.equal(closings(sim), { "2026-03-02" })
    dj.expect.equal(sim:copies()[1].note, "fechamento de 02/2026")
  end
)

dj.test("três semanas fechada, em uma loja que já fechou outros meses: serve", function(sim)
  open_store(sim)
  sim:at("2026-03-31 12:00")
  sim:advance("1d")
  sim:at("2026-04-30 12:00")
  sim:off("21d")
  sim:advance("2d")
  dj.expect.equal(closings(sim), { "2026-03-31", "2026-05-21" })
  dj.expect.equal(sim:copies()[1].note, "fechamento de 04/2026")
end)

dj.test("uma cópia ruim não conta, e não fica guardada", function(sim)
  open_store(sim)
  sim:at("2026-03-31 12:00")
  sim:fail("copy.create", "copy.bad", { times = 1 })
  sim:advance("2d")
  dj.expect.equal(closings(sim), { "2026-03-31", "2026-04-01" })
  dj.expect.equal(sim:copies()[1].pinned.reason, "fechamento de 03/2026")
  dj.expect.equal(sim:copies()[2].pinned, nil)
end)

dj.test("no meio do mês não faz nada", function(sim)
  sim:at("2026-03-15 12:00")
  local run = sim:run("month_closing")
  dj.expect.equal(run.result, "skipped")
  dj.expect.equal(sim:copies(), {})
end)
