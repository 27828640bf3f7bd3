-- "Apagaram as tabelas de 2022 para o sistema ficar leve, e agora o contador quer o ano."
-- Fica em scripts/ da loja; no djscript.toml: [script.archive_back]
-- grants = ["copy.read", "restore"]
--   djscript run archive_back year=2022
-- As tabelas do ano voltam da cópia provada mais nova que as tem, como estavam; nada mais muda. Se
-- ainda existem, cada registro da cópia volta a ser o que era.

-- As tabelas de um ano que uma cópia tem: VENDA_2022, MOV_2022_07.
local function tables_of(copy, year)
  local names = {}
  for name in pairs(copy.rows) do
    if name:find("_" .. year .. "$") or name:find("_" .. year .. "_%d%d$") then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

return dj.script {
  name = "archive_back",
  version = "1.0.0",
  params = {
    year = { type = "integer", required = true, help = "o ano que volta" },
    database = { type = "database", help = "de qual banco de dados, se há mais de um" },
    on_busy = { type = "text", values = { "fail", "shutdown" }, default = "fail" },
  },
  jobs = {
    bring = function(_, p)
      for _, copy in ipairs(dj.copy.list { state = "verified", database = p.database }) do
        local tables = tables_of(copy, p.year)
        if #tables > 0 and copy.class ~= "pre_restore" then
          print("cópia " .. copy.seq .. ": " .. table.concat(tables, ", "))
          return dj.copy.restore(copy, { tables = tables, on_busy = p.on_busy })
        end
      end
      dj.fail("archive.no_copy", "nenhuma cópia provada tem tabelas de " .. p.year, {
        hint = "procure em pen drives mais antigos: djscript copies list",
      })
    end,
  },
}
