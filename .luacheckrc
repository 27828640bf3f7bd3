-- Lua as djscript runs it: 5.1's language, the guarded standard library, and dj with exactly what the stubs declare.
std = "lua51"
max_line_length = 100
unused_args = true
codes = true

-- dj.copy.create from "function dj.copy.create(opts) end"; beside the Go files, so that no list is kept twice.
local dj = { fields = {} }
for _, noun in ipairs { "calendar", "copy", "db", "drive", "flow", "log" } do
  for line in io.lines("host/primitive/" .. noun .. ".lua") do
    local field = dj
    for name in (line:match("^function dj%.([%a_.]+)%(") or ""):gmatch("[%a_]+") do
      field.fields = field.fields or {}
      field.fields[name] = field.fields[name] or {}
      field = field.fields[name]
    end
  end
end
read_globals = { dj = dj }

-- What the guarded library does not have.
not_globals = {
  "_G", "arg", "collectgarbage", "coroutine", "debug", "dofile", "getfenv", "io", "load", "loadfile", "loadstring", "module", "newproxy", "os",
  "package", "require", "setfenv",
}

-- Stubs declare, they do nothing.
files["host/primitive/*.lua"] = { globals = { "dj" }, unused_args = false, max_line_length = false }
