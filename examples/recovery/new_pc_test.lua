local function case(title, fn)
  dj.test(title, function(sim)
    sim:config { script = { new_pc = { grants = { "copy.write", "db.write" } } } }
    fn(sim)
  end)
end

case("leva uma cópia provada de tudo, feita com o sistema fechado", function(sim)
  local leave = sim:run("new_pc:leave", { to = "pendrive" })
  dj.expect.equal(leave.exit, 0)
  dj.expect.equal(
    { leave.value[1].state, leave.value[1].class, leave.value[1].places[1].destination },
    { "verified", "closing", "pendrive" }
  )
end)

case("não leva nada enquanto alguém usa o sistema", function(sim)
  sim:database("loja", { sessions = { { program = "caixa.exe", host = "CAIXA-02" } } })
  local leave = sim:run("new_pc:leave", { to = "pendrive" })
  dj.expect.equal(leave.exit, 5)
  dj.expect.equal(sim:copies(), {})
end)

case("sem prova não se desliga o velho", function(sim)
  sim:fail("copy.create", "copy.degraded", { times = 1 })
  dj.expect.equal(sim:run("new_pc:leave", { to = "pendrive" }).error.code, "new_pc.not_proven")
end)

case("no novo: nada falta", function(sim)
  local left = sim:run("new_pc:leave", { to = "pendrive" }).value[1]
  dj.expect.equal(sim:run("new_pc:arrived", { copy = left.places[1].path }).exit, 0)
end)

case("no novo: falta, e isso é dito", function(sim)
  sim:database("loja", { rows = { VENDA = 1000 } })
  local left = sim:run("new_pc:leave", { to = "pendrive" }).value[1]
  sim:database("loja", { rows = { VENDA = 7 } })
  dj.expect.equal(
    sim:run("new_pc:arrived", { copy = left.places[1].path }).error.code,
    "new_pc.lacks"
  )
end)

case("pergunta de que cópia veio", function(sim)
  dj.expect.equal(sim:run("new_pc:arrived").error.code, "arg.missing")
end)
