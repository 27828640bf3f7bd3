-- Days as texts, "2026-12-31": what a policy asks about them. local days = require "lib.days"
local days = {}

local function parts(day)
  local year, month, date = string.match(tostring(day), "^(%d%d%d%d)-(%d%d)-(%d%d)")
  if not year then
    error('"' .. tostring(day) .. '": use "2026-12-31"', 3) -- "use" is a word of both languages
  end
  return tonumber(year), tonumber(month), tonumber(date)
end

local function text(year, month, date)
  return string.format("%04d-%02d-%02d", year, month, date)
end

local function leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

local lengths = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function length(year, month)
  if month == 2 and leap(year) then
    return 29
  end
  return lengths[month]
end

-- How many days lie between 0000-03-01 and a day: March first, so that a leap day is the last of
-- its year.
local function number(year, month, date)
  local shifted = (month + 9) % 12
  local y = year
  if month <= 2 then
    y = year - 1
  end
  return 365 * y
    + math.floor(y / 4)
    - math.floor(y / 100)
    + math.floor(y / 400)
    + math.floor((shifted * 306 + 5) / 10)
    + date
    - 1
end

local function from_number(n)
  local year = math.floor((10000 * n + 14780) / 3652425)
  local rest = n
    - (365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400))
  if rest < 0 then
    year = year - 1
    rest = n - (365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400))
  end
  local shifted = math.floor((100 * rest + 52) / 3060)
  local month = (shifted + 2) % 12 + 1
  local date = rest - math.floor((shifted * 306 + 5) / 10) + 1
  if month <= 2 then
    year = year + 1
  end
  return text(year, month, date)
end

local names = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" }
local known = {}
for _, name in ipairs(names) do
  known[name] = true
end

-- The weekday as djscript.toml writes it: "mon", "tue", ...
function days.weekday(day)
  return names[(number(parts(day)) + 3) % 7 + 1]
end

-- The day that many days later; earlier where the count is negative.
function days.add(day, count)
  return from_number(number(parts(day)) + count)
end

-- How many days there are from one day to another.
function days.between(from, to)
  return number(parts(to)) - number(parts(from))
end

-- The last day of the day's month.
function days.month_end(day)
  local year, month = parts(day)
  return text(year, month, length(year, month))
end

-- Whether it is the last day of its month.
function days.is_month_end(day)
  local year, month, date = parts(day)
  return date == length(year, month)
end

-- Whether it is the last one of its month that falls on one of these weekdays: where a store is
-- closed on Sundays, days.is_last(day, { "mon", "tue", "wed", "thu", "fri", "sat" }).
function days.is_last(day, weekdays)
  parts(day) -- refused at the caller's line
  local open = {}
  for _, name in ipairs(weekdays) do
    if not known[name] then
      error('"' .. tostring(name) .. '": use "' .. table.concat(names, '", "') .. '"', 2)
    end
    open[name] = true
  end
  if not open[days.weekday(day)] then
    return false
  end
  local last = days.month_end(day)
  while not open[days.weekday(last)] do
    last = days.add(last, -1)
  end
  return last == string.sub(day, 1, 10)
end

return days
