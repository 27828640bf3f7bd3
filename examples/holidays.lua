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

-- Se há cópia desde aquele dia; uma ruim não conta.
local function copied(database, due)
  for _, copy in ipairs(dj.copy.list { database = database, since = due }) do
    if copy.state ~= "bad" then
      return true
    end
  end
  return false
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
      local due, late = last_due(job.day, p.weekdays), {}
      for _, name in ipairs(p.databases) do
        if not copied(name, due) then
          late[#late + 1] = name
        end
      end
      if #late == 0 then
        dj.skip("hoje não é dia de cópia, e não falta nenhuma")
      end
      p.databases = late
      return job:super(p)
    end,
  },
}
