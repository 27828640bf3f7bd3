---@meta os

---@class os.Date
---@field year integer
---@field month integer
---@field day integer
---@field hour? integer
---@field min? integer
---@field sec? integer
---@field wday? integer
---@field yday? integer
---@field isdst? boolean

os = {}

---@return number seconds
function os.clock() end

---@param format? string
---@param time? integer
---@return string|os.Date
function os.date(format, time) end

---@param later integer
---@param earlier? integer
---@return number seconds
function os.difftime(later, earlier) end

---@param date? os.Date
---@return integer
function os.time(date) end
