-- Eight queens, by coroutine.
local N = 6
local function safe(a, n, c)
  for i = 1, n - 1 do
    if a[i] == c or a[i] - i == c - n or a[i] + i == c + n then return false end
  end
  return true
end
local function add(a, n)
  if n > N then coroutine.yield(a) return end
  for c = 1, N do
    if safe(a, n, c) then
      a[n] = c
      add(a, n + 1)
    end
  end
end
for solution in coroutine.wrap(function() add({}, 1) end) do print(table.concat(solution, " ")) end
