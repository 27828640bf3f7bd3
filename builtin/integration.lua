-- The standard exchange of a store with its back office, by text files: registers and orders come
-- in, what was sold goes out. The layouts are ours (djscript docs layout dj-produto), the tables
-- those of the demonstration store: for another system a reseller's script says its own.
local inbox = require("lib.inbox")

local layouts = {
  products = "dj-produto",
  orders = "dj-pre-venda",
  quotes = "dj-dav",
  movement = "dj-movimento",
  scales = "filizola-cadtxt",
}

-- Products, known by their bar code. What is taken out of the back office is only switched off:
-- sales refer to it.
local function product(record)
  record.grupo_id = tonumber(record.grupo) or 1
  record.inativo = record.excluir and "S" or "N"
  record.codigo_barras = record.codigo_barras or record.codigo_externo
  record.unidade = record.unidade:sub(1, 3)
  return record
end

local products = {
  PRODUTO = {
    table = "PRODUTO",
    key = { "CODIGO_BARRAS" },
    generate = { ID = "GEN_PRODUTO" },
    columns = {
      CODIGO_BARRAS = "codigo_barras",
      DESCRICAO = "descricao",
      UNIDADE = "unidade",
      CUSTO = "preco_custo",
      PRECO = "preco_venda",
      GRUPO_ID = "grupo_id",
      INATIVO = "inativo",
    },
    map = product,
  },
}

-- An order with its items: all of it, or none. A product that is not registered rejects the order,
-- and the report says which.
local function orders(company, header, item)
  return {
    [header] = {
      table = "PRE_VENDA",
      generate = { ID = "GEN_PRE_VENDA" },
      columns = { EMPRESA_ID = "empresa_id", VENDEDOR = "codigo_vendedor", CRIADA = "criada" },
      map = function(record)
        record.empresa_id = company
        record.criada = record.data .. "T" .. (record.hora or "00:00:00")
        return record
      end,
    },
    [item] = {
      table = "PRE_VENDA_ITEM",
      parent = { PRE_VENDA_ID = "ID" },
      columns = { SEQUENCIA = "item", QUANTIDADE = "quantidade", UNITARIO = "unitario" },
      lookup = {
        PRODUTO_ID = { table = "PRODUTO", by = { CODIGO_BARRAS = "codigo_produto" }, take = "ID" },
      },
      map = function(record)
        record.unitario = record.valor_unitario:round(2)
        return record
      end,
    },
  }
end

-- The folder of a param: without one there is nothing to do, and a person has to say it.
local function folder(job, p, name)
  local words = {
    ["pt-BR"] = {
      "não se sabe de que pasta se trata: falta " .. name,
      "escreva no djscript.toml, em [script.integration]: params = { "
        .. name
        .. ' = "C:/DJ/Pasta" }',
    },
    en = {
      "the folder is not known: " .. name .. " is missing",
      "write in djscript.toml, under [script.integration]: params = { "
        .. name
        .. ' = "C:/DJ/Folder" }',
    },
  }
  local say = words[job.language]
  return p[name] or dj.fail("option.missing", say[1], { hint = say[2] })
end

-- What was sold: each sale goes out once, under its till and its day.
local between = " where ID > :from and ID <= :until"
local tills = "select distinct CAIXA as NUMERO, CAIXA as TERMINAL from VENDA" .. between
local shifts = [[
select CAIXA, cast(EMITIDA as date) as DIA, min(EMITIDA) as ABERTURA, max(EMITIDA) as FECHAMENTO,
       sum(iif(CANCELADA = 'N', TOTAL, 0)) as A_VISTA
from VENDA where ID > :from and ID <= :until
group by CAIXA, cast(EMITIDA as date) order by 1, 2]]
local sales = [[
select V.ID, V.CAIXA, cast(V.EMITIDA as date) as DIA, cast(V.EMITIDA as time) as HORA, V.TOTAL,
       V.CANCELADA, C.DOCUMENTO
from VENDA V left join CLIENTE C on C.ID = V.CLIENTE_ID
where V.ID > :from and V.ID <= :until order by V.ID]]

