-- An accountant. The tax office asks for what was closed years ago: the closing of each month is
-- a copy of its own class, of which sixty stay, and the year's balance stays for ten years. Before
-- the system is updated there is a proven copy, or no update. Its djscript.toml is
-- lojas/contabilidade.toml.
local days = require("lib.days")
local rotacao = require("lib.rotacao")

-- Each class has rules of its own; one that no rule names is never dropped.
local years = {
  { daily = 10, weekly = 6, monthly = 14 },
  { class = { "closing" }, last = 60 },
  { class = { "pre_update" }, last = 3 },
}

-- A month that ended longer ago than this is not closed any more: the copy would hold too much of
-- the next one.
local late = 10

-- How long a year's balance is pinned.
local balance_days = 3653

-- The last day of the month that is to be closed on a day: this month's on its last day, else that
-- of the month before.
local function last_closing(day)
  if days.is_month_end(day) then
    return day
  end
  return days.add(day:sub(1, 8) .. "01", -1)
end

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
  name = "contabilidade",
  version = "1.0.0",
  params = {
    to = {
      type = "destination",
      list = true,
      default = { "local", "cofre" },
      help = "para onde vão as cópias",
    },
    note = { type = "text", default = "", help = "algumas palavras para achar a cópia depois" },
  },
  policies = { anos = years },
  jobs = {
    noite = function(job, p)
      local copies = dj.copy.create { to = p.to }
      rotacao.bring(job, copies, p.to)
      rotacao.rotate(job, copies, p.to)
      return copies
    end,

    -- Runs every night, and does something once a month: on its last day, or on the first day after
    -- it on which the PC is on and all goes well.
    fechamento = function(job, p)
      local day = last_closing(job.day)
      local month = dj.time.format(day, "mm/aaaa")
      if days.between(day, job.day) > late then
        dj.skip("é tarde para o fechamento de " .. month)
      end
      local closed = dj.once("fechamento " .. month, function()
        local copies =
          dj.copy.create { to = p.to, class = "closing", note = "fechamento " .. month }
        for _, copy in ipairs(copies) do
          if copy.state ~= "verified" then
            dj.fail("contabilidade.sem_prova", "o fechamento de " .. month .. " não foi provado", {
              hint = "amanhã à noite é feito outro; veja por quê: djscript history",
            })
          end
          if month:sub(1, 2) == "12" then
            dj.copy.pin(copy, {
              reason = "balanço de " .. day:sub(1, 4),
              last_day = days.add(copy.day, balance_days),
            })
          end
        end
        rotacao.rotate(job, copies, p.to)
      end)
      if not closed then
        dj.skip("o fechamento de " .. month .. " está feito")
      end
    end,

    -- Before an update of the system. Nobody may be working: what they enter would be missing.
    atualizacao = function(job, p)
      local busy = others()
      if #busy > 0 then
        local who = table.concat(busy, ", ")
        dj.fail("contabilidade.em_uso", "ainda há quem esteja usando o sistema: " .. who, {
          hint = "feche o sistema em todos os computadores e rode de novo",
        })
      end
      local copies = dj.copy.create { to = p.to, class = "pre_update", note = p.note }
      for _, copy in ipairs(copies) do
        if copy.state ~= "verified" then
          local text = "a cópia de " .. copy.database .. " não pôde ser provada"
          dj.fail("contabilidade.sem_prova", text, {
            hint = "não atualize antes de: djscript copies prove newest",
          })
        end
      end
      rotacao.rotate(job, copies, p.to)
      return copies
    end,
  },
}
