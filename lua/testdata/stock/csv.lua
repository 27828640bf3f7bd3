-- Splitting CSV with quotes.
local function split(line, separator)
  local fields, at = {}, 1
  while true do
    if line:sub(at, at) == '"' then
      local text, close = "", at
      repeat
        local _, stop, part = line:find('^"(.-)"', close)
        text, close = text .. part, stop + 1
        local again = line:sub(close, close) == '"'
        if again then text = text .. '"' end
      until not again
      fields[#fields + 1] = text
      at = line:find(separator, close, true)
    else
      local stop = line:find(separator, at, true)
      fields[#fields + 1] = line:sub(at, (stop or 0) - 1)
      at = stop
    end
    if not at then return fields end
    at = at + 1
  end
end
for _, line in ipairs({ "a;b;c", '"x;y";2;"say ""hi"""', ";;", "one", '12,50;"Loja";' }) do
  local f = split(line, ";")
  print(#f, table.concat(f, "|"))
end
