-- "A importação de hoje cedo trocou todos os preços por 0,01. Já vendemos a manhã inteira."
-- Fica em scripts/ da loja; no djscript.toml: [script.products_back]
-- grants = ["copy.read", "restore"]
--   djscript run products_back day=2026-03-02 --dry-run --plan volta.json
--   djscript run --apply volta.json
-- Os produtos voltam como estavam na última cópia provada de antes desse dia; as vendas, e os
-- produtos cadastrados depois, ficam.
return dj.script {
  name = "products_back",
  version = "1.0.0",
  params = {
    day = { type = "date", required = true, help = "o dia da importação" },
    tables = { type = "text", list = true, default = { "PRODUTO" }, help = "quais tabelas" },
    database = { type = "database", help = "de qual banco de dados, se há mais de um" },
    on_busy = { type = "text", values = { "fail", "shutdown" }, default = "fail" },
  },
  jobs = {
    bring = function(_, p)
      for _, copy in ipairs(dj.copy.list { state = "verified", database = p.database }) do
        if copy.day < p.day and copy.class ~= "pre_restore" then
          print("da cópia " .. copy.seq .. ", de " .. copy.day)
          return dj.copy.restore(copy, { tables = p.tables, on_busy = p.on_busy })
        end
      end
      dj.fail("products.no_copy", "nenhuma cópia provada é de antes de " .. p.day, {
        hint = "procure em outros pen drives: djscript copies list",
      })
    end,
  },
}
