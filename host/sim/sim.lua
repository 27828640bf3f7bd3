---@meta dj

---@class dj.SimError           how something failed, in plain values
---@field code string
---@field message string
---@field hint? string
---@field where? string         the script's line

---@class dj.SimStep
---@field name string           "copy.create"
---@field effect string
---@field where string

---@class dj.SimRun
---@field exit integer          0 done, 1 failed, 2 wrong use, 3 degraded, 4 refused, 5 busy, 6 not confirmed, 7 skipped
---@field result string         the same in a word: "done", "degraded", "failed" ...
---@field error? dj.SimError
---@field degraded dj.SimError[]
---@field steps dj.SimStep[]    calls with an effect, in order
---@field plan? dj.SimStep[]    of a dry run: what it would do
---@field value any             what the job returned
---@field said string[]         what it told on the way, as the history has it

---@class dj.SimCompany
---@field id string
---@field name string
---@field cnpj? string

---@class dj.SimSession
---@field user? string
---@field host? string
---@field computer? string
---@field program? string

---@class dj.SimNotice
---@field route string
---@field level "info"|"warning"|"critical"
---@field title string
---@field body? string

---@class dj.SimDay
---@field day string
---@field keep string[]         of the copies that stay, newest first
---@field drop string[]

---@class dj.Sim                a store that is only simulated; each test has a fresh one
dj.Sim = {}

dj.expect = {}

--- Declares a test. A file NAME_test.lua beside NAME.lua holds nothing else; `djscript test` runs it. Each test has a store
--- of its own: it is Monday, 2 March 2026, 08:00; the database "loja" has two companies; there are the destinations "local"
--- and "pendrive", the latter on the drive "DJ-BACKUP", which is plugged in. A test that expects nothing fails.
---
--- Example:
--- ```lua
--- dj.test("copies to both places", function(sim)
---   local night = sim:run("default:backup")
---   dj.expect.equal(night.exit, 0)
---   dj.expect.equal(#sim:copies { state = "verified" }, 1)
--- end)
--- ```
---@param title string
---@param fn function
function dj.test(title, fn) end

--- Gives the store another configuration: the path of a djscript.toml, from the test's folder, or tables. A table takes the
--- place of the one that the store had; of `store` and `limits`, only the keys that are given.
---
--- Example:
--- ```lua
--- sim:config { cron = { { name = "noite", schedule = { "0 22 * * *" }, run = "default:backup" } } }
--- sim:advance("1d")
--- dj.expect.equal(#sim:copies(), 1)
--- ```
---@param config string|table
function dj.Sim:config(config) end

--- Sets the clock; nothing runs. "2026-03-02 22:00", a day alone, or RFC 3339. The clock can go back, as after a flat battery.
---
--- Example:
--- ```lua
--- sim:at("2026-12-31 23:30")
--- sim:run("default:backup")
--- dj.expect.equal(sim:copies()[1].day, "2026-12-31")
--- ```
---@param time string
function dj.Sim:at(time) end

--- Lets time pass while the PC is on: the cron table runs.
---
--- Example:
--- ```lua
--- sim:config { backup = { at = { "22:00" }, to = { "local" } } }
--- sim:advance("7d")
--- dj.expect.equal(#sim:copies(), 7)
--- ```
---@param duration string
function dj.Sim:advance(duration) end

--- Lets time pass while the PC is switched off: nothing runs.
---
--- Example:
--- ```lua
--- sim:config { backup = { at = { "22:00" }, to = { "local" } } }
--- sim:off("7d")
--- dj.expect.equal(sim:copies(), {})
--- ```
---@param duration string
function dj.Sim:off(duration) end

