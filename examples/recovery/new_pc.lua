-- "O computador da loja vai ser trocado amanhã. Só o pen drive vai para o novo."
-- Fica em scripts/ da loja; no djscript.toml: [script.new_pc]
-- grants = ["copy.write", "db.write"]
--   djscript run new_pc:leave to=pendrive            no computador velho, com o sistema fechado
--   djscript init --from E:/Copias/CÓPIA.zip --key CHAVE.txt      no novo
--   djscript run new_pc:arrived copy=12              no novo: confere, e faz a primeira cópia dali
-- A cópia leva tudo: o banco de dados, o djscript.toml, os scripts, os modelos de documentos. O
-- que vender depois dela fica no computador velho; por isso o banco é fechado enquanto ela é
-- feita, e o pen drive sai por último.
return dj.script {
  name = "new_pc",
  version = "1.0.0",
  params = {
    to = {
      type = "destination",
      list = true,
      help = "o pen drive; no novo, onde fica a primeira cópia",
    },
    copy = { type = "text", help = "a cópia de que a loja veio" },
    wait = { type = "duration", default = "5m", help = "quanto esperar até que fechem o sistema" },
  },
  jobs = {
    leave = function(_, p)
      local copies = {}
      for _, system in ipairs(dj.db.list()) do
        dj.db.exclusive({ database = system.name, wait = p.wait }, function()
          for _, copy in
            ipairs(dj.copy.create {
              databases = system.name,
              to = p.to,
              class = "closing",
              note = "mudança de computador",
            })
          do
            copies[#copies + 1] = copy
          end
        end)
      end
      for _, copy in ipairs(copies) do
        if copy.state ~= "verified" then
          dj.fail("new_pc.not_proven", "a cópia de " .. copy.database .. " não foi provada", {
            hint = "não desligue o computador velho antes de: djscript copies prove newest",
          })
        end
        print("no computador novo: djscript init --from " .. copy.places[1].path)
      end
      return copies
    end,

    -- O que chegou tem de ter tudo o que a cópia tinha.
    arrived = function(_, p)
      if not p.copy then
        dj.fail(
          "arg.missing",
          "diga de que cópia a loja veio",
          { hint = "djscript run new_pc:arrived copy=12" }
        )
      end
      local came = dj.copy.open(p.copy)
      local made = dj.copy.create {
        databases = came.database,
        to = p.to,
        note = "primeira do computador novo",
      }
      for name, rows in pairs(came.rows) do
        local now = made[1].rows[name] or 0
        if now < rows then
          dj.fail(
            "new_pc.lacks",
            name .. " tem " .. now .. " registros, e na cópia são " .. rows,
            {
              hint = "não use o sistema ainda; restaure de novo: djscript restore " .. came.seq,
            }
          )
        end
      end
      return made
    end,
  },
}
