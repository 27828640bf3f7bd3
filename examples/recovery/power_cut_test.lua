local function case(title, fn)
  dj.test(title, function(sim)
    sim:config { script = { power_cut = { grants = { "copy.write", "db.recover", "restore" } } } }
    fn(sim)
  end)
end

case("nada se perdeu: o que se salvou toma o lugar do banco", function(sim)
  local rescue = sim:run("power_cut", { to = "D:/Resgate" }, { yes = "swap" })
  dj.expect.equal(rescue.exit, 0)
  dj.expect.equal(rescue.value.database, "loja")
  dj.expect.equal(sim:copies({ class = "extra" })[1].note, "salva depois da queda de luz")
end)

case("sem um sim a cópia fica pronta, e o banco como está", function(sim)
  local rescue = sim:run("power_cut", { to = "D:/Resgate" })
  dj.expect.equal({ rescue.exit, rescue.error.code }, { 6, "confirm.refused" })
  dj.expect.equal(#sim:copies { class = "pre_restore" }, 0)
  dj.expect.equal(#sim:copies { class = "extra" }, 1)
end)

case("o que se salvou não se deixa restaurar: nada toma o lugar de nada", function(sim)
  sim:fail("copy.adopt", "copy.bad")
  dj.expect.equal(
    sim:run("power_cut", { to = "D:/Resgate" }, { yes = "swap" }).error.code,
    "copy.bad"
  )
  dj.expect.equal(#sim:copies(), 0)
end)

case("nada se salva", function(sim)
  sim:fail("db.recover", "db.corrupt")
  dj.expect.equal(
    sim:run("power_cut", { to = "D:/Resgate" }, { yes = "swap" }).error.code,
    "db.corrupt"
  )
end)

case("nunca por cima de um arquivo", function(sim)
  sim:file("D:/Resgate/loja-1.fdb")
  local rescue = sim:run("power_cut", { to = "D:/Resgate" }, { yes = "swap" })
  dj.expect.equal(rescue.exit, 0)
end)
