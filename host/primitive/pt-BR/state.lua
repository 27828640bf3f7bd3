---@meta dj

--- O que este script guarda sob uma chave nesta loja; o segundo argumento, se não houver nada.
---
--- Exemplo:
--- ```lua
--- local n = dj.state.get("runs", 0)
--- dj.state.set("runs", n + 1)
--- assert(dj.state.get("runs", 0) == n + 1)
--- ```
---@param key string
---@param default? any
---@return any
function dj.state.get(key, default) end

--- Guarda um valor que caiba em JSON para as próximas execuções deste script; nil apaga a chave. É gravado quando a tarefa termina
--- bem, e nunca em um ensaio. Um dj.num volta como texto. No máximo 1 MB por script: levanta state.large.
---
--- Exemplo:
--- ```lua
--- dj.state.set("last", { day = job.day, copies = 2 })
--- assert(dj.state.get("last").copies == 2)
--- dj.state.set("last", nil)
--- ```
---@param key string
---@param value? any
function dj.state.set(key, value) end

--- Chama fn na primeira vez em que esta loja vê a chave, seja qual for o script; a chave é marcada assim que fn termina bem, e
--- nunca em um ensaio. Se faltar energia entre os dois, fn é chamada de novo. Diz se fn foi chamada.
---
--- Exemplo:
--- ```lua
--- dj.once("2026-05 rebuild the index", function() dj.log.info("once only") end)
--- assert(not dj.once("2026-05 rebuild the index", function() error("again") end))
--- ```
---@param key string
---@param fn function
---@return boolean ran
function dj.once(key, fn) end
