-- "Na hora de fechar, me diga quem deixou o sistema aberto."
-- A cópia não precisa que fechem; quem vende depois dela é que só estará na de amanhã.
local function people(database)
  local found = {}
  for _, session in ipairs(dj.db.sessions(database)) do
    if not session.self then
      found[#found + 1] = ("%s, %s, desde %s"):format(
        session.host,
        session.program,
        session.since:sub(12, 16)
      )
    end
  end
  return found
end

return dj.script {
  name = "still_open",
  version = "1.0.0",
  jobs = {
    warn = function()
      for _, system in ipairs(dj.db.list()) do
        local open = people(system.name)
        if #open > 0 then
          dj.notify("warning", "Ainda aberto: " .. system.name, { body = table.concat(open, "\n") })
        end
      end
    end,
  },
}
