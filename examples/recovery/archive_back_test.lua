local function case(title, fn)
  dj.test(title, function(sim)
    sim:config { script = { archive_back = { grants = { "copy.read", "restore" } } } }
    fn(sim)
  end)
end

local function with_archive(sim)
  sim:database("loja", { rows = { VENDA_2022 = 900, MOV_2022_07 = 30, VENDA_2023 = 800 } })
  sim:run("default:backup")
  sim:advance("1d")
end

case("as tabelas do ano voltam, e só elas", function(sim)
  with_archive(sim)
  local back = sim:run("archive_back", { year = 2022 })
  dj.expect.equal(back.exit, 0)
  dj.expect.equal(back.value.rows, { MOV_2022_07 = 30, VENDA_2022 = 900 })
  dj.expect.equal(#sim:copies { class = "pre_restore" }, 1)
end)

case("o plano não faz nada", function(sim)
  with_archive(sim)
  local plan = sim:run("archive_back", { year = 2022 }, { dry = true })
  dj.expect.equal({ plan.exit, plan.plan[1].name }, { 0, "copy.restore" })
  dj.expect.equal(#sim:copies { class = "pre_restore" }, 0)
end)

case("um ano que cópia nenhuma tem", function(sim)
  with_archive(sim)
  dj.expect.equal(sim:run("archive_back", { year = 1999 }).error.code, "archive.no_copy")
end)

case("com um caixa aberto espera-se, ou se diz que ele pode ser derrubado", function(sim)
  with_archive(sim)
  sim:database("loja", { sessions = { { program = "caixa.exe" } } })
  dj.expect.equal(sim:run("archive_back", { year = 2022 }).exit, 5)
  dj.expect.equal(sim:run("archive_back", { year = 2022, on_busy = "shutdown" }).exit, 0)
end)
