-- "Copie segunda, quarta e sexta. No feriado a loja não abre: copie no dia seguinte."
-- A entrada roda todo dia; o que conta é se há cópia desde o último dia de cópia. Por isso serve
-- também para o dia em que o computador ficou desligado.

-- O último dia de cópia até hoje.
local function last_due(today, weekdays)
  for back = 0, 6 do
    local day = dj.time.add(today, "-" .. back .. "d")
    for _, weekday in ipairs(weekdays) do
      if dj.time.weekday(day) == weekday then
        return day
      end
    end
  end
end

-- Os bancos de dados sem cópia desde aquele dia.
local function late(databases, due)
  local found = {}
  for _, name in ipairs(databases) do
    if #dj.copy.list { database = name, since = due } == 0 then
      found[#found + 1] = name
    end
  end
  return found
end

return dj.script {
  name = "holidays",
  version = "1.0.0",
  extends = "default",
  params = {
    calendar = { type = "text", default = "feriados", help = "o calendário de djscript.toml" },
    weekdays = {
      type = "enum",
      list = true,
      values = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" },
      default = { "mon", "wed", "fri" },
      help = "os dias de cópia",
    },
  },
  jobs = {
    backup = function(job, p)
      if dj.calendar.on(p.calendar, job.day) then
        dj.skip("hoje é feriado: a cópia fica para amanhã")
      end
      p.databases = late(p.databases, last_due(job.day, p.weekdays))
      if #p.databases == 0 then
        dj.skip("hoje não é dia de cópia, e não falta nenhuma")
      end
      return job:super(p)
    end,
  },
}
