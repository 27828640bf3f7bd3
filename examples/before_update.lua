-- "Antes de atualizar o sistema, faça uma cópia. Se ela não prestar, não atualize."
-- Roda à mão, com todos os caixas fechados: djscript run before_update version=4.2

-- Quem ainda usa o sistema: o que vender depois da cópia não estaria nela.
local function users()
  local found = {}
  for _, system in ipairs(dj.db.list()) do
    for _, session in ipairs(dj.db.sessions(system.name)) do
      if not session.self then
        found[#found + 1] = session.program .. " em " .. session.host
      end
    end
  end
  return found
end

return dj.script {
  name = "before_update",
  version = "1.0.0",
  params = {
    version = { type = "text", required = true, help = "a versão que vai ser instalada" },
    to = { type = "destination", list = true, help = "para onde vai a cópia" },
    keep = { type = "duration", default = "90d", help = "por quanto tempo ela não sai" },
  },
  jobs = {
    backup = function(_, p)
      local busy = users()
      if #busy > 0 then
        dj.fail("update.busy", "ainda usam o sistema: " .. table.concat(busy, ", "), {
          hint = "feche o sistema em todos os computadores e rode de novo",
        })
      end
      local note = "antes da versão " .. p.version
      local copies = dj.copy.create { to = p.to, class = "pre_update", note = note }
      for _, copy in ipairs(copies) do
        if copy.state ~= "verified" then
          dj.fail("update.not_proven", "a cópia de " .. copy.database .. " não foi provada", {
            hint = "não atualize antes de: djscript copies prove newest",
          })
        end
        dj.copy.pin(copy, { reason = note, last_day = dj.time.add(copy.day, p.keep) })
      end
      return copies
    end,
  },
}
