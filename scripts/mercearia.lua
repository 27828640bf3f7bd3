-- A grocery whose office has a program of its own: files divided by semicolons, 1.234,56 and
-- 31/12/2026. Products and customers come in, sales go out with their items. The load of the scale
-- is that of the standard exchange. Its djscript.toml is lojas/mercearia.toml, its layouts are
-- layouts/escritorio-*.toml.
local inbox = require("lib.inbox")

-- The office knows groups by their names. One that the store does not have rejects the product.
local products = {
  PRODUTO = {
    table = "PRODUTO",
    key = { "CODIGO_BARRAS" },
    generate = { ID = "GEN_PRODUTO" },
    columns = {
      CODIGO_BARRAS = "codigo",
      DESCRICAO = "descricao",
      UNIDADE = "unidade",
      CUSTO = "custo",
      PRECO = "preco",
      INATIVO = "inativo",
    },
    lookup = { GRUPO_ID = { table = "GRUPO", by = { NOME = "grupo" }, take = "ID" } },
    map = function(record)
      record.inativo = record.ativo and "N" or "S"
      return record
    end,
  },
}

-- Each company has customers of its own, known by their CPF or CNPJ.
local function customers(company)
  return {
    CLIENTE = {
      table = "CLIENTE",
      key = { "EMPRESA_ID", "DOCUMENTO" },
      generate = { ID = "GEN_CLIENTE" },
      columns = {
        EMPRESA_ID = "empresa",
        DOCUMENTO = "documento",
        NOME = "nome",
        ENDERECO = "endereco",
        LIMITE = "limite",
        NASCIMENTO = "nascimento",
      },
      empty = "keep",
      map = function(record)
        record.empresa = company
        return record
      end,
    },
  }
end

-- The columns are called as the fields: there is nothing to map.
local sales = {
  VENDA = {
    sql = [[
select V.ID as NUMERO, cast(V.EMITIDA as date) as DIA, cast(V.EMITIDA as time) as HORA, V.CAIXA,
       C.DOCUMENTO, V.TOTAL, V.CANCELADA
from VENDA V left join CLIENTE C on C.ID = V.CLIENTE_ID
where V.ID > :from and V.ID <= :until order by V.ID]],
  },
  ITEM = {
    sql = [[
select I.VENDA_ID, P.CODIGO_BARRAS as CODIGO, I.QUANTIDADE, I.UNITARIO
from VENDA_ITEM I join PRODUTO P on P.ID = I.PRODUTO_ID
where I.VENDA_ID > :from and I.VENDA_ID <= :until order by I.VENDA_ID, I.SEQUENCIA]],
    parent = { VENDA_ID = "NUMERO" },
  },
}

return dj.script {
  name = "mercearia",
  version = "1.0.0",
  extends = "integration",
  jobs = {
    import = function(job, p)
      local turns = {
        inbox.take(p, "PRODUTOS*.CSV", "escritorio-produto", products),
        inbox.take(p, "CLIENTES*.CSV", "escritorio-cliente", customers(p.company)),
      }
      inbox.tell(job, p, turns)
      return turns
    end,

    export = function(_, p)
      return dj.txt.export {
        layout = "escritorio-venda",
        folder = p.outbox,
        name = "V{number:6}.CSV",
        sequence = "vendas",
        database = p.database,
        cursor = { record = "VENDA", column = "NUMERO" },
        records = sales,
      }
    end,
  },
}
