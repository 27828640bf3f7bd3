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
  dj.expect.equal(#sim:notices(), 1)
  dj.expect.contains(sim:notices()[1].title, "Nem tudo pôde ser lido")
end)

dj.test("estragada só no computador: o pen drive não leva a culpa", function(sim)
  open_store(sim)
  sim:advance("3d")
  sim:spoil("local")
  dj.expect.equal(sim:run("leitura").exit, 0)
  dj.expect.equal(sim:notices(), {})
end)

dj.test("estragada só no pen drive: diz qual é, e o destino fica sabendo", function(sim)
  open_store(sim)
  sim:advance("3d")
  sim:spoil("pendrive", sim:copies()[2].name)
  dj.expect.equal(sim:run("leitura").error.code, "copy.bad")
  dj.expect.equal(sim:notices()[1].body, sim:copies()[2].name)
  local states = {}
  for _, place in ipairs(sim:copies()[2].places) do
    states[place.destination] = place.state
  end
  dj.expect.equal(states, { ["local"] = "present", pendrive = "bad" })
end)
