-- "Se uma empresa que estava na cópia de ontem sumir do sistema, guarde a de ontem e me avise."
-- A cópia da noite é feita de qualquer modo. O djscript a põe sob suspeita, e não apaga nada até
-- que alguém a aceite; a de ontem fica fixada, e continua lá depois disso.

-- As empresas que a cópia tem e que não estão entre aquelas.
local function missing(copy, companies)
  local there, found = {}, {}
  for _, company in ipairs(companies) do
    there[company.id] = true
  end
  for _, company in ipairs(copy.companies) do
    if not there[company.id] then
      found[#found + 1] = company.name
    end
  end
  return found
end

-- Segura a última cópia que tem as empresas que sumiram, e avisa; da segunda noite em diante, ela
-- já está segura e quem tinha de saber já sabe.
local function hold(job, last, gone)
  local names = table.concat(gone, ", ")
  local reason = "a última com " .. names
  if last.pinned and last.pinned.reason == reason then
    job:degraded("ainda não voltou ao sistema: " .. names)
    return
  end
  local ok, err = pcall(dj.copy.pin, last, { reason = reason })
  local kept = ok and " ainda tem, e não será apagada." or " ainda tem: guarde-a em outro lugar."
  dj.notify("critical", "Sumiu do sistema: " .. names, { body = "A cópia " .. last.name .. kept })
  job:degraded("sumiu do sistema: " .. names, not ok and err or nil)
end

-- As empresas não puderam ser lidas: a última cópia fica por uma semana, até que se saiba.
local function wait(job, last, err)
  job:degraded("as empresas de " .. last.database .. " não puderam ser lidas", err)
  if not last.pinned then
    local ok, failed = pcall(dj.copy.pin, last, {
      reason = "as empresas não puderam ser lidas",
      last_day = dj.time.add(job.day, "7d"),
    })
    if not ok then
      job:degraded("a cópia " .. last.name .. " não pôde ser segurada", failed)
    end
  end
end

return dj.script {
  name = "missing_company",
  version = "1.0.0",
  extends = "default",
  jobs = {
    backup = function(job, p)
      local unsure = {} -- as últimas cópias dos bancos que não disseram as suas empresas
      for _, name in ipairs(p.databases) do
        local last = dj.copy.newest { database = name, state = "verified" }
        local ok, live = pcall(dj.db.companies, name)
        local gone = last and ok and missing(last, live) or {}
        if #gone > 0 then
          hold(job, last, gone)
        elseif last and not ok then
          wait(job, last, live)
          unsure[name] = last
        end
      end
      local copies = job:super()
      for _, copy in ipairs(copies) do -- a cópia de hoje diz o que o banco não disse
        local last = unsure[copy.database]
        local gone = last and missing(last, copy.companies) or {}
        if #gone > 0 then
          hold(job, last, gone)
        end
      end
      return copies
    end,
  },
}