local function shift(row)
  return {
    numero = row.dia:gsub("-", ""):sub(3),
    abertura = row.abertura,
    fechamento = row.fechamento,
    a_vista = row.a_vista,
  }
end

-- A customer's number, which may be that of a firm or of a person. What is neither goes out empty.
local function person(number)
  return number and (dj.text.cnpj(number) or dj.text.cpf(number))
end

local function sale(row)
  return {
    numero = row.id,
    tipo = row.cancelada == "S" and "C" or "V",
    data = row.dia,
    hora = row.hora,
    cnpj_cpf = person(row.documento),
    valor_total = row.total,
  }
end

local function movement()
  local header = { gerado = dj.time.now(), usuario = "djscript" }
  return {
    INI = {
      rows = { header },
      map = function(row)
        return { numero = row.number, gerado = row.gerado, usuario = row.usuario }
      end,
    },
    ECF = { sql = tills },
    TUR = { sql = shifts, parent = { CAIXA = "NUMERO" }, map = shift },
    DOC = { sql = sales, parent = { CAIXA = "CAIXA", DIA = "DIA" }, map = sale },
  }
end

-- The whole load of a scale: what is sold by weight.
local scales = {
  CADTXT = {
    sql = [[
select ID as CODIGO, 'P' as TIPO, substring(DESCRICAO from 1 for 22) as DESCRICAO, PRECO
from PRODUTO where UNIDADE = 'KG' and INATIVO = 'N' order by ID]],
  },
}

return dj.script {
  name = "integration",
  version = "1.0.0",
  params = {
    outbox = {
      type = "path",
      help = {
        ["pt-BR"] = "a pasta de onde a retaguarda pega o movimento",
        en = "the folder from which the back office takes the movement",
      },
    },
    scales = {
      type = "path",
      help = { ["pt-BR"] = "a pasta da balança", en = "the folder of the scale" },
    },
    inbox = {
      type = "path",
      help = {
        ["pt-BR"] = "a pasta onde a retaguarda põe os arquivos",
        en = "the folder into which the back office puts its files",
      },
    },
    done = {
      type = "text",
      default = "done",
      help = { ["pt-BR"] = "para onde vai o que entrou", en = "where what came in goes" },
    },
    rejected = {
      type = "text",
      default = "rejected",
      help = {
        ["pt-BR"] = "para onde vai o que não entrou",
        en = "where what did not come in goes",
      },
    },
    database = {
      type = "database",
      help = { ["pt-BR"] = "o banco de dados", en = "the database" },
    },
    company = {
      type = "integer",
      default = 1,
      help = { ["pt-BR"] = "a empresa dos pedidos", en = "the company of the orders" },
    },
  },
  jobs = {
    -- Products first: orders refer to them.
    import = function(job, p)
      folder(job, p, "inbox")
      local turns = {
        inbox.take(p, "PRODUTO*.TXT", layouts.products, products),
        inbox.take(p, "{number:8}.djp", layouts.orders, orders(p.company, "PRE", "PIT")),
        inbox.take(p, "{number:8}.djd", layouts.quotes, orders(p.company, "DAV", "DIT")),
      }
      inbox.tell(job, p, turns)
      return turns
    end,

    export = function(job, p)
      return dj.txt.export {
        layout = layouts.movement,
        folder = folder(job, p, "outbox"),
        name = "{number:8}.djm",
        sequence = "movement",
        database = p.database,
        cursor = { record = "DOC", column = "ID" },
        records = movement(),
      }
    end,

    scales = function(job, p)
      return dj.txt.export {
        layout = layouts.scales,
        folder = folder(job, p, "scales"),
        name = "CADTXT.TXT",
        database = p.database,
        records = scales,
      }
    end,
  },
}
