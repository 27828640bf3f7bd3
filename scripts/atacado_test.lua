local hours = {
  name = "hora",
  from = "08:00",
  ["until"] = "18:00",
  every = "2h",
  run = "atacado:hora",
  except = { "feriados" },
}
local nights = { name = "noite", schedule = { "0 22 * * mon-sat" }, run = "atacado:noite" }

local function open_wholesaler(sim, cron)
  sim:config {
    database = {
      retaguarda = { path = "C:/Sistemas/RETAGUARDA.FDB", system = "djmonitor" },
      pedidos = { path = "C:/Sistemas/PEDIDOS.FDB" },
    },
    destination = { ["local"] = { path = "D:/Copias" }, rede = { path = "//servidor/copias" } },
    cron = cron or { hours, nights },
    script = { atacado = { grants = { "copy.read", "copy.write", "copy.destroy" } } },
  }
end

dj.test("copies both systems, as one set", function(sim)
  open_wholesaler(sim)
  local night = sim:run("noite")
  dj.expect.equal(#night.value, 2)
  dj.expect.equal(night.value[1].set, night.value[2].set)
end)

dj.test("copies by day, and proves by night", function(sim)
  open_wholesaler(sim)
  sim:at("2026-03-02 07:00")
  sim:advance("12h")
  dj.expect.equal(#sim:copies { state = "sealed", class = "intraday" }, 12)
  sim:advance("4h")
  dj.expect.equal(sim:copies { state = "sealed" }, {})
end)

dj.test("tries again while the database is busy", function(sim)
  open_wholesaler(sim)
  sim:fail("copy.create", "db.busy", { times = 2 })
  dj.expect.equal(sim:run("hora").exit, 0)
  sim:fail("copy.create", "db.busy", { times = 3 })
  dj.expect.equal(sim:run("hora").error.code, "db.busy")
end)

dj.test("goes on while the server in the other building is away", function(sim)
  open_wholesaler(sim)
  sim:unplug("rede")
  local night = sim:run("noite")
  dj.expect.equal(night.exit, 3)
  dj.expect.contains(night.degraded[1].message, "rede")
end)

dj.test("the balance of a quarter stays when the days around it are gone", function(sim)
  open_wholesaler(sim, { nights })
  sim:at("2026-03-28 19:00")
  sim:advance("21d")
  local kept = {}
  for _, copy in ipairs(sim:copies { where = "rede", database = "pedidos" }) do
    kept[copy.day] = true
  end
  dj.expect.equal({ kept["2026-03-31"], kept["2026-04-01"] }, { true, nil })
end)
