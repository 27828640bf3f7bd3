-- select, packing and nils in between.
local function count(...) return select("#", ...) end
print(count(), count(nil), count(1, nil, nil))
local function pack(...) return { n = select("#", ...), ... } end
local p = pack("a", nil, "c")
print(p.n, p[1], p[2], p[3])
local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do total = total + (select(i, ...) or 0) end
  return total
end
print(sum(1, 2, nil, 4), sum())
print((select(2, "a", "b", "c")), select(-1, "x", "y"))
local function map(f, ...)
  local out = {}
  for i, v in ipairs({ ... }) do out[i] = f(v) end
  return unpack(out)
end
print(map(function(x) return x * x end, 1, 2, 3, 4))
print((function(...) return ... end)(1, 2), (function(...) return ... end)(3, 4))
