-- "Uma vez por semana, leia tudo o que está no pen drive e me diga se alguma cópia estragou."
-- Pen drive velho perde dados calado. Ler não é restaurar: isto diz que a cópia ainda é a que foi
-- gravada.

-- O arquivo da cópia naquele destino: só ele é lido, e só o pen drive leva a culpa.
local function file_at(copy, where)
  for _, place in ipairs(copy.places) do
    if place.destination == where then
      return place.path
    end
  end
end

-- Lê as cópias do destino: as estragadas, e as que não puderam ser lidas. O primeiro erro de cada
-- lista vai com ela.
local function read(job, where, copies)
  local spoilt, unread = {}, {}
  for i, copy in ipairs(copies) do
    local ok, err = pcall(dj.copy.check, file_at(copy, where))
    if not ok then
      local bad = err.code == "copy.bad" or err.code == "zip.bad"
      local list = bad and spoilt or unread
      list[#list + 1] = copy.name
      list.err = list.err or err
      if bad then
        pcall(dj.copy.check, copy) -- anota no destino: a rotação não conta mais com ela
      end
    end
    job:progress(i, #copies)
  end
  return spoilt, unread
end

return dj.script {
  name = "weekly_check",
  version = "1.0.0",
  params = {
    where = { type = "destination", default = "pendrive", help = "o destino que vai ser lido" },
  },
  jobs = {
    check = function(job, p)
      local copies = dj.copy.list { where = p.where }
      if #copies == 0 then
        dj.notify("warning", "Não havia o que ler em " .. p.where)
        dj.skip("nenhuma cópia em " .. p.where)
      end
      local spoilt, unread = read(job, p.where, copies)
      if #spoilt > 0 then
        dj.notify("critical", "Troque o pen drive: há cópia estragada em " .. p.where, {
          body = table.concat(spoilt, "\n"),
        })
      end
      if #unread > 0 then
        dj.notify("warning", "Nem tudo pôde ser lido em " .. p.where, {
          body = table.concat(unread, "\n"),
        })
      end
      if spoilt.err or unread.err then
        error(spoilt.err or unread.err)
      end
      return #copies
    end,
  },
}
