---@meta dj

---@alias dj.ParamType "text"|"integer"|"decimal"|"boolean"|"duration"|"date"|"enum"|"path"|"destination"|"database"|"policy"

---@class dj.Param
---@field type dj.ParamType
---@field list? boolean        of destinations or databases without default: all of the store's
---@field default? any
---@field values? string[]     of an enum
---@field required? boolean
---@field help? string|table<string, string>  one text, or one a language: { ["pt-BR"] = "...", en = "..." }

---@class dj.ScriptSpec
---@field name string
---@field version? string
---@field params? table<string, dj.Param>  become `p`: command line over cron entry over [script.NAME] over default
---@field jobs? table<string, function>    called with the job and its params
---@field policies? table<string, dj.Policy|dj.Policy[]|dj.PolicyFn>  named "script:policy" in `keep` of djscript.toml
---@field health? function                 checks for `djscript doctor`: h:check(title, ok, { hint = ... })
---@field extends? string                  a script of this layer or below: what this one does not say, it inherits

---@class dj.Job
---@field id string
---@field name string
---@field due string        RFC 3339
---@field day string        business day, yyyy-mm-dd
---@field trigger string    "cron" or "manual"
---@field dry boolean
---@field language "pt-BR"|"en"  of messages
---@field store {id: string, name: string, cnpj?: string}
dj.Job = {}

--- Marks the run as degraded (exit 3, amber) without failing it.
---@param message string
---@param err? any
function dj.Job:degraded(message, err) end

--- Tells how far the work is, in units of its own.
---@param done integer
---@param total integer
function dj.Job:progress(done, total) end

--- Calls the job of the same name that the script inherited by extends; with the same params unless others are given.
--- Gives what that job gives.
---
--- Example:
--- ```lua
--- return dj.script {
---   name = "nightly",
---   extends = "default",
---   jobs = {
---     prove = function(job)
---       local proven = job:super()
---       dj.log.info(#proven .. " proven")
---       return proven
---     end,
---   },
--- }
--- ```
---@param p? any
---@return any
function dj.Job:super(p) end

--- Declares the script. A script file returns this and does nothing else when it is loaded.
---
--- Example:
--- ```lua
--- return dj.script {
---   name = "hello",
---   params = { who = { type = "text", default = "world", help = "whom to greet" } },
---   jobs = { greet = function(job, p) dj.log.info("hello, " .. p.who) end },
--- }
--- ```
---@param spec dj.ScriptSpec
---@return dj.ScriptSpec
function dj.script(spec) end

--- Calls fn again when it fails with one of these codes; by default with an error that says that trying again may help.
--- Gives what fn gives. The last error is raised.
---
--- Example:
--- ```lua
--- local info = dj.retry({ times = 3, wait = "1s", on = { "db.busy" } }, function()
---   return dj.db.info("loja")
--- end)
--- assert(info.page_size > 0)
--- ```
---@param opts {times: integer, wait: string, factor?: number, on?: string[]}
---@param fn function
---@return any
function dj.retry(opts, fn) end

--- Names a stretch of work: shown as progress, timed, journaled. Gives what fn gives.
---
--- Example:
--- ```lua
--- local n = dj.step("count the systems", function() return #dj.db.list() end)
--- assert(n >= 1)
--- ```
---@param title string
---@param fn function
---@return any
function dj.step(title, fn) end

--- Holds a lock that other djscript processes of this store respect while fn runs; freed if the process dies.
--- Raises lock.timeout.
---
--- Example:
--- ```lua
--- dj.lock("scales", { wait = "5s" }, function() dj.log.info("alone") end)
--- ```
---@param name string
---@param opts? {wait?: string}
---@param fn function
---@return any
function dj.lock(name, opts, fn) end

--- Keeps fn for the end of the job: last first, also after an error, a timeout or a cancel, within 30 seconds in all. At
--- most 1,000 functions are kept.
---
--- Example:
--- ```lua
--- dj.defer(function() dj.log.info("the end") end)
--- ```
---@param fn function
function dj.defer(fn) end

--- Ends the run as skipped (exit 7), with a reason for the journal.
---
--- Example:
--- ```lua
--- if dj.calendar.on("feriados", "2026-12-25") and #dj.db.list() == 0 then
---   dj.skip("holiday")
--- end
--- ```
---@param reason string
function dj.skip(reason) end

--- Ends the run as failed, with a code and words of the script's own.
---
--- Example:
--- ```lua
--- local ok, err = pcall(dj.fail, "shop.closed", "the shop is closed", { hint = "come back at nine" })
--- assert(not ok and err:is("shop"))
--- ```
---@param code string
---@param message string
---@param opts? {hint?: string}
function dj.fail(code, message, opts) end
