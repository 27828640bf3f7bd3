-- A pharmacy. What was sold under prescription is asked for years later: closings are kept for
-- five years, and an update of the system never begins without a proven copy.
local days = require("lib.days")
local rotacao = require("lib.rotacao")

local nights = { daily = 14, weekly = 8, monthly = 12, min = 5 }
local closings = { class = { "closing" }, monthly = 60 }

-- Who else is connected to any of the databases.
local function others()
  local found = {}
  for _, system in ipairs(dj.db.list()) do
    for _, session in ipairs(dj.db.sessions(system.name)) do
      if not session.self then
        found[#found + 1] = session.program .. " (" .. session.host .. ")"
      end
    end
  end
  return found
end

return dj.script {
  name = "farmacia",
  version = "1.0.0",
  params = {
    to = {
      type = "destination",
      list = true,
      default = { "local", "pendrive" },
      help = "para onde vão as cópias",
    },
    note = { type = "text", default = "", help = "algumas palavras para achar a cópia depois" },
  },
  policies = { noites = nights, fechamentos = closings },
  jobs = {
    noite = function(_, p)
      local copies = dj.copy.create { to = p.to }
      rotacao.rotate(copies, p.to, { nights, closings })
      return copies
    end,

    -- The month's closing: a copy of its own class, pinned while the law may ask for it.
    fechamento = function(job, p)
      local note = p.note .. " " .. job.day
      local copies = dj.copy.create { to = p.to, class = "closing", note = note }
      for _, copy in ipairs(copies) do
        local last = days.add(copy.day, 5 * 366)
        dj.copy.pin(copy, { reason = "fechamento do mês", last_day = last })
      end
      return copies
    end,

    -- Before an update of the system. Nobody may be working: what they sell would be missing.
    atualizacao = function(_, p)
      local busy = others()
      if #busy > 0 then
        local who = table.concat(busy, ", ")
        dj.fail("farmacia.aberta", "ainda há quem esteja usando o sistema: " .. who, {
          hint = "feche o sistema em todos os caixas e rode de novo",
        })
      end
      local copies = dj.copy.create { to = p.to, class = "pre_update", note = p.note }
      for _, copy in ipairs(copies) do
        if copy.state ~= "verified" then
          local text = "a cópia de " .. copy.database .. " não pôde ser provada"
          dj.fail("farmacia.sem_prova", text, {
            hint = "não atualize antes de: djscript copies prove newest",
          })
        end
      end
      return copies
    end,
  },
}
