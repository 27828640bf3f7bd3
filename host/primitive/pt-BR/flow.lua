---@meta dj

---@alias dj.ParamType "text"|"integer"|"decimal"|"boolean"|"duration"|"date"|"enum"|"path"|"destination"|"database"|"policy"

---@class dj.Param
---@field type dj.ParamType
---@field list? boolean        destinos ou bancos de dados sem default: todos os da loja
---@field default? any
---@field values? string[]     de um enum
---@field required? boolean
---@field help? string|table<string, string>  um texto, ou um para cada língua: { ["pt-BR"] = "...", en = "..." }

---@class dj.ScriptSpec
---@field name string
---@field version? string
---@field params? table<string, dj.Param>  viram `p`: a linha de comando vale mais que a entrada do cron, que vale mais que [script.NOME], que vale mais que default
---@field jobs? table<string, function>    chamado com o trabalho e seus parâmetros
---@field policies? table<string, dj.Policy|dj.Policy[]|dj.PolicyFn>  chamadas "script:politica" no `keep` do djscript.toml
---@field health? function                 verificações para `djscript doctor`: h:check(título, ok, { hint = ... })
---@field extends? string                  um script desta camada ou de uma abaixo: o que este não diz, ele herda

---@class dj.Job
---@field id string
---@field name string
---@field due string        RFC 3339
---@field day string        dia da loja, aaaa-mm-dd
---@field trigger string    "cron" ou "manual"
---@field dry boolean
---@field language "pt-BR"|"en"  das mensagens
---@field store {id: string, name: string, cnpj?: string}
dj.Job = {}

--- Marca a execução como feita com ressalvas (saída 3, amarelo) sem fazê-la falhar.
---@param message string
---@param err? any
function dj.Job:degraded(message, err) end

--- Diz até onde o trabalho chegou, em unidades dele mesmo.
---@param done integer
---@param total integer
function dj.Job:progress(done, total) end

--- Chama o trabalho de mesmo nome que o script herdou por extends; com os mesmos parâmetros, se não receber outros.
--- Devolve o que aquele trabalho devolve.
---
--- Exemplo:
--- ```lua
--- return dj.script {
---   name = "nightly",
---   extends = "default",
---   jobs = {
---     prove = function(job)
---       local proven = job:super()
---       dj.log.info(#proven .. " proven")
---       return proven
---     end,
---   },
--- }
--- ```
---@param p? any
---@return any
function dj.Job:super(p) end

--- Declara o script. Um arquivo de script devolve isto e não faz mais nada ao ser carregado.
---
--- Exemplo:
--- ```lua
--- return dj.script {
---   name = "hello",
---   params = { who = { type = "text", default = "world", help = "whom to greet" } },
---   jobs = { greet = function(job, p) dj.log.info("hello, " .. p.who) end },
--- }
--- ```
---@param spec dj.ScriptSpec
---@return dj.ScriptSpec
function dj.script(spec) end

--- Chama fn de novo quando ela falha com um destes códigos; sem eles, com um erro que diz que tentar de novo pode
--- ajudar. Devolve o que fn devolve. O último erro é levantado.
---
--- Exemplo:
--- ```lua
--- local info = dj.retry({ times = 3, wait = "1s", on = { "db.busy" } }, function()
---   return dj.db.info("loja")
--- end)
--- assert(info.page_size > 0)
--- ```
---@param opts {times: integer, wait: string, factor?: number, on?: string[]}
---@param fn function
---@return any
function dj.retry(opts, fn) end

--- Dá nome a um trecho do trabalho: aparece no andamento, tem seu tempo medido, vai para o diário. Devolve o que fn
--- devolve.
---
--- Exemplo:
--- ```lua
--- local n = dj.step("count the systems", function() return #dj.db.list() end)
--- assert(n >= 1)
--- ```
---@param title string
---@param fn function
---@return any
function dj.step(title, fn) end

--- Segura uma trava que outros processos do djscript desta loja respeitam enquanto fn roda; solta-se se o processo morre.
--- Levanta lock.timeout.
---
--- Exemplo:
--- ```lua
--- dj.lock("scales", { wait = "5s" }, function() dj.log.info("alone") end)
--- ```
---@param name string
---@param opts? {wait?: string}
---@param fn function
---@return any
function dj.lock(name, opts, fn) end

--- Guarda fn para o fim do trabalho: a última primeiro, também depois de um erro, de um tempo esgotado ou de um
--- cancelamento, em 30 segundos ao todo. São guardadas no máximo 1.000 funções.
---
--- Exemplo:
--- ```lua
--- dj.defer(function() dj.log.info("the end") end)
--- ```
---@param fn function
function dj.defer(fn) end

--- Termina a execução como pulada (saída 7), com um motivo para o diário.
---
--- Exemplo:
--- ```lua
--- if dj.calendar.on("feriados", "2026-12-25") and #dj.db.list() == 0 then
---   dj.skip("holiday")
--- end
--- ```
---@param reason string
function dj.skip(reason) end

--- Termina a execução como falha, com um código e palavras do próprio script.
---
--- Exemplo:
--- ```lua
--- local ok, err = pcall(dj.fail, "shop.closed", "the shop is closed", { hint = "come back at nine" })
--- assert(not ok and err:is("shop"))
--- ```
---@param code string
---@param message string
---@param opts? {hint?: string}
function dj.fail(code, message, opts) end
