---@meta dj

---@class dj.Pin
---@field reason string
---@field last_day? string  the last business day that it holds; without it, until it is taken away

---@class dj.Policy           what stays; a list of them is their union
---@field class? (dj.Class|"pre_restore")[]  that it counts and may drop; default { "routine", "intraday" }
---@field last? integer       the newest proven ones
---@field hourly? integer     the newest proven one of each of so many hours that have one
---@field daily? integer
---@field weekly? integer
---@field monthly? integer
---@field yearly? integer
---@field within? string      "30d", back from the newest proven copy, never from the PC's clock
---@field weekdays? string[]  the newest proven one of each: { "mon", "fri" }
---@field min? integer        never fewer proven ones than this; default 3

---@class dj.Plan
---@field keep table<string, string[]>      id -> reasons
---@field drop table<string, string[]>
---@field deferred table<string, string[]>  to be dropped another time
---@field guards string[]                   what djscript kept or put off against the policy

--- Called once for each database, company set and destination with the copies there, newest first, and the newest proven
--- business day that can be believed ("" where there is none). Gives the ids to keep, each with its reasons. It is asked
--- twice, each time by itself, with a copy of the variables that it uses, and must answer the same: by the copies alone,
--- not by the clock, by chance, or by the order in which pairs walks. It may call dj.copy.keep, and what only calculates.
---@alias dj.PolicyFn fun(copies: dj.Copy[], newest_day: string): table<string, string[]>

--- Whether djscript.toml says what stays at a destination: `keep` of its own, or `delete_after` of [backup].
---
--- Example:
--- ```lua
--- for _, where in ipairs { "local", "pendrive" } do
---   if dj.copy.rotates(where) then dj.copy.prune(where) end
--- end
--- ```
---@param where string
---@return boolean
function dj.copy.rotates(where) end

--- What a policy keeps of these copies, to compose policies within a policy function: id -> reasons.
---
--- Example:
--- ```lua
--- local function closings(copies)
---   local keep = dj.copy.keep({ daily = 7, monthly = 12 }, copies)
---   for _, copy in ipairs(copies) do
---     if copy.day:sub(6) == "12-31" then keep[copy.id] = { "last day of the year" } end
---   end
---   return keep
--- end
--- local plan = dj.copy.plan("local", closings)
--- dj.log.info(#plan.guards .. " guards")
--- ```
---@param policy dj.Policy|dj.Policy[]
---@param copies dj.Copy[]
---@return table<string, string[]>
function dj.copy.keep(policy, copies) end

--- What would become of the copies at a destination, and why: by this policy, or by that of djscript.toml. Raises
--- guard.policy where the policy is refused, option.keep where that of djscript.toml is, option.missing where there is none.
---
--- Example:
--- ```lua
--- local plan = dj.copy.plan("local", { daily = 7, weekly = 4, monthly = 12 })
--- for id, reasons in pairs(plan.drop) do dj.log.info(id .. ": " .. reasons[1]) end
--- ```
---@param where string
---@param policy? dj.Policy|dj.Policy[]|dj.PolicyFn
---@return dj.Plan
function dj.copy.plan(where, policy) end

--- Drops the copies that nothing keeps, and gives them. The newest proven copy, the floor of proven ones, pinned and
--- damaged copies always stay, and one that was never proven until there are three newer proven ones; no more than a fifth
--- goes at a time, and only when new proven copies have come. A plan that is refused drops nothing and degrades the run, as
--- does a policy of djscript.toml that can not be followed.
---
--- Example:
--- ```lua
--- local dropped = dj.copy.prune("local", { { daily = 7, weekly = 4 }, { class = { "closing" }, monthly = 60 } })
--- dj.log.info(#dropped .. " dropped")
--- ```
---@param where string
---@param policy? dj.Policy|dj.Policy[]|dj.PolicyFn
---@return dj.Copy[]
function dj.copy.prune(where, policy) end

--- Keeps a copy whatever any policy says, at every destination where it lies now.
---
--- Example:
--- ```lua
--- local newest = dj.copy.newest()
--- if newest then dj.copy.pin(newest, { reason = "before the update", last_day = "2027-03-31" }) end
--- ```
---@param copy string|dj.Copy  the copy, its id, its number, or a path
---@param opts {reason: string, last_day?: string}
---@return dj.Copy
function dj.copy.pin(copy, opts) end

--- Takes the pin away.
---
--- Example:
--- ```lua
--- for _, copy in ipairs(dj.copy.list()) do
---   if copy.pinned then dj.copy.unpin(copy) end
--- end
--- ```
---@param copy string|dj.Copy  the copy, its id, its number, or a path
---@return dj.Copy
function dj.copy.unpin(copy) end
