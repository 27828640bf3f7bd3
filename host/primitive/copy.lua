---@meta dj

---@alias dj.Class "routine"|"intraday"|"extra"|"pre_update"|"closing"

---@class dj.Part
---@field name string
---@field kind "database"|"files"|"config"|"state"
---@field original? string  where it came from
---@field bytes integer
---@field sha256 string

---@class dj.Place
---@field destination string
---@field path string
---@field bytes integer
---@field sha256 string
---@field read_back "device"|"cache"
---@field state "present"|"missing"|"offline"|"trashed"|"bad"
---@field drive? string  id of the enrolled drive that it lies on
---@field checked? string  when its bytes were last hashed
---@field encrypted? boolean
---@field zip? string  sha256 of the zip within, where encrypted
---@field pieces? dj.Part[]  files that together are the copy
---@field last_day? string  in the trash: it is deleted when a copy of a later business day is proven there
---@field why? string  in the trash: why it was given up

---@class dj.Evidence
---@field query string
---@field before string
---@field after string
---@field restored? string
---@field holds? "exact"|"bracketed"|"no"

---@class dj.Proof
---@field level "restore"
---@field when string
---@field ok boolean
---@field sha256 string
---@field part string
---@field rows table<string, integer>
---@field evidence dj.Evidence[]
---@field engine string
---@field seconds number
---@field against string[]  contradictions; none when ok
---@field odd? string[]  how unlike it is to the proven copies before it

---@class dj.Copy             one database, with its document models, in one zip that explains itself
---@field id string           sortable unique id, never reused
---@field seq string          the store's own number: the order of copies, whatever the clock said
---@field set string          copies made together share it
---@field name string         of the zip
---@field store string
---@field database string
---@field created string      RFC 3339 with the store's offset
---@field day string          business day of the data, frozen at creation
---@field class dj.Class|"pre_restore"
---@field state "sealed"|"verified"|"suspect"|"bad"|"missing"|"trashed"
---@field partial boolean     something was left out; `left_out` says what
---@field left_out? {files?: boolean, companies?: string[], archive_before?: integer, along?: table<string, integer>, unfiltered?: string[]}
---@field companies dj.Company[]
---@field rows table<string, integer>  per table, as gbak read them
---@field parts dj.Part[]
---@field places dj.Place[]
---@field proof? dj.Proof
---@field verify "restore"|"later"|"never"
---@field to? string[]  destinations that it was made for
---@field note? string
---@field pinned? dj.Pin
---@field waived? string[]  destinations that it need not reach: a person said so
---@field accepted? string   why a person took a suspect copy for good
---@field busy? boolean      somebody reads or moves it now
---@field suspect? string     why the PC's clock was not believed when it was made

---@class dj.Filter
---@field where? string     destination
---@field database? string
---@field class? dj.Class|"pre_restore"
---@field company? string   id
---@field state? "sealed"|"verified"|"suspect"|"bad"|"missing"|"trashed"
---@field since? string     business day, "2026-12-31"

--- Makes one zip per database, in one pass: gbak is read as it writes, deflated, hashed and written to all destinations at
--- once. Read back and renamed, it is sealed; restored and compared, it is verified. A destination that is missed, or a
--- proof that is not possible, degrades the run; a copy that its own restore contradicts raises copy.bad.
---
--- `companies` are the ids, by database, of those that are copied; `archive_from` is the first year of yearly and monthly
--- tables that is in. Such a copy is partial, and `left_out` says what is not in it: it can not bring that back.
---
--- Example:
--- ```lua
--- local copies = dj.copy.create { to = { "local", "pendrive" }, verify = "restore" }
--- assert(copies[1].state == "verified")
--- ```
---@param opts {to: string|string[], databases?: string|string[], companies?: table<string, string[]>, archive_from?: integer, files?: boolean, config?: boolean, verify?: "restore"|"later"|"never", class?: dj.Class, note?: string}
---@return dj.Copy[]
function dj.copy.create(opts) end

