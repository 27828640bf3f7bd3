-- "Em dezembro a loja vende o dobro: guarde cada hora de cada dia até o balanço de janeiro."
-- No resto do ano fica o de sempre.
-- Só diz o que fica. Quem copia é [backup]; o destino aponta para cá: keep = "december:season"
local usual = { daily = 7, weekly = 4, monthly = 12 }
-- Dezembro e janeiro têm 62 dias; quantas cópias cada um tem não importa.
local season = { within = "62d", weekly = 8, monthly = 12 }

return dj.script {
  name = "december",
  version = "1.0.0",
  policies = {
    -- O mês é o da cópia provada mais nova, nunca o do relógio do computador.
    season = function(copies, newest_day)
      local month = newest_day:sub(6, 7)
      if month == "12" or month == "01" then
        return dj.copy.keep(season, copies)
      end
      return dj.copy.keep(usual, copies)
    end,
  },
}
