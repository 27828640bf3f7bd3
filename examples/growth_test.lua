local function open_store(sim, percent)
  sim:config {
    backup = { at = { "22:00" }, to = { "local" } },
    cron = { { name = "tamanho", schedule = { "0 8 * * *" }, run = "growth:watch" } },
    script = {
      growth = {
        params = { percent = percent },
        grants = { "copy.read", "db.read", "notify" },
      },
    },
  }
  sim:database("loja", { rows = { PRODUTO = 4000, VENDA = 20000 }, grow = { VENDA = 100 } })
end

dj.test("o crescimento de todo dia não é notícia", function(sim)
  open_store(sim)
  sim:advance("30d")
  dj.expect.equal(sim:notices(), {})
end)

dj.test("cresceu demais: diz quanto, e qual tabela", function(sim)
  open_store(sim)
  sim:advance("10d")
  sim:database("loja", { rows = { PRODUTO = 12000 } })
  sim:advance("1d")
  dj.expect.equal(#sim:notices(), 1)
  dj.expect.equal(sim:notices()[1].title, "O banco loja cresceu 36%")
  dj.expect.contains(sim:notices()[1].body, "PRODUTO")
end)

dj.test("encolheu: alguém apagou, e a cópia fica sob suspeita", function(sim)
  open_store(sim)
  sim:advance("10d")
  sim:database("loja", { rows = { VENDA = 5000 } })
  sim:advance("1d")
  local suspect = sim:copies()[1]
  dj.expect.equal(suspect.state, "suspect")
  dj.expect.contains(sim:notices()[1].title, "encolheu")
  dj.expect.contains(sim:notices()[1].body, "copies show " .. suspect.seq)
end)

dj.test("encolheu pouco: ninguém suspeita, e a loja fica sabendo", function(sim)
  open_store(sim, 3)
  sim:advance("10d")
  sim:database("loja", { rows = { VENDA = 19500 } })
  sim:advance("1d")
  dj.expect.equal(sim:copies()[1].state, "verified")
  dj.expect.equal(sim:notices()[1].body, "Desde 05/03. Mudou mais: VENDA")
end)

dj.test("antes da primeira semana não há com o que comparar", function(sim)
  open_store(sim)
  sim:advance("2d")
  sim:database("loja", { rows = { VENDA = 90000 } })
  sim:advance("2d")
  dj.expect.equal(sim:notices(), {})
  dj.expect.equal(sim:run("tamanho").exit, 0)
end)

dj.test("uma cópia sem prova não serve de medida", function(sim)
  open_store(sim)
  sim:advance("10d")
  sim:fail("copy.create", "copy.degraded")
  sim:database("loja", { rows = { VENDA = 90000 } })
  sim:advance("2d")
  dj.expect.equal(sim:notices(), {})
end)

dj.test("duas tabelas mudaram o mesmo tanto: diz a primeira do alfabeto", function(sim)
  open_store(sim)
  sim:database("loja", { rows = { CLIENTE = 100, ITEM = 100, VENDA = 100 }, grow = {} })
  sim:advance("10d")
  sim:database("loja", { rows = { CLIENTE = 9000, ITEM = 9000, VENDA = 9000 } })
  sim:advance("1d")
  dj.expect.contains(sim:notices()[1].body, "CLIENTE")
end)

dj.test("cópias que falham não fazem inventar um crescimento", function(sim)
  open_store(sim)
  sim:advance("10d")
  sim:fail("copy.create", "db.busy")
  sim:database("loja", { rows = { VENDA = 90000 } })
  sim:advance("2d")
  dj.expect.equal(sim:notices(), {})
end)
