-- Words, cases, cutting and joining.
local text = "the quick brown fox jumps over the lazy dog"
local words = {}
for word in text:gmatch("%a+") do words[#words + 1] = word end
print(#words, table.concat(words, ","))
print((text:gsub("(%a)(%a*)", function(first, rest) return first:upper() .. rest end)))
print(text:len(), #text, text:sub(5, 9), text:sub(-3), text:sub(-8, -5))
print(text:find("fox"), text:find("o", 14, true), text:find("cat"))
print(("abc"):rep(3), ("abc"):reverse(), ("x"):rep(0) == "")
print(("%s has %d items at %.2f"):format("cart", 3, 19.9))
print(string.byte("A"), string.char(72, 105), ("a,b,,c"):gsub(",", ";"))
local function trim(s) return (s:gsub("^%s+", ""):gsub("%s+$", "")) end
print("[" .. trim("  spaced out \t\n") .. "]")
print(("one two  three"):find("(%w+)%s+(%w+)"))
print(tostring(12) .. tostring(nil) .. tostring(true))
