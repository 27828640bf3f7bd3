-- "À noite o computador fica desligado. Copie de manhã, na primeira folga, e uma vez por dia só."
-- A entrada roda a cada meia hora; a primeira que encontra um banco sem a cópia do dia o copia.

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
  name = "off_at_night",
  version = "1.0.0",
  extends = "default",
  params = {
    most_users = { type = "integer", default = 1, help = "com mais gente no sistema, espera" },
    latest = { type = "text", default = "12:00", help = "a partir desta hora não espera mais" },
  },
  jobs = {
    backup = function(job, p)
      local late, users = {}, 0
      for _, name in ipairs(p.databases) do
        if not done(dj.copy.list { database = name, since = job.day, class = "routine" }) then
          late[#late + 1] = name
        end
      end
      if #late == 0 then
        dj.skip("a cópia de hoje já está feita")
      end
      for _, name in ipairs(late) do
        users = users + #dj.db.sessions(name) - 1 -- o próprio djscript
      end
      if users > p.most_users and dj.time.format(dj.time.now(), "HH:MM") < p.latest then
        dj.skip("há " .. users .. " usando o sistema: espera a próxima meia hora")
      end
      p.databases = late
      return job:super(p)
    end,
  },
}
