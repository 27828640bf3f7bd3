-- "Faltou luz no meio do dia e o banco de dados não abre mais."
-- Fica em scripts/ da loja; no djscript.toml: [script.power_cut]
-- grants = ["copy.write", "db.recover", "restore"]
--   djscript run power_cut to=D:/Resgate
-- O arquivo estragado só é lido. O que se salva dele vai para um arquivo novo, é restaurado e
-- provado como cópia. Se nada se perdeu, essa cópia toma o lugar do banco; se algo se perdeu, quem
-- decide é uma pessoa: o que se salvou, ou a última cópia.

-- O que se perdeu, uma linha por tabela.
local function losses(saved)
  local lines = {}
  for name, what in pairs(saved.lost) do
    lines[#lines + 1] = name .. ": " .. what
  end
  table.sort(lines)
  return table.concat(lines, "; ")
end

-- Salva em um arquivo que ainda não existe: o de uma tentativa que parou no meio fica como está.
local function recover(database, folder)
  for i = 1, 99 do
    local ok, saved =
      pcall(dj.db.recover, database, { to = folder .. "/" .. database .. "-" .. i .. ".fdb" })
    if ok then
      return saved
    elseif saved.code ~= "fs.exists" then
      error(saved)
    end
  end
  dj.fail("power_cut.attempts", "há 99 tentativas em " .. folder, { hint = "escolha outra pasta" })
end

return dj.script {
  name = "power_cut",
  version = "1.0.0",
  params = {
    database = { type = "database", help = "qual banco de dados, se há mais de um" },
    to = { type = "path", required = true, help = "uma pasta, em um disco com espaço" },
    copies = { type = "destination", list = true, help = "onde fica a cópia do que se salvou" },
  },
  jobs = {
    rescue = function(_, p)
      local database = p.database or dj.db.list()[1].name
      local saved = recover(database, p.to)
      local copy = dj.copy.adopt(
        saved.path,
        { database = database, to = p.copies, note = "salva depois da queda de luz" }
      )
      if not saved.ok then
        dj.fail(
          "power_cut.losses",
          "salvou-se uma parte, que é a cópia " .. copy.seq .. "; falta " .. losses(saved),
          {
            hint = "compare antes de escolher: djscript restore newest --dry-run",
          }
        )
      end
      if
        not dj.confirm(
          "Nada se perdeu. Pôr a cópia " .. copy.seq .. " no lugar do banco?",
          { id = "swap", danger = true }
        )
      then
        dj.fail(
          "confirm.refused",
          "a cópia " .. copy.seq .. " está pronta e não foi posta no lugar",
          {
            hint = "para pôr: djscript restore " .. copy.seq,
          }
        )
      end
      return dj.copy.restore(copy, { database = database })
    end,
  },
}
