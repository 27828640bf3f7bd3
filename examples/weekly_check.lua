-- "Uma vez por semana, leia tudo o que está no pen drive e me diga se alguma cópia estragou."
-- Pen drive velho perde dados calado. Ler não é restaurar: isto diz que a cópia ainda é a que foi
-- gravada.
return dj.script {
  name = "weekly_check",
  version = "1.0.0",
  params = {
    where = { type = "destination", default = "pendrive", help = "o destino que vai ser lido" },
  },
  jobs = {
    check = function(job, p)
      local copies, spoilt, first = dj.copy.list { where = p.where }, {}, nil
      for i, copy in ipairs(copies) do
        local ok, err = pcall(dj.copy.check, copy)
        if not ok then
          spoilt[#spoilt + 1] = copy.name
          first = first or err
        end
        job:progress(i, #copies)
      end
      if #copies == 0 then
        dj.notify("warning", "Não havia o que ler em " .. p.where)
        dj.skip("nenhuma cópia em " .. p.where)
      elseif first then
        dj.notify("critical", "Troque o pen drive: há cópia estragada em " .. p.where, {
          body = table.concat(spoilt, "\n"),
        })
        error(first)
      end
      return #copies
    end,
  },
}
