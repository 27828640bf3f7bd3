local function open_store(sim)
  sim:config {
    backup = { at = { "22:00" }, to = { "local", "pendrive" } },
    cron = { { name = "leitura", schedule = { "0 12 * * sat" }, run = "weekly_check:check" } },
    script = { weekly_check = { grants = { "copy.read", "notify" } } },
  }
end

dj.test("lê tudo, e não incomoda ninguém", function(sim)
  open_store(sim)
  sim:advance("20d")
  dj.expect.equal(sim:run("leitura").value, 20)
  dj.expect.equal(sim:notices(), {})
end)

dj.test("uma cópia estragada: lê as outras, diz qual é, e falha", function(sim)
  open_store(sim)
  sim:advance("3d")
  sim:fail("copy.check", "copy.bad", { times = 1 })
  dj.expect.equal(sim:run("leitura").error.code, "copy.bad")
  local notice = sim:notices()[1]
  dj.expect.equal(notice.level, "critical")
  dj.expect.contains(notice.title, "Troque o pen drive")
  dj.expect.equal(notice.body, sim:copies()[1].name)
end)

dj.test("o pen drive não está: avisa, em vez de dizer que está tudo bem", function(sim)
  open_store(sim)
  sim:advance("3d")
  sim:unplug("DJ-BACKUP")
  dj.expect.equal(sim:run("leitura").result, "skipped")
  dj.expect.equal(sim:notices()[1].level, "warning")
end)

dj.test("tirado no meio da leitura: falha", function(sim)
  open_store(sim)
  sim:advance("3d")
  sim:fail("copy.check", "drive.removed")
  dj.expect.equal(sim:run("leitura").error.code, "drive.removed")
end)
