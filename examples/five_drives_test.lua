local letters = { segunda = "S:", terca = "T:", quarta = "U:", quinta = "V:", sexta = "X:" }

local function open_store(sim)
  local destinations = { ["local"] = { path = "C:/Copias", keep = { daily = 30 } } }
  for name, letter in pairs(letters) do
    destinations[name] = { path = letter .. "/Copias", optional = true, keep = { last = 4 } }
    sim:plug(name:upper(), { path = letter .. "/" })
  end
  sim:config {
    destination = destinations,
    cron = {
      { name = "lembrete", schedule = { "0 16 * * *" }, run = "five_drives:remind" },
      { name = "noite", schedule = { "0 22 * * *" }, run = "five_drives:backup" },
    },
    script = {
      five_drives = {
        grants = { "db.read", "drive.read", "copy.destroy", "copy.write", "notify" },
      },
    },
  }
end

dj.test("cada dia no seu pen drive, e todos no computador", function(sim)
  open_store(sim)
  sim:advance("7d")
  dj.expect.equal(#sim:copies { where = "local" }, 7)
  dj.expect.equal(sim:copies({ where = "segunda" })[1].day, "2026-03-02")
  dj.expect.equal(sim:copies({ where = "sexta" })[1].day, "2026-03-06")
  dj.expect.equal(sim:notices(), {})
end)

dj.test("em cada pen drive ficam as quatro últimas semanas", function(sim)
  open_store(sim)
  sim:advance("70d")
  for name in pairs(letters) do
    dj.expect.equal(#sim:copies { where = name }, 4)
  end
end)

dj.test("o pen drive do dia não está: avisa à tarde, e copia no computador", function(sim)
  open_store(sim)
  sim:unplug("SEGUNDA")
  sim:advance("16h")
  dj.expect.equal(sim:notices()[1].title, "Ponha o pen drive de hoje: SEGUNDA")
  dj.expect.equal(#sim:copies { where = "local" }, 1)
  dj.expect.equal(sim:run("noite").result, "degraded")
end)

dj.test("no sábado não há pen drive, e ninguém é avisado", function(sim)
  open_store(sim)
  sim:at("2026-03-07 12:00")
  sim:advance("12h")
  dj.expect.equal(sim:notices(), {})
  dj.expect.equal(#sim:copies()[1].places, 1)
end)

dj.test("um pen drive cheio não leva a cópia do computador junto", function(sim)
  open_store(sim)
  sim:plug("SEGUNDA", { free = "1MB" })
  local night = sim:run("noite")
  dj.expect.equal(night.degraded[1].code, "drive.full")
  dj.expect.equal(sim:copies()[1].state, "verified")
end)
