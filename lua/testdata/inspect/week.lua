-- What a first script looks like after a week.
local dests = { "local", "pendrive" }
local copy, log = dj.copy, dj.log

function notify(text)
  log.inform(text)
end

return dj.script {
  name = "week",
  verison = "1.0",
  params = {
    to = { type = "destination", list = true, default = "local" },
    keep = { type = "integer", default = "7" },
    hour = { type = "hour" },
  },
  jobs = {
    backup = function(job, p)
      if dests[0] == nil then
        job:degrade("no destination")
      end
      local made = copy.create {
        to = p.dest,
        verify = "yes",
        wait = 30,
        level = 1,5,
      }
      local label = "kept " + p.keep
      for i = 1, #made do
        copy:prove(made[i])
        totl = total + 1
      end
      return job.named == "backup" and 0 or label
    end,
  },
}
