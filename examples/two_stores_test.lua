local function open_both(sim)
  sim:config {
    database = {
      centro = { path = "C:/Centro/LOJA.FDB" },
      bairro = { path = "C:/Bairro/LOJA.FDB" },
    },
    destination = {
      centro = { path = "D:/Copias/Centro", keep = { daily = 7 } },
      bairro = { path = "D:/Copias/Bairro", keep = { daily = 14 } },
    },
    cron = {
      {
        name = "centro",
        schedule = { "0 21 * * *" },
        run = "two_stores:backup",
        params = { databases = { "centro" }, to = { "centro" } },
      },
      {
        name = "bairro",
        schedule = { "0 22 * * *" },
        run = "two_stores:backup",
        params = { databases = { "bairro" }, to = { "bairro" } },
      },
    },
    script = {
      two_stores = {
        grants = {
          "copy.destroy:bairro",
          "copy.destroy:centro",
          "copy.write:bairro",
          "copy.write:centro",
          "db.read",
        },
      },
    },
  }
end

dj.test("cada loja tem as suas cópias, no seu lugar", function(sim)
  open_both(sim)
  sim:advance("1d")
  for _, name in ipairs { "centro", "bairro" } do
    local copies = sim:copies { where = name }
    dj.expect.equal(#copies, 1)
    dj.expect.equal(copies[1].database, name)
  end
end)

dj.test("cada loja guarda quantas quiser", function(sim)
  open_both(sim)
  sim:advance("40d")
  dj.expect.equal(#sim:copies { where = "centro" }, 7)
  dj.expect.equal(#sim:copies { where = "bairro" }, 14)
end)

dj.test("o problema de uma não é da outra", function(sim)
  open_both(sim)
  sim:fail("copy.create", "db.corrupt", { times = 1 })
  sim:advance("1d")
  dj.expect.equal(sim:copies { database = "centro" }, {})
  dj.expect.equal(sim:copies({ database = "bairro" })[1].state, "verified")
end)

dj.test("o disco de uma sumiu: só a noite dela falha", function(sim)
  open_both(sim)
  sim:unplug("centro")
  dj.expect.equal(sim:run("centro").error.code, "drive.not_found")
  dj.expect.equal(sim:run("bairro").exit, 0)
end)

dj.test("à mão, sem dizer a loja, nada acontece", function(sim)
  open_both(sim)
  dj.expect.equal(sim:run("two_stores:backup").exit, 2)
  dj.expect.equal(sim:copies(), {})
end)
