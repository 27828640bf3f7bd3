local function case(title, fn)
  dj.test(title, function(sim)
    sim:config { script = { products_back = { grants = { "copy.read", "restore" } } } }
    fn(sim)
  end)
end

local function imported(sim)
  sim:database("loja", { rows = { PRODUTO = 500 } })
  sim:run("default:backup")
  sim:advance("1d")
  sim:run("default:backup")
end

case("os produtos voltam da cópia de antes da importação, e não da de hoje", function(sim)
  imported(sim)
  local back = sim:run("products_back", { day = "2026-03-03" })
  dj.expect.equal({ back.exit, back.value.seq, back.value.way }, { 0, "1", "returned" })
end)

case("outras tabelas, se for o caso", function(sim)
  sim:database("loja", { rows = { PRODUTO = 500, GRUPO = 9 } })
  imported(sim)
  local back = sim:run("products_back", { day = "2026-03-03", tables = { "GRUPO", "PRODUTO" } })
  dj.expect.equal(
    { back.value.tables[1].table, back.value.tables[1].rows, back.value.tables[2].rows },
    { "GRUPO", 9, 500 }
  )
end)

case("não há cópia de antes", function(sim)
  imported(sim)
  dj.expect.equal(sim:run("products_back", { day = "2026-03-02" }).error.code, "products.no_copy")
end)

case("uma tabela que a cópia não tem", function(sim)
  imported(sim)
  dj.expect.equal(sim:run("products_back", { day = "2026-03-03", tables = { "PRODUTOS" } }).exit, 2)
end)

case("pergunta o dia", function(sim)
  dj.expect.equal(sim:run("products_back").exit, 2)
end)
