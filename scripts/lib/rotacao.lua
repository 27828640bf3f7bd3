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
function rotacao.arrived(copies, where)
  for _, copy in ipairs(copies) do
    local here = false
    for _, place in ipairs(copy.places) do
      here = here or place.destination == where
    end
    if not here then
      return false
    end
  end
  return true
end

-- Drops old copies where the new ones arrived, once every new one is proven. What lies on a drive
-- that was not there waits for the night when it is.
function rotacao.rotate(copies, destinations, policy)
  if not all_proven(copies) then
    return
  end
  for _, where in ipairs(destinations) do
    if rotacao.arrived(copies, where) then
      dj.copy.prune(where, policy)
    end
  end
end

return rotacao
