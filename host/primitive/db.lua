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
---@field shutdown_mode integer  0: open to everybody; 1 within dj.db.exclusive

---@class dj.Session
---@field id string
---@field user string
---@field host string      address; "" for a program on the server itself
---@field computer string  its name, where the program says it (Firebird 3.0 and later)
---@field program string   its path, as it says
---@field since string     by the server's clock
---@field self boolean     this very question

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

--- Runs fn with the database closed to everybody else, and opens it again whatever happens: after an error, a timeout and
--- a cancel at once; where the run itself dies, as soon as that is noticed, at the latest when the next run begins. Gives
--- what fn gives.
---
--- Programs that are connected are named in db.busy (exit 5); `wait` gives them time to be closed; most who come
--- meanwhile are refused. With on_busy = "shutdown" they are sent away after `wait`, or after 30 seconds where it is not said; what
--- they had not saved is undone. While fn runs nobody gets in, whatever the user; but while a call of fn itself works in the
--- database, programs of SYSDBA or of the owner may slip in, and are sent away when it has ended.
---
--- Within fn the calls of this script get in by themselves, one at a time: dj.db.info, dj.db.companies, dj.db.sessions,
--- dj.copy.create; dj.db.check looks at the file. It can not be nested for the same database.
---
--- In a rehearsal nothing is closed; it says who is connected now, and rehearses fn.
---
--- Example:
--- ```lua
--- local made = dj.db.exclusive({ database = "loja", wait = "1m" }, function()
---   return dj.copy.create { to = "local", class = "closing", note = "before the closing of the year" }
--- end)
--- assert(made[1].class == "closing")
--- ```
---@param opts? {database?: string, wait?: string, on_busy?: "fail"|"shutdown"}
---@param fn function
---@return any
function dj.db.exclusive(opts, fn) end
