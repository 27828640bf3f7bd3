---@meta dj

--- Keeps words in the journal of the run: 64 KB of them, and of all that a run says 16 MB. The rest is left out.
---
--- Example:
--- ```lua
--- dj.log.info("ready", { systems = #dj.db.list() })
--- ```
---@param message string
---@param fields? table<string, any>
function dj.log.info(message, fields) end

--- Keeps words in the journal that somebody should look at.
---@param message string
---@param fields? table<string, any>
function dj.log.warn(message, fields) end

--- Keeps words in the journal about something that went wrong, and goes on.
---@param message string
---@param fields? table<string, any>
function dj.log.error(message, fields) end
