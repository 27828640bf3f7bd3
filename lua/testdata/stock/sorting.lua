-- Sorting by several keys, stability by index, binary search.
local people = { { "Ana", 31 }, { "Bia", 25 }, { "Caio", 31 }, { "Davi", 19 }, { "Eva", 25 } }
table.sort(people, function(a, b) if a[2] ~= b[2] then return a[2] > b[2] end return a[1] < b[1] end)
for i, p in ipairs(people) do print(i, p[1], p[2]) end
local words = { "pear", "Apple", "fig", "banana", "10", "9" }
table.sort(words)
print(table.concat(words, " "))
table.sort(words, function(a, b) return #a < #b or #a == #b and a < b end)
print(table.concat(words, " "))
local function search(list, x)
  local low, high = 1, #list
  while low <= high do
    local middle = math.floor((low + high) / 2)
    if list[middle] == x then return middle elseif list[middle] < x then low = middle + 1 else high = middle - 1 end
  end
end
local numbers = {}
for i = 1, 100 do numbers[i] = i * 7 % 101 end
table.sort(numbers)
print(search(numbers, 50), search(numbers, 1000), numbers[1], numbers[100])
