-- The standard store: what the "Cópia de Segurança" screen does, made safe.
-- [backup] of djscript.toml runs "backup".
local says = {
  ["pt-BR"] = {
    proven = "uma cópia provada de ",
    make = "faça uma com: djscript backup",
    adopt = "adopt precisa de um arquivo",
    adopt_hint = "djscript adopt ARQUIVO",
    which = "de qual banco de dados é esta cópia?",
    which_hint = "djscript adopt ARQUIVO --database NOME",
    missing = "as cópias que faltam não foram levadas a ",
    rotation = "a rotação não foi feita em ",
    complete = "nenhuma cópia falta em ",
  },
  en = {
    proven = "a proven copy of ",
    make = "make one with: djscript backup",
    adopt = "adopt needs a file",
    adopt_hint = "djscript adopt FILE",
    which = "which database is this a copy of?",
    which_hint = "djscript adopt FILE --database NAME",
    missing = "what is missing was not brought to ",
    rotation = "nothing was rotated at ",
    complete = "no copy is missing at ",
  },
}

-- Whether a copy of the run lies there. What a destination missed was said when the copy was made.
local function reached(copies, where)
  for _, copy in ipairs(copies) do
    for _, place in ipairs(copy.places) do
      if place.destination == where then
        return true
      end
    end
  end
  return false
end

local function all_proven(copies)
  for _, copy in ipairs(copies) do
    if copy.state ~= "verified" then
      return false
    end
  end
  return true
end

-- Brings to a destination what it missed while it was away or full: the newest first, and not all
-- in one night.
local function bring(where, most)
  for i, copy in ipairs(dj.copy.missing(where)) do
    if i > most then
      return
    end
    if not reached({ dj.copy.send(copy, { to = where }) }, where) then
      return -- the older ones would not fit either
    end
  end
end

-- Drops what djscript.toml does not keep there: delete_after, or `keep` of the destination.
local function rotate(where)
  if dj.copy.rotates(where) then
    dj.copy.prune(where)
  end
end

-- What is done once the copies of the run are made. None of it fails the run. First every
-- destination gets what it lacks, since what one of them waits for no other may drop; and nothing
-- is dropped before every new copy is proven. Where one did not fit, old ones may go: the next
-- then finds room.
local function tidy(job, copies, p)
  local say = says[job.language]
  -- A destination that is not there was told of when the copies missed it.
  local function try(what, where, fn, ...)
    local ok, err = pcall(fn, where, ...)
    if not ok and (reached(copies, where) or err.code ~= "drive.not_found") then
      job:degraded(what .. where, err)
    end
  end
  for _, where in ipairs(p.to) do
    if reached(copies, where) then
      try(say.missing, where, bring, p.missing)
    end
  end
  if #copies > 0 and all_proven(copies) then
    for _, where in ipairs(p.to) do
      try(say.rotation, where, rotate)
    end
  end
end

return dj.script {
  name = "default",
  version = "1.1.0",
  params = {
    to = {
      type = "destination",
      list = true,
      help = { ["pt-BR"] = "para onde vão as cópias", en = "where copies go" },
    },
    databases = {
      type = "database",
      list = true,
      help = {
        ["pt-BR"] = "de quais bancos de dados da loja fazer cópia",
        en = "the systems of the store to copy",
      },
    },
    files = {
      type = "boolean",
      default = true,
      help = { ["pt-BR"] = "os modelos de documentos também", en = "document models too" },
    },
    verify = {
      type = "enum",
      values = { "restore", "later", "never" },
      default = "restore",
      help = {
        ["pt-BR"] = "restaurar cada cópia para prová-la: na hora, depois, nunca",
        en = "restore each copy to prove it: now, later, never",
      },
    },
    class = {
      type = "enum",
      values = { "routine", "intraday", "extra", "pre_update", "closing" },
      default = "routine",
      help = {
        ["pt-BR"] = "a classe das cópias, pela qual a rotação as separa",
        en = "the rotation that the copies belong to",
      },
    },
    note = {
      type = "text",
      help = {
        ["pt-BR"] = "umas palavras para achar as cópias depois",
        en = "a few words to find the copies by",
      },
    },
    missing = {
      type = "integer",
      default = 5,
      help = {
        ["pt-BR"] = "quantas das cópias que faltam em um destino vão para lá de cada vez",
        en = "how many of the copies that a destination missed go there each time",
      },
    },
    path = {
      type = "path",
      help = { ["pt-BR"] = "adopt: o arquivo a adotar", en = "adopt: the file to take in" },
    },
  },
  jobs = {
    backup = function(job, p)
      local copies = dj.copy.create {
        to = p.to,
        databases = p.databases,
        files = p.files,
        verify = p.verify,
        class = p.class,
        note = p.note,
      }
      tidy(job, copies, p)
      return copies
    end,

    -- Proves what an earlier run left for later.
    prove = function(job, p)
      local proven, failed = {}, nil
      for _, copy in ipairs(dj.copy.list { state = "sealed" }) do
        if copy.verify ~= "never" then
          local ok, result = pcall(dj.copy.prove, copy)
          if ok then
            proven[#proven + 1] = result
          else
            failed = failed or result
          end
        end
      end
      if failed then
        error(failed)
      end
      tidy(job, proven, p)
      return proven
    end,

    adopt = function(job, p)
      local say = says[job.language]
      if not p.path then
        dj.fail("option.missing", say.adopt, { hint = say.adopt_hint })
      elseif #p.databases ~= 1 then
        dj.fail("option.missing", say.which, { hint = say.which_hint })
      end
      return dj.copy.adopt(p.path, { database = p.databases[1], to = p.to, note = p.note })
    end,
  },

  health = function(h, p)
    local say = says[h.language]
    for _, system in ipairs(dj.db.list()) do
      local newest = dj.copy.newest { database = system.name, state = "verified" }
      h:check(say.proven .. system.name, newest ~= nil, { hint = say.make })
    end
    for _, where in ipairs(p.to) do
      local here, missing = pcall(dj.copy.missing, where) -- of one that is away nobody knows
      if here then
        h:check(say.complete .. where, #missing == 0, {
          hint = "djscript copies send --missing " .. where,
        })
      end
    end
  end,
}
