-- A JSON encoder with sorted keys.
local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t" }
local function quote(s)
  return '"' .. s:gsub('[%c"\\]', function(c) return escapes[c] or ("\\u%04x"):format(c:byte()) end) .. '"'
end
local function encode(v)
  local kind = type(v)
  if kind == "string" then return quote(v) end
  if kind == "number" or kind == "boolean" then return tostring(v) end
  if kind == "nil" then return "null" end
  local parts = {}
  if #v > 0 then
    for _, item in ipairs(v) do parts[#parts + 1] = encode(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  local keys = {}
  for k in pairs(v) do keys[#keys + 1] = k end
  table.sort(keys)
  for _, k in ipairs(keys) do parts[#parts + 1] = quote(k) .. ":" .. encode(v[k]) end
  return "{" .. table.concat(parts, ",") .. "}"
end
print(encode({ name = "Loja", total = 1234567.89, ok = true, list = { 1, 2.5, "x\n\"y\"" }, empty = {}, deep = { a = { b = { false } } }, bell = "\7" }))
