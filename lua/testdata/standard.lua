-- What a script may rely on, as Lua 5.1 prints it. standard.out was written by PUC Lua 5.1.5: lua5.1 standard.lua
local function show(...)
  local parts = {}
  for i = 1, select("#", ...) do
    parts[i] = tostring((select(i, ...)))
  end
  print(table.concat(parts, " | "))
end

-- numbers
for _, n in ipairs { 0, 1, -1, 0.1, 1234567.89, 99999999.99, 1e15 / 3, 123456789012, 1e16, 1e100, -1e-5, 1 / 3, 2 ^ 53, 100, 1e5, 0.1 + 0.2, 5e-324, 123456.7 } do
  if n < 1e15 then show(n, n .. "", 0 - n, string.format("%s", n)) end
end
show(1e100, 2 ^ 70, 1 / 0, -1 / 0)
show(1234567.89 .. ";" .. 0.5, 10 .. 20, 1 .. "")
for _, s in ipairs { "10", " 10 ", "0x10", "1e3", "1E-2", "010", ".5", "5.", "+5", "-5", "", " ", "1 2", "abc", "1_000", "0x", "1e", "--5", "1.2.3", "\t7\n" } do
  show(s, tonumber(s))
end
show(tonumber("ff", 16), tonumber("zz", 36), tonumber("8", 8), tonumber("777", 8), tonumber("1010", 2), tonumber(" 11 ", 2))
show("10" + 1, "010" + 1, "0x10" + 0, "1e2" * 2, "3" / "2", "7" % 4, "2" ^ "3", -"5", 5 - "2")
show(7 % 3, -7 % 3, 7 % -3, 5.5 % 2, 2 ^ 10, 7 / 2)
show(10 == "10", 1 < 2, "a" < "b", "B" < "a", "10" < "9")

-- format
show(string.format("%d %5d %-5d| %05d %+d", 42, 42, 42, 42, 42))
show(string.format("%i %u %c %x %X %o %#x", 7, 7, 65, 255, 255, 8, 255))
show(string.format("%f %.2f %8.3f %-8.1f| %08.2f %e %.3E", 1.5, 2.675, 3.14159, 2.5, 3.14159, 12345.678, 0.00012))
show(string.format("%g %g %g %.3g %G %g", 100000, 1e6, 0.0001, 1234.5, 1e-10, 123456789))
show(string.format("%s %10s %-10s| %.2s %5.1s|", "abc", "abc", "abc", "abc", "abc"))
show(string.format("%q", 'say "hi"\n\\ there'), string.format("%%"), string.format("100%% of %s", "it"))
show(string.format("%5.2f;%s", "3.14159", 7), string.format("%d", "12"), string.format("%.14g", 0.1))
show(string.format("%.3d %3d%%", 5, 50), string.format("% d", 5), string.format("%.0f", 0.5), string.format("%.0f", 1.5))
show(pcall(string.format, "%d") == false, pcall(string.format, "%y", 1) == false)

