-- "No último dia útil do mês, uma cópia do fechamento que ninguém apaga."
-- A entrada roda toda noite. Se o computador estava desligado naquele dia, a primeira noite depois
-- dele serve.
local days = require("lib.days")

-- O último dia útil do mês do dia.
local function closing_day(day, calendar)
  local last = days.month_end(day)
  while days.weekday(last):find("^s") or dj.calendar.on(calendar, last) do
    last = days.add(last, -1)
  end
  return last
end

-- Os bancos de dados ainda sem cópia de fechamento desde aquele dia.
local function pending(databases, due)
  local found = {}
  for _, name in ipairs(databases) do
    if #dj.copy.list { database = name, class = "closing", since = due } == 0 then
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
      local due = closing_day(job.day, p.calendar)
      if job.day < due then
        dj.skip("o fechamento é no dia " .. due)
      end
      local reason = "fechamento de " .. dj.time.format(job.day, "mm/aaaa")
      local left = pending(p.databases, due)
      if #left > 0 then
        dj.copy.create { to = p.to, databases = left, class = "closing", note = reason }
      end
      for _, copy in ipairs(dj.copy.list { class = "closing", since = due }) do
        if not copy.pinned then
          dj.copy.pin(copy, { reason = reason, last_day = dj.time.add(copy.day, p.keep) })
        end
      end
    end,
  },
}
