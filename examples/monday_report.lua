-- "Toda segunda, me diga em uma mensagem se a semana foi boa."
-- Quem só ouve más notícias não sabe se o silêncio é bom. O texto cabe na tela de um celular.
local ended_well = { done = true, degraded = true, skipped = true }

-- A linha de um banco de dados: quantas cópias boas na semana, e de quando é a última.
local function line(database, since)
  local good = dj.copy.list { database = database, since = since, state = "verified" }
  if #good == 0 then
    return database .. ": NENHUMA cópia provada", false
  end
  local last = dj.time.format(good[1].day, "dd/mm")
  return ("%s: %d provadas, a última de %s"):format(database, #good, last), true
end

-- Quantas execuções não chegaram ao fim: falhas, banco ocupado, falta de energia.
local function failures(since)
  local count = 0
  for _, run in ipairs(dj.history.list { since = since }) do
    if not ended_well[run.result] then
      count = count + 1
    end
  end
  return count
end

-- As linhas das unidades. Um leitor de cartões vazio não tem espaço nenhum: fica de fora.
local function space()
  local lines = {}
  for _, drive in ipairs(dj.drive.list()) do
    if drive.total > 0 then
      local free = math.floor(drive.free / drive.total * 100)
      local label = drive.label or "sem nome"
      lines[#lines + 1] = ("%s (%s): %d%% livres"):format(drive.path, label, free)
    end
  end
  return lines
end

return dj.script {
  name = "monday_report",
  version = "1.0.0",
  jobs = {
    report = function(job)
      local since = dj.time.add(job.day, "-7d")
      local failed = failures(since)
      local lines, good = { "Execuções que falharam: " .. failed }, failed == 0
      for _, system in ipairs(dj.db.list()) do
        local text, fine = line(system.name, since)
        lines[#lines + 1] = text
        good = good and fine
      end
      for _, text in ipairs(space()) do
        lines[#lines + 1] = text
      end
      local title = good and "Semana boa: " or "Semana ruim: "
      dj.notify(good and "info" or "critical", title .. job.store.name, {
        body = table.concat(lines, "\n"),
      })
    end,
  },
}
