---@meta dj

---@class dj.Drive
---@field path string
---@field label? string
---@field serial? string
---@field filesystem string
---@field removable boolean
---@field free integer   bytes
---@field total integer  bytes

--- The drives of this PC.
---
--- Example:
--- ```lua
--- for _, drive in ipairs(dj.drive.list { min_free = "1MB" }) do
---   dj.log.info(drive.path, { free = drive.free })
--- end
--- ```
---@param opts? {removable?: boolean, min_free?: string}
---@return dj.Drive[]
function dj.drive.list(opts) end

--- The drive that a path lies on.
---
--- Example:
--- ```lua
--- assert(dj.drive.of("/").total > 0)
--- ```
---@param path string
---@return dj.Drive
function dj.drive.of(path) end
