-- A double ended queue and a priority queue.
local List = {}
function List.new() return { first = 0, last = -1 } end
function List.pushleft(l, v) l.first = l.first - 1 l[l.first] = v end
function List.pushright(l, v) l.last = l.last + 1 l[l.last] = v end
function List.popleft(l) local v = l[l.first] l[l.first] = nil l.first = l.first + 1 return v end
local q = List.new()
for i = 1, 5 do List.pushright(q, i) List.pushleft(q, -i) end
local out = {}
while q.first <= q.last do out[#out + 1] = List.popleft(q) end
print(table.concat(out, " "))
local heap = {}
local function push(v)
  heap[#heap + 1] = v
  local i = #heap
  while i > 1 and heap[math.floor(i / 2)] > heap[i] do
    local p = math.floor(i / 2)
    heap[p], heap[i] = heap[i], heap[p]
    i = p
  end
end
local function pop()
  local top = heap[1]
  heap[1] = heap[#heap]
  heap[#heap] = nil
  local i = 1
  while true do
    local c = i * 2
    if c > #heap then break end
    if c < #heap and heap[c + 1] < heap[c] then c = c + 1 end
    if heap[i] <= heap[c] then break end
    heap[i], heap[c] = heap[c], heap[i]
    i = c
  end
  return top
end
for _, v in ipairs({ 9, 4, 7, 1, 8, 2, 6 }) do push(v) end
local sorted = {}
for i = 1, 7 do sorted[i] = pop() end
print(table.concat(sorted, " "), #heap)
