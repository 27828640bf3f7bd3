-- An office with a drive for each working day: "cofre-mon", "cofre-tue" ...
local function open_office(sim)
  sim:config("lojas/contabilidade.toml")
end

-- The same, with the closings alone: years go by in moments.
local function closings_only(sim)
  sim:config {
    database = { contabil = { path = "C:/Allegus/ATIVO.FDB" } },
    destination = { ["local"] = { path = "D:/Copias", keep = "contabilidade:anos" } },
    cron = {
      {
        name = "fechamento",
        schedule = { "0 21 L * *" },
        run = "contabilidade:fechamento",
        params = { to = { "local" } },
      },
    },
    script = {
      contabilidade = { grants = { "copy.read", "copy.write", "copy.destroy", "db.read" } },
    },
  }
end

local function notes(sim)
  local found = {}
  for i, copy in ipairs(sim:copies { class = "closing" }) do
    found[i] = copy.note
  end
  return found
end

dj.test("each night goes to the drive of the day, and all of them count", function(sim)
  open_office(sim)
  sim:advance("5d")
  local nights = sim:copies { class = "routine", where = "cofre" }
  dj.expect.equal(#nights, 5)
  local drives = {}
  for _, copy in ipairs(nights) do
    for _, place in ipairs(copy.places) do
      drives[place.drive or "local"] = true
    end
  end
  dj.expect.equal({ drives["cofre-mon"], drives["cofre-fri"] }, { true, true })
end)

dj.test("a week without the drives is made good by the next ones", function(sim)
  open_office(sim)
  sim:advance("7d")
  sim:unplug("cofre")
  sim:advance("7d")
  sim:plug("cofre")
  sim:advance("7d")
  dj.expect.equal(
    #sim:copies { where = "cofre", class = "routine" },
    #sim:copies { where = "local", class = "routine" }
  )
end)

dj.test("keeps ten days, weeks and months of nights", function(sim)
  open_office(sim)
  sim:advance("100d")
  local nights = sim:copies { where = "local", class = "routine" }
  dj.expect.equal({ nights[1].day, nights[10].day }, { "2026-06-09", "2026-05-27" })
  dj.expect.equal(#nights, 15) -- ten days, and three weeks and two months before them
end)

dj.test("closes each month once, on its last day", function(sim)
  open_office(sim)
  sim:at("2026-03-15 12:00")
  sim:advance("85d")
  dj.expect.equal(notes(sim), { "fechamento 05/2026", "fechamento 04/2026", "fechamento 03/2026" })
  dj.expect.equal(sim:run("fechamento").result, "skipped")
end)

dj.test("the PC was off on the last day: the first night after it closes the month", function(sim)
  open_office(sim)
  sim:at("2026-03-30 12:00")
  sim:off("4d")
  sim:advance("3d")
  dj.expect.equal(notes(sim), { "fechamento 03/2026" })
  dj.expect.equal(sim:copies({ class = "closing" })[1].day, "2026-04-03")
end)

dj.test("a month that ended long ago is not closed any more", function(sim)
  open_office(sim)
  sim:at("2026-03-15 21:00")
  local run = sim:run("fechamento")
  dj.expect.equal(run.result, "skipped")
  dj.expect.equal(sim:copies(), {})
end)

dj.test("a closing that is not proven is made again on the next night", function(sim)
  open_office(sim)
  sim:at("2026-03-31 20:00")
  sim:fail("copy.create", "copy.degraded", { times = 1 })
  dj.expect.equal(sim:run("fechamento").error.code, "contabilidade.sem_prova")
  sim:advance("2d")
  dj.expect.equal(#sim:copies { class = "closing", state = "verified" }, 1)
end)

dj.test("sixty closings stay, and the balances of ten years", function(sim)
  closings_only(sim)
  sim:advance("2700d") -- until July 2033
  local closings = sim:copies { class = "closing" }
  dj.expect.equal(closings[60].note, "fechamento 07/2028")
  local balances = {}
  for i = 61, #closings do
    balances[#balances + 1] = closings[i].pinned.reason
  end
  dj.expect.equal(balances, { "balanço de 2027", "balanço de 2026" })
  dj.expect.equal(closings[61].pinned.last_day, "2037-12-31")
end)

dj.test("no night drops a closing", function(sim)
  open_office(sim)
  sim:advance("150d")
  dj.expect.equal(#sim:copies { class = "closing", where = "local" }, 5)
end)

dj.test("an update waits until nobody works", function(sim)
  open_office(sim)
  sim:database("contabil", { sessions = { { program = "ativo.exe", host = "192.168.0.12" } } })
  local update = sim:run("contabilidade:atualizacao")
  dj.expect.equal(update.error.code, "contabilidade.em_uso")
  dj.expect.contains(update.error.message, "ativo.exe (192.168.0.12)")
  dj.expect.equal(sim:copies(), {})

  sim:database("contabil", { sessions = {} })
  dj.expect.equal(sim:run("contabilidade:atualizacao", { note = "4.2" }).exit, 0)
  dj.expect.equal(sim:copies()[1].class, "pre_update")
end)

dj.test("an update does not begin with a copy that is not proven", function(sim)
  open_office(sim)
  sim:fail("copy.create", "copy.degraded", { times = 1 })
  dj.expect.equal(sim:run("contabilidade:atualizacao").error.code, "contabilidade.sem_prova")
end)

dj.test("three copies from before updates stay", function(sim)
  open_office(sim)
  for update = 1, 6 do
    sim:advance("1d")
    sim:run("contabilidade:atualizacao", { note = tostring(update) })
  end
  dj.expect.equal(#sim:copies { class = "pre_update", where = "local" }, 3)
end)

dj.test("a full drive costs that drive's copy, nothing else", function(sim)
  open_office(sim)
  sim:plug("cofre-mon", { free = "1MB" })
  local night = sim:run("noite")
  dj.expect.equal(night.degraded[1].code, "drive.full")
  dj.expect.equal(sim:copies({ where = "local" })[1].state, "verified")
  dj.expect.equal(sim:copies { where = "cofre" }, {})
end)
