-- A supermarket. Two systems, tills open all day, a server in another building. A copy every two
-- hours costs little, because it is proven at night; the last day of each quarter, when the shelves
-- are counted, stays for two years. Its djscript.toml is lojas/supermercado.toml.
local days = require("lib.days")
local rotacao = require("lib.rotacao")

-- On the counter's own disk: four days of hours, two weeks of nights.
local counter = { hourly = 32, daily = 14, weekly = 4, min = 5 }

local quarters = { ["03"] = true, ["06"] = true, ["09"] = true, ["12"] = true }
local count_days = 2 * 366

-- On the server: nights, weeks and months as usual, and the counts. A policy that is a function is
-- given the copies of one system, newest first, and the newest day that can be believed.
local function server(copies, newest_day)
  local keep = dj.copy.keep({ daily = 30, weekly = 8, monthly = 12, min = 5 }, copies)
  for _, copy in ipairs(copies) do
    local counted = quarters[copy.day:sub(6, 7)] and days.is_month_end(copy.day)
    if counted and days.between(copy.day, newest_day) <= count_days then
      keep[copy.id] = { "balanço de " .. copy.day:sub(1, 7) }
    end
  end
  return keep
end

return dj.script {
  name = "supermercado",
  version = "1.0.0",
  params = {
    to = {
      type = "destination",
      list = true,
      default = { "local", "rede" },
      help = "para onde vão as cópias da noite",
    },
    hour = {
      type = "destination",
      list = true,
      default = { "local" },
      help = "para onde vão as cópias do dia",
    },
  },
  policies = { balcao = counter, servidor = server },
  jobs = {
    -- While people buy: quick, and tried again when the database is busy.
    hora = function(_, p)
      return dj.retry({ times = 3, wait = "5m", on = { "db.busy" } }, function()
        return dj.copy.create { to = p.hour, class = "intraday", verify = "later" }
      end)
    end,

    -- When nobody does: proves the day's copies, makes the night's, and brings the server what it
    -- missed.
    noite = function(job, p)
      rotacao.prove(job)
      local copies = dj.copy.create { to = p.to }
      rotacao.bring(job, copies, p.to)
      rotacao.rotate(job, copies, p.to)
      return copies
    end,
  },
}
