---@meta dj

---@class dj.Company
---@field id string      chave no seu banco de dados, como texto; única só dentro dele
---@field name string
---@field cnpj? string   14 posições, letras permitidas, sem máscara

---@class dj.Info
---@field path string
---@field bytes integer
---@field ods string
---@field page_size integer
---@field engine string
---@field dialect integer
---@field backup_state integer  0: normal
---@field charset string
---@field shutdown_mode integer  0: aberto a todos

---@class dj.Session
---@field id string
---@field user string
---@field host string
---@field program string
---@field since string
---@field self boolean

--- Os bancos de dados desta loja.
---
--- Exemplo:
--- ```lua
--- assert(dj.db.list()[1].name == "loja")
--- ```
---@return {name: string, path: string, system: string}[]
function dj.db.list() end

--- O que um banco de dados diz de si; o único da loja, ou pelo nome em djscript.toml.
---
--- Exemplo:
--- ```lua
--- assert(dj.db.info("loja").bytes > 0)
--- ```
---@param database? string
---@return dj.Info
function dj.db.info(database) end

--- As empresas de um banco de dados, pelo perfil do seu sistema.
---
--- Exemplo:
--- ```lua
--- assert(#dj.db.companies("loja") == 3)
--- ```
---@param database? string
---@return dj.Company[]
function dj.db.companies(database) end

--- Quem está conectado, de onde, com que programa, desde quando.
---
--- Exemplo:
--- ```lua
--- for _, session in ipairs(dj.db.sessions("loja")) do
---   dj.log.info(session.user .. " " .. session.program)
--- end
--- ```
---@param database? string
---@return dj.Session[]
function dj.db.sessions(database) end

--- Validação completa de um arquivo de banco de dados, e suas linhas por tabela. O arquivo é copiado antes e só lido.
---@param path string
---@return {ok: boolean, errors: string[], rows: table<string, integer>}
function dj.db.check(path) end