-- texts
show(("x"):rep(3), ("x"):rep(0), ("x"):rep(-1), ("ab"):rep(2))
show(("hello"):sub(2), ("hello"):sub(2, 3), ("hello"):sub(-3), ("hello"):sub(-3, -2), ("hello"):sub(0), ("hello"):sub(10), ("hello"):sub(3, 2), ("hello"):sub(-100, 2))
show(("hello"):byte(), ("hello"):byte(-1), ("hello"):byte(10), ("abc"):byte(1, 3))
show(string.char(72, 105), ("abc"):reverse(), ("abc"):upper(), ("ABC"):lower(), ("abc"):len(), #"abc", #"")
show(("hello world"):find("o"), ("hello world"):find("o", 6), ("hello"):find("xyz"), ("a.b"):find(".", 1, true), ("hello"):find(""), ("hello"):find("", 10), ("hello"):find("l", -2))
show(("key = value"):find("(%w+)%s*=%s*(%w+)"))
show(("key = value"):match("(%w+)%s*=%s*(%w+)"))
show(("2026-01-31"):match("(%d+)-(%d+)-(%d+)"), ("abc"):match("%d"), ("hello"):match("()ll()"), ("  trim  "):match("^%s*(.-)%s*$"))
show(("hello world"):gsub("o", "0"))
show(("hello world"):gsub("o", "0", 1))
show(("hello"):gsub("", "-"))
show(("hello world"):gsub("(%w+)", "<%1>"))
show(("hello world"):gsub("%w+", "%0 %0", 1))
show(("abc"):gsub("%w", "%%%0"))
show(("$name is $age"):gsub("%$(%w+)", { name = "Ana", age = 42.5 }))
show(("abc"):gsub("%w", function(c) if c == "b" then return nil end return c:upper() end))
show(("abc"):gsub("b", false == true and "" or "x"), ("a,b,,c"):gsub(",", ";"))
show(("1234567.89"):gsub("%.", ","))
show(("x"):gsub("x", function() return 1234567.89 end))
local words = {}
for w in ("one two  three"):gmatch("%a+") do words[#words + 1] = w end
show(table.concat(words, ","))
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do show(k, v) end
show(("f(a(b)c)d"):match("%b()"), ("[[x]]"):gsub("[%[%]]", ""), ("a-b"):gsub("%-", "+"))
show(string.len(12345.5), string.sub(1234567.89, 1, 4), string.rep(1.5, 2))

-- lists
local t = { 3, 1, 2 }
table.sort(t)
show(unpack(t))
table.sort(t, function(a, b) return a > b end)
show(unpack(t))
table.insert(t, 9)
table.insert(t, 1, 7)
table.insert(t, #t + 1, 8)
show(table.concat(t, ","), #t)
show(table.remove(t), table.remove(t, 1), table.concat(t, ","), table.remove({}), table.remove(t, 2), table.concat(t, "-"))
show(table.concat({}, ","), table.concat({ 1, 2, 3 }, ", ", 2), table.concat({ 1, 2, 3 }, ", ", 2, 2), table.concat({ 1.5, "x" }))
show(table.concat({ 1, 2, 3 }, ",", 3, 2), table.maxn { 1, 2, [10] = 1 })
show(select("#"), select("#", nil, nil), select(2, "a", "b", "c"))
show(select(-1, "a", "b", "c"))
show(unpack({ 1, 2, 3 }, 2), unpack({ 1, 2, 3 }, 2, 3))
local u = { 1, 2, 3 }
u[#u] = nil
show(#u, table.remove(u), #u)
show(next({}), next({ 5 }), type(next), rawequal(t, t), rawget({ 1 }, 1))
local order = setmetatable({ a = 1 }, { __index = function(_, k) return k .. "!" end, __tostring = function() return "mine" end, __call = function(_, x) return x * 2 end })
show(order.a, order.b, tostring(order), order(21), rawget(order, "b"))
local concat = setmetatable({}, { __concat = function(a, b) return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b) end })
show(concat .. "x", "x" .. concat, "a" .. "b" .. concat, concat .. 1 .. 2)
local arith = setmetatable({}, { __add = function(_, b) return "added" end, __unm = function() return "minus" end, __len = function() return 99 end })
show(arith + 1, 1 + arith, "1" + arith, -arith)

-- math
show(math.floor(3.7), math.floor(-3.7), math.ceil(3.2), math.abs(-4), math.max(1, 5, 3), math.min(4, 2, 8))
show(math.fmod(7, 3), math.fmod(-7, 3), math.modf(3.7))
show(math.sqrt(16), math.pow(2, 8), math.huge, -math.huge, math.log10(1000), math.exp(0))
show(math.floor("3.9"), math.max("10", 9))

-- the language
local function varargs(...) return select("#", ...), ... end
show(varargs(nil, 2, nil))
show((varargs(1, 2)))
local function last(...) return "x" .. (...) end
show(last("y", "z"))
show("a" .. last("b"))
local s = ""
for i = 1, 3 do s = s .. i .. "," end
show(s)
for i = 10, 1, -4 do s = s .. i end
show(s)
local i = 0
repeat local done = i >= 2; i = i + 1 until done
show(i)
while true do i = i + 1 if i > 5 then break end end
show(i)
show(not nil, nil and 1, false or "x", 1 and 2, nil == false)
local f
do
  local up = 1
  f = function() up = up + 1 return up end
end
f()
show(f())
show(pcall(function() return 1, nil, 3 end))
show(pcall(error) == false, (pcall(function() local x = nil; return x.y end)))
show(xpcall(function() return "fine" end, function() return "handled" end))
show(xpcall(function() error("x") end, function() return "handled" end))
for k = 1, 2 do
  for j = 1, 2 do
    if j == 2 then break end
    show(k, j)
  end
end
show(type(nil), type(1), type("x"), type({}), type(print), tostring(nil), tostring(true))
show(("%d items"):format(3), #{ 1, 2, nil, 4 } >= 2, #{ n = 1 })
show([[long
text]], [==[with ]] inside]==], 'it\'s \65\066 \
next')
