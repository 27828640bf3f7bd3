-- "Se o banco de dados crescer ou encolher demais em uma semana, quero saber."
-- Cresceu: alguém importou duas vezes. Encolheu: alguém apagou. A medida são os registros que cada
-- cópia já contou. Uma cópia muito diferente das anteriores o djscript já põe sob suspeita, e não
-- apaga nada até que alguém a aceite; este aviso vem antes, com o número que a loja escolher.

local function total(copy)
  local sum = 0
  for _, rows in pairs(copy.rows) do
    sum = sum + rows
  end
  return sum
end

local function percent(before, after)
  return (after / math.max(before, 1) - 1) * 100
end

-- A tabela que mais mudou entre duas cópias.
local function most_changed(before, after)
  local table_name, most = "", -1
  for name, rows in pairs(after.rows) do
    local change = math.abs(rows - (before.rows[name] or 0))
    if change > most or change == most and name < table_name then
      table_name, most = name, change
    end
  end
  return table_name
end

-- A cópia mais nova que foi restaurada, também a suspeita, e a mais nova das provadas que têm ao
-- menos tantos dias a mais.
local function pair(database, apart)
  local newest
  for _, copy in ipairs(dj.copy.list { database = database }) do
    local proven = copy.state == "verified"
    if proven or copy.state == "suspect" then
      newest = newest or copy
    end
    if proven and dj.time.days(copy.day, newest.day) >= apart then
      return newest, copy
    end
  end
end

-- O que fazer com a notícia.
local function advice(copy)
  if copy.state ~= "suspect" then
    return ""
  end
  return (". Está sob suspeita, e nada sai até que alguém veja: djscript copies show %s"):format(
    copy.seq
  )
end

return dj.script {
  name = "growth",
  version = "1.0.0",
  params = {
    percent = { type = "integer", default = 20, help = "quanto é demais" },
    days = { type = "integer", default = 7, help = "em quantos dias" },
  },
  jobs = {
    watch = function(_, p)
      for _, system in ipairs(dj.db.list()) do
        local after, before = pair(system.name, p.days)
        local change = before and percent(total(before), total(after)) or 0
        if math.abs(change) > p.percent then
          local verb = change > 0 and "cresceu" or "encolheu"
          local title = ("O banco %s %s %.0f%%"):format(system.name, verb, math.abs(change))
          dj.notify("warning", title, {
            body = ("Desde %s. Mudou mais: %s%s"):format(
              dj.time.format(before.day, "dd/mm"),
              most_changed(before, after),
              advice(after)
            ),
          })
        end
      end
    end,
  },
}
