-- A JSON reader by hand.
local function read(s)
  local at = 1
  local value
  local function skip() at = s:find("%S", at) or #s + 1 end
  local function text()
    local from = at + 1
    local parts = {}
    while true do
      local stop = s:find('["\\]', from)
      parts[#parts + 1] = s:sub(from, stop - 1)
      if s:sub(stop, stop) == '"' then at = stop + 1 return table.concat(parts) end
      local c = s:sub(stop + 1, stop + 1)
      parts[#parts + 1] = ({ n = "\n", t = "\t" })[c] or c
      from = stop + 2
    end
  end
  local function series(close, item)
    at = at + 1
    skip()
    while s:sub(at, at) ~= close do
      item()
      skip()
      if s:sub(at, at) == "," then at = at + 1 skip() end
    end
    at = at + 1
  end
  function value()
    skip()
    local c = s:sub(at, at)
    if c == '"' then return text() end
    if c == "[" then local list = {} series("]", function() list[#list + 1] = value() end) return list end
    if c == "{" then
      local map = {}
      series("}", function() skip() local k = text() skip() at = at + 1 map[k] = value() end)
      return map
    end
    local word = s:match("^[%w%.%+%-]+", at)
    at = at + #word
    if word == "true" then return true elseif word == "false" then return false elseif word == "null" then return nil end
    return tonumber(word)
  end
  return value()
end
local v = read('{ "name": "Loja \\"A\\"", "list": [1, 2.5, -3e2, [true, false]], "none": {}, "n": { "x": "a\\nb" } }')
print(v.name, #v.list, v.list[2], v.list[3], v.list[4][1], v.list[4][2], next(v.none), v.n.x)
