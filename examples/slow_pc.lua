-- "O computador é lento: à noite só copie. No domingo prove tudo, e me diga como foi."
-- A noite é a cópia de fábrica com verify = "later". A rotação é no domingo: só cópias provadas
-- deixam outras sair.
return dj.script {
  name = "slow_pc",
  version = "1.0.0",
  extends = "default",
  jobs = {
    prove = function(job)
      local ok, result = pcall(function()
        return job:super()
      end)
      if not ok then
        dj.notify("critical", "Há cópia da semana que não presta", { body = result.message })
        error(result)
      end
      dj.notify("info", "Cópias da semana provadas: " .. #result)
      return result
    end,
  },
}
