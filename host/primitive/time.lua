---@meta dj

--- The run's clock, as a text in RFC 3339 with the store's offset: fixed in a replay, moved by a simulation.
---
--- Example:
--- ```lua
--- local now = dj.time.now()
--- dj.log.info("it is " .. dj.time.format(now, "HH:MM"))
--- ```
---@return string
function dj.time.now() end

--- Reads a time. The layout says how it is written: dd, mm, yyyy or yy, HH, MM, SS, in Portuguese also aaaa and aa; other
--- letters stand between ' '. Gives a day, "2026-12-31", where the layout has no HH, else a time in RFC 3339 with the
--- store's offset. Of two digits, 69 to 99 are of the last century. Raises time.bad.
---
--- Example:
--- ```lua
--- assert(dj.time.parse("31/12/2026", "dd/mm/yyyy") == "2026-12-31")
--- assert(dj.time.parse("20261231 2359", "aaaammdd HHMM"):sub(1, 16) == "2026-12-31T23:59")
--- ```
---@param text string
---@param layout string
---@return string
function dj.time.parse(text, layout) end

--- Writes a time or a day in a layout of dj.time.parse, in the store's time.
---
--- Example:
--- ```lua
--- assert(dj.time.format("2026-12-31", "dd/mm/yyyy") == "31/12/2026")
--- assert(dj.time.format("2026-12-31", "mm 'de' aaaa") == "12 de 2026")
--- ```
---@param time string
---@param layout string
---@return string
function dj.time.format(time, layout) end

--- Adds a stretch of time: "10m", "2h", "1d", "2w", whole numbers; "-1d" goes back. Days are those of the calendar: a day
--- after ten is at ten. A day and whole days give a day.
---
--- Example:
--- ```lua
--- assert(dj.time.add("2026-01-31", "1d") == "2026-02-01")
--- local function last_of_month(day) return dj.time.format(dj.time.add(day, "1d"), "dd") == "01" end
--- assert(last_of_month("2028-02-29") and not last_of_month("2028-02-28"))
--- ```
---@param time string
---@param duration string
---@return string
function dj.time.add(time, duration) end

--- How many days of the calendar lie between two days or times; negative where `to` comes first.
---
--- Example:
--- ```lua
--- assert(dj.time.days("2026-02-28", "2026-03-02") == 2)
--- ```
---@param from string
---@param to string
---@return integer
function dj.time.days(from, to) end

--- The day of the week: "mon", "tue", "wed", "thu", "fri", "sat" or "sun".
---
--- Example:
--- ```lua
--- assert(dj.time.weekday("2026-12-25") == "fri")
--- ```
---@param time string
---@return "mon"|"tue"|"wed"|"thu"|"fri"|"sat"|"sun"
function dj.time.weekday(time) end
