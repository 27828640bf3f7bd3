local function open_store(sim)
  sim:config {
    cron = {
      { name = "noite", schedule = { "0 22 * * *" }, run = "tell_owner:backup" },
      { name = "vigia", schedule = { "0 9 * * *" }, run = "tell_owner:watch" },
    },
    script = { tell_owner = { grants = { "db.read", "copy.write", "copy.destroy", "notify" } } },
  }
end

dj.test("quando está tudo bem, ninguém é incomodado", function(sim)
  open_store(sim)
  sim:run("noite")
  sim:advance("30d")
  dj.expect.equal(#sim:copies { state = "verified" }, 31)
  dj.expect.equal(sim:notices(), {})
end)

dj.test("a cópia falhou: avisa, e a execução falha do mesmo jeito", function(sim)
  open_store(sim)
  sim:fail("copy.create", "db.busy")
  dj.expect.equal(sim:run("noite").error.code, "db.busy")
  dj.expect.equal(#sim:notices(), 1)
  dj.expect.equal(sim:notices()[1].level, "critical")
end)

dj.test("cópia ruim não é cópia", function(sim)
  open_store(sim)
  sim:fail("copy.create", "copy.bad")
  sim:run("noite")
  sim:run("vigia")
  dj.expect.contains(sim:notices()[2].title, "loja: nenhuma cópia provada")
end)

dj.test("o computador ficou desligado: avisa na primeira manhã", function(sim)
  open_store(sim)
  sim:run("noite")
  sim:off("4d")
  sim:advance("2h")
  dj.expect.equal(sim:notices()[1].level, "critical")
  dj.expect.contains(sim:notices()[1].title, "4 dias atrás")
end)

dj.test("cópias que ninguém provou não sossegam o dono", function(sim)
  open_store(sim)
  sim:run("noite")
  sim:fail("copy.create", "copy.degraded")
  sim:advance("4d")
  dj.expect.contains(sim:notices()[1].title, "3 dias atrás")
end)
