-- "Quando eu ponho o pen drive, copie para ele. Uma vez por dia chega."
-- A entrada roda a cada dez minutos e quase sempre não faz nada.
local function plugged(label)
  for _, drive in ipairs(dj.drive.list { removable = true }) do
    if drive.label == label then
      return true
    end
  end
  return false
end

-- Se a cópia de hoje já está feita. Uma ruim não conta; depois de três não adianta insistir.
local function done(copies)
  for _, copy in ipairs(copies) do
    if copy.state ~= "bad" then
      return true
    end
  end
  return #copies >= 3
end

return dj.script {
  name = "plugged_in",
  version = "1.0.0",
  params = {
    label = { type = "text", default = "DJ-BACKUP", help = "o nome do pen drive no Windows" },
    to = { type = "destination", default = "pendrive", help = "o destino que fica nele" },
    databases = { type = "database", list = true, help = "os bancos de dados que vão para ele" },
  },
  jobs = {
    backup = function(job, p)
      if not plugged(p.label) then
        dj.skip("o pen drive " .. p.label .. " não está no computador")
      end
      local late = {}
      for _, name in ipairs(p.databases) do
        if not done(dj.copy.list { database = name, where = p.to, since = job.day }) then
          late[#late + 1] = name
        end
      end
      if #late == 0 then
        dj.skip("o pen drive já tem a cópia de hoje")
      end
      local copies = dj.copy.create { to = p.to, databases = late }
      dj.notify("info", "O pen drive já pode ser tirado", {
        body = "A cópia de " .. job.day .. " está nele. Ejete antes de tirar.",
      })
      return copies
    end,
  },
}
