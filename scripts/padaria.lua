-- A bakery. One system, and one pen drive that the owner takes home at night, when he thinks of it.
-- The copies are those of the standard script; what is the bakery's own is what stays, and a
-- reminder. Its djscript.toml is lojas/padaria.toml.
local days = require("lib.days")

-- One set a working day, as the old ones were written on the disks, and the end of six months.
local sets = {
  { weekdays = { "mon", "tue", "wed", "thu", "fri", "sat" }, min = 3 },
  { monthly = 6 },
}

return dj.script {
  name = "padaria",
  version = "2.0.0",
  params = {
    pendrive = {
      type = "destination",
      default = "pendrive",
      help = "o destino que o dono leva para casa",
    },
    days = {
      type = "integer",
      default = 2,
      help = "quantos dias ele pode ficar sem cópia nova antes do aviso",
    },
  },
  policies = { semana = sets },
  jobs = {
    -- In the morning, when somebody is there to plug it in. What lay on a drive is known while it
    -- is away, and it is asked for only when it is late: on a Monday, Saturday's copy is not.
    aviso = function(job, p)
      local last = dj.copy.newest { where = p.pendrive, state = "verified" }
      if last and days.between(last.day, job.day) <= p.days then
        dj.skip("o pen drive tem a cópia de " .. dj.time.format(last.day, "dd/mm"))
      end
      local since = last and "Nele a última cópia é de " .. dj.time.format(last.day, "dd/mm")
      dj.notify("warning", "Deixe o pen drive no computador hoje", {
        body = (since or "Nele ainda não há cópia nenhuma")
          .. ". Se o computador quebrar ou for levado, é só dela que se volta.",
      })
    end,
  },
}
