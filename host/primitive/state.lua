---@meta dj

--- What this script keeps under a key in this store; the default where there is nothing.
---
--- Example:
--- ```lua
--- local n = dj.state.get("runs", 0)
--- dj.state.set("runs", n + 1)
--- assert(dj.state.get("runs", 0) == n + 1)
--- ```
---@param key string
---@param default? any
---@return any
function dj.state.get(key, default) end

--- Keeps a value that JSON can hold for the runs of this script that come after; nil takes the key away. It is written when
--- the job succeeds, in a dry run never. A dj.num comes back as a text. At most 1 MB a script: raises state.large.
---
--- Example:
--- ```lua
--- dj.state.set("last", { day = job.day, copies = 2 })
--- assert(dj.state.get("last").copies == 2)
--- dj.state.set("last", nil)
--- ```
---@param key string
---@param value? any
function dj.state.set(key, value) end

--- Calls fn the first time that this store sees the key, ever, whatever the script; the key is marked at once when fn has
--- succeeded, in a dry run never. A power cut between the two has it called again. Gives whether fn was called.
---
--- Example:
--- ```lua
--- dj.once("2026-05 rebuild the index", function() dj.log.info("once only") end)
--- assert(not dj.once("2026-05 rebuild the index", function() error("again") end))
--- ```
---@param key string
---@param fn function
---@return boolean ran
function dj.once(key, fn) end
