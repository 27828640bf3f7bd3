-- Linked lists, trees and deep copies.
local head
for _, v in ipairs({ 3, 1, 2 }) do head = { value = v, next = head } end
local seen = {}
local node = head
while node do seen[#seen + 1] = node.value node = node.next end
print(table.concat(seen, " -> "))
local function insert(tree, v)
  if not tree then return { v = v } end
  if v < tree.v then tree.l = insert(tree.l, v) else tree.r = insert(tree.r, v) end
  return tree
end
local function walk(tree, f) if tree then walk(tree.l, f) f(tree.v) walk(tree.r, f) end end
local tree
for _, v in ipairs({ 50, 30, 70, 20, 40, 60, 80 }) do tree = insert(tree, v) end
local flat = {}
walk(tree, function(v) flat[#flat + 1] = v end)
print(table.concat(flat, " "))
local function copy(t, done)
  if type(t) ~= "table" then return t end
  done = done or {}
  if done[t] then return done[t] end
  local c = {}
  done[t] = c
  for k, v in pairs(t) do c[copy(k, done)] = copy(v, done) end
  return setmetatable(c, getmetatable(t))
end
local original = { 1, { 2, 3 }, name = "x" }
original.self = original
local twin = copy(original)
twin[2][1] = "changed"
print(original[2][1], twin[2][1], twin.self == twin, twin.name)
local function equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for k, v in pairs(a) do if not equal(v, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end
print(equal({ 1, { 2 } }, { 1, { 2 } }), equal({ 1 }, { 1, 2 }))
