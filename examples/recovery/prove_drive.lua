-- "Achei este pen drive na gaveta. Há alguma cópia boa nele?"
-- O suporte escreve a pasta dele como um destino, e roda: djscript run prove_drive where=gaveta
-- Cada cópia é restaurada em um banco de rascunho; a loja não é tocada.
return dj.script {
  name = "prove_drive",
  version = "1.0.0",
  params = {
    where = { type = "destination", required = true, help = "a pasta achada, como destino" },
  },
  jobs = {
    prove = function(job, p)
      local copies, newest, found = dj.copy.list { where = p.where }, {}, {}
      for i, copy in ipairs(copies) do
        local ok, proven = pcall(dj.copy.prove, copy)
        if not ok then
          job:degraded(copy.name .. " não presta", proven)
        elseif not found[copy.database] then
          newest[#newest + 1], found[copy.database] = proven, true
          print("A mais nova que presta, de " .. copy.database .. ": " .. copy.name)
        end
        job:progress(i, #copies)
      end
      if #newest == 0 then
        dj.fail("copy.not_found", "nenhuma cópia boa em " .. p.where, {
          hint = "não apague nada; experimente outro pen drive",
        })
      end
      return newest
    end,
  },
}
