-- "Anteontem apagaram a filial 2 por engano. As outras lojas continuaram vendendo."
-- Fica em scripts/ da loja; no djscript.toml: [script.company_back]
-- grants = ["copy.read", "restore"]
-- O suporte manda este arquivo; a loja vê o plano, e só esse plano é executado:
--   djscript run company_back company=2 --dry-run --plan volta.json
--   djscript run --apply volta.json
-- A filial volta como estava na cópia; as outras ficam como estão, linha por linha. Roda uma vez
-- só.

-- A cópia provada mais nova que ainda tem a empresa.
local function newest_with(p)
  for _, copy in
    ipairs(dj.copy.list { state = "verified", company = p.company, database = p.database })
  do
    if copy.class ~= "pre_restore" then
      return copy
    end
  end
  dj.fail("company.no_copy", "nenhuma cópia provada tem a empresa " .. p.company, {
    hint = "procure em outros pen drives: djscript copies list",
  })
end

return dj.script {
  name = "company_back",
  version = "1.0.0",
  params = {
    company = { type = "text", required = true, help = "o número da empresa" },
    database = { type = "database", help = "de qual banco de dados, se há mais de um" },
    on_busy = { type = "text", values = { "fail", "shutdown" }, default = "fail" },
  },
  jobs = {
    bring = function(_, p)
      local back
      local first = dj.once("company_back:" .. p.company, function()
        local copy = newest_with(p)
        print("empresa " .. p.company .. ", da cópia " .. copy.seq .. " de " .. copy.day)
        back = dj.copy.restore(copy, { companies = p.company, on_busy = p.on_busy })
      end)
      if not first then
        dj.skip("a empresa " .. p.company .. " já voltou")
      end
      return back
    end,
  },
}
