-- Loops, scopes, goto-free control and multiple assignment.
local out = {}
for i = 10, 1, -3 do out[#out + 1] = i end
for i = 1, 0 do out[#out + 1] = "never" end
for i = 0.5, 2, 0.5 do out[#out + 1] = i end
local n = 0
repeat local done = n >= 3 n = n + 1 until done
while true do n = n + 1 if n > 10 then break end end
print(table.concat(out, " "), n)
local a, b, c = (function() return 1, 2, 3 end)()
a, b = b, a
print(a, b, c)
local x = 5
do local x = x * 2 print(x) end
print(x, x > 3 and "big" or "small", nil or false, not nil, nil == false)
local t = { (function() return 1, 2 end)(), (function() return 3, 4 end)() }
print(#t, t[1], t[2], t[3])
print(#{ n = 1 }, #"abc", #{ 1, 2, nil }, 2 ^ 3 ^ 2, -2 ^ 2, 1 .. 2 == "12")
local i = 1
local list = {}
i, list[i] = i + 1, 20
print(i, list[1], list[2])
