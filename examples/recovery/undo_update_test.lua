local function case(title, fn)
  dj.test(title, function(sim)
    sim:config { script = { undo_update = { grants = { "copy.write", "restore" } } } }
    fn(sim)
  end)
end

case("antes: uma cópia provada e fixada; depois: tudo como estava", function(sim)
  sim:database("loja", { rows = { VENDA = 100 } })
  dj.expect.equal(sim:run("undo_update:before", { version = "4.2" }).exit, 0)
  dj.expect.equal(sim:copies()[1].pinned.last_day, "2026-04-01")
  sim:database("loja", { rows = { VENDA = 130 } })
  sim:advance("1d")
  local back = sim:run("undo_update:back", { version = "4.2" }, { yes = "back-loja" })
  dj.expect.equal({ back.exit, back.value[1].rows.VENDA }, { 0, 100 })
end)

case("sem um sim nada volta", function(sim)
  sim:run("undo_update:before", { version = "4.2" })
  dj.expect.equal(sim:run("undo_update:back", { version = "4.2" }).exit, 6)
  dj.expect.equal(#sim:copies { class = "pre_restore" }, 0)
end)

case("só à versão que foi dita", function(sim)
  sim:run("undo_update:before", { version = "4.2" })
  dj.expect.equal(
    sim:run("undo_update:back", { version = "4.1" }, { yes = "back-loja" }).error.code,
    "update.no_copy"
  )
end)

case("sem prova não há atualização", function(sim)
  sim:fail("copy.create", "copy.degraded", { times = 1 })
  dj.expect.equal(
    sim:run("undo_update:before", { version = "4.2" }).error.code,
    "update.not_proven"
  )
end)

case("com um caixa aberto não se volta sem que se diga", function(sim)
  sim:run("undo_update:before", { version = "4.2" })
  sim:database("loja", { sessions = { { program = "caixa.exe" } } })
  dj.expect.equal(sim:run("undo_update:back", { version = "4.2" }, { yes = "back-loja" }).exit, 5)
end)
