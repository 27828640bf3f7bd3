local function open_store(sim)
  sim:config {
    destination = { ["local"] = { path = "C:/Copias", keep = "december:season" } },
    backup = { from = "12:00", ["until"] = "22:00", every = "10h", to = { "local" } },
    limits = { steps = "200M" },
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
  open_store(sim)
  sim:at("2026-06-01 08:00")
  sim:advance("29d")
  -- Sete dias, o fim de duas semanas antes deles, e as três mais novas, que nunca saem.
  dj.expect.equal(of_month(sim, "2026-06"), 10)
end)

dj.test("em dezembro ficam as horas e todos os dias", function(sim)
  open_store(sim)
  sim:at("2026-12-01 08:00")
  sim:advance("31d")
  -- As duas cópias de cada um dos últimos 24 dias, e a última de cada um dos 7 antes deles.
  dj.expect.equal(of_month(sim, "2026-12"), 2 * 24 + 7)
end)

dj.test("em fevereiro volta o de sempre, aos poucos", function(sim)
  open_store(sim)
  sim:at("2026-12-20 08:00")
  sim:advance("43d")
  dj.expect.equal(of_month(sim, "2026-12"), 12)
  sim:advance("20d")
  dj.expect.equal(of_month(sim, "2026-12"), 1)
end)

dj.test("cópias sem prova não apagam as de dezembro", function(sim)
  open_store(sim)
  sim:at("2026-12-20 08:00")
  sim:advance("12d")
  local before = of_month(sim, "2026-12")
  sim:fail("copy.create", "copy.degraded")
  sim:advance("40d")
  dj.expect.equal(of_month(sim, "2026-12"), before)
end)
