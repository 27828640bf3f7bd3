-- "Achei este pen drive na gaveta. Há alguma cópia boa nele?"
-- O suporte escreve a pasta dele como um destino, e roda: djscript run prove_drive where=gaveta
-- Cada cópia é restaurada em um banco de rascunho; a loja não é tocada.

-- O arquivo da cópia naquele destino. A que está em outro lugar pode ser boa: não é a que conta.
local function file_at(copy, where)
  for _, place in ipairs(copy.places) do
    if place.destination == where then
      return place.path
    end
  end
end

-- Se o erro é da cópia. Um pen drive que saiu, ou um motor que falta, não diz nada dela.
local function spoilt(err)
  return err.code == "copy.bad" or err.code == "zip.bad"
end

return dj.script {
  name = "prove_drive",
  version = "1.0.0",
  params = {
    where = { type = "destination", required = true, help = "a pasta achada, como destino" },
  },
  jobs = {
    prove = function(job, p)
      local copies, newest, found = dj.copy.list { where = p.where }, {}, {}
      local unread = 0
      for i, copy in ipairs(copies) do
        local ok, proven = pcall(dj.copy.prove, file_at(copy, p.where))
        if not ok and spoilt(proven) then
          job:degraded(copy.name .. " não presta", proven)
        elseif not ok then
          unread = unread + 1
          job:degraded(copy.name .. " não pôde ser provada", proven)
        elseif not found[copy.database] then
          newest[#newest + 1], found[copy.database] = proven, true
          print("A mais nova que presta, de " .. copy.database .. ": " .. copy.name)
        end
        job:progress(i, #copies)
      end
      if #newest == 0 and unread > 0 then
        dj.fail("copy.degraded", unread .. " não puderam ser provadas em " .. p.where, {
          hint = "não apague nada; veja por que e rode de novo",
        })
      elseif #newest == 0 then
        dj.fail("copy.not_found", "nenhuma cópia boa em " .. p.where, {
          hint = "não apague nada; experimente outro pen drive",
        })
      end
      return newest
    end,
  },
}
