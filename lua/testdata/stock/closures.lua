-- Counters, currying and shared upvalues.
local function counter(step)
  local n = 0
  return function() n = n + step return n end, function() n = 0 end
end
local next_one, reset = counter(2)
print(next_one(), next_one(), next_one())
reset()
print(next_one())
local function curry(f, a) return function(...) return f(a, ...) end end
print(curry(math.max, 5)(3, 9), curry(string.rep, "ab")(3))
local functions = {}
for i = 1, 3 do functions[i] = function() i = i + 10 return i end end
print(functions[1](), functions[1](), functions[2](), functions[3]())
local function compose(f, g) return function(x) return f(g(x)) end end
print(compose(function(x) return x * 2 end, function(x) return x + 1 end)(5))
