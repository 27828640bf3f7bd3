-- "De dia, uma cópia por hora, só no computador. À noite, uma boa em todos os lugares."
-- As do dia não são provadas na hora, para ninguém sentir. A cópia da noite e a prova das do dia
-- são as de fábrica, hourly:backup e hourly:prove.
return dj.script {
  name = "hourly",
  version = "1.0.0",
  extends = "default",
  params = {
    hour_to = { type = "destination", default = "local", help = "onde ficam as do dia" },
  },
  jobs = {
    hour = function(_, p)
      return dj.retry({ times = 3, wait = "2m", on = { "db.busy" } }, function()
        return dj.copy.create { to = p.hour_to, class = "intraday", verify = "later" }
      end)
    end,
  },
}
