-- Lists and maps.
local list = { 5, 2, 8, 1 }
table.insert(list, 9)
table.insert(list, 1, 7)
print(table.concat(list, " "), #list)
print(table.remove(list), table.remove(list, 1), table.concat(list, " "))
local map = { a = 1, ["b c"] = 2, [3] = "three" }
map.a, map.d = nil, 4
local keys = {}
for key in pairs(map) do keys[#keys + 1] = tostring(key) end
table.sort(keys)
print(table.concat(keys, "|"), next({}), #keys)
local matrix = {}
for i = 1, 3 do
  matrix[i] = {}
  for j = 1, 3 do matrix[i][j] = i * j end
end
for _, row in ipairs(matrix) do print(unpack(row)) end
print(table.maxn({ 1, 2, [10] = 3 }), rawget(map, "a"), rawequal(list, list))
print(select("#", unpack({ 1, nil, 3 }, 1, 3)))
