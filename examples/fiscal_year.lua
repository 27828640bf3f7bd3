-- "A cópia do fim do exercício fica guardada seis anos, custe o que custar."
-- O fisco pode pedir o exercício por cinco anos, contados do ano seguinte. Roda em 31 de dezembro;
-- à mão, depois dos ajustes do contador: djscript run fiscal_year year=2026
return dj.script {
  name = "fiscal_year",
  version = "1.0.0",
  params = {
    to = { type = "destination", list = true, help = "para onde vai a cópia" },
    year = { type = "integer", help = "o exercício; sem ele, o ano do dia da loja" },
    years = { type = "integer", default = 6, help = "por quantos anos a cópia não sai" },
  },
  jobs = {
    close = function(job, p)
      local year = p.year or tonumber(job.day:sub(1, 4))
      local reason = "exercício de " .. year
      local copies = dj.copy.create { to = p.to, class = "closing", note = reason }
      for _, copy in ipairs(copies) do
        dj.copy.pin(copy, { reason = reason, last_day = (year + p.years) .. "-12-31" })
      end
      return copies
    end,
  },
}
