-- "O cliente mandou as cópias do sistema velho. Veja quais prestam e ponha junto com as nossas."
-- djscript run adopt_files files=D:/Velhas/2024.fbk,D:/Velhas/2025.fbk database=loja
-- Cada arquivo é restaurado antes de entrar; o que não presta fica de fora, e o próximo é tentado.
return dj.script {
  name = "adopt_files",
  version = "1.0.0",
  params = {
    files = { type = "path", list = true, required = true, help = "os .fbk, .fdb ou .zip" },
    database = { type = "database", required = true, help = "de que banco de dados eles são" },
    to = { type = "destination", list = true, help = "onde as cópias vão ficar" },
  },
  jobs = {
    adopt = function(job, p)
      local adopted, failed = {}, nil
      for i, path in ipairs(p.files) do
        local ok, result = pcall(dj.copy.adopt, path, {
          database = p.database,
          to = p.to,
          note = "adotada de " .. path,
        })
        if ok then
          adopted[#adopted + 1] = result
        else
          job:degraded(path .. " ficou de fora", result)
          failed = result
        end
        job:progress(i, #p.files)
      end
      if #adopted == 0 then
        error(failed)
      end
      return adopted
    end,
  },
}
