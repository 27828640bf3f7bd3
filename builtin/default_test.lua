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

dj.test("drops what is older than delete_after, once enough newer ones are proven", function(sim)
  sim:config(nightly)
  sim:advance("60d")
  local kept = sim:copies { where = "local" }
  dj.expect.equal(kept[1].day, "2026-04-30")
  dj.expect.equal(kept[#kept].day, "2026-03-30") -- thirty days, and the one before them
  dj.expect.equal(#sim:copies { where = "pendrive" }, #kept)
end)

dj.test("the rules of a destination go before delete_after", function(sim)
  sim:config {
    destination = { ["local"] = { path = "C:/Copias", keep = { daily = 5, min = 3 } } },
    backup = { at = { "22:00" }, to = { "local" } },
  }
  sim:advance("30d")
  dj.expect.equal(#sim:copies(), 5)
end)

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