--- Runs an entry or SCRIPT:JOB, as `djscript run` would: a script beside the test, one of the store's, or a built-in one. That
--- a run fails is no error here: the test looks at how it went. Nobody sits at the terminal: `yes` names the questions of
--- dj.confirm that are answered with yes.
---
--- Example:
--- ```lua
--- local r = sim:run("default:backup", { to = "local", note = "before 4.2" })
--- dj.expect.equal(r.result, "done")
--- dj.expect.equal(r.value[1].note, "before 4.2")
---
--- local dry = sim:run("default:backup", {}, { dry = true })
--- dj.expect.equal(dry.plan[1].name, "copy.create")
--- ```
---@param entry string
---@param params? table<string, any>
---@param opts? {dry?: boolean, yes?: string|string[]}
---@return dj.SimRun
function dj.Sim:run(entry, params, opts) end

--- Plugs a drive in, by its label: one that the store knows, or a new one (a pen drive of 64 GB, at the next free letter).
--- The label "" is a drive that nobody gave a name. The drives of a destination that is a set are "pendrive-mon",
--- "pendrive-tue" ...: somebody plugs in that of the day, until the test plugs one in or takes one out itself.
---
--- Example:
--- ```lua
--- sim:plug("DJ-BACKUP", { free = "1MB" })
--- local r = sim:run("default:backup")
--- dj.expect.equal(r.exit, 3)
--- dj.expect.equal(r.degraded[1].code, "drive.full")
--- ```
---@param label string
---@param opts? {path?: string, serial?: string, size?: string, free?: string, removable?: boolean}
function dj.Sim:plug(label, opts) end

--- Takes a drive out, by its label. The name of a destination makes that one unreachable, on whatever drive it lies.
---
--- Example:
--- ```lua
--- sim:unplug("DJ-BACKUP")
--- dj.expect.equal(sim:run("default:backup").exit, 3)
--- ```
---@param label string
function dj.Sim:unplug(label) end

--- Says what a database holds from now on: its companies, its rows by table, the rows that each day adds, who is connected
--- and so keeps a script from having it for itself; what it answers to SQL, by a part of the statement: rows for dj.db.query, where a
--- number with a fraction is a dj.num, and for dj.db.exec how many are touched; and the rows of `tables`, into which dj.txt.import
--- writes: it looks up there, and its functions get `current` from there. In a table that is not among them every lookup finds
--- something.
---
--- Example:
--- ```lua
--- sim:database("loja", { rows = { VENDA = 100 }, grow = { VENDA = 50 } })
--- sim:advance("2d")
--- sim:run("default:backup")
--- dj.expect.equal(sim:copies()[1].rows.VENDA, 200)
--- ```
---@param name string
---@param opts? {companies?: dj.SimCompany[], rows?: table<string, integer>, grow?: table<string, integer>, sessions?: dj.SimSession[], answers?: table<string, table|integer>, tables?: table<string, table[]>}
function dj.Sim:database(name, opts) end

--- Lays a file down.
---
--- Example:
--- ```lua
--- sim:file("D:/CopiaAT.zip")
--- local r = sim:run("default:adopt", { path = "D:/CopiaAT.zip", databases = "loja" })
--- dj.expect.equal(r.value.class, "extra")
--- ```
---@param path string
---@param text? string
function dj.Sim:file(path, text) end

--- What a file holds, byte for byte: one that was laid down, moved by dj.txt.inbox, or a report; nil where there is none.
---
--- Example:
--- ```lua
--- sim:file("C:/DJ/KIT.TXT", "A")
--- dj.expect.equal(sim:read("C:/DJ/KIT.TXT"), "A")
--- dj.expect.equal(sim:read("C:/DJ/NADA.TXT"), nil)
--- ```
---@param path string
---@return string|nil
function dj.Sim:read(path) end

--- The rows of a table: those that the test gave, and those that dj.txt.import wrote, in the order in which they came; as
--- dj.db.query gives them. A table that nobody has spoken of is empty.
---
--- Example:
--- ```lua
--- sim:database("loja", { tables = { GRUPO = { { ID = 1, NOME = "Bebidas" } } } })
--- dj.expect.equal(sim:rows("loja", "GRUPO"), { { id = 1, nome = "Bebidas" } })
--- ```
---@param database string
---@param table string
---@return table<string, any>[]
function dj.Sim:rows(database, table) end

