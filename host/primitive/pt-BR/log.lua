---@meta dj

--- Guarda palavras no diário da execução: 64 KB delas, e de tudo que uma execução diz, 16 MB. O resto fica de fora.
---
--- Exemplo:
--- ```lua
--- dj.log.info("ready", { systems = #dj.db.list() })
--- ```
---@param message string
---@param fields? table<string, any>
function dj.log.info(message, fields) end

--- Guarda no diário palavras que alguém deveria olhar.
---@param message string
---@param fields? table<string, any>
function dj.log.warn(message, fields) end

--- Guarda no diário palavras sobre algo que deu errado, e segue em frente.
---@param message string
---@param fields? table<string, any>
function dj.log.error(message, fields) end
