-- "Tenho cinco pen drives, um para cada dia. Me avise se o de hoje não estiver no computador."
-- No Windows cada pen drive tem o nome do dia e uma letra só dele (Gerenciamento de Disco); aqui
-- cada um é um destino.

local drives = { mon = "segunda", tue = "terca", wed = "quarta", thu = "quinta", fri = "sexta" }

local function plugged(label)
  for _, drive in ipairs(dj.drive.list { removable = true }) do
    if drive.label == label:upper() then
      return true
    end
  end
  return false
end

return dj.script {
  name = "five_drives",
  version = "1.0.0",
  extends = "default",
  jobs = {
    -- Roda à tarde, enquanto há alguém para trocar.
    remind = function(job)
      local drive = drives[dj.time.weekday(job.day)]
      if drive and not plugged(drive) then
        dj.notify("warning", "Ponha o pen drive de hoje: " .. drive:upper())
      end
    end,

    backup = function(job, p)
      p.to = { "local", drives[dj.time.weekday(job.day)] }
      return job:super(p)
    end,
  },
}
