local function open_emporium(sim, more)
  sim:config("lojas/emporio.toml")
  local products = {
    { ID = 1, GRUPO_ID = 5, CODIGO_BARRAS = "100", DESCRICAO = "SUCO", CUSTO = 8, PRECO = 10.59 },
    { ID = 2, GRUPO_ID = 6, CODIGO_BARRAS = "200", DESCRICAO = "ARROZ", CUSTO = 0, PRECO = 0 },
    { ID = 3, GRUPO_ID = 12, CODIGO_BARRAS = "300", DESCRICAO = "VASO", CUSTO = 5, PRECO = 9 },
  }
  sim:database("loja", { tables = { PRODUTO = more or products } })
end

local function lay(sim, ...)
  sim:file("C:/Atacado/CUSTOS.TXT", table.concat({ ... }, "\r\n") .. "\r\n")
end

local function column(sim, name)
  local values = {}
  for i, row in ipairs(sim:rows("loja", "PRODUTO")) do
    values[i] = tostring(row[name])
  end
  return values
end

-- What the report says against the lines.
local function reasons(run, sim)
  dj.expect.equal(run.exit, 3)
  return sim:read("C:/Atacado/done/CUSTOS.TXT.report.txt")
end

dj.test("the price is the cost with the group's margin, and ends in 9", function(sim)
  open_emporium(sim)
  lay(sim, "100;SUCO UVA 1L CX;8,5000", "200;ARROZ T1;20,00")
  dj.expect.equal(sim:run("emporio:import").exit, 0)
  dj.expect.equal(column(sim, "preco"), { "11.29", "25.99", "9" }) -- 11.2625 and 26.00
  dj.expect.equal(column(sim, "custo"), { "8.5000", "20.0000", "5" })
end)

dj.test("what the shop says of a product stays", function(sim)
  open_emporium(sim)
  lay(sim, "100;SUCO UVA 1L CX;8,5000")
  sim:run("emporio:import")
  dj.expect.equal(column(sim, "descricao"), { "SUCO", "ARROZ", "VASO" })
  dj.expect.equal(column(sim, "grupo_id"), { "5", "6", "12" })
end)

dj.test("a price that would change too much is left for a person", function(sim)
  open_emporium(sim)
  lay(sim, "100;SUCO;85,00", "200;ARROZ;20,00")
  local report = reasons(sim:run("emporio:import"), sim)
  dj.expect.contains(report, "o preço iria de 10,59 para 112,59, mais de 30 %")
  dj.expect.equal(column(sim, "preco"), { "10.59", "25.99", "9" })
end)

dj.test("downwards, too", function(sim)
  open_emporium(sim)
  lay(sim, "100;SUCO;0,85")
  dj.expect.contains(reasons(sim:run("emporio:import"), sim), "para 1,09")
  dj.expect.equal(sim:run("emporio:import", { most = 99 }).exit, 0) -- nothing waits any more
end)

dj.test("no product is made, and none is priced without a margin", function(sim)
  open_emporium(sim)
  lay(sim, "999;NOVO;1,00", "300;VASO;6,00")
  local report = reasons(sim:run("emporio:import"), sim)
  dj.expect.contains(report, "o produto não está cadastrado")
  dj.expect.contains(report, "o grupo 12 não tem margem")
  dj.expect.equal(#sim:rows("loja", "PRODUTO"), 3)
end)

dj.test("never below the cost", function(sim)
  open_emporium(
    sim,
    { { ID = 1, GRUPO_ID = 5, CODIGO_BARRAS = "100", DESCRICAO = "BALA", PRECO = 0 } }
  )
  lay(sim, "100;BALA;0,1000")
  dj.expect.equal(sim:run("emporio:import", { margins = "5 = 0" }).exit, 0)
  dj.expect.equal(column(sim, "preco"), { "0.19" })
end)

dj.test("a margin that nobody understands stops all of it", function(sim)
  open_emporium(sim)
  lay(sim, "100;SUCO;8,50")
  local run = sim:run("emporio:import", { margins = { "Bebidas: 30" } })
  dj.expect.equal(run.error.code, "emporio.margem")
  dj.expect.equal(sim:read("C:/Atacado/CUSTOS.TXT"), "100;SUCO;8,50\r\n")
end)

dj.test("prices change before the shop opens", function(sim)
  open_emporium(sim)
  lay(sim, "100;SUCO;8,50")
  sim:advance("12h")
  dj.expect.equal(column(sim, "preco")[1], "10.59")
  sim:advance("12h")
  dj.expect.equal(column(sim, "preco")[1], "11.29")
end)
