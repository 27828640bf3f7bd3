---@meta dj

---@class dj.Run
---@field id string
---@field at string        quando começou, RFC 3339
---@field entry? string
---@field script string
---@field job string
---@field trigger string
---@field day string        dia da loja
---@field dry boolean
---@field result "done"|"degraded"|"failed"|"refused"|"busy"|"skipped"|"cancelled"|"cut off"
---@field exit integer
---@field seconds number
---@field code? string      do erro com que terminou
---@field message? string
---@field degraded string[]

--- As execuções desta loja, a mais nova primeiro, sem a que pergunta: as dos últimos 30 dias, ou desde um dia ou momento.
---
--- Exemplo:
--- ```lua
--- for _, run in ipairs(dj.history.list { since = dj.time.add(job.day, "-7d"), result = "failed" }) do
---   dj.log.warn(run.script .. ": " .. run.message)
--- end
--- ```
---@param opts? {since?: string, result?: "done"|"degraded"|"failed"|"refused"|"busy"|"skipped"|"cancelled"|"cut off", entry?: string}
---@return dj.Run[]
function dj.history.list(opts) end
