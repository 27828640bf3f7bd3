-- "No último dia útil do mês, uma cópia do fechamento que ninguém apaga."
-- A entrada roda toda noite. Se o computador estava desligado naquele dia, a primeira noite depois
-- dele serve, também no mês seguinte.
local days = require("lib.days")

-- Uma loja que nunca fechou um mês não começa por um que acabou há mais dias que isto.
local first_within = 10

-- O último dia útil do mês do dia.
local function closing_day(day, calendar)
  local last = days.month_end(day)
  while days.weekday(last):find("^s") or dj.calendar.on(calendar, last) do
    last = days.add(last, -1)
  end
  return last
end

-- O último dia de fechamento até hoje: o deste mês ou, antes dele, o do mês passado.
local function last_due(today, calendar)
  local due = closing_day(today, calendar)
  if today >= due then
    return due
  end
  return closing_day(days.add(today:sub(1, 8) .. "01", -1), calendar)
end

-- As cópias de fechamento que contam: uma ruim não.
local function closings(filter)
  filter.class = "closing"
  local found = {}
  for _, copy in ipairs(dj.copy.list(filter)) do
    if copy.state ~= "bad" then
      found[#found + 1] = copy
    end
  end
  return found
end

-- Os bancos de dados ainda sem cópia de fechamento desde aquele dia.
local function pending(databases, due, today)
  local found = {}
  for _, name in ipairs(databases) do
    local last = closings({ database = name })[1]
    local late = days.between(due, today)
    if last and last.day < due or not last and late <= first_within then
      found[#found + 1] = name
    end
  end
  return found
end

return dj.script {
  name = "month_closing",
  version = "1.0.0",
  params = {
    to = { type = "destination", list = true, help = "para onde vai a cópia" },
    databases = { type = "database", list = true, help = "os sistemas que fecham o mês" },
    calendar = { type = "text", default = "feriados", help = "o calendário de djscript.toml" },
    keep = { type = "duration", default = "1830d", help = "por quanto tempo ela não sai" },
  },
  jobs = {
    close = function(job, p)
      local due = last_due(job.day, p.calendar)
      local reason = "fechamento de " .. dj.time.format(due, "mm/aaaa")
      local left = pending(p.databases, due, job.day)
      if #left > 0 then
        dj.copy.create { to = p.to, databases = left, class = "closing", note = reason }
      end
      local pinned = 0
      for _, copy in ipairs(closings { since = due }) do
        if not copy.pinned then
          dj.copy.pin(copy, { reason = reason, last_day = dj.time.add(copy.day, p.keep) })
          pinned = pinned + 1
        end
      end
      if #left == 0 and pinned == 0 then
        dj.skip("não falta o " .. reason)
      end
    end,
  },
}
