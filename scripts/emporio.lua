-- A shop that gets nothing but costs: its wholesaler's list says what each product costs from now
-- on, and the shop's own margins say what it sells for. What the rest of a product is stays as it
-- is. Its djscript.toml is lojas/emporio.toml, with the margins; its layout is
-- layouts/atacado-custo.toml.
local inbox = require("lib.inbox")

local cent, step = dj.num("0.01"), dj.num("0.10")

-- "5 = 32,5": the margin of group 5, in percent.
local function margins(list)
  local found = {}
  for _, line in ipairs(list) do
    local group, percent = line:match("^%s*(%d+)%s*=%s*(%d+[.,]?%d*)%s*$")
    if not group then
      dj.fail("emporio.margem", "não entendo a margem " .. line, {
        hint = 'escreva "grupo = por cento" em margins de [script.emporio]: "5 = 32,5"',
      })
    end
    found[group] = dj.num((percent:gsub(",", ".")))
  end
  return found
end

-- The nearest price that ends in 9, and never one below the cost.
local function nice(price, cost)
  local rounded = price:round(1) - cent
  while rounded < cost do
    rounded = rounded + step
  end
  return rounded
end

-- How far a price goes from another, in percent.
local function change(from, to)
  local difference = to > from and to - from or from - to
  return difference * 100 / from
end

local function money(n)
  return n:format {}
end

-- An error is what the report says of the record: nobody here reads this script.
local function priced(p)
  local by = margins(p.margins)
  return function(record, _, current)
    if not current then
      error("o produto não está cadastrado", 0)
    end
    local margin = by[tostring(current.grupo_id)]
    if not margin then
      error("o grupo " .. current.grupo_id .. " não tem margem", 0)
    end
    local price = nice(record.custo * (margin + 100) / 100, record.custo)
    if current.preco > 0 and change(current.preco, price) > p.most then
      local from, to = money(current.preco), money(price)
      error("o preço iria de " .. from .. " para " .. to .. ", mais de " .. p.most .. " %", 0)
    end
    record.preco = price
    record.grupo = current.grupo_id
    record.nome = current.descricao
    return record
  end
end

local function costs(p)
  return {
    CUSTO = {
      table = "PRODUTO",
      key = { "CODIGO_BARRAS" },
      generate = { ID = "GEN_PRODUTO" },
      columns = {
        CODIGO_BARRAS = "codigo",
        DESCRICAO = "nome",
        GRUPO_ID = "grupo",
        CUSTO = "custo",
        PRECO = "preco",
      },
      map = priced(p),
    },
  }
end

return dj.script {
  name = "emporio",
  version = "1.0.0",
  extends = "integration",
  params = {
    margins = {
      type = "text",
      list = true,
      required = true,
      help = 'a margem de cada grupo, em por cento: "5 = 32,5"',
    },
    most = {
      type = "integer",
      default = 30,
      help = "quantos por cento um preço pode mudar de uma vez",
    },
  },
  jobs = {
    import = function(job, p)
      local turns = { inbox.take(p, "CUSTOS*.TXT", "atacado-custo", costs(p)) }
      inbox.tell(job, p, turns)
      return turns
    end,
  },
}
