---@meta dj

--- O relógio da execução, como texto em RFC 3339 com o fuso da loja: fixo em uma repetição, movido em uma simulação.
---
--- Exemplo:
--- ```lua
--- local now = dj.time.now()
--- dj.log.info("it is " .. dj.time.format(now, "HH:MM"))
--- ```
---@return string
function dj.time.now() end

--- Lê uma data ou hora. O segundo argumento diz como está escrita: dd, mm, aaaa ou aa, HH, MM, SS, em inglês também yyyy e yy;
--- outras letras ficam entre ' '. Dá um dia, "2026-12-31", se não houver HH, senão um momento em RFC 3339 com o fuso da loja. De
--- dois algarismos, 69 a 99 são do século passado. Levanta time.bad.
---
--- Exemplo:
--- ```lua
--- assert(dj.time.parse("31/12/2026", "dd/mm/yyyy") == "2026-12-31")
--- assert(dj.time.parse("20261231 2359", "aaaammdd HHMM"):sub(1, 16) == "2026-12-31T23:59")
--- ```
---@param text string
---@param layout string
---@return string
function dj.time.parse(text, layout) end

--- Escreve um momento ou um dia em uma forma de dj.time.parse, na hora da loja.
---
--- Exemplo:
--- ```lua
--- assert(dj.time.format("2026-12-31", "dd/mm/yyyy") == "31/12/2026")
--- assert(dj.time.format("2026-12-31", "mm 'de' aaaa") == "12 de 2026")
--- ```
---@param time string
---@param layout string
---@return string
function dj.time.format(time, layout) end

--- Soma um intervalo: "10m", "2h", "1d", "2w", em números inteiros; "-1d" volta atrás. Os dias são os do calendário: um dia
--- depois das dez é às dez. Um dia mais dias inteiros dá um dia.
---
--- Exemplo:
--- ```lua
--- assert(dj.time.add("2026-01-31", "1d") == "2026-02-01")
--- local function last_of_month(day) return dj.time.format(dj.time.add(day, "1d"), "dd") == "01" end
--- assert(last_of_month("2028-02-29") and not last_of_month("2028-02-28"))
--- ```
---@param time string
---@param duration string
---@return string
function dj.time.add(time, duration) end

--- Quantos dias do calendário há entre dois dias ou momentos; negativo se `to` vem antes.
---
--- Exemplo:
--- ```lua
--- assert(dj.time.days("2026-02-28", "2026-03-02") == 2)
--- ```
---@param from string
---@param to string
---@return integer
function dj.time.days(from, to) end

--- O dia da semana: "mon", "tue", "wed", "thu", "fri", "sat" ou "sun" (de segunda a domingo).
---
--- Exemplo:
--- ```lua
--- assert(dj.time.weekday("2026-12-25") == "fri")
--- ```
---@param time string
---@return "mon"|"tue"|"wed"|"thu"|"fri"|"sat"|"sun"
function dj.time.weekday(time) end
