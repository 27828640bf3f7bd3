-- Lua as djscript runs it: 5.1's language, the guarded standard library, and dj with exactly what the stubs declare.
std = "lua51"
max_line_length = 100
unused_args = true
codes = true

-- dj.copy.create from "function dj.copy.create(opts) end"; beside the Go files, so that no list is kept twice.
local function declared(path, dj)
  for line in io.lines(path) do
    local field = dj
    for name in (line:match("^function dj%.([%a_.]+)%(") or ""):gmatch("[%a_]+") do
      field.fields = field.fields or {}
      field.fields[name] = field.fields[name] or {}
      field = field.fields[name]
    end
  end
end

local dj, tests = { fields = {} }, { fields = {} }
for _, noun in ipairs {
  "calendar", "confirm", "copy", "db", "drive", "flow", "history", "json", "log", "notify", "num", "rotation", "state", "text",
  "time", "txt",
} do
  declared("host/primitive/" .. noun .. ".lua", dj)
end
declared("host/sim/sim.lua", tests)
read_globals = { dj = dj }

-- What the guarded library does not have.
not_globals = {
  "_G", "arg", "collectgarbage", "debug", "dofile", "getfenv", "io", "load", "loadfile", "loadstring", "module", "newproxy", "os",
  "package", "setfenv",
}

-- Stubs declare, they do nothing.
files["host/primitive/*.lua"] = { globals = { "dj" }, unused_args = false, max_line_length = false }
files["host/sim/*.lua"] = { globals = { "dj" }, unused_args = false, max_line_length = false }
files["**/*_test.lua"] = { read_globals = { dj = tests } }