--- Makes a primitive raise an error, from now on or so many times. "copy.bad" leaves a bad copy behind, as it would in a
--- store; "copy.suspect" one that restores and is unlike those before it; "copy.degraded" of copy.create leaves one that could
--- not be proven.
---
--- Example:
--- ```lua
--- sim:fail("copy.create", "db.busy", { times = 1 })
--- dj.expect.equal(sim:run("default:backup").error.code, "db.busy")
--- dj.expect.equal(sim:run("default:backup").exit, 0)
--- ```
---@param op string
---@param code string
---@param opts? {times?: integer}
function dj.Sim:fail(op, code, opts) end

--- Spoils the bytes of a copy at one destination: of the newest there, or of that with the id, number or name. Nobody knows
--- until they are read: dj.copy.check and dj.copy.prove of the copy look at each place, those of a path at that one.
---
--- Example:
--- ```lua
--- sim:run("default:backup")
--- sim:spoil("pendrive")
--- dj.expect.equal(sim:copies()[1].state, "verified")
--- ```
---@param where string
---@param copy? string
function dj.Sim:spoil(where, copy) end

--- The copies that lie where they can be reached, newest first, as dj.copy.list gives them.
---
--- Example:
--- ```lua
--- sim:run("default:backup", { verify = "later" })
--- dj.expect.equal(sim:copies()[1].state, "sealed")
--- dj.expect.equal(sim:copies { state = "verified" }, {})
--- ```
---@param filter? dj.Filter
---@return dj.Copy[]
function dj.Sim:copies(filter) end

--- What people were told, oldest first: one for each route of djscript.toml that takes it. The store has the route "dono".
---
--- Example:
--- ```lua
--- sim:run("default:backup")
--- dj.expect.equal(sim:notices(), {})
--- ```
---@return dj.SimNotice[]
function dj.Sim:notices() end

--- Lets a rotation go on for so many days, a copy each day or `every` so often, with the guards of a real store, and tells of
--- each day what stayed and what went, by the copies' days. The policy is written as `keep` of djscript.toml: rules, a list of
--- them, or "script:policy". Faults befall it in the middle, or on a day of their own: "off:10d", "failing:10d@20", "bad:10d",
--- "clock:-10y", "clock:+9y/5d", "stamp:+9y", "manual:60", "absent:local:10d", "full",
--- "zone:America/Manaus". `djscript simulate` explains them.
---
--- Example:
--- ```lua
--- local days = sim:policy({ daily = 3, min = 1 }, { days = 10, fault = "failing:2d" })
--- dj.expect.equal(days[5].keep, { "2026-03-06", "2026-03-05", "2026-03-04" })
--- dj.expect.equal(days[7].drop, {})
--- ```
---@param policy string|table
---@param opts {days: integer, every?: string, fault?: string|string[]}
---@return dj.SimDay[]
function dj.Sim:policy(policy, opts) end

--- Both have to be equal, tables by what is in them. Shows both, and where they differ first.
---
--- Example:
--- ```lua
--- dj.expect.equal({ day = "2026-03-02", n = { 1, 2 } }, { n = { 1, 2 }, day = "2026-03-02" })
--- ```
---@param got? any
---@param want? any
function dj.expect.equal(got, want) end

--- A text has to hold that part, a list that element.
---
--- Example:
--- ```lua
--- dj.expect.contains("loja-000012.zip", "000012")
--- dj.expect.contains({ "local", "pendrive" }, "pendrive")
--- ```
---@param got? any
---@param part? any
function dj.expect.contains(got, part) end

--- The function has to raise an error of that code, or of that family ("drive"). Gives the error.
---
--- Example:
--- ```lua
--- local err = dj.expect.error("option.value", function() sim:unplug("nothing of that name") end)
--- dj.expect.contains(err.hint, "DJ-BACKUP")
--- ```
---@param code string
---@param fn function
---@return dj.Error
function dj.expect.error(code, fn) end
