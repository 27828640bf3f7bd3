---@meta dj

--- Um valor em JSON, com as chaves na ordem em que foram postas. Uma tabela vazia é {}; dj.num é um texto. Levanta json.value
--- para o que não tem forma em JSON: uma função, uma lista com buracos, um texto que não está em UTF-8.
---
--- Exemplo:
--- ```lua
--- assert(dj.json.encode({ name = "loja", ids = { 1, 2 } }) == '{"name":"loja","ids":[1,2]}')
--- ```
---@param value? any
---@return string
function dj.json.encode(value) end

--- Lê JSON. As chaves mantêm a ordem; null é nil; um número que Lua não guarda até o último algarismo é um dj.num. Levanta
--- json.bad com a linha e a coluna.
---
--- Exemplo:
--- ```lua
--- local order = dj.json.decode('{ "id": 9007199254740993, "items": [] }')
--- assert(tostring(order.id) == "9007199254740993" and #order.items == 0)
--- ```
---@param text string
---@return any
function dj.json.decode(text) end
