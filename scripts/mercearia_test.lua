local function open_grocery(sim)
  sim:config("lojas/mercearia.toml")
  sim:database("loja", {
    tables = {
      GRUPO = { { ID = 5, NOME = "Bebidas" }, { ID = 6, NOME = "Mercearia" } },
      PRODUTO = { { ID = 7, CODIGO_BARRAS = "7891000315507", DESCRICAO = "CAFE", PRECO = 18 } },
      CLIENTE = {
        { ID = 3, EMPRESA_ID = 1, DOCUMENTO = "52998224725", NOME = "ANA", LIMITE = 50 },
        { ID = 4, EMPRESA_ID = 2, DOCUMENTO = "52998224725", NOME = "ANA", LIMITE = 50 },
      },
    },
  })
end

local function lay(sim, name, lines)
  sim:file("C:/Escritorio/Envia/" .. name, table.concat(lines, "\r\n") .. "\r\n")
end

local function column(sim, table, name)
  local values = {}
  for i, row in ipairs(sim:rows("loja", table)) do
    values[i] = tostring(row[name])
  end
  return values
end

dj.test("products come in with commas, and groups by their names", function(sim)
  open_grocery(sim)
  lay(sim, "PRODUTOS.CSV", {
    "7891000315507;CAF\201 TORRADO;Mercearia;UN;12,3456;19,90;02/03/2026;S",
    "96385074;VINHO RARO;Bebidas;UN;1.000,00;1.234,56;;N",
  })
  local run = sim:run("mercearia:import")
  dj.expect.equal(run.exit, 0)
  dj.expect.equal(column(sim, "PRODUTO", "descricao"), { "CAFÉ TORRADO", "VINHO RARO" })
  dj.expect.equal(column(sim, "PRODUTO", "preco"), { "19.90", "1234.56" })
  dj.expect.equal(column(sim, "PRODUTO", "custo"), { "12.3456", "1000.0000" })
  dj.expect.equal(column(sim, "PRODUTO", "grupo_id"), { "6", "5" })
  dj.expect.equal(column(sim, "PRODUTO", "inativo"), { "N", "S" })
end)

dj.test("a group that the store does not have rejects the product, and no other", function(sim)
  open_grocery(sim)
  lay(sim, "PRODUTOS.CSV", {
    "1;PNEU;Autope\231as;UN;1,00;2,00;;S",
    "2;SAL;Mercearia;UN;1,00;2,00;;S",
  })
  dj.expect.equal(sim:run("mercearia:import").exit, 3)
  dj.expect.equal(column(sim, "PRODUTO", "descricao"), { "CAFE", "SAL" })
  local report = sim:read("C:/Escritorio/Envia/done/PRODUTOS.CSV.report.txt")
  dj.expect.contains(report, "Autopeças")
end)

dj.test("a dot where a comma is due is told, and not taken for thousands", function(sim)
  open_grocery(sim)
  lay(sim, "PRODUTOS.CSV", { "7891000315507;CAFE;Mercearia;UN;1.00;19.90;;S" })
  dj.expect.equal(sim:run("mercearia:import").exit, 3)
  dj.expect.equal(column(sim, "PRODUTO", "preco"), { "18" })
end)

dj.test("customers of this company change, and what the office leaves empty stays", function(sim)
  open_grocery(sim)
  lay(sim, "CLIENTES.CSV", {
    "529.982.247-25;ANA MARIA;;1.500,00;01/05/1990",
    "11.222.333/0001-81;PADARIA LTDA;Rua 1;0,00;",
  })
  dj.expect.equal(sim:run("mercearia:import").exit, 0)
  dj.expect.equal(column(sim, "CLIENTE", "nome"), { "ANA MARIA", "ANA", "PADARIA LTDA" })
  dj.expect.equal(column(sim, "CLIENTE", "limite"), { "1500.00", "50", "0.00" })
  dj.expect.equal(column(sim, "CLIENTE", "nascimento"), { "1990-05-01", "nil", "nil" })
end)

dj.test("the owner is told of a file that came to nothing", function(sim)
  open_grocery(sim)
  sim:file("C:/Escritorio/Envia/PRODUTOS.CSV", "")
  sim:run("mercearia:import")
  dj.expect.equal(#sim:notices(), 1)
end)

dj.test("sales go out with their items, each once", function(sim)
  open_grocery(sim)
  local sale = {
    NUMERO = 41,
    DIA = "2026-03-02",
    HORA = "09:30:00",
    CAIXA = 1,
    TOTAL = 1234.5,
    CANCELADA = "N",
  }
  local item = { VENDA_ID = 41, CODIGO = "96385074", QUANTIDADE = 1.5, UNITARIO = 823 }
  sim:database(
    "loja",
    { answers = { ["from VENDA V"] = { sale }, ["from VENDA_ITEM"] = { item } } }
  )
  local out = sim:run("mercearia:export").value
  dj.expect.equal(out.path, "C:/Escritorio/Recebe/V000001.CSV")
  dj.expect.equal(
    sim:read(out.path),
    "V;41;02/03/2026;09:30;1;;1234,50;N\r\nI;96385074;1,500;823,00\r\n"
  )
  dj.expect.equal(sim:run("mercearia:export").value.path, nil)
end)

dj.test("the load of the scale is that of the standard exchange", function(sim)
  open_grocery(sim)
  local ham = { CODIGO = 7, TIPO = "P", DESCRICAO = "PRESUNTO", PRECO = 39.9 }
  sim:database("loja", { answers = { ["where UNIDADE = 'KG'"] = { ham } } })
  dj.expect.equal(sim:run("mercearia:scales").value.path, "C:/Filizola/CADTXT.TXT")
end)

dj.test("the cron table takes what comes, and brings what was sold", function(sim)
  open_grocery(sim)
  sim:database("loja", { answers = { ["from VENDA V"] = {}, ["from VENDA_ITEM"] = {} } })
  lay(sim, "PRODUTOS.CSV", { "7891000315507;CAFE;Mercearia;UN;1,00;21,00;;S" })
  sim:advance("1h")
  dj.expect.equal(column(sim, "PRODUTO", "preco"), { "21.00" })
end)
