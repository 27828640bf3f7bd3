-- The built-in script, as every store has it.

local nightly = {
  backup = { at = { "22:00" }, to = { "local", "pendrive" }, delete_after = "30d" },
}

dj.test("makes proven copies everywhere, of every database", function(sim)
  sim:config { database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } } }
  local r = sim:run("default:backup")
  dj.expect.equal(r.exit, 0)
  dj.expect.equal(#r.value, 2)
  for _, copy in ipairs(sim:copies { state = "verified" }) do
    dj.expect.equal(#copy.places, 2)
  end
end)

dj.test("[backup] runs it, at its times", function(sim)
  sim:config(nightly)
  sim:advance("3d")
  dj.expect.equal(#sim:copies { class = "routine", state = "verified" }, 3)
end)

dj.test("params go through: where, which, class, note", function(sim)
  sim:config { database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } } }
  sim:run("default:backup", {
    to = "pendrive",
    databases = "pdv",
    class = "pre_update",
    note = "4.2",
    verify = "never",
  })
  local all = sim:copies()
  dj.expect.equal(#all, 1)
  local copy = all[1]
  dj.expect.equal(
    { copy.database, copy.class, copy.note, copy.state, copy.places[1].destination },
    { "pdv", "pre_update", "4.2", "sealed", "pendrive" }
  )
end)

dj.test("a wrong param is refused before anything happens", function(sim)
  dj.expect.equal(sim:run("default:backup", { to = "lokal" }).exit, 2)
  dj.expect.equal(sim:run("default:backup", { class = "daily" }).exit, 2)
  dj.expect.equal(sim:copies(), {})
end)

dj.test("a missed pen drive degrades", function(sim)
  sim:config(nightly)
  sim:unplug("DJ-BACKUP")
  local r = sim:run("backup")
  dj.expect.equal(r.result, "degraded")
  dj.expect.equal(r.degraded[1].code, "drive.not_found")
  dj.expect.equal(#r.degraded, 1) -- said once, and not again by the rotation
end)

dj.test("nowhere to copy to fails", function(sim)
  sim:unplug("DJ-BACKUP")
  sim:unplug("local")
  dj.expect.equal(sim:run("default:backup").error.code, "drive.not_found")
end)

dj.test("a dry run shows the copy and makes none", function(sim)
  local r = sim:run("default:backup", {}, { dry = true })
  dj.expect.equal(r.plan[1].name, "copy.create")
  dj.expect.equal(sim:copies(), {})
end)

-- [backup], key by key ----------------------------------------------------------------------------

-- The business days of copies, newest first.
local function days_of(copies)
  local days = {}
  for i, copy in ipairs(copies) do
    days[i] = copy.day
  end
  return days
end

-- A store with that [backup], to "local" alone where it does not say.
local function standard(sim, backup)
  backup.to = backup.to or { "local" }
  sim:config { backup = backup }
end

dj.test("at: more than once a day", function(sim)
  standard(sim, { at = { "12:00", "22:00" } })
  sim:advance("2d")
  dj.expect.equal(#sim:copies(), 4)
end)

dj.test("from, until, every: several a day, the first and the last included", function(sim)
  standard(sim, { from = "08:00", ["until"] = "18:00", every = "50m" })
  sim:advance("1d") -- it is eight now: what is due at this moment was due before
  local first = sim:copies()
  standard(sim, { from = "08:00", ["until"] = "18:00", every = "120m" })
  sim:at("2026-03-10 07:00")
  sim:advance("23h")
  dj.expect.equal(#first, 13)
  dj.expect.equal(#sim:copies() - #first, 6)
end)

dj.test("without a time: by hand only", function(sim)
  standard(sim, {})
  sim:advance("7d")
  dj.expect.equal(sim:copies(), {})
  dj.expect.equal(sim:run("backup").exit, 0)
end)

dj.test("days, except: not on Sundays, and not on holidays", function(sim)
  standard(sim, {
    at = { "22:00" },
    days = { "mon", "tue", "wed", "thu", "fri", "sat" },
    except = { "feriados" },
  })
  sim:at("2026-04-18 08:00") -- a Saturday; Tuesday, the 21st, is Tiradentes
  sim:advance("5d")
  dj.expect.equal(days_of(sim:copies()), { "2026-04-22", "2026-04-20", "2026-04-18" })
end)

dj.test("to: where it says, and nowhere else", function(sim)
  standard(sim, { at = { "22:00" }, to = { "pendrive" } })
  sim:advance("1d")
  dj.expect.equal(#sim:copies()[1].places, 1)
  dj.expect.equal(sim:copies()[1].places[1].destination, "pendrive")
end)

dj.test("verify: what is left for later is no proven copy", function(sim)
  standard(sim, { at = { "22:00" }, verify = "later" })
  sim:advance("2d")
  dj.expect.equal(#sim:copies { state = "sealed" }, 2)
  dj.expect.equal(#sim:run("default:prove").value, 2)
end)

dj.test("drops what is older than delete_after, once enough newer ones are proven", function(sim)
  sim:config(nightly)
  sim:advance("60d")
  local kept = sim:copies { where = "local" }
  dj.expect.equal(kept[1].day, "2026-04-30")
  dj.expect.equal(kept[#kept].day, "2026-03-30") -- thirty days, and the one before them
  dj.expect.equal(#sim:copies { where = "pendrive" }, #kept)
end)

dj.test(
  "delete_after counts from the newest proven copy: a PC that was off loses none",
  function(sim)
    standard(sim, { at = { "22:00" }, delete_after = "10d", min_copies = 5 })
    sim:advance("20d")
    sim:off("60d")
    sim:advance("1d")
    dj.expect.equal(#sim:copies(), 10) -- a fifth went, and not all that is older than ten days
    sim:advance("30d")
    dj.expect.equal(days_of(sim:copies())[1], "2026-06-20")
    dj.expect.equal(#sim:copies(), 12)
  end
)

dj.test("delete_after under a clock of another year drops nothing that it should not", function(sim)
  standard(sim, { at = { "22:00" }, delete_after = "10d" })
  sim:advance("20d")
  local before = days_of(sim:copies())
  sim:at("2035-03-22 08:00")
  sim:run("backup")
  local after = sim:copies { since = before[#before] }
  dj.expect.equal(#after, #before + 1)
end)

dj.test("min_copies stay, however old", function(sim)
  standard(sim, { at = { "22:00" }, delete_after = "1d", min_copies = 8 })
  sim:advance("30d")
  dj.expect.equal(#sim:copies { state = "verified" }, 8)
end)

dj.test("without min_copies there are never fewer than three", function(sim)
  standard(sim, { at = { "22:00" }, delete_after = "1d" })
  sim:advance("30d")
  dj.expect.equal(#sim:copies { state = "verified" }, 3)
end)

dj.test("without delete_after everything stays", function(sim)
  standard(sim, { at = { "22:00" } })
  sim:advance("60d")
  dj.expect.equal(#sim:copies(), 60)
end)

dj.test("delete_after lets alone what was made for another reason", function(sim)
  standard(sim, { at = { "22:00" }, delete_after = "5d" })
  sim:run("default:backup", { to = "local", class = "closing", note = "2025" })
  sim:run("default:backup", { to = "local", class = "pre_update" })
  sim:run("default:backup", { to = "local", class = "extra" })
  sim:advance("90d")
  dj.expect.equal(#sim:copies { class = "closing" }, 1)
  dj.expect.equal(#sim:copies { class = "pre_update" }, 1)
  dj.expect.equal(#sim:copies { class = "extra" }, 1)
end)

-- [destination], key by key -----------------------------------------------------------------------

-- A store that copies every night to one folder, which keeps by these rules.
local function keeping(sim, keep)
  sim:config {
    destination = { ["local"] = { path = "C:/Copias", keep = keep } },
    backup = { at = { "22:00" }, to = { "local" }, delete_after = "2d" },
  }
end

dj.test("keep: the rules of a destination go before delete_after", function(sim)
  keeping(sim, { daily = 5, min = 3 })
  sim:advance("30d")
  dj.expect.equal(#sim:copies(), 5)
end)

dj.test("keep: days, weeks, months and years, each period its newest proven copy", function(sim)
  keeping(sim, { daily = 3, weekly = 2, monthly = 3, yearly = 2 })
  sim:at("2026-11-15 08:00")
  sim:advance("120d")
  dj.expect.equal(days_of(sim:copies()), {
    "2027-03-14", -- the days, and the newest of week, month and year
    "2027-03-13",
    "2027-03-12",
    "2027-03-07", -- the week before
    "2027-02-28", -- the months before
    "2027-01-31",
    "2026-12-31", -- the year before
  })
end)

dj.test("keep: the last ones, and the newest of some weekdays", function(sim)
  keeping(sim, { last = 2, weekdays = { "mon", "fri" }, min = 2 })
  sim:advance("24d")
  dj.expect.equal(days_of(sim:copies()), { "2026-03-25", "2026-03-24", "2026-03-23", "2026-03-20" })
end)

dj.test("keep: hours, where there are several copies a day", function(sim)
  sim:config {
    destination = { ["local"] = { path = "C:/Copias", keep = { hourly = 6, min = 3 } } },
    backup = { from = "08:00", ["until"] = "20:00", every = "30m", to = { "local" } },
  }
  sim:advance("3d")
  dj.expect.equal(#sim:copies(), 6)
end)

dj.test("keep: a list, with a class of its own, and a floor for each", function(sim)
  keeping(sim, { { within = "5d" }, { class = { "closing" }, last = 1 } })
  for year = 2020, 2025 do
    sim:run("default:backup", { to = "local", class = "closing", note = tostring(year) })
    sim:advance("1d")
  end
  sim:advance("20d")
  dj.expect.equal(#sim:copies { class = "closing" }, 3)
  dj.expect.equal(sim:copies({ class = "closing" })[3].note, "2023")
  dj.expect.equal(#sim:copies { class = "routine" }, 7) -- five days, today, and the one before
end)

-- A store with a drive for each working day.
local function weekday_drives(sim, more)
  local set = { drive = { enrolled = "AZUL" }, set = { "mon", "tue", "wed", "thu", "fri" } }
  for key, value in pairs(more or {}) do
    set[key] = value
  end
  sim:config {
    destination = { ["local"] = { path = "C:/Copias" }, pendrive = set },
    backup = {
      at = { "22:00" },
      days = { "mon", "tue", "wed", "thu", "fri" },
      to = { "local", "pendrive" },
    },
  }
end

-- The drives that copies lie on, newest first.
local function drives_of(copies)
  local drives = {}
  for i, copy in ipairs(copies) do
    for _, place in ipairs(copy.places) do
      drives[i] = place.drive or drives[i]
    end
  end
  return drives
end

dj.test("drive: one that was enrolled is found, whatever its letter", function(sim)
  sim:config {
    destination = { pendrive = { drive = { enrolled = "AZUL" } } },
    backup = { at = { "22:00" }, to = { "pendrive" } },
  }
  sim:plug("AZUL", { path = "K:/" })
  sim:advance("1d")
  dj.expect.equal(sim:copies()[1].places[1].drive, "AZUL")
  dj.expect.contains(sim:copies()[1].places[1].path, "K:/Copias/")
end)

dj.test("drive: one is found by its label", function(sim)
  sim:config {
    destination = { pendrive = { drive = { label = "DJ-BACKUP" }, path = "Loja" } },
    backup = { at = { "22:00" }, to = { "pendrive" } },
  }
  sim:advance("1d")
  dj.expect.contains(sim:copies()[1].places[1].path, "E:/Loja/")
end)

dj.test("set: each day on its own drive, which together are one destination", function(sim)
  weekday_drives(sim)
  sim:advance("5d")
  dj.expect.equal(
    drives_of(sim:copies()),
    { "pendrive-fri", "pendrive-thu", "pendrive-wed", "pendrive-tue", "pendrive-mon" }
  )
  dj.expect.equal(#sim:copies { where = "pendrive" }, 5) -- those in the drawer too
end)

dj.test("set: another drive of the set is taken, and the run says so", function(sim)
  weekday_drives(sim)
  sim:advance("1d")
  sim:plug("pendrive-mon") -- it was left in its place
  sim:at("2026-03-03 22:00")
  local night = sim:run("backup")
  dj.expect.equal(night.exit, 0)
  dj.expect.equal(drives_of(sim:copies()), { "pendrive-mon", "pendrive-mon" })
  dj.expect.equal(#night.said, 1)
  sim:plug("pendrive-tue") -- both are there now: that of the day is taken
  sim:run("backup")
  dj.expect.equal(drives_of(sim:copies())[1], "pendrive-tue")
end)

dj.test("set: its rotation counts the copies on all of its drives", function(sim)
  weekday_drives(sim, { keep = { weekdays = { "mon", "tue", "wed", "thu", "fri" }, min = 3 } })
  sim:advance("28d")
  dj.expect.equal(
    drives_of(sim:copies { where = "pendrive" }),
    { "pendrive-fri", "pendrive-thu", "pendrive-wed", "pendrive-tue", "pendrive-mon" }
  )
end)

dj.test("optional, max_absent: away for a while degrades, for too long fails", function(sim)
  weekday_drives(sim, { optional = true, max_absent = "3d" })
  sim:run("backup")
  sim:unplug("pendrive")
  for _, day in ipairs { "2026-03-03", "2026-03-04", "2026-03-05" } do
    sim:at(day .. " 22:00")
    dj.expect.equal(sim:run("backup").result, "degraded")
  end
  sim:at("2026-03-06 22:00")
  local late = sim:run("backup")
  dj.expect.equal({ late.result, late.error.code }, { "failed", "drive.not_found" })
  dj.expect.equal(#sim:copies { where = "local", state = "verified" }, 5) -- made all the same
end)

dj.test("eject: the drive is let go when the run has ended, also after a failure", function(sim)
  weekday_drives(sim, { eject = true })
  local night = sim:run("backup")
  dj.expect.equal({ night.exit, #night.said }, { 0, 1 }) -- it says that it may be pulled out
  dj.expect.equal(sim:run("backup").result, "degraded") -- it is in somebody's pocket
  sim:at("2026-03-03 22:00")
  sim:fail("copy.create", "gbak.failed", { times = 1 })
  dj.expect.equal(#sim:run("backup").said, 1)
  dj.expect.equal(sim:run("backup").degraded[1].code, "drive.not_found")
end)

-- What was missed ---------------------------------------------------------------------------------

dj.test("a drive that was away gets what it missed, the newest first", function(sim)
  sim:config { backup = { at = { "22:00" }, to = { "local", "pendrive" } } }
  sim:advance("2d")
  sim:unplug("DJ-BACKUP")
  sim:advance("8d")
  sim:plug("DJ-BACKUP")
  dj.expect.equal(sim:run("backup").exit, 0)
  local there = days_of(sim:copies { where = "pendrive" })
  dj.expect.equal(#there, 2 + 1 + 5)
  dj.expect.equal({ there[2], there[6] }, { "2026-03-11", "2026-03-07" })
  sim:run("backup")
  dj.expect.equal(#sim:copies { where = "pendrive" }, #sim:copies { where = "local" })
end)

dj.test("missing: how many of them go there each time", function(sim)
  sim:config {
    backup = { at = { "22:00" }, to = { "local", "pendrive" } },
    script = { default = { params = { missing = 0 } } },
  }
  sim:unplug("DJ-BACKUP")
  sim:advance("3d")
  sim:plug("DJ-BACKUP")
  sim:advance("1d")
  dj.expect.equal(#sim:copies { where = "pendrive" }, 1)
  sim:run("default:backup", { missing = 2 })
  dj.expect.equal(#sim:copies { where = "pendrive" }, 4)
end)

dj.test("where one does not fit, the older ones are not tried", function(sim)
  sim:config { backup = { at = { "22:00" }, to = { "local", "pendrive" } } }
  sim:unplug("DJ-BACKUP")
  sim:advance("4d")
  sim:plug("DJ-BACKUP", { free = "24MB" })
  local night = sim:run("default:backup")
  local sent = 0
  for _, step in ipairs(night.steps) do
    sent = sent + (step.name == "copy.send" and 1 or 0)
  end
  dj.expect.equal(sent, 2) -- of four: one fits, the next does not
  dj.expect.equal({ night.exit, #night.degraded }, { 3, 1 })
  dj.expect.equal(#sim:copies { where = "pendrive" }, 2)
end)

dj.test("what a drive would not keep is not brought there", function(sim)
  sim:config {
    destination = {
      ["local"] = { path = "C:/Copias" },
      pendrive = { path = "E:/Copias", keep = { last = 3, min = 3 } },
    },
    backup = { at = { "22:00" }, to = { "local", "pendrive" } },
  }
  sim:unplug("DJ-BACKUP")
  sim:advance("10d")
  sim:plug("DJ-BACKUP")
  sim:run("backup")
  dj.expect.equal(#sim:copies { where = "pendrive" }, 3)
end)

dj.test("what could not be brought degrades the run, and waits for the next", function(sim)
  sim:config { backup = { at = { "22:00" }, to = { "local", "pendrive" } } }
  sim:unplug("DJ-BACKUP")
  sim:advance("2d")
  sim:plug("DJ-BACKUP")
  sim:fail("copy.send", "drive.removed", { times = 1 })
  local night = sim:run("backup")
  dj.expect.equal({ night.result, #night.degraded }, { "degraded", 1 })
  dj.expect.equal(sim:run("backup").exit, 0)
  dj.expect.equal(#sim:copies { where = "pendrive" }, 4)
end)

dj.test("a destination that was full makes room by its rotation", function(sim)
  sim:config {
    destination = {
      ["local"] = { path = "C:/Copias" },
      pendrive = { path = "E:/Copias", keep = { last = 4 } },
    },
    backup = { at = { "22:00" }, to = { "local", "pendrive" } },
  }
  sim:unplug("local")
  sim:advance("12d") -- they wait for the other destination, and none of them may go
  dj.expect.equal(#sim:copies { where = "pendrive" }, 12)
  sim:plug("local")
  sim:plug("DJ-BACKUP", { free = "1MB" })
  dj.expect.equal(sim:run("backup").degraded[1].code, "drive.full")
  sim:advance("1d")
  dj.expect.equal(sim:copies({ where = "pendrive" })[1].day, "2026-03-14")
end)

-- What goes wrong ---------------------------------------------------------------------------------

dj.test("drops nothing while its copies are not proven", function(sim)
  sim:config(nightly)
  sim:advance("45d")
  local before = #sim:copies()
  sim:fail("copy.create", "copy.degraded")
  sim:advance("5d")
  dj.expect.equal(#sim:copies(), before + 5)
end)

dj.test("drops nothing after a copy that is bad", function(sim)
  sim:config(nightly)
  sim:advance("45d")
  local before = #sim:copies { state = "verified" }
  sim:fail("copy.create", "copy.bad")
  sim:advance("5d")
  dj.expect.equal(#sim:copies { state = "verified" }, before)
  dj.expect.equal(#sim:copies { state = "bad" }, 5)
end)

dj.test("a drive that goes away before the rotation degrades, and drops nothing", function(sim)
  sim:config(nightly)
  sim:advance("45d")
  sim:fail("copy.prune", "drive.removed", { times = 1 })
  dj.expect.equal(sim:run("backup").result, "degraded")
end)

dj.test("prove proves what was left for later, and leaves alone what was never to be", function(sim)
  sim:run("default:backup", { verify = "later" })
  sim:run("default:backup", { verify = "never" })
  local r = sim:run("default:prove")
  dj.expect.equal(r.exit, 0)
  dj.expect.equal(#r.value, 1)
  dj.expect.equal(sim:copies()[1].state, "sealed")
  dj.expect.equal(sim:copies()[2].state, "verified")
end)

dj.test("prove goes on after a bad one, and fails in the end", function(sim)
  sim:run("default:backup", { verify = "later" })
  sim:run("default:backup", { verify = "later" })
  sim:fail("copy.prove", "copy.bad", { times = 1 })
  local r = sim:run("default:prove")
  dj.expect.equal(r.error.code, "copy.bad")
  dj.expect.equal(#sim:copies { state = "verified" }, 1)
end)

dj.test("adopt takes in a file, and asks for what it needs", function(sim)
  dj.expect.equal(sim:run("default:adopt").error.code, "option.missing")
  dj.expect.equal(sim:run("default:adopt", { path = "D:/Velha.fbk" }).error.code, "copy.not_found")
  sim:file("D:/Velha.fbk")
  local r = sim:run("default:adopt", { path = "D:/Velha.fbk", note = "do sistema velho" })
  dj.expect.equal(r.exit, 0)
  dj.expect.equal(sim:copies()[1].note, "do sistema velho")
end)

dj.test("adopt asks which database where there are two", function(sim)
  sim:config { database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } } }
  sim:file("D:/Velha.fbk")
  dj.expect.equal(sim:run("default:adopt", { path = "D:/Velha.fbk" }).error.code, "option.missing")
  sim:run("default:adopt", { path = "D:/Velha.fbk", databases = "pdv" })
  dj.expect.equal(sim:copies()[1].database, "pdv")
end)
