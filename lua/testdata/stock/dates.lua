-- Date arithmetic, in UTC.
local day = os.time({ year = 2026, month = 1, day = 31 })
print(os.date("%Y-%m-%d", day), os.date("!%H", day))
for months = 1, 4 do
  print(os.date("%d/%m/%Y %a", os.time({ year = 2026, month = 1 + months, day = 0 })))
end
local function days_between(a, b) return math.floor(os.difftime(b, a) / 86400 + 0.5) end
print(days_between(os.time({ year = 2024, month = 2, day = 1 }), os.time({ year = 2024, month = 3, day = 1 })))
local d = os.date("*t", os.time({ year = 2000, month = 2, day = 29, hour = 23, min = 59, sec = 58 }))
print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst)
d.sec = d.sec + 2
print(os.date("%Y-%m-%d %H:%M:%S", os.time(d)))
local function weekday(y, m, dd) return tonumber(os.date("%w", os.time({ year = y, month = m, day = dd }))) end
print(weekday(2026, 1, 31), weekday(1999, 12, 31), weekday(2100, 3, 1))
print(os.date("%j %U %W %p %I %y %B %b %A", 86400 * 200))
local friday = {}
for m = 1, 12 do if weekday(2026, m, 13) == 5 then friday[#friday + 1] = m end end
print(table.concat(friday, " "))
