-- "Se a cópia falhar, ou se faz dias que não há nenhuma boa, me avise no Telegram."

-- O que dizer de um banco de dados; nil quando está tudo bem.
local function complaint(database, today, most)
  local newest = dj.copy.newest { database = database, state = "verified" }
  if not newest then
    return database .. ": nenhuma cópia provada"
  end
  local age = dj.time.days(newest.day, today)
  if age > most then
    return database .. ": a última cópia provada é de " .. age .. " dias atrás"
  end
end

return dj.script {
  name = "tell_owner",
  version = "1.0.0",
  extends = "default",
  params = {
    days = { type = "integer", default = 2, help = "quantos dias sem cópia provada são demais" },
  },
  jobs = {
    backup = function(job)
      local ok, result = pcall(function()
        return job:super()
      end)
      if not ok then
        dj.notify("critical", "A cópia de hoje falhou", { body = result.message })
        error(result)
      end
      return result
    end,

    -- Roda de manhã, mesmo que à noite nada tenha rodado.
    watch = function(job, p)
      for _, system in ipairs(dj.db.list()) do
        local text = complaint(system.name, job.day, p.days)
        if text then
          dj.notify("critical", "Loja sem cópia: " .. text)
        end
      end
    end,
  },
}
