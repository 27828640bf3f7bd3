-- pcall, error values, rethrowing, cleaning up.
print(pcall(function() return 1, 2, 3 end))
local ok, err = pcall(error, { reason = "disk", n = 42 })
print(ok, err.reason, err.n)
local function protect(f, cleanup)
  local results = { pcall(f) }
  cleanup()
  if not results[1] then error(results[2], 0) end
  return unpack(results, 2)
end
local log = {}
print(protect(function() return "fine" end, function() log[#log + 1] = "closed" end))
local done, why = pcall(protect, function() error({ code_of_mine = 7 }) end, function() log[#log + 1] = "closed again" end)
print(done, why.code_of_mine, table.concat(log, ", "))
local good, text = pcall(function() error("no such file: x.txt", 0) end)
print(good, text:match("no such file: (%S+)"), (tostring(text):gsub(" %(.*$", "")))
print(pcall(function() local t = nil; return t.x end) == false)
print(xpcall(function() error({ level = 1 }) end, function(e) return "handled " .. e.level end))
print(select("#", pcall(error)))
local function try(f, ...) local status, result = pcall(f, ...) return status and result or "failed" end
print(try(tonumber, "7"), try(function(x) return x.y.z end, {}), try(string.rep))
print(assert(1 == 1, "unused"), (select(2, pcall(assert, false, "told")):match("told")))
