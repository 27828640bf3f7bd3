local function open_supermarket(sim)
  sim:config("lojas/supermercado.toml")
end

dj.test("copies both systems, as one set", function(sim)
  open_supermarket(sim)
  local night = sim:run("noite")
  dj.expect.equal(#night.value, 2)
  dj.expect.equal(night.value[1].set, night.value[2].set)
  dj.expect.equal(#night.value[1].places, 2)
end)

dj.test("copies by day, and proves by night", function(sim)
  open_supermarket(sim)
  sim:at("2026-03-03 07:00")
  sim:advance("14h")
  dj.expect.equal(#sim:copies { state = "sealed", class = "intraday" }, 2 * 7)
  sim:advance("4h")
  dj.expect.equal(sim:copies { state = "sealed" }, {})
end)

dj.test("the day's copies stay four days, here, and never go to the server", function(sim)
  open_supermarket(sim)
  sim:advance("20d")
  dj.expect.equal(sim:copies { class = "intraday", where = "rede" }, {})
  local days = {}
  for _, copy in ipairs(sim:copies { class = "intraday", where = "local", database = "pdv" }) do
    days[copy.day] = (days[copy.day] or 0) + 1
  end
  dj.expect.equal({ days["2026-03-21"], days["2026-03-18"] }, { 7, 7 })
  dj.expect.equal(days["2026-03-16"], nil)
end)

dj.test("a copy that can not be proven does not keep the others from it", function(sim)
  open_supermarket(sim)
  sim:run("hora")
  sim:fail("copy.prove", "copy.bad", { times = 1 })
  local night = sim:run("noite")
  dj.expect.equal({ night.result, night.degraded[1].code }, { "degraded", "copy.bad" })
  dj.expect.equal(#sim:copies { state = "bad" }, 1)
  dj.expect.equal(#sim:copies { state = "verified" }, 3)
end)

dj.test("tries again while the database is busy", function(sim)
  open_supermarket(sim)
  sim:fail("copy.create", "db.busy", { times = 2 })
  dj.expect.equal(sim:run("hora").exit, 0)
  sim:fail("copy.create", "db.busy", { times = 3 })
  dj.expect.equal(sim:run("hora").error.code, "db.busy")
end)

dj.test("goes on while the server is away, and brings it up to date", function(sim)
  open_supermarket(sim)
  sim:advance("3d")
  sim:unplug("rede")
  local night = sim:run("noite")
  dj.expect.equal(night.exit, 3)
  dj.expect.contains(night.degraded[1].message, "rede")
  sim:advance("4d")
  sim:plug("rede")
  dj.expect.equal(sim:run("noite").exit, 0)
  local here = sim:copies { where = "local", class = "routine" }
  dj.expect.equal(#sim:copies { where = "rede" }, #here)
end)

dj.test("a copy that could not be sent degrades the night", function(sim)
  open_supermarket(sim)
  sim:unplug("rede")
  sim:run("noite")
  sim:plug("rede")
  sim:at("2026-03-03 23:00")
  sim:fail("copy.send", "drive.removed", { times = 1 })
  local night = sim:run("noite")
  dj.expect.equal({ night.result, #night.degraded }, { "degraded", 1 })
  dj.expect.equal(night.degraded[1].code, "drive.removed")
  dj.expect.equal(#sim:copies { where = "rede", state = "verified" }, 3) -- the other one was
end)

dj.test("the counts of two years stay when the days around them are gone", function(sim)
  sim:config {
    destination = { rede = { path = "//servidor/copias", keep = "supermercado:servidor" } },
    cron = {
      {
        name = "noite",
        schedule = { "0 23 25 * *", "0 23 L * *" }, -- of thirty days, so that years go by quickly
        run = "supermercado:noite",
        params = { to = { "rede" } },
      },
    },
    script = {
      supermercado = { params = { hour = "rede" }, grants = { "copy.write", "copy.destroy" } },
    },
  }
  sim:at("2026-01-01 12:00")
  sim:advance("1200d") -- until April 2029
  local kept = {}
  for _, copy in ipairs(sim:copies()) do
    kept[#kept + 1] = copy.day
  end
  dj.expect.equal(#kept, 30 + 4) -- the thirty newest days reach back to January 2028
  dj.expect.equal({ kept[30], kept[31], kept[33], kept[34] }, {
    "2028-01-25",
    "2027-12-31",
    "2027-06-30",
    "2027-03-31",
  })
end)

dj.test("a rotation that could not be done degrades the night", function(sim)
  open_supermarket(sim)
  sim:fail("copy.prune", "drive.removed", { times = 1 })
  dj.expect.equal(sim:run("noite").degraded[1].code, "drive.removed")
end)
