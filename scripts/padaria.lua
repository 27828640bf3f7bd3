-- A bakery. One system, one pen drive that the owner takes home at night, when he thinks of it.
local days = require("lib.days")
local rotacao = require("lib.rotacao")

-- One set a working day, as the old ones were written on the disks, and the end of six months.
local sets = {
  { weekdays = { "mon", "tue", "wed", "thu", "fri", "sat" }, min = 3 },
  { monthly = 6 },
}

-- Whether last night's copy lies at a destination that is there now.
local function has_last_night(where, today)
  local newest = dj.copy.newest { where = where }
  return newest ~= nil and days.between(newest.day, today) <= 1
end

return dj.script {
  name = "padaria",
  version = "1.0.0",
  params = {
    pendrive = {
      type = "destination",
      default = "pendrive",
      help = "o destino que o dono leva para casa",
    },
  },
  policies = { semana = sets },
  jobs = {
    noite = function(_, p)
      local copies = dj.copy.create { to = { "local", p.pendrive } }
      rotacao.rotate(copies, { "local", p.pendrive }, sets)
      return copies
    end,

    -- Runs in the morning, when somebody is there to plug it in. A drive that is away tells
    -- nothing of its copies.
    pendrive = function(job, p)
      if has_last_night(p.pendrive, job.day) then
        dj.skip("o pen drive está aqui, com a cópia de ontem")
      end
      dj.notify("warning", "Deixe o pen drive no computador hoje", {
        body = "A última cópia ficou só no próprio computador; a desta noite precisa dele.",
      })
    end,
  },
}
