-- Counting words and letters.
local text = [[
Uma loja, duas lojas; uma cópia por dia.
A cópia de ontem não é a cópia de hoje: uma por dia!
]]
local counts, order = {}, {}
for word in text:lower():gmatch("[%w\128-\255]+") do
  if not counts[word] then order[#order + 1] = word end
  counts[word] = (counts[word] or 0) + 1
end
table.sort(order, function(a, b) if counts[a] ~= counts[b] then return counts[a] > counts[b] end return a < b end)
for i = 1, 6 do print(order[i], counts[order[i]]) end
local letters = 0
for _ in text:gmatch("%a") do letters = letters + 1 end
print(letters, select(2, text:gsub("\n", "")), #text)
