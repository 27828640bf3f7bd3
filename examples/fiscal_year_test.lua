local schedule = { "30 23 31 12 *", "30 23 * 1 *" }

local function open_store(sim, keep)
  sim:config {
    destination = { ["local"] = { path = "C:/Copias", keep = keep } },
    backup = { at = { "22:00" }, to = { "local" } },
    cron = { { name = "exercicio", schedule = schedule, run = "fiscal_year:close" } },
  }
end

dj.test("fecha o exercício na última noite do ano", function(sim)
  open_store(sim, { daily = 7 })
  sim:at("2026-12-30 12:00")
  sim:advance("3d")
  local copies = sim:copies { class = "closing" }
  dj.expect.equal(#copies, 1)
  dj.expect.equal(copies[1].pinned, { reason = "exercício de 2026", last_day = "2032-12-31" })
end)

dj.test("nem a rotação de quem quer um fechamento só a apaga", function(sim)
  open_store(sim, { { daily = 7 }, { class = { "closing" }, last = 1, min = 1 } })
  for year = 2026, 2029 do
    sim:at(year .. "-12-31 12:00")
    sim:advance("12h")
  end
  sim:advance("10d")
  local kept = {}
  for i, copy in ipairs(sim:copies { class = "closing" }) do
    kept[i] = copy.note
  end
  dj.expect.equal(kept, {
    "exercício de 2029",
    "exercício de 2028",
    "exercício de 2027",
    "exercício de 2026",
  })
end)

dj.test("depois dos ajustes do contador, à mão, com o ano certo", function(sim)
  sim:at("2027-02-10 18:00")
  dj.expect.equal(sim:run("fiscal_year").exit, 0)
  dj.expect.equal(sim:run("fiscal_year").result, "skipped")
  local close = sim:run("fiscal_year", { year = 2026 })
  dj.expect.equal(close.value[1].note, "exercício de 2026")
end)

dj.test("desligado na última noite: a primeira de janeiro em que está ligado serve", function(sim)
  open_store(sim, { daily = 7 })
  sim:at("2026-12-31 12:00")
  sim:off("10d")
  sim:advance("30d")
  local copies = sim:copies { class = "closing" }
  dj.expect.equal(#copies, 1)
  dj.expect.equal({ copies[1].day, copies[1].note }, { "2027-01-10", "exercício de 2026" })
  dj.expect.equal(copies[1].pinned.last_day, "2032-12-31")
end)

dj.test("são dois bancos, e um estava ocupado: a noite seguinte é dele", function(sim)
  sim:config {
    database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } },
    cron = { { name = "exercicio", schedule = schedule, run = "fiscal_year:close" } },
  }
  sim:at("2026-12-31 12:00")
  sim:run("fiscal_year", { databases = "loja" })
  sim:advance("3d")
  local copies = sim:copies { class = "closing" }
  dj.expect.equal({ #copies, copies[1].database }, { 2, "pdv" })
  dj.expect.equal(copies[1].pinned, { reason = "exercício de 2026", last_day = "2032-12-31" })
end)

dj.test(
  "o pen drive está cheio: o exercício fica no computador, e a execução avisa",
  function(sim)
    sim:plug("DJ-BACKUP", { free = "1MB" })
    local close = sim:run("fiscal_year")
    dj.expect.equal(close.degraded[1].code, "drive.full")
    dj.expect.equal(#sim:copies { where = "local", class = "closing" }, 1)
  end
)
