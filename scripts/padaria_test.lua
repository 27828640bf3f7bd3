-- The bakery's own djscript.toml; its pen drive is "PADARIA".
local function open_bakery(sim)
  sim:config("lojas/padaria.toml")
end

local function days_of(copies)
  local days = {}
  for i, copy in ipairs(copies) do
    days[i] = copy.day
  end
  return days
end

dj.test("copies every night to both places, proven, and lets the drive go", function(sim)
  open_bakery(sim)
  local night = sim:run("backup")
  dj.expect.equal(night.exit, 0)
  dj.expect.equal(#night.said, 1) -- that it may be pulled out
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
  dj.expect.equal(days_of(sim:copies { where = "local" }), {
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
  sim:unplug("PADARIA")
  local night = sim:run("backup")
  dj.expect.equal(night.result, "degraded")
  dj.expect.equal(night.degraded[1].code, "drive.not_found")
  dj.expect.equal(sim:copies()[1].state, "verified")
end)

dj.test("a pen drive that was forgotten for a week gets the week when it is back", function(sim)
  open_bakery(sim)
  sim:advance("5d")
  sim:unplug("PADARIA")
  sim:advance("5d")
  sim:plug("PADARIA")
  sim:advance("2d")
  dj.expect.equal(
    days_of(sim:copies { where = "pendrive" }),
    days_of(sim:copies { where = "local" })
  )
end)

dj.test("the week goes to a drive that was away for longer than it may", function(sim)
  open_bakery(sim)
  sim:advance("1d")
  sim:unplug("PADARIA")
  sim:advance("8d")
  local night = sim:run("backup")
  dj.expect.equal({ night.result, night.error.code }, { "failed", "drive.not_found" })
end)

dj.test("asks for the pen drive when it has no new copy for too long, and not before", function(sim)
  open_bakery(sim)
  sim:advance("1d")
  sim:at("2026-03-04 07:00")
  dj.expect.equal(sim:run("aviso").result, "skipped") -- it has the copy of two days ago
  sim:at("2026-03-05 07:00")
  dj.expect.equal(sim:run("aviso").exit, 0)
  dj.expect.contains(sim:notices()[1].title, "pen drive")
  dj.expect.contains(sim:notices()[1].body, "02/03")
end)

dj.test("asks for the pen drive where it never had a copy", function(sim)
  open_bakery(sim)
  sim:unplug("PADARIA")
  sim:advance("1d")
  dj.expect.contains(sim:notices()[1].body, "ainda não há cópia nenhuma")
end)

dj.test("a copy that can not be proven drops nothing", function(sim)
  open_bakery(sim)
  sim:advance("21d")
  local before = #sim:copies()
  sim:fail("copy.create", "copy.degraded")
  dj.expect.equal(sim:run("backup").exit, 3)
  dj.expect.equal(#sim:copies(), before + 1)
end)
