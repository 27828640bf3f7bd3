local function open_store(sim)
  sim:config {
    cron = { { name = "aberto", schedule = { "50 21 * * *" }, run = "still_open:warn" } },
    script = { still_open = { grants = { "db.read", "notify" } } },
  }
end

dj.test("diz quem, com o quê, e desde quando", function(sim)
  open_store(sim)
  sim:at("2026-03-02 18:30")
  sim:database("loja", {
    sessions = {
      { host = "CAIXA-02", program = "djpdv.exe" },
      { host = "ESCRITORIO", program = "monitor.exe" },
    },
  })
  sim:advance("4h")
  local notice = sim:notices()[1]
  dj.expect.equal(notice.title, "Ainda aberto: loja")
  dj.expect.contains(notice.body, "CAIXA-02, djpdv.exe, desde 18:30")
  dj.expect.contains(notice.body, "ESCRITORIO, monitor.exe, desde 18:30")
end)

dj.test("com tudo fechado ninguém é avisado", function(sim)
  open_store(sim)
  dj.expect.equal(sim:run("aberto").exit, 0)
  dj.expect.equal(sim:notices(), {})
end)

dj.test("um aviso para cada sistema", function(sim)
  sim:config {
    database = { loja = { path = "C:/A.FDB" }, pdv = { path = "C:/B.FDB" } },
    script = { still_open = { grants = { "db.read", "notify" } } },
  }
  sim:database("loja", { sessions = { { host = "CAIXA-01", program = "loja.exe" } } })
  sim:database("pdv", { sessions = { { host = "CAIXA-02", program = "djpdv.exe" } } })
  sim:run("still_open")
  dj.expect.equal(#sim:notices(), 2)
end)

dj.test(
  "o servidor está parado: a execução falha, e não diz que está tudo fechado",
  function(sim)
    open_store(sim)
    sim:fail("db.sessions", "db.not_found")
    dj.expect.equal(sim:run("aberto").error.code, "db.not_found")
  end
)
