-- "A atualização do sistema deu errado. Quero tudo como estava antes dela."
-- Fica em scripts/ da loja; no djscript.toml: [script.undo_update]
-- grants = ["copy.write", "restore"]
--   djscript run undo_update:before version=4.2      antes de atualizar
--   djscript run undo_update:back version=4.2        se deu errado
-- Antes, uma cópia provada que rotação nenhuma apaga por 30 dias. A volta mostra o que entrou
-- depois da atualização e pergunta, porque isso se perde; o banco atualizado fica guardado:
-- djscript restore --undo o traz de novo.
local function note_of(p)
  return "antes da versão " .. p.version
end

return dj.script {
  name = "undo_update",
  version = "1.0.0",
  params = {
    version = { type = "text", required = true, help = "a versão do sistema" },
    to = { type = "destination", list = true, help = "para onde vai a cópia" },
    on_busy = { type = "text", values = { "fail", "shutdown" }, default = "fail" },
  },
  jobs = {
    before = function(_, p)
      local copies = dj.copy.create { to = p.to, class = "pre_update", note = note_of(p) }
      for _, copy in ipairs(copies) do
        if copy.state ~= "verified" then
          dj.fail("update.not_proven", "a cópia de " .. copy.database .. " não foi provada", {
            hint = "não atualize antes de: djscript copies prove newest",
          })
        end
        dj.copy.pin(copy, { reason = note_of(p), last_day = dj.time.add(copy.day, "30d") })
      end
      return copies
    end,

    back = function(_, p)
      local done, seen = {}, {}
      for _, copy in ipairs(dj.copy.list { class = "pre_update", state = "verified" }) do
        if copy.note == note_of(p) and not seen[copy.database] then
          seen[copy.database] = true
          local lost = dj.copy.preview(copy).lost
          local question = copy.database
            .. ": voltar à cópia "
            .. copy.seq
            .. "? Perdem-se ao menos "
            .. lost
            .. " registros."
          if not dj.confirm(question, { id = "back-" .. copy.database, danger = true }) then
            dj.fail(
              "confirm.refused",
              copy.database .. " ficou como está",
              { hint = "rode de novo quando tiver certeza" }
            )
          end
          done[#done + 1] = dj.copy.restore(copy, { on_busy = p.on_busy })
        end
      end
      if #done == 0 then
        dj.fail("update.no_copy", "não há cópia provada de " .. note_of(p), {
          hint = "veja as que há: djscript copies list --class pre_update",
        })
      end
      return done
    end,
  },
}
