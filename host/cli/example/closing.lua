-- A job of this store: the closing copy, which stays out of the rotation of everyday copies.
-- djscript run closing          makes the copy
-- djscript docs closing         shows its params
return dj.script {
  name = "closing",
  params = {
    to = { type = "destination", list = true, help = "where the copies go" },
  },
  jobs = {
    backup = function(job, p)
      return dj.copy.create { to = p.to, class = "closing", note = "closing of " .. job.day }
    end,
  },
}
