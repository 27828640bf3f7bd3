-- "O contador quer uma cópia por mês, no começo do mês, e quer saber que ela está lá."
-- O destino é uma pasta que ele já recebe: compartilhada na rede, ou sincronizada com a nuvem.
return dj.script {
  name = "accountant",
  version = "1.0.0",
  params = {
    to = { type = "destination", required = true, help = "o destino que o contador enxerga" },
    databases = { type = "database", list = true, help = "o que interessa a ele" },
  },
  jobs = {
    monthly = function(job, p)
      local month = dj.time.format(job.day, "mm/aaaa")
      dj.once("contador " .. month, function()
        local copies = dj.copy.create {
          to = p.to,
          databases = p.databases,
          class = "extra",
          note = "para o contador, " .. month,
        }
        for _, copy in ipairs(copies) do
          dj.notify("info", "A cópia de " .. month .. " está na pasta", {
            body = copy.name,
            to = { "contador" },
          })
        end
      end)
    end,
  },
}
