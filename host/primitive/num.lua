---@meta dj

--- An exact decimal number. It keeps the places that it was written with, and is never rounded unless it says so: + and -
--- keep the places of the longer one, * adds them up, / rounds to 10 places or to those of the longer one. It
--- calculates and compares with whole numbers and with what somebody wrote, such as 0.5; a number that was calculated,
--- such as 0.1 + 0.2, is refused. Its text has a dot before the decimals; in JSON it is that text. Two of one value are
--- equal, but not the same key of a table: use tostring.
---@class dj.Num
---@field round fun(self: dj.Num, places?: integer): dj.Num  a half goes away from zero: 0.125 is 0.13, -0.125 is -0.13
---@field format fun(self: dj.Num, opts?: {decimals?: integer, decimal?: string, thousands?: string}): string  as in Brazil where nothing is said: 2, ",", "."
---@field number fun(self: dj.Num): number  the nearest number of Lua

--- Makes an exact decimal number, for money. A text has a dot before the decimals and nothing between thousands. Raises
--- num.bad; a calculation raises num.zero where it divides by zero, num.size beyond 100 digits.
---
--- Example:
--- ```lua
--- local total = dj.num("0.10") + dj.num("0.20")
--- assert(total == dj.num("0.3") and tostring(total) == "0.30")
--- ```
---
--- Example:
--- ```lua
--- local price = dj.num("1234.50") * 3
--- assert(price:format {} == "3.703,50" and price > 3000)
--- assert(tostring((price / 7):round(2)) == "529.07")
--- ```
---@param value number|string|dj.Num
---@return dj.Num
function dj.num(value) end
