-- "Quando o pen drive estiver quase cheio, pule-o e me avise, antes que a cópia falhe nele."
-- Quanto cabe se sabe pelo que já está lá: o tamanho da última cópia e o espaço ao lado dela.

-- Quantas cópias iguais às últimas ainda cabem no destino; nil quando não há nenhuma lá para medir.
local function fits(where)
  local newest = dj.copy.newest { where = where }
  if not newest then
    return nil
  end
  local bytes, path = 0, nil
  for _, copy in ipairs(dj.copy.list { where = where, since = newest.day }) do
    for _, place in ipairs(copy.places) do
      if copy.set == newest.set and place.destination == where then
        bytes, path = bytes + place.bytes, place.path
      end
    end
  end
  return math.floor(dj.drive.of(path).free / math.max(bytes, 1))
end

return dj.script {
  name = "low_space",
  version = "1.0.0",
  extends = "default",
  params = {
    optional = { type = "destination", default = "pendrive", help = "o que pode ser pulado" },
    least = { type = "integer", default = 3, help = "com lugar para menos cópias, pula" },
  },
  jobs = {
    backup = function(job, p)
      local left = fits(p.optional)
      if left and left < p.least then
        dj.notify("warning", "Destino quase cheio: " .. p.optional, {
          body = "Lugar para mais " .. left .. " cópias. A de hoje não vai para ele.",
        })
        job:degraded("o destino " .. p.optional .. " está quase cheio e foi pulado")
        for i = #p.to, 1, -1 do
          if p.to[i] == p.optional then
            table.remove(p.to, i)
          end
        end
        if #p.to == 0 then
          dj.fail("drive.full", p.optional .. " está quase cheio, e não há outro destino", {
            hint = "abra espaço nele, ou dê outro destino: a cópia de hoje não foi feita",
          })
        end
      end
      return job:super(p)
    end,
  },
}