--- Takes a copy made by something else (.fbk, .fdb, or a zip of one) into the catalogue. It is restored first; what does
--- not restore raises copy.bad and is not taken in.
---@param path string
---@param opts {database: string, to: string|string[], class?: dj.Class, note?: string}
---@return dj.Copy
function dj.copy.adopt(path, opts) end

--- Reads a copy's manifest, without any database, on any machine.
---
--- Example:
--- ```lua
--- local newest = dj.copy.newest()
--- if newest then assert(dj.copy.open(newest.places[1].path).id == newest.id) end
--- ```
---@param path string
---@return dj.Copy
function dj.copy.open(path) end

--- The copies of this store, newest first by their number.
---
--- Example:
--- ```lua
--- for _, copy in ipairs(dj.copy.list { state = "verified" }) do dj.log.info(copy.name) end
--- ```
---@param filter? dj.Filter
---@return dj.Copy[]
function dj.copy.list(filter) end

--- The newest copy, or nil.
---
--- Example:
--- ```lua
--- local newest = dj.copy.newest { database = "loja", state = "verified" }
--- ```
---@param filter? dj.Filter
---@return dj.Copy|nil
function dj.copy.newest(filter) end

--- Hashes what lies there again, at every place. Raises copy.bad.
---
--- Example:
--- ```lua
--- local newest = dj.copy.newest()
--- if newest then dj.copy.check(newest) end
--- ```
---@param copy string|dj.Copy  the copy, its id, its number, or a path
---@return dj.Copy
function dj.copy.check(copy) end

--- Proves a copy: restores it to a scratch database, validates, compares, and writes the proof beside it. Raises copy.bad.
---
--- Example:
--- ```lua
--- local newest = dj.copy.newest { state = "sealed" }
--- if newest then dj.copy.prove(newest) end
--- ```
---@param copy string|dj.Copy  the copy, its id, its number, or a path
---@return dj.Copy
function dj.copy.prove(copy) end

--- Brings a copy to other destinations, with its proof and its pin: read once and hashed meanwhile, written, read back,
--- renamed. A destination that is missed degrades the run; where it lies already nothing is written. Raises copy.bad where
--- no place has it whole.
---
--- Example:
--- ```lua
--- local newest = dj.copy.newest { state = "verified" }
--- if newest then dj.copy.send(newest, { to = "pendrive" }) end
--- ```
---@param copy string|dj.Copy  the copy, its id, its number, or a path
---@param opts {to: string|string[]}
---@return dj.Copy
function dj.copy.send(copy, opts) end

--- The proven copies that were made for a destination and never reached it, since it was away or full, and that its policy
--- would keep: the newest first.
---
--- Example:
--- ```lua
--- for _, copy in ipairs(dj.copy.missing("pendrive")) do
---   dj.copy.send(copy, { to = "pendrive" })
--- end
--- ```
---@param where string
---@return dj.Copy[]
function dj.copy.missing(where) end

---@class dj.Restored
---@field database string
---@field copy string        id
---@field seq string
---@field path string        of the restored database
---@field way "whole"|"part"|"exchanged"|"returned"  returned: single tables; exchanged: the companies were put into what was there
---@field companies dj.Company[]  that came from the copy
---@field rows table<string, integer>  that came from it
---@field tables? {table: string, rows: integer, back: integer, stay: integer, made: boolean}[]  single ones: rows of the copy, those that were gone, newer ones that stay; made: the table itself was gone
---@field along? table<string, integer>  rows of others that came along, since the companies' rows refer to them
---@field held? table<string, integer>   the companies' rows that are not in it and stay, since rows that stay refer to them
---@field changes? string[]  of structure since the copy, and what they did
---@field kept_old? string   the database that was there before, which stays until a person lets it go
---@field sha256? string     of it, where gbak could not read it
---@field pre_restore? dj.Copy  of what was there before
---@field files string[]     document models, and with `config` files of djscript, that were put back
---@field kept_files? string the folder of those that were there before
---@field seconds {pre_restore: number, build: number, proof: number, closed: number}

