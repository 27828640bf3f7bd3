-- Tests run on a simulated store, which needs neither a database nor drives: djscript test
dj.test("the closing copy goes to both places, proven", function(sim)
  local run = sim:run("closing:backup")
  dj.expect.equal(run.result, "done")
  local copy = sim:copies()[1]
  dj.expect.equal(copy.class, "closing")
  dj.expect.equal(copy.state, "verified")
  dj.expect.equal(#copy.places, 2)
end)

dj.test("without the pen drive the copy is made all the same, and the run says so", function(sim)
  sim:unplug("DJ-BACKUP")
  local run = sim:run("closing:backup")
  dj.expect.equal(run.result, "degraded")
  dj.expect.equal(run.degraded[1].code, "drive.not_found")
end)
