---@meta dj

--- Tells people, by the routes of djscript.toml that take the level: [notify.NAME]. What can not be sent now is kept and
--- tried again for a week; it never fails the run. The same notice within a day is told once.
---
--- Example:
--- ```lua
--- local copies = dj.copy.list()
--- if #copies == 0 then
---   dj.notify("critical", "no copy", { body = "this store has no copy yet" })
--- end
--- ```
---@param level "info"|"warning"|"critical"
---@param title string
---@param opts? {body?: string, to?: string[]} to: names of routes, whatever the level
function dj.notify(level, title, opts) end
