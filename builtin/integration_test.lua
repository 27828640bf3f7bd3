-- The standard exchange, in a store whose tables have a little of everything.
local function open_store(sim)
  sim:config {
    script = {
      integration = {
        grants = { "db.write", "txt.write", "notify" },
        params = { inbox = "C:/DJ/Importa", outbox = "C:/DJ/Exporta", scales = "C:/DJ/Balanca" },
      },
    },
  }
  sim:database("loja", {
    tables = {
      GRUPO = { { ID = 1, NOME = "Mercearia" } },
      PRODUTO = {
        { ID = 7, CODIGO_BARRAS = "96385074", DESCRICAO = "SAL", PRECO = 3.5, INATIVO = "N" },
      },
      PRE_VENDA = {},
      PRE_VENDA_ITEM = {},
    },
  })
end

-- A line of fixed width: {first byte, text} for each field.
local function line(width, fields)
  local text = (" "):rep(width)
  for _, field in ipairs(fields) do
    local from, value = field[1], field[2]
    text = text:sub(1, from - 1) .. value .. text:sub(from + #value)
  end
  return text .. "\r\n"
end

local function product(code, name, price, more)
  local fields = { { 1, code }, { 21, name }, { 125, "UN" }, { 131, price }, { 223, "1" } }
  for _, field in ipairs(more or {}) do
    fields[#fields + 1] = field
  end
  return line(260, fields)
end

-- A record divided by pipes: its fields from the tag on, and so many empty ones behind them.
local function record(fields, empty)
  return table.concat(fields, "|") .. ("|"):rep(empty + 1) .. "\r\n"
end

-- How many fields of an order and of a quote stay empty.
local ends = { PRE = { "PIT", 1, 29 }, DAV = { "DIT", 2, 32 } }

local function order(tag, code)
  local item, head, rest = unpack(ends[tag])
  return record(
    { tag, "1", "22112026", "083000", "C1", "", "", "P", "ANA", "", "", "", "7.00" },
    head
  ) .. record({ item, "1", code, "2.000", "3.5000", "", "", "7.00", "UN" }, rest)
end

local function column(rows, name)
  local values = {}
  for i, row in ipairs(rows) do
    values[i] = tostring(row[name])
  end
  return values
end

dj.test("products come in: known ones change, new ones are added, gone ones are off", function(sim)
  open_store(sim)
  sim:file(
    "C:/DJ/Importa/PRODUTO.TXT",
    product("P1", "SAL GROSSO", "00000000400", { { 111, "96385074" } })
      .. product("P2", "ARROZ", "00000002500", { { 260, "S" } })
  )
  local run = sim:run("integration:import")
  dj.expect.equal(run.exit, 0)
  dj.expect.equal(run.value[1].done, { "PRODUTO.TXT" })
  local products = sim:rows("loja", "PRODUTO")
  dj.expect.equal(column(products, "descricao"), { "SAL GROSSO", "ARROZ" })
  dj.expect.equal(column(products, "preco"), { "4.00", "25.00" })
  dj.expect.equal(column(products, "inativo"), { "N", "S" })
  dj.expect.equal(products[2].codigo_barras, "P2") -- what has no bar code is known by its own
  dj.expect.equal(sim:notices(), {})
end)

dj.test("an order and a quote come in with their items", function(sim)
  open_store(sim)
  sim:file("C:/DJ/Importa/00000501.djp", order("PRE", "96385074"))
  sim:file("C:/DJ/Importa/00000301.djd", order("DAV", "96385074"))
  local run = sim:run("integration:import")
  dj.expect.equal(run.exit, 0)
  dj.expect.equal(run.value[2].done, { "00000501.djp" })
  dj.expect.equal(run.value[3].done, { "00000301.djd" })
  local items = sim:rows("loja", "PRE_VENDA_ITEM")
  dj.expect.equal(column(sim:rows("loja", "PRE_VENDA"), "vendedor"), { "ANA", "ANA" })
  dj.expect.equal(column(items, "pre_venda_id"), { "1", "2" })
  dj.expect.equal(column(items, "produto_id"), { "7", "7" })
  dj.expect.equal(column(items, "unitario"), { "3.50", "3.50" })
end)

dj.test("products go before the orders that need them", function(sim)
  open_store(sim)
  sim:file("C:/DJ/Importa/00000501.djp", order("PRE", "P9"))
  sim:file("C:/DJ/Importa/PRODUTO.TXT", product("P9", "NOVO", "00000000100"))
  dj.expect.equal(sim:run("integration:import").exit, 0)
  dj.expect.equal(#sim:rows("loja", "PRE_VENDA"), 1)
end)

dj.test("an order of what is not registered stays out whole, and the report says why", function(sim)
  open_store(sim)
  sim:file("C:/DJ/Importa/00000501.djp", order("PRE", "96385074") .. order("PRE", "404"))
  dj.expect.equal(sim:run("integration:import").exit, 3)
  dj.expect.equal(#sim:rows("loja", "PRE_VENDA"), 1)
  dj.expect.contains(sim:read("C:/DJ/Importa/done/00000501.djp.report.txt"), "404")
end)

dj.test("what is rejected whole is told once, however many files it is", function(sim)
  open_store(sim)
  sim:file("C:/DJ/Importa/00000501.djp", "XYZ|\r\n")
  sim:file("C:/DJ/Importa/00000502.djp", "")
  sim:file("C:/DJ/Importa/PRODUTO.TXT", "\255\254P\0")
  local run = sim:run("integration:import")
  dj.expect.equal(run.exit, 3)
  dj.expect.equal(#sim:notices(), 1)
  dj.expect.contains(sim:notices()[1].body, "PRODUTO.TXT")
  dj.expect.contains(sim:notices()[1].body, "00000502.djp")
  dj.expect.equal(sim:read("C:/DJ/Importa/rejected/00000502.djp"), "")
  sim:run("integration:import")
  dj.expect.equal(#sim:notices(), 1)
end)

dj.test("a file that comes again is not taken again", function(sim)
  open_store(sim)
  sim:file("C:/DJ/Importa/00000501.djp", order("PRE", "96385074"))
  sim:run("integration:import")
  sim:file("C:/DJ/Importa/00000502.djp", order("PRE", "96385074"))
  dj.expect.equal(sim:run("integration:import").value[2].repeated, { "00000502.djp" })
  dj.expect.equal(#sim:rows("loja", "PRE_VENDA"), 1)
end)

dj.test("a rehearsal takes nothing", function(sim)
  open_store(sim)
  sim:file("C:/DJ/Importa/PRODUTO.TXT", product("P9", "NOVO", "00000000100"))
  sim:run("integration:import", {}, { dry = true })
  dj.expect.equal(#sim:rows("loja", "PRODUTO"), 1)
  dj.expect.equal(#sim:read("C:/DJ/Importa/PRODUTO.TXT"), 262)
end)

-- What the queries of the export find: sales of one till, on one day.
local function sell(sim, ...)
  local sales = {}
  for i, id in ipairs { ... } do
    sales[i] = {
      ID = id,
      CAIXA = 2,
      DIA = "2026-03-02",
      HORA = "10:00:00",
      TOTAL = 12.5,
      CANCELADA = "N",
      DOCUMENTO = id % 2 == 1 and "11222333000181" or "111.444.777-35",
    }
  end
  local till = { NUMERO = 2, TERMINAL = 2 }
  local shift = { CAIXA = 2, DIA = "2026-03-02", ABERTURA = "2026-03-02T08:00:00", A_VISTA = 12.5 }
  sim:database("loja", {
    answers = {
      ["select distinct CAIXA"] = #sales > 0 and { till } or {},
      ["sum(iif(CANCELADA"] = #sales > 0 and { shift } or {},
      ["from VENDA V left join CLIENTE"] = sales,
    },
  })
end

dj.test("each sale goes out once, under its till and its day", function(sim)
  open_store(sim)
  sell(sim, 11, 12)
  local first = sim:run("integration:export").value
  dj.expect.equal(first.path, "C:/DJ/Exporta/00000001.djm")
  dj.expect.equal(first.records, { INI = 1, ECF = 1, TUR = 1, DOC = 2 })
  local file = sim:read(first.path)
  dj.expect.contains(file, "INI|1|02032026 080000|djscript|")
  dj.expect.contains(file, "\r\nTUR|260302|02032026 080000|")
  dj.expect.contains(file, "\r\nDOC|11|V|02032026|100000||11222333000181|")
  dj.expect.contains(file, "\r\nDOC|12|V|02032026|100000||11144477735|")

  dj.expect.equal(sim:run("integration:export").value.path, nil) -- nothing new
  sell(sim, 11, 12, 13)
  local second = sim:run("integration:export").value
  dj.expect.equal({ second.number, second.records.DOC }, { 2, 1 })
end)

dj.test("where nothing was sold there is no file", function(sim)
  open_store(sim)
  sell(sim)
  dj.expect.equal(sim:run("integration:export").value.path, nil)
  dj.expect.equal(sim:read("C:/DJ/Exporta/00000001.djm"), nil)
end)

dj.test("the load of the scale is one file, replaced whole", function(sim)
  open_store(sim)
  local function weigh(price)
    local ham = { CODIGO = 7, TIPO = "P", DESCRICAO = "PRESUNTO", PRECO = price }
    sim:database("loja", { answers = { ["from PRODUTO where UNIDADE = 'KG'"] = { ham } } })
    return sim:run("integration:scales").value.path
  end
  dj.expect.equal(weigh(39.9), "C:/DJ/Balanca/CADTXT.TXT")
  weigh(41)
  dj.expect.contains(sim:read("C:/DJ/Balanca/CADTXT.TXT"), "000007PPRESUNTO              0004100")
end)
