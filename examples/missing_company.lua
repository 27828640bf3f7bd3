-- "Se uma empresa que estava na cópia de ontem sumir do sistema, guarde a de ontem e me avise."
local function ids(companies)
  local found = {}
  for _, company in ipairs(companies) do
    found[company.id] = true
  end
  return found
end

-- As empresas que a cópia tem e o banco de dados já não tem.
local function missing(copy)
  local live, found = ids(dj.db.companies(copy.database)), {}
  for _, company in ipairs(copy.companies) do
    if not live[company.id] then
      found[#found + 1] = company.name
    end
  end
  return found
end

return dj.script {
  name = "missing_company",
  version = "1.0.0",
  extends = "default",
  jobs = {
    -- A cópia da noite é feita de qualquer modo: o que sobrou também vale.
    backup = function(job, p)
      for _, name in ipairs(p.databases) do
        local last = dj.copy.newest { database = name, state = "verified" }
        local gone = last and missing(last) or {}
        if #gone > 0 then
          local names = table.concat(gone, ", ")
          dj.copy.pin(last, { reason = "a última com " .. names })
          dj.notify("critical", "Sumiu do sistema: " .. names, {
            body = "A cópia " .. last.name .. " ainda tem, e não será apagada.",
          })
          job:degraded("sumiu do sistema: " .. names)
        end
      end
      return job:super()
    end,
  },
}
