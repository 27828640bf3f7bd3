---@meta dj

--- A value in JSON, its keys in the order in which they were set. An empty table is {}; dj.num is a text. Raises json.value for
--- what has no form in JSON: a function, a list with holes, a text that is not in UTF-8.
---
--- Example:
--- ```lua
--- assert(dj.json.encode({ name = "loja", ids = { 1, 2 } }) == '{"name":"loja","ids":[1,2]}')
--- ```
---@param value? any
---@return string
function dj.json.encode(value) end

--- Reads JSON. Keys keep their order; null is nil; a number that Lua does not hold to its last digit is a dj.num. Raises
--- json.bad with the line and the column.
---
--- Example:
--- ```lua
--- local order = dj.json.decode('{ "id": 9007199254740993, "items": [] }')
--- assert(tostring(order.id) == "9007199254740993" and #order.items == 0)
--- ```
---@param text string
---@return any
function dj.json.decode(text) end
