---@meta dj

---@class dj.Pin
---@field reason string
---@field last_day? string  o último dia da loja em que vale; sem ele, até ser solta

---@class dj.Policy           o que fica; uma lista delas é a soma
---@field class? (dj.Class|"pre_restore")[]  que ela conta e pode apagar; sem isto, { "routine", "intraday" }
---@field last? integer       as provadas mais novas
---@field hourly? integer     a provada mais nova de cada uma de tantas horas que tenham uma
---@field daily? integer
---@field weekly? integer
---@field monthly? integer
---@field yearly? integer
---@field within? string      "30d", para trás da cópia provada mais nova, nunca do relógio do PC
---@field weekdays? string[]  a provada mais nova de cada um: { "seg", "sex" }
---@field min? integer        nunca menos provadas que isto; sem isto, 3

---@class dj.Plan
---@field keep table<string, string[]>      id -> motivos
---@field drop table<string, string[]>
---@field deferred table<string, string[]>  a apagar em outra vez
---@field guards string[]                   o que o djscript guardou ou adiou contra a política

--- Chamada uma vez para cada banco de dados, conjunto de empresas e destino, com as cópias dali, da mais nova para a mais
--- velha, e o dia da loja mais novo provado em que se pode acreditar ("" se não houver). Devolve os ids a guardar, cada um
--- com seus motivos. É perguntada duas vezes, cada vez sozinha, com uma cópia das variáveis que usa, e tem de responder o
--- mesmo: só pelas cópias, não pelo relógio, pela sorte ou pela ordem em que pairs percorre. Pode chamar dj.copy.keep e o
--- que só calcula.
---@alias dj.PolicyFn fun(copies: dj.Copy[], newest_day: string): table<string, string[]>

--- Se o djscript.toml diz o que fica num destino: o `keep` dele, ou o `delete_after` de [backup].
---
--- Exemplo:
--- ```lua
--- for _, where in ipairs { "local", "pendrive" } do
---   if dj.copy.rotates(where) then dj.copy.prune(where) end
--- end
--- ```
---@param where string
---@return boolean
function dj.copy.rotates(where) end

--- O que uma política guarda destas cópias, para compor políticas dentro de uma função: id -> motivos.
---
--- Exemplo:
--- ```lua
--- local function closings(copies)
---   local keep = dj.copy.keep({ daily = 7, monthly = 12 }, copies)
---   for _, copy in ipairs(copies) do
---     if copy.day:sub(6) == "12-31" then keep[copy.id] = { "last day of the year" } end
---   end
---   return keep
--- end
--- local plan = dj.copy.plan("local", closings)
--- dj.log.info(#plan.guards .. " guards")
--- ```
---@param policy dj.Policy|dj.Policy[]
---@param copies dj.Copy[]
---@return table<string, string[]>
function dj.copy.keep(policy, copies) end

--- O que seria das cópias num destino, e por quê: por esta política, ou pela do djscript.toml. Levanta guard.policy quando
--- a política é recusada, option.keep quando a do djscript.toml o é, option.missing quando não há nenhuma.
---
--- Exemplo:
--- ```lua
--- local plan = dj.copy.plan("local", { daily = 7, weekly = 4, monthly = 12 })
--- for id, reasons in pairs(plan.drop) do dj.log.info(id .. ": " .. reasons[1]) end
--- ```
---@param where string
---@param policy? dj.Policy|dj.Policy[]|dj.PolicyFn
---@return dj.Plan
function dj.copy.plan(where, policy) end

--- Apaga as cópias que nada guarda, e as devolve. A provada mais nova, o mínimo de provadas, as fixadas e as danificadas
--- sempre ficam, e a que nunca foi provada fica até haver três provadas mais novas; não sai mais que um quinto por vez, e só
--- depois de novas cópias provadas. Um plano recusado não apaga nada e deixa a execução com ressalvas, e assim uma política do
--- djscript.toml que não pode ser seguida.
---
--- Exemplo:
--- ```lua
--- local dropped = dj.copy.prune("local", { { daily = 7, weekly = 4 }, { class = { "closing" }, monthly = 60 } })
--- dj.log.info(#dropped .. " dropped")
--- ```
---@param where string
---@param policy? dj.Policy|dj.Policy[]|dj.PolicyFn
---@return dj.Copy[]
function dj.copy.prune(where, policy) end

--- Guarda uma cópia diga o que disser qualquer política, em todo destino em que ela está agora.
---
--- Exemplo:
--- ```lua
--- local newest = dj.copy.newest()
--- if newest then dj.copy.pin(newest, { reason = "before the update", last_day = "2027-03-31" }) end
--- ```
---@param copy string|dj.Copy  a cópia, o id, o número, ou um caminho
---@param opts {reason: string, last_day?: string}
---@return dj.Copy
function dj.copy.pin(copy, opts) end

--- Solta a cópia.
---
--- Exemplo:
--- ```lua
--- for _, copy in ipairs(dj.copy.list()) do
---   if copy.pinned then dj.copy.unpin(copy) end
--- end
--- ```
---@param copy string|dj.Copy  a cópia, o id, o número, ou um caminho
---@return dj.Copy
function dj.copy.unpin(copy) end
