local function open_store(sim)
  sim:config {
    destination = { ["local"] = { path = "C:/Copias", keep = { daily = 5 } } },
    cron = { { name = "noite", schedule = { "0 22 * * *" }, run = "missing_company:backup" } },
    script = {
      missing_company = { grants = { "copy.write", "copy.destroy", "db.read", "notify" } },
    },
  }
  local both = { { id = "1", name = "Matriz" }, { id = "2", name = "Filial" } }
  sim:database("loja", { companies = both })
end

local function lose_branch(sim)
  sim:database("loja", { companies = { { id = "1", name = "Matriz" } } })
end

dj.test("com todas as empresas no lugar, é a noite de sempre", function(sim)
  open_store(sim)
  sim:advance("10d")
  dj.expect.equal(#sim:copies(), 5)
  dj.expect.equal(sim:notices(), {})
end)

dj.test("a filial sumiu: avisa, segura a última cópia que a tem, e copia", function(sim)
  open_store(sim)
  sim:advance("3d")
  lose_branch(sim)
  dj.expect.equal(sim:run("noite").result, "degraded")
  dj.expect.equal(sim:notices()[1].title, "Sumiu do sistema: Filial")
  dj.expect.equal(sim:copies()[2].pinned.reason, "a última com Filial")
  dj.expect.equal(#sim:copies()[1].companies, 1)
  dj.expect.equal(sim:copies()[1].state, "suspect")
end)

dj.test("enquanto ninguém aceita que ela sumiu, nada sai, e avisa uma vez só", function(sim)
  open_store(sim)
  sim:advance("10d")
  local before = #sim:copies { state = "verified" }
  lose_branch(sim)
  sim:advance("20d")
  dj.expect.equal(#sim:copies { state = "verified" }, before)
  dj.expect.equal(#sim:copies { state = "suspect" }, 20)
  dj.expect.equal(#sim:notices(), 1)
  dj.expect.contains(sim:run("noite").degraded[1].message, "ainda não voltou")
end)

dj.test("meses depois a última cópia com a filial ainda está lá", function(sim)
  open_store(sim)
  sim:advance("2d") -- tão poucas cópias que a seguinte não fica sob suspeita
  lose_branch(sim)
  sim:advance("90d")
  dj.expect.equal(#sim:copies(), 7) -- as cinco da rotação, e as duas que têm as duas empresas
  dj.expect.equal(sim:copies({ company = "2" })[1].day, "2026-03-03")
  dj.expect.equal(#sim:notices(), 1)
end)

dj.test("a última não presta: segura a última que presta", function(sim)
  open_store(sim)
  sim:advance("2d")
  sim:fail("copy.create", "copy.bad", { times = 1 })
  sim:advance("1d")
  lose_branch(sim)
  sim:run("noite")
  dj.expect.equal(sim:notices()[1].level, "critical")
  for _, copy in ipairs(sim:copies()) do
    dj.expect.equal(copy.pinned ~= nil, copy.day == "2026-03-03")
  end
end)

dj.test("na primeira noite não há com o que comparar", function(sim)
  open_store(sim)
  dj.expect.equal(sim:run("noite").exit, 0)
end)

dj.test("as empresas não podem ser lidas: copia, e não diz que sumiram", function(sim)
  open_store(sim)
  sim:advance("1d")
  sim:fail("db.companies", "db.busy", { times = 1 })
  local night = sim:run("noite")
  dj.expect.equal({ night.result, night.degraded[1].code }, { "degraded", "db.busy" })
  dj.expect.equal(#sim:copies(), 2)
  dj.expect.equal(sim:notices(), {})
  dj.expect.equal(sim:copies()[2].pinned.last_day, "2026-03-10")
end)

dj.test(
  "sumiu na noite em que não puderam ser lidas: a cópia diz, e a de ontem fica",
  function(sim)
    open_store(sim)
    sim:config {
      destination = { ["local"] = { path = "C:/Copias", keep = { last = 1, min = 1 } } },
      script = {
        missing_company = { grants = { "copy.write", "copy.destroy", "db.read", "notify" } },
      },
    }
    sim:run("missing_company:backup")
    lose_branch(sim)
    sim:fail("db.companies", "db.busy", { times = 1 })
    sim:run("missing_company:backup")
    dj.expect.equal(sim:notices()[1].title, "Sumiu do sistema: Filial")
    dj.expect.equal(sim:copies()[2].pinned, { reason = "a última com Filial" })
  end
)

dj.test("não pôde segurar: copia e avisa do mesmo modo", function(sim)
  open_store(sim)
  sim:advance("1d")
  lose_branch(sim)
  sim:fail("copy.pin", "drive.removed")
  dj.expect.equal(sim:run("noite").result, "degraded")
  dj.expect.contains(sim:notices()[1].body, "guarde-a")
  dj.expect.equal(#sim:copies(), 2)
end)
