local function case(title, fn)
  dj.test(title, function(sim)
    sim:config { script = { company_back = { grants = { "copy.read", "restore" } } } }
    fn(sim)
  end)
end

local chain = { { id = "1", name = "Matriz" }, { id = "2", name = "Filial" } }

local function lost(sim)
  sim:database("loja", { companies = chain })
  sim:run("default:backup")
  sim:database("loja", { companies = { chain[1] } })
  sim:advance("2d")
end

case("a empresa volta, e a outra fica", function(sim)
  lost(sim)
  local back = sim:run("company_back", { company = "2" })
  dj.expect.equal(back.exit, 0)
  dj.expect.equal({ back.value.way, back.value.companies[1].id }, { "exchanged", "2" })
  dj.expect.equal(#sim:copies { class = "pre_restore" }, 1)
end)

case("só uma vez", function(sim)
  lost(sim)
  sim:run("company_back", { company = "2" })
  dj.expect.equal(sim:run("company_back", { company = "2" }).result, "skipped")
  dj.expect.equal(#sim:copies { class = "pre_restore" }, 1)
end)

case("o plano diz o que será feito, e não faz", function(sim)
  lost(sim)
  local plan = sim:run("company_back", { company = "2" }, { dry = true })
  dj.expect.equal(plan.plan[1].name, "copy.restore")
  dj.expect.equal(#sim:copies { class = "pre_restore" }, 0)
end)

case("uma empresa que nenhuma cópia tem", function(sim)
  lost(sim)
  dj.expect.equal(sim:run("company_back", { company = "7" }).error.code, "company.no_copy")
end)

case("um caixa aberto não é derrubado sem que se diga", function(sim)
  lost(sim)
  sim:database("loja", { sessions = { { program = "caixa.exe", host = "CAIXA-02" } } })
  dj.expect.equal(sim:run("company_back", { company = "2" }).exit, 5)
  dj.expect.equal(sim:run("company_back", { company = "2", on_busy = "shutdown" }).exit, 0)
end)
