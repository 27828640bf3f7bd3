-- Memoizing, and the numbers of Fibonacci, Ackermann and Collatz.
local function memoize(f)
  local cache = {}
  return function(n)
    local v = cache[n]
    if v == nil then v = f(n) cache[n] = v end
    return v
  end
end
local fib
fib = memoize(function(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end)
print(fib(40), fib(60), fib(65))
local function ack(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ack(m - 1, 1) end
  return ack(m - 1, ack(m, n - 1))
end
print(ack(2, 3))
local best, steps = 0, 0
for i = 1, 1000 do
  local n, s = i, 0
  while n ~= 1 do n = n % 2 == 0 and n / 2 or 3 * n + 1 s = s + 1 end
  if s > steps then best, steps = i, s end
end
print(best, steps)
