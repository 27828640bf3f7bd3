---@meta dj

---@class dj.Run
---@field id string
---@field at string        when it began, RFC 3339
---@field entry? string
---@field script string
---@field job string
---@field trigger string
---@field day string        business day
---@field dry boolean
---@field result "done"|"degraded"|"failed"|"refused"|"busy"|"skipped"|"cancelled"|"cut off"
---@field exit integer
---@field seconds number
---@field code? string      of the error that it ended with
---@field message? string
---@field degraded string[]

--- The runs of this store, the newest first, without the one that asks: those of the last 30 days, or since a day or a time.
---
--- Example:
--- ```lua
--- for _, run in ipairs(dj.history.list { since = dj.time.add(job.day, "-7d"), result = "failed" }) do
---   dj.log.warn(run.script .. ": " .. run.message)
--- end
--- ```
---@param opts? {since?: string, result?: "done"|"degraded"|"failed"|"refused"|"busy"|"skipped"|"cancelled"|"cut off", entry?: string}
---@return dj.Run[]
function dj.history.list(opts) end
