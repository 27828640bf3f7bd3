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

---@class dj.Recovered
---@field path string       the new database; restored, validated and counted
---@field ok boolean        all was saved, as far as that can be known
---@field source string     the damaged file, which was only read
---@field level "validate"|"mend"|"salvage"
---@field way? "backup"|"ignore"|"mend"|"tables"  the step that saved it
---@field bytes integer
---@field header {page_size: integer, ods: string, backup_state: integer, shutdown: boolean, read_only: boolean, encrypted: boolean}
---@field damaged {page: integer, kind: "unread"|"cut"|"zeroed"|"garbage", table: string?}[]  pages
---@field against string[]  what Firebird's validation said of the damaged one
---@field saved table<string, integer>  rows of each table, counted in the new database
---@field lost table<string, string>    of a table, what is not in the new database, or may not be
---@field problems string[]  what else is not as it was
---@field steps string[]     what was done, in order
---@field seconds number

--- Saves what can be saved of a damaged database, by its name in djscript.toml or by the path of its file. The file is copied
--- first, while nobody has it open, and only read. On the copy, the least invasive step comes first: Firebird's validation, a
--- plain backup, a backup that passes damaged pages over, mending, and table by table around what can not be read. The level
--- ends it earlier: "validate" changes nothing even in the copy, "mend" stops before the tables. What is lost degrades the run;
--- where nothing can be saved it is an error, db.corrupt. Nothing is written but the new file, where no file may lie.
---
--- Example:
--- ```lua
--- local function rescue()
---   local saved = dj.db.recover("loja", { to = "C:/Resgate/LOJA.FDB" })
---   for name, what in pairs(saved.lost) do dj.log.warn(name .. ": " .. what) end
--- end
--- local ok, err = pcall(rescue)
--- assert(ok or err:is("drive.not_found") or err:is("db.busy"))
--- ```
---@param database_or_path string
---@param opts {to: string, level?: "validate"|"mend"|"salvage", copy?: dj.Copy|string}  copy: what the database had is compared with it; without one, with the newest proven
---@return dj.Recovered
function dj.db.recover(database_or_path, opts) end
