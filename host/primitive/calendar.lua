---@meta dj

--- Is this day in that calendar of djscript.toml?
---
--- Example:
--- ```lua
--- assert(dj.calendar.on("feriados", "2026-12-25"))
--- ```
---@param name string
---@param day string  yyyy-mm-dd
---@return boolean
function dj.calendar.on(name, day) end
