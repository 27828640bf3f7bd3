-- Filling templates, escaping and unescaping.
local function fill(template, values)
  return (template:gsub("%${(%w+)}", function(name) return values[name] end):gsub("{{([%w%.]+)}}", values))
end
print(fill("Dear ${name}, you owe {{sum}} on ${day}; ${none} stays", { name = "Ana", sum = 12.5, day = 31 }))
local function encode(s) return (s:gsub("[^%w ]", function(c) return ("%%%02X"):format(c:byte()) end):gsub(" ", "+")) end
local function decode(s) return (s:gsub("+", " "):gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end)) end
local coded = encode("a b&c=d/é?")
print(coded, decode(coded) == "a b&c=d/é?")
print(("%d%%"):format(50), ("x^2"):gsub("%^", "**"), ("a.b.c"):gsub("%.", "/", 1))
print(("$1 and $2"):gsub("%$(%d)", { ["1"] = "one" }))
