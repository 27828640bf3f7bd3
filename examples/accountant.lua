-- "O contador quer uma cópia por mês, no começo do mês, e quer saber que ela está lá."
-- A pasta do destino é a que ele já recebe: compartilhada na rede, ou sincronizada com a nuvem.
return dj.script {
  name = "accountant",
  version = "1.0.0",
  params = {
    to = { type = "destination", required = true, help = "o destino que o contador enxerga" },
    databases = { type = "database", list = true, help = "o que interessa a ele" },
  },
  jobs = {
    monthly = function(job, p)
      local month = job.day:sub(1, 7)
      local note = "para o contador, " .. month
      for _, copy in ipairs(dj.copy.list { where = p.to, since = month .. "-01" }) do
        if copy.note == note then
          dj.skip("o contador já tem a cópia de " .. month)
        end
      end
      local copies = dj.copy.create {
        to = p.to,
        databases = p.databases,
        class = "extra",
        note = note,
      }
      for _, copy in ipairs(copies) do
        dj.notify("info", "Cópia do mês: " .. copy.name, { body = job.store.name, to = { "contador" } })
      end
      return copies
    end,
  },
}
