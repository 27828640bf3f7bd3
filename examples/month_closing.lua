-- "No último dia útil do mês, uma cópia do fechamento que ninguém apaga."
-- A entrada roda toda noite. Se o computador estava desligado naquele dia, a primeira noite depois dele serve.
local days = require "lib.days"

local function open(day, calendar)
  local weekday = days.weekday(day)
  return weekday ~= "sat" and weekday ~= "sun" and not dj.calendar.on(calendar, day)
end

-- O último dia útil do mês do dia.
local function closing_day(day, calendar)
  local last = days.month_end(day)
  while not open(last, calendar) do
    last = days.add(last, -1)
  end
  return last
end

return dj.script {
  name = "month_closing",
  version = "1.0.0",
  params = {
    to = { type = "destination", list = true, help = "para onde vai a cópia" },
    calendar = { type = "text", default = "feriados", help = "o calendário de djscript.toml" },
    keep_days = { type = "integer", default = 1830, help = "por quantos dias ela não sai" },
  },
  jobs = {
    close = function(job, p)
      local due = closing_day(job.day, p.calendar)
      if job.day < due then
        dj.skip("o fechamento é no dia " .. due)
      elseif #dj.copy.list { class = "closing", since = due } > 0 then
        dj.skip("o fechamento deste mês já foi copiado")
      end
      local reason = "fechamento de " .. job.day:sub(1, 7)
      local copies = dj.copy.create { to = p.to, class = "closing", note = reason }
      for _, copy in ipairs(copies) do
        dj.copy.pin(copy, { reason = reason, last_day = days.add(copy.day, p.keep_days) })
      end
      return copies
    end,
  },
}
