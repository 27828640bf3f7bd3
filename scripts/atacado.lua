-- A wholesaler. Two systems, orders all day, a server in another building. A copy every two hours
-- costs little because it is proven at night; the balance of each quarter stays.
local days = require("lib.days")
local rotacao = require("lib.rotacao")

local quarters = { ["03"] = true, ["06"] = true, ["09"] = true, ["12"] = true }

-- The nights and the hours as usual, and the last day of each quarter for good.
local function balance(copies)
  local keep = dj.copy.keep({ hourly = 12, daily = 10, weekly = 6, min = 5 }, copies)
  for _, copy in ipairs(copies) do
    if quarters[copy.day:sub(6, 7)] and days.is_month_end(copy.day) and copy.class == "routine" then
      keep[copy.id] = { "balanço do trimestre" }
    end
  end
  return keep
end

return dj.script {
  name = "atacado",
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
  policies = { balanco = balance },
  jobs = {
    hora = function(_, p)
      return dj.retry({ times = 3, wait = "5m", on = { "db.busy" } }, function()
        return dj.copy.create { to = p.hour, class = "intraday", verify = "later" }
      end)
    end,

    noite = function(_, p)
      local copies = dj.copy.create { to = p.to }
      for _, copy in ipairs(dj.copy.list { state = "sealed" }) do
        dj.copy.prove(copy)
      end
      rotacao.rotate(copies, p.to, balance)
      return copies
    end,
  },
}
