-- How a script takes in what lies in the store's inbox. local inbox = require "lib.inbox". Its
-- params are those of the script "integration": inbox, done, rejected and database.
local inbox = {}

-- Takes what waits under a pattern, each file into its tables. Files with numbers are taken in
-- their order, and a missing one is told.
function inbox.take(p, match, layout, into)
  local opts = { match = match, done = p.done, rejected = p.rejected, database = p.database }
  opts.sequence = match:find("{number", 1, true) and layout or nil
  return dj.txt.inbox(p.inbox, opts, function(file)
    dj.txt.import(file.path, { layout = layout, into = into, database = p.database })
  end)
end

local says = {
  ["pt-BR"] = { title = "arquivos recusados", hint = "os relatórios estão ao lado deles, em " },
  en = { title = "files were rejected", hint = "the reports lie beside them, in " },
}

-- One notice for all that was rejected: the reports say the rest.
function inbox.tell(job, p, turns)
  local rejected = {}
  for _, turn in ipairs(turns) do
    for _, name in ipairs(turn.rejected) do
      rejected[#rejected + 1] = name
    end
  end
  if #rejected > 0 then
    local say = says[job.language]
    local body = table.concat(rejected, "\n") .. "\n" .. say.hint .. p.rejected
    dj.notify("warning", say.title, { body = body })
  end
end

return inbox
