-- Coroutines: generators, pipes, round robin.
local function range(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local t = {}
for i in range(5) do t[#t + 1] = i end
print(table.concat(t, " "))
local function filter(p, g) return coroutine.wrap(function() for x in g do if p(x) then coroutine.yield(x) end end end) end
local even = {}
for x in filter(function(x) return x % 2 == 0 end, range(10)) do even[#even + 1] = x end
print(table.concat(even, " "))
local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) local c, d = coroutine.yield(b * 2) return c + d end)
print(coroutine.resume(co, 1))
print(coroutine.resume(co, 10))
print(coroutine.status(co), coroutine.resume(co, 3, 4))
print(coroutine.status(co), (coroutine.resume(co)))
local tasks, order = {}, {}
for _, name in ipairs({ "a", "b", "c" }) do
  tasks[#tasks + 1] = coroutine.create(function() for i = 1, 3 do order[#order + 1] = name .. i coroutine.yield() end end)
end
while #tasks > 0 do
  for i = #tasks, 1, -1 do
    coroutine.resume(tasks[i])
    if coroutine.status(tasks[i]) == "dead" then table.remove(tasks, i) end
  end
end
print(table.concat(order, " "))
print(coroutine.running())
