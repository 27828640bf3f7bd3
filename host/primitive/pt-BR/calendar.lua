---@meta dj

--- Este dia está naquele calendário de djscript.toml?
---
--- Exemplo:
--- ```lua
--- assert(dj.calendar.on("feriados", "2026-12-25"))
--- ```
---@param name string
---@param day string  aaaa-mm-dd
---@return boolean
function dj.calendar.on(name, day) end
