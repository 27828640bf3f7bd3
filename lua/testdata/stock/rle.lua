-- Run length, Caesar, checksums, roman numbers, hanoi.
local function encode(s)
  local out = {}
  local i = 1
  while i <= #s do
    local c = s:sub(i, i)
    local _, e = s:find("^" .. c .. "+", i)
    out[#out + 1] = c .. (e - i + 1)
    i = e + 1
  end
  return table.concat(out)
end
print(encode("aaabccdddd"), encode("x"))
local function caesar(s, k)
  return (s:gsub("%a", function(c)
    local b = c:match("%l") and 97 or 65
    return string.char((c:byte() - b + k) % 26 + b)
  end))
end
print(caesar("Hello, World!", 3), caesar(caesar("Hello", 5), -5))
local function cnpj(digits)
  local function check(s, weights)
    local sum = 0
    for i, w in ipairs(weights) do sum = sum + tonumber(s:sub(i, i)) * w end
    local rest = sum % 11
    return rest < 2 and 0 or 11 - rest
  end
  local first = check(digits, { 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2 })
  return first .. check(digits .. first, { 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2 })
end
print(cnpj("112223330001"))
local function roman(n)
  local out = ""
  for _, p in ipairs({ { 1000, "M" }, { 900, "CM" }, { 500, "D" }, { 400, "CD" }, { 100, "C" }, { 90, "XC" }, { 50, "L" }, { 40, "XL" }, { 10, "X" }, { 9, "IX" }, { 5, "V" }, { 4, "IV" }, { 1, "I" } }) do
    while n >= p[1] do out, n = out .. p[2], n - p[1] end
  end
  return out
end
print(roman(2026), roman(1994))
local moves = 0
local function hanoi(n, a, b, c) if n > 0 then hanoi(n - 1, a, c, b) moves = moves + 1 hanoi(n - 1, c, b, a) end end
hanoi(8, "a", "b", "c")
print(moves)
