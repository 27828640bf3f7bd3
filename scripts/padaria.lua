-- A bakery. One system, one pen drive that the owner takes home at night, when he thinks of it.
local days = require "lib.days"
local rotacao = require "lib.rotacao"

-- One set a working day, as the old ones were written on the disks, and the end of six months.
local sets = { { weekdays = { "mon", "tue", "wed", "thu", "fri", "sat" }, min = 3 }, { monthly = 6 } }

-- How long ago a copy reached a destination: nil where none ever did.
local function days_without(where, today)
  local newest = dj.copy.newest { where = where }
  return newest and days.between(newest.day, today)
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
    paciencia = {
      type = "integer",
      default = 3,
      help = "dias sem o pen drive até avisar o dono",
    },
  },
  policies = { semana = sets },
  jobs = {
    noite = function(job, p)
      local copies = dj.copy.create { to = { "local", p.pendrive } }
      rotacao.rotate(copies, { "local", p.pendrive }, sets)
      return copies
    end,

    -- Runs in the morning, when somebody is there to plug it in.
    pendrive = function(job, p)
      local without = days_without(p.pendrive, job.day)
      if without and without < p.paciencia then
        dj.skip("o pen drive esteve aqui há " .. without .. " dia(s)")
      end
      dj.notify("warning", "Deixe o pen drive no computador hoje", {
        body = "A cópia desta noite precisa dele: há dias que ela só fica no próprio computador.",
      })
    end,
  },
}
