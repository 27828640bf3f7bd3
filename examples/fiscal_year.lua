-- "A cópia do fim do exercício fica guardada seis anos, custe o que custar."
-- O fisco pode pedir o exercício por cinco anos, contados do ano seguinte. Roda em 31 de dezembro e
-- nas noites de janeiro: se o computador estava desligado, serve a primeira noite ligado.
-- À mão, depois dos ajustes do contador: djscript run fiscal_year year=2026

-- O último exercício que acabou, ou que acaba hoje.
local function ended(day)
  local year = tonumber(day:sub(1, 4))
  return day:sub(6) == "12-31" and year or year - 1
end

-- As cópias daquele exercício; uma ruim não conta.
local function of_year(reason)
  local found = {}
  for _, copy in ipairs(dj.copy.list { class = "closing" }) do
    if copy.note == reason and copy.state ~= "bad" then
      found[#found + 1] = copy
    end
  end
  return found
end

-- Os bancos de dados de que ainda não há cópia do exercício.
local function pending(databases, reason)
  local done, found = {}, {}
  for _, copy in ipairs(of_year(reason)) do
    done[copy.database] = true
  end
  for _, name in ipairs(databases) do
    if not done[name] then
      found[#found + 1] = name
    end
  end
  return found
end

return dj.script {
  name = "fiscal_year",
  version = "1.0.0",
  params = {
    to = { type = "destination", list = true, help = "para onde vai a cópia" },
    databases = { type = "database", list = true, help = "os sistemas que fecham o exercício" },
    year = {
      type = "integer",
      help = "o exercício, e copia de novo; sem ele, o último que acabou",
    },
    years = { type = "integer", default = 6, help = "por quantos anos a cópia não sai" },
  },
  jobs = {
    close = function(job, p)
      local year = p.year or ended(job.day)
      local reason = "exercício de " .. year
      local left = p.year and p.databases or pending(p.databases, reason)
      local copies = {}
      if #left > 0 then
        copies = dj.copy.create { to = p.to, databases = left, class = "closing", note = reason }
      end
      local pinned = 0
      for _, copy in ipairs(of_year(reason)) do
        if not copy.pinned then
          dj.copy.pin(copy, { reason = reason, last_day = (year + p.years) .. "-12-31" })
          pinned = pinned + 1
        end
      end
      if #left == 0 and pinned == 0 then
        dj.skip("o " .. reason .. " já está guardado")
      end
      return copies
    end,
  },
}
