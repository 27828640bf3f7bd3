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
---@field owner string      who, besides SYSDBA, may close and open it: the user who made it

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
--- dj.db.query, dj.db.exec, dj.db.transaction, dj.db.backup, dj.copy.create; dj.db.check looks at the file. It can not be nested for the same
--- database, and dj.copy.restore, which closes it itself, can not stand in it.
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

---@class dj.RawBackup
---@field path string
---@field bytes integer
---@field sha256 string
---@field rows table<string, integer>  of each table, as gbak read them; a table that was left out is not among them
---@field engine string     the version of the server

--- A raw backup by gbak, to a new .fbk: no copy, without a proof, and no rotation knows of it. For what else needs one: the
--- support of the system, another program, or a test; what the store relies on is dj.copy.create. The file is written under a
--- temporary name beside, flushed, read back and renamed; whatever goes wrong, nothing stays under either name. There has to
--- be room for as much as the database takes, unless something is left out. A file that is there already is never written over
--- (fs.exists). In a rehearsal the database is asked for, and nothing is written.
---
--- Example:
--- ```lua
--- local function export()
---   local made = dj.db.backup { to = "D:/Suporte/LOJA.fbk", database = "loja", timeout = "2h" }
---   dj.log.info(made.path .. " " .. made.sha256)
--- end
--- local ok, err = pcall(export)
--- assert(ok or err:is("drive.not_found") or err:is("fs.exists"))
--- ```
---@param opts {to: string, database?: string, skip_tables?: string[], metadata_only?: boolean, timeout?: string}  skip_tables: by exact name, those whose rows are left out; where rows of others refer to theirs, it only restores with no_validity; metadata_only: no rows at all
---@return dj.RawBackup
function dj.db.backup(opts) end

---@class dj.RawDatabase
---@field path string
---@field bytes integer
---@field rows table<string, integer>  of each table, as gbak restored them

--- A raw restore by gbak, of a .fbk into a new database file, never over one that is there (fs.exists), nor to the place of a
--- database of the store (guard.live_db). It is built beside the store's own files, then copied to its place under a temporary
--- name, flushed, read back and renamed; whatever goes wrong, nothing stays under either name. gbak is content with what it
--- built; dj.db.check looks at it. To bring a copy back into the store is dj.copy.restore. In a rehearsal nothing is restored,
--- and the .fbk may be one that is not there yet.
---
--- Example:
--- ```lua
--- local function look()
---   local made = dj.db.restore("D:/Suporte/LOJA.fbk", { to = "D:/Suporte/LOJA.FDB", page_size = 16384 })
---   assert(dj.db.check(made.path).ok)
--- end
--- local ok, err = pcall(look)
--- assert(ok or err:is("drive.not_found") or err:is("copy.not_found"))
--- ```
---@param fbk string
---@param opts {to: string, page_size?: integer, one_at_a_time?: boolean, inactive_indexes?: boolean, no_validity?: boolean, timeout?: string}  one_at_a_time: commits after each table; inactive_indexes: leaves the indexes switched off; no_validity: leaves the constraints out
---@return dj.RawDatabase
function dj.db.restore(fbk, opts) end

--- The rows of a SELECT, from one snapshot that is undone afterwards; within fn of dj.db.transaction, as that transaction
--- sees them. Values go where the question marks stand, never into the text. Each row is a table by the names of its
--- columns, in small letters; NULL is nil; NUMERIC, DECIMAL and BIGINT are dj.num; a date is "2026-03-02", a
--- moment "2026-03-02T08:00:00". More than max_rows (10,000 where it is not said) is the error run.limit, never a part of
--- the rows.
---
--- Example:
--- ```lua
--- local found = dj.db.query("select count(*) as N from VENDA")
--- assert(found[1].n > dj.num(0))
--- ```
---@param sql string
---@param params? table  in the order of the question marks; with n where one of them is nil: { "x", nil, n = 2 }
---@param opts? {database?: string, max_rows?: integer, timeout?: string}
---@return table<string, any>[]
function dj.db.query(sql, params, opts) end

--- Runs one statement that changes data or tables, in a transaction of its own or in that of dj.db.transaction, and gives how
--- many rows it touched; where the script says with `rows` how many that have to be, anything else is db.rows and taken back,
--- with the whole transaction. Nothing waits: db.busy where somebody else holds a row, which dj.retry is for. Not taken are
--- COMMIT, ROLLBACK, and what is done to the database as a file or to its users. In a rehearsal the server has to understand
--- the statement, and nothing runs.
---
--- Example:
--- ```lua
--- dj.db.exec("update PRODUTO set PRECO = ? where ID = ?", { dj.num("7.90"), 12 }, { rows = 1 })
--- ```
---@param sql string
---@param params? table  as in dj.db.query
---@param opts? {database?: string, rows?: integer, timeout?: string}
---@return integer rows
function dj.db.exec(sql, params, opts) end

--- Runs fn: every dj.db.query and dj.db.exec of that database within is one transaction. It stays where fn ends well; an
--- error, a timeout or a cancel takes all of it back. Gives what fn gives. In a rehearsal fn runs, and changes nothing.
---
--- Example:
--- ```lua
--- dj.db.transaction(function()
---   dj.db.exec("delete from PRE_VENDA_ITEM where PRE_VENDA_ID = ?", { 7 })
---   dj.db.exec("delete from PRE_VENDA where ID = ?", { 7 }, { rows = 1 })
--- end)
--- ```
---@param opts? {database?: string, timeout?: string}
---@param fn function
---@return any
function dj.db.transaction(opts, fn) end
