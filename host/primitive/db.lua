---@meta dj

---@class dj.Company
---@field id string      key in its database, as text; unique within a database only
---@field name string
---@field cnpj? string   14 positions, letters allowed, no mask

---@class dj.Info
---@field path string
---@field bytes integer
---@field ods string
---@field page_size integer
---@field engine string
---@field dialect integer
---@field backup_state integer  0: normal
---@field charset string
---@field shutdown_mode integer  0: open to everybody

---@class dj.Session
---@field id string
---@field user string
---@field host string
---@field program string
---@field since string
---@field self boolean

--- The databases of this store.
---
--- Example:
--- ```lua
--- assert(dj.db.list()[1].name == "loja")
--- ```
---@return {name: string, path: string, system: string}[]
function dj.db.list() end

--- What a database says of itself; the store's only one, or by its name in djscript.toml.
---
--- Example:
--- ```lua
--- assert(dj.db.info("loja").bytes > 0)
--- ```
---@param database? string
---@return dj.Info
function dj.db.info(database) end

--- The companies of a database, by the profile of its system.
---
--- Example:
--- ```lua
--- assert(#dj.db.companies("loja") == 3)
--- ```
---@param database? string
---@return dj.Company[]
function dj.db.companies(database) end

--- Who is connected, from where, with which program, since when.
---
--- Example:
--- ```lua
--- for _, session in ipairs(dj.db.sessions("loja")) do
---   dj.log.info(session.user .. " " .. session.program)
--- end
--- ```
---@param database? string
---@return dj.Session[]
function dj.db.sessions(database) end

--- Full validation of a database file, and its rows per table. The file is copied first and only read.
---@param path string
---@return {ok: boolean, errors: string[], rows: table<string, integer>}
function dj.db.check(path) end
