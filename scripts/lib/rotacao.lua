-- What the scripts of this layer do alike. local rotacao = require "lib.rotacao"
local rotacao = {}

local function all_proven(copies)
  for _, copy in ipairs(copies) do
    if copy.state ~= "verified" then
      return false
    end
  end
  return #copies > 0
end

-- Whether every one of these copies lies at a destination.
local function arrived(copies, where)
  for _, copy in ipairs(copies) do
    local here = false
    for _, place in ipairs(copy.places) do
      here = here or place.destination == where
    end
    if not here then
      return false
    end
  end
  return #copies > 0
end

-- Proves what was left for later. One that can not be proven degrades the run; the others are.
function rotacao.prove(job)
  for _, copy in ipairs(dj.copy.list { state = "sealed" }) do
    local ok, err = pcall(dj.copy.prove, copy)
    if not ok then
      job:degraded("a cópia " .. copy.name .. " não pôde ser provada", err)
    end
  end
end

-- Brings to the destinations where the new copies arrived what they missed while they were away.
function rotacao.bring(job, copies, destinations)
  for _, where in ipairs(destinations) do
    if arrived(copies, where) then
      for _, copy in ipairs(dj.copy.missing(where)) do
        local ok, err = pcall(dj.copy.send, copy, { to = where })
        if not ok then
          job:degraded("a cópia " .. copy.name .. " não foi levada a " .. where, err)
        end
      end
    end
  end
end

-- Drops what djscript.toml does not keep, once every new copy is proven: also where a new one did
-- not fit, so that the next finds room. What could not be reached was said when it was made.
function rotacao.rotate(job, copies, destinations)
  if not all_proven(copies) then
    return
  end
  for _, where in ipairs(destinations) do
    local ok, err = pcall(dj.copy.prune, where)
    if not ok and arrived(copies, where) then
      job:degraded("a rotação não foi feita em " .. where, err)
    end
  end
end

return rotacao
