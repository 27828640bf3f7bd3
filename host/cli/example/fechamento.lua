-- Um trabalho desta loja: a cópia de fechamento, que não entra na rotação das cópias do dia a dia.
-- djscript run fechamento          faz a cópia
-- djscript docs fechamento         mostra os parâmetros
return dj.script {
  name = "fechamento",
  params = {
    to = { type = "destination", list = true, help = "para onde vão as cópias" },
  },
  jobs = {
    backup = function(job, p)
      local note = "fechamento de " .. job.day
      return dj.copy.create { to = p.to, class = "closing", note = note }
    end,
  },
}
