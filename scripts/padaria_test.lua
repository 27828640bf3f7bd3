local function open_bakery(sim)
  sim:config {
    cron = {
      { name = "noite", schedule = { "0 20 * * mon-sat" }, run = "padaria:noite" },
      { name = "aviso", schedule = { "0 7 * * mon-sat" }, run = "padaria:pendrive" },
    },
    script = { padaria = { grants = { "copy.read", "copy.write", "copy.destroy", "notify" } } },
  }
end

dj.test("copies every night to both places, proven", function(sim)
  open_bakery(sim)
  sim:advance("1d")
  local copy = sim:copies()[1]
  dj.expect.equal(copy.state, "verified")
  dj.expect.equal(#copy.places, 2)
end)

dj.test("does not copy on Sundays", function(sim)
  open_bakery(sim)
  sim:advance("7d")
  dj.expect.equal(#sim:copies(), 6)
end)

dj.test("keeps one set a working day, and the ends of months", function(sim)
  open_bakery(sim)
  sim:advance("70d")
  local kept = {}
  for i, copy in ipairs(sim:copies { where = "local" }) do
    kept[i] = copy.day
  end
  dj.expect.equal(kept, {
    "2026-05-09",
    "2026-05-08",
    "2026-05-07",
    "2026-05-06",
    "2026-05-05",
    "2026-05-04",
    "2026-04-30",
    "2026-03-31",
  })
end)

dj.test("its policy keeps a week when the PC was off for ten days", function(sim)
  local days = sim:policy("padaria:semana", { days = 30, fault = "off:10d" })
  local before, after = days[15], days[16]
  dj.expect.equal({ before.day, after.day }, { "2026-03-16", "2026-03-27" })
  dj.expect.equal(after.keep, {
    "2026-03-27",
    "2026-03-16",
    "2026-03-15", -- the three newest, a Sunday among them
    "2026-03-14",
    "2026-03-12",
    "2026-03-11",
    "2026-03-10",
  })
end)

dj.test("without the pen drive the copy is made all the same, and the run says so", function(sim)
  open_bakery(sim)
  sim:unplug("DJ-BACKUP")
  local night = sim:run("noite")
  dj.expect.equal(night.result, "degraded")
  dj.expect.equal(night.degraded[1].code, "drive.not_found")
  dj.expect.equal(sim:copies()[1].state, "verified")
end)

dj.test("asks for the pen drive on the morning after a night without it", function(sim)
  open_bakery(sim)
  sim:at("2026-03-02 12:00")
  sim:advance("1d")
  dj.expect.equal(sim:notices(), {})
  sim:unplug("DJ-BACKUP")
  sim:advance("1d")
  dj.expect.equal(#sim:notices(), 1)
  dj.expect.contains(sim:notices()[1].title, "pen drive")
end)

dj.test("a copy that can not be proven drops nothing", function(sim)
  open_bakery(sim)
  sim:advance("21d")
  local before = #sim:copies()
  sim:fail("copy.create", "copy.degraded")
  dj.expect.equal(sim:run("noite").exit, 3)
  dj.expect.equal(#sim:copies(), before + 1)
end)
