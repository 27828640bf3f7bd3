-- Building long texts piece by piece.
local buffer = {}
local function write(...) for i = 1, select("#", ...) do buffer[#buffer + 1] = tostring((select(i, ...))) end end
for i = 1, 200 do write(i, ";", i * i, "\n") end
local text = table.concat(buffer)
print(#text, text:sub(1, 12):gsub("\n", "/"))
local lines = 0
for line in text:gmatch("[^\n]+") do
  local a, b = line:match("^(%d+);(%d+)$")
  assert(a * a == tonumber(b))
  lines = lines + 1
end
print(lines)
local s = ""
for i = 1, 50 do s = s .. string.char(96 + (i - 1) % 26 + 1) end
print(s, #s)
