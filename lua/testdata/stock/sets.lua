-- Sets with operators, and walking in a fixed order.
local Set = {}
Set.__index = Set
function Set.new(list)
  local s = setmetatable({}, Set)
  for _, v in ipairs(list) do s[v] = true end
  return s
end
Set.__add = function(a, b)
  local r = Set.new({})
  for k in pairs(a) do r[k] = true end
  for k in pairs(b) do r[k] = true end
  return r
end
Set.__mul = function(a, b)
  local r = Set.new({})
  for k in pairs(a) do r[k] = b[k] end
  return r
end
Set.__le = function(a, b) for k in pairs(a) do if not b[k] then return false end end return true end
Set.__lt = function(a, b) return a <= b and not (b <= a) end
Set.__tostring = function(s)
  local l = {}
  for k in pairs(s) do l[#l + 1] = k end
  table.sort(l)
  return "{" .. table.concat(l, ", ") .. "}"
end
local a, b = Set.new({ 1, 2, 3 }), Set.new({ 2, 3, 4 })
print(tostring(a + b), tostring(a * b), a * b <= a, a < a, a * b < a)
local function sorted(t)
  local keys = {}
  for k in pairs(t) do keys[#keys + 1] = k end
  table.sort(keys)
  local i = 0
  return function() i = i + 1 if keys[i] ~= nil then return keys[i], t[keys[i]] end end
end
for k, v in sorted({ banana = 3, apple = 5, cherry = 1 }) do print(k, v) end