--- Restores a copy. The live database is closed to everybody and copied; the new one is built beside it and proven, and takes
--- its place; the old one stays beside it. Whatever happens, what is there is the old one whole or the new one whole. With `to`,
--- a folder, it is restored there and nothing live is touched. Whoever is connected raises db.busy, or is sent away. With
--- `files` the document models come back too, with `config` djscript.toml, the scripts and what they keep from run to run, in
--- place of those of the same name, which are kept.
---
--- Nothing goes that nobody gave up. A copy that has not all companies that are live raises guard.companies, unless companies
--- are named: these come from the copy, and the others, and what all of them share, stay as they are. `archive_from` leaves
--- yearly and monthly tables of before that year as they are. With `eliminate_others` all that does not come from the copy is
--- ELIMINATED instead, which asks and wants a word typed.
---
--- `tables` puts single tables back into what is there: a row that the copy has becomes what it was, one that came later stays,
--- a table that is gone is made again, and no other table changes. A company that the copy has not raises company.not_found; rows that
--- can not be put back raise company.structure or company.collision, and nothing has changed.
---
--- Example:
--- ```lua
--- local newest = dj.copy.newest { state = "verified" }
--- if newest and dj.confirm("Restore " .. newest.seq .. "?", { id = "restore", danger = true }) then
---   local done = dj.copy.restore(newest, { files = true })
---   dj.log.info(done.kept_old or "there was none")
--- end
--- ```
---@param copy string|dj.Copy  the copy, its id, its number, or a path
---@param opts? {database?: string, companies?: string|string[], tables?: string|string[], archive_from?: integer, eliminate_others?: boolean, files?: boolean, config?: boolean, to?: string, on_busy?: "fail"|"shutdown"}
---@return dj.Restored
function dj.copy.restore(copy, opts) end

---@class dj.PreviewedCompany
---@field id string
---@field name string
---@field cnpj? string
---@field live boolean        false too where nobody can tell: see live of the preview
---@field in_copy boolean
---@field fate "replaced"|"kept"|"ELIMINATED"|"new"|"left_out"  left_out: only in the copy, and not asked for
---@field tables? {name: string, now: integer, copy: integer, lost: integer}[]  its rows on both sides: of the tables that name their company, where the copy is proven; in a deep preview of all

---@class dj.Preview
---@field database string
---@field copy string        id
---@field seq string
---@field day string         business day of the copy
---@field created string
---@field state string       of the copy
---@field live "readable"|"broken"|"none"|""  the live database; "" where nobody can tell
---@field way "whole"|"part"|"exchanged"|"returned"|""  how it would be restored; "" where nobody can tell
---@field companies dj.PreviewedCompany[]
---@field tables {name: string, now?: integer, copy?: integer, fate: "replaced"|"kept"|"ELIMINATED"|"new"|"left_out"}[]  rows on both sides
---@field newest {now?: string, copy?: string}  the newest record, by the system's profile
---@field lost integer       rows, at least, that came in after the copy and would go
---@field changes? string[]   of a deep preview: structure that changed since the copy, and what it would do
---@field deep boolean        it was restored to a scratch for it
---@field deep_seconds number  how long that takes, by what is known of the copy
---@field files {path: string, kind: "files"|"config"|"state", fate: "replaced"|"new"|"kept"}[]  document models and files of djscript
---@field warnings string[]

--- What a restore would do, without touching the live database: companies and tables on both sides, what would be ELIMINATED,
--- what came in after the copy. It is told by what the copy says of itself, and at once; a deep one restores the copy to a
--- scratch, and tells of every table by company.
---
--- Example:
--- ```lua
--- local newest = dj.copy.newest()
--- if newest then
---   for _, warning in ipairs(dj.copy.preview(newest).warnings) do dj.log.warn(warning) end
--- end
--- ```
---@param copy string|dj.Copy  the copy, its id, its number, or a path
---@param opts? {database?: string, companies?: string|string[], tables?: string|string[], archive_from?: integer, eliminate_others?: boolean, files?: boolean, config?: boolean, deep?: boolean}
---@return dj.Preview
function dj.copy.preview(copy, opts) end
