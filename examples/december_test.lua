local function open_store(sim, every)
  sim:config {
    destination = { ["local"] = { path = "C:/Copias", keep = "december:season" } },
    backup = { from = "10:00", ["until"] = "22:00", every = every, to = { "local" } },
  }
end

-- Quantas cópias ficam daquele mês.
local function of_month(sim, month)
  local found = 0
  for _, copy in ipairs(sim:copies()) do
    if copy.day:sub(1, 7) == month then
      found = found + 1
    end
  end
  return found
end

dj.test("durante o ano, sete dias", function(sim)
  open_store(sim, "12h")
  sim:at("2026-06-01 08:00")
  sim:advance("29d")
  -- Sete dias, o fim de duas semanas antes deles, e as três mais novas, que nunca saem.
  dj.expect.equal(of_month(sim, "2026-06"), 10)
end)

dj.test("em dezembro ficam as quatro cópias de cada dia", function(sim)
  open_store(sim, "4h")
  sim:at("2026-12-01 08:00")
  sim:advance("31d")
  dj.expect.equal(of_month(sim, "2026-12"), 4 * 31)
end)

dj.test("em fevereiro volta o de sempre, aos poucos", function(sim)
  open_store(sim, "12h")
  sim:at("2026-12-20 08:00")
  sim:advance("43d")
  dj.expect.equal(of_month(sim, "2026-12"), 2 * 12)
  sim:advance("20d")
  dj.expect.equal(of_month(sim, "2026-12"), 1)
end)

dj.test("cópias sem prova não apagam as de dezembro", function(sim)
  open_store(sim, "12h")
  sim:at("2026-12-20 08:00")
  sim:advance("12d")
  local before = of_month(sim, "2026-12")
  sim:fail("copy.create", "copy.degraded")
  sim:advance("40d")
  dj.expect.equal(of_month(sim, "2026-12"), before)
end)
