-- Arithmetic metamethods.
local V = {}
V.__index = V
local function vec(x, y) return setmetatable({ x = x, y = y }, V) end
V.__add = function(a, b) return vec(a.x + b.x, a.y + b.y) end
V.__sub = function(a, b) return vec(a.x - b.x, a.y - b.y) end
V.__mul = function(a, b)
  if type(a) == "number" then return vec(a * b.x, a * b.y) end
  if type(b) == "number" then return vec(a.x * b, a.y * b) end
  return a.x * b.x + a.y * b.y
end
V.__div = function(a, b) return vec(a.x / b, a.y / b) end
V.__mod = function(a, b) return vec(a.x % b, a.y % b) end
V.__pow = function(a, b) return vec(a.x ^ b, a.y ^ b) end
V.__tostring = function(a) return "(" .. a.x .. ", " .. a.y .. ")" end
local a, b = vec(1, 2), vec(3.5, -4)
for _, v in ipairs({ a + b, a - b, a * 2, 2 * b, b / 4, b % 3, a ^ 2 }) do print(tostring(v)) end
print(a * b)
local defaults = setmetatable({}, { __index = function(t, k) local v = "made " .. k rawset(t, k, v) return v end })
print(defaults.x, rawget(defaults, "x"), rawget(defaults, "y"))
local log = {}
local watched = setmetatable({}, { __newindex = function(t, k, v) log[#log + 1] = k rawset(t, k, v) end })
watched.a, watched.b = 1, 2
watched.a = 3
print(table.concat(log, ","), watched.a)
