---@meta dj

---@alias dj.Class "routine"|"intraday"|"extra"|"pre_update"|"closing"

---@class dj.Part
---@field name string
---@field kind "database"|"files"|"config"|"state"
---@field original? string  de onde veio
---@field bytes integer
---@field sha256 string

---@class dj.Place
---@field destination string
---@field path string
---@field bytes integer
---@field sha256 string
---@field read_back "device"|"cache"
---@field state "present"|"missing"|"offline"|"trashed"|"bad"
---@field drive? string  id of the enrolled drive that it lies on
---@field checked? string  when its bytes were last hashed
---@field encrypted? boolean
---@field zip? string  sha256 of the zip within, where encrypted
---@field pieces? dj.Part[]  files that together are the copy
---@field last_day? string  na lixeira: é apagada quando for provada ali uma cópia de um dia posterior
---@field why? string  na lixeira: por que saiu da rotação

---@class dj.Evidence
---@field query string
---@field before string
---@field after string
---@field restored? string
---@field holds? "exact"|"bracketed"|"no"

---@class dj.Proof
---@field level "restore"
---@field when string
---@field ok boolean
---@field sha256 string
---@field part string
---@field rows table<string, integer>
---@field evidence dj.Evidence[]
---@field engine string
---@field seconds number
---@field against string[]  contradições; nenhuma quando ok
---@field odd? string[]  em que ela difere das cópias provadas antes dela

---@class dj.Copy             um banco de dados, com seus modelos de documentos, num zip que se explica sozinho
---@field id string           identidade única, em ordem, nunca reutilizada
---@field seq string          número da própria loja: a ordem das cópias, diga o relógio o que disser
---@field set string          igual em cópias feitas juntas
---@field name string         do zip
---@field store string
---@field database string
---@field created string      RFC 3339 com o fuso da loja
---@field day string          dia da loja a que os dados pertencem, fixado na criação
---@field class dj.Class|"pre_restore"
---@field state "sealed"|"verified"|"suspect"|"bad"|"missing"|"trashed"
---@field partial boolean     algo ficou de fora; `left_out` diz o quê
---@field left_out? {files?: boolean, companies?: string[], archive_before?: integer, along?: table<string, integer>, unfiltered?: string[]}
---@field companies dj.Company[]
---@field rows table<string, integer>  por tabela, como o gbak as leu
---@field parts dj.Part[]
---@field places dj.Place[]
---@field proof? dj.Proof
---@field verify "restore"|"later"|"never"
---@field to? string[]  destinos para os quais foi feita
---@field note? string
---@field pinned? dj.Pin
---@field waived? string[]  destinos a que ela não precisa chegar: alguém disse isso
---@field accepted? string   por que alguém aceitou uma cópia suspeita
---@field busy? boolean      alguém a lê ou move agora
---@field suspect? string     por que não se acreditou no relógio do PC quando ela foi feita

---@class dj.Filter
---@field where? string     destino
---@field database? string
---@field class? dj.Class|"pre_restore"
---@field company? string   código
---@field state? "sealed"|"verified"|"suspect"|"bad"|"missing"|"trashed"
---@field since? string     dia da loja, "2026-12-31"

--- Faz um zip por banco de dados, numa só passagem: o gbak é lido enquanto escreve, comprimido, somado e gravado em todos
--- os destinos ao mesmo tempo. Relida e renomeada, a cópia está lacrada; restaurada e comparada, está provada. Um destino
--- que falta, ou uma prova que não é possível, deixa a execução com ressalvas; uma cópia que a própria restauração
--- desmente levanta copy.bad.
---
--- `companies` são os códigos, por banco de dados, das empresas que vão para a cópia; `archive_from` é o primeiro ano das
--- tabelas anuais e mensais que vai nela. Uma cópia assim é parcial, e `left_out` diz o que não está nela: isso ela não
--- traz de volta.
---
--- Exemplo:
--- ```lua
--- local copies = dj.copy.create { to = { "local", "pendrive" }, verify = "restore" }
--- assert(copies[1].state == "verified")
--- ```
---@param opts {to: string|string[], databases?: string|string[], companies?: table<string, string[]>, archive_from?: integer, files?: boolean, config?: boolean, verify?: "restore"|"later"|"never", class?: dj.Class, note?: string}
---@return dj.Copy[]
function dj.copy.create(opts) end

--- Traz para o catálogo uma cópia feita por outro programa (.fbk, .fdb, ou um zip de um deles). Ela é restaurada antes; o
--- que não restaura levanta copy.bad e não entra.
---@param path string
---@param opts {database: string, to: string|string[], class?: dj.Class, note?: string}
---@return dj.Copy
function dj.copy.adopt(path, opts) end

--- Lê o manifesto de uma cópia, sem banco de dados nenhum, em qualquer computador.
---
--- Exemplo:
--- ```lua
--- local newest = dj.copy.newest()
--- if newest then assert(dj.copy.open(newest.places[1].path).id == newest.id) end
--- ```
---@param path string
---@return dj.Copy
function dj.copy.open(path) end

--- As cópias desta loja, da mais nova para a mais antiga, pelo seu número.
---
--- Exemplo:
--- ```lua
--- for _, copy in ipairs(dj.copy.list { state = "verified" }) do dj.log.info(copy.name) end
--- ```
---@param filter? dj.Filter
---@return dj.Copy[]
function dj.copy.list(filter) end

--- A cópia mais nova, ou nil.
---
--- Exemplo:
--- ```lua
--- local newest = dj.copy.newest { database = "loja", state = "verified" }
--- ```
---@param filter? dj.Filter
---@return dj.Copy|nil
function dj.copy.newest(filter) end

--- Soma de novo o que está gravado, em cada lugar. Levanta copy.bad.
---
--- Exemplo:
--- ```lua
--- local newest = dj.copy.newest()
--- if newest then dj.copy.check(newest) end
--- ```
---@param copy string|dj.Copy  a cópia, seu id, seu número, ou um caminho
---@return dj.Copy
function dj.copy.check(copy) end

--- Prova uma cópia: restaura num banco de dados de rascunho, valida, compara, e grava a prova ao lado. Levanta copy.bad.
---
--- Exemplo:
--- ```lua
--- local newest = dj.copy.newest { state = "sealed" }
--- if newest then dj.copy.prove(newest) end
--- ```
---@param copy string|dj.Copy  a cópia, seu id, seu número, ou um caminho
---@return dj.Copy
function dj.copy.prove(copy) end

--- Leva uma cópia para outros destinos, com a prova e a marca de fixada: lida uma vez e com o hash calculado no caminho,
--- gravada, relida e renomeada. Um destino que fica sem ela degrada a execução; onde ela já está nada é gravado. Levanta
--- copy.bad quando ela não está inteira em lugar nenhum.
---
--- Exemplo:
--- ```lua
--- local newest = dj.copy.newest { state = "verified" }
--- if newest then dj.copy.send(newest, { to = "pendrive" }) end
--- ```
---@param copy string|dj.Copy  a cópia, o id, o número, ou um caminho
---@param opts {to: string|string[]}
---@return dj.Copy
function dj.copy.send(copy, opts) end

--- As cópias provadas que foram feitas para um destino e nunca chegaram lá, porque ele estava fora ou cheio, e que a
--- política dele guardaria: a mais nova primeiro.
---
--- Exemplo:
--- ```lua
--- for _, copy in ipairs(dj.copy.missing("pendrive")) do
---   dj.copy.send(copy, { to = "pendrive" })
--- end
--- ```
---@param where string
---@return dj.Copy[]
function dj.copy.missing(where) end

---@class dj.Restored
---@field database string
---@field copy string        id
---@field seq string
---@field path string        do banco de dados restaurado
---@field way "whole"|"part"|"exchanged"|"returned"  returned: tabelas soltas; exchanged: as empresas foram postas no que estava lá
---@field companies dj.Company[]  que vieram da cópia
---@field rows table<string, integer>  que vieram dela
---@field tables? {table: string, rows: integer, back: integer, stay: integer, made: boolean}[]  as soltas: registros da cópia, os que tinham sumido, os mais novos que ficam; made: a própria tabela tinha sumido
---@field along? table<string, integer>  registros de outras que vieram junto, porque os das empresas apontam para eles
---@field held? table<string, integer>   registros das empresas que não estão nela e ficam, porque registros que ficam apontam para eles
---@field changes? string[]  de estrutura desde a cópia, e o que fizeram
---@field kept_old? string   o banco de dados que estava lá antes, que fica até uma pessoa o dispensar
---@field sha256? string     dele, quando o gbak não conseguiu lê-lo
---@field pre_restore? dj.Copy  do que estava lá antes
---@field files string[]     modelos de documentos, e com `config` arquivos do djscript, postos de volta
---@field kept_files? string a pasta dos que estavam lá antes
---@field seconds {pre_restore: number, build: number, proof: number, closed: number}

--- Restaura uma cópia. O banco de dados atual é fechado para todos e copiado; o novo é montado ao lado e provado, e toma o lugar
--- dele; o antigo fica ao lado. Aconteça o que acontecer, o que está lá é o antigo inteiro ou o novo inteiro. Com `to`, uma
--- pasta, restaura ali e não toca em nada da loja. Quem está conectado levanta db.busy, ou é desconectado. Com `files`
--- voltam também os modelos de documentos, com `config` o djscript.toml, os scripts e o que eles guardam de uma execução para a
--- outra, no lugar dos de mesmo nome, que ficam guardados.
---
--- Nada se perde que ninguém entregou. Uma cópia que não tem todas as empresas atuais levanta guard.companies, a não ser que se
--- diga quais vêm: essas vêm da cópia, e as outras, e o que é de todas, ficam como estão. `archive_from` deixa como estão as
--- tabelas anuais e mensais de antes desse ano. Com `eliminate_others` tudo o que não vem da cópia é ELIMINADO, o que pergunta
--- e pede uma palavra digitada.
---
--- `tables` põe tabelas soltas de volta dentro do que está lá: um registro que a cópia tem volta a ser o que era, um que veio
--- depois fica, uma tabela que sumiu é feita de novo, e nenhuma outra tabela muda. Uma empresa que a cópia não tem levanta company.not_found; registros que não podem ser postos
--- de volta levantam company.structure ou company.collision, e nada mudou.
---
--- Exemplo:
--- ```lua
--- local newest = dj.copy.newest { state = "verified" }
--- if newest and dj.confirm("Restore " .. newest.seq .. "?", { id = "restore", danger = true }) then
---   local done = dj.copy.restore(newest, { files = true })
---   dj.log.info(done.kept_old or "there was none")
--- end
--- ```
---@param copy string|dj.Copy  a cópia, o id, o número, ou um caminho
---@param opts? {database?: string, companies?: string|string[], tables?: string|string[], archive_from?: integer, eliminate_others?: boolean, files?: boolean, config?: boolean, to?: string, on_busy?: "fail"|"shutdown"}
---@return dj.Restored
function dj.copy.restore(copy, opts) end

---@class dj.PreviewedCompany
---@field id string
---@field name string
---@field cnpj? string
---@field live boolean        false também quando não se pode saber: veja o live da prévia
---@field in_copy boolean
---@field fate "replaced"|"kept"|"ELIMINATED"|"new"|"left_out"  left_out: só na cópia, e não pedida
---@field tables? {name: string, now: integer, copy: integer, lost: integer}[]  os registros dela dos dois lados: das tabelas que dizem a empresa, quando a cópia está provada; na prévia profunda, de todas

---@class dj.Preview
---@field database string
---@field copy string        id
---@field seq string
---@field day string         dia de movimento da cópia
---@field created string
---@field state string       da cópia
---@field live "readable"|"broken"|"none"|""  o banco de dados atual; "" quando não se pode saber
---@field way "whole"|"part"|"exchanged"|"returned"|""  como seria restaurada; "" quando não se pode saber
---@field companies dj.PreviewedCompany[]
---@field tables {name: string, now?: integer, copy?: integer, fate: "replaced"|"kept"|"ELIMINATED"|"new"|"left_out"}[]  registros dos dois lados
---@field newest {now?: string, copy?: string}  o registro mais novo, pelo perfil do sistema
---@field lost integer       registros, no mínimo, que entraram depois da cópia e se iriam
---@field changes? string[]   da prévia profunda: o que mudou de estrutura desde a cópia, e o que isso faria
---@field deep boolean        a cópia foi restaurada em um rascunho para isso
---@field deep_seconds number  quanto isso demora, pelo que se sabe da cópia
---@field files {path: string, kind: "files"|"config"|"state", fate: "replaced"|"new"|"kept"}[]  modelos de documentos e arquivos do djscript
---@field warnings string[]

--- O que uma restauração faria, sem tocar no banco de dados atual: empresas e tabelas dos dois lados, o que seria ELIMINADO, o
--- que entrou depois da cópia. É dito pelo que a cópia conta de si, e na hora; a prévia profunda restaura a cópia em um rascunho
--- e diz de cada tabela por empresa.
---
--- Exemplo:
--- ```lua
--- local newest = dj.copy.newest()
--- if newest then
---   for _, warning in ipairs(dj.copy.preview(newest).warnings) do dj.log.warn(warning) end
--- end
--- ```
---@param copy string|dj.Copy  a cópia, o id, o número, ou um caminho
---@param opts? {database?: string, companies?: string|string[], tables?: string|string[], archive_from?: integer, eliminate_others?: boolean, files?: boolean, config?: boolean, deep?: boolean}
---@return dj.Preview
function dj.copy.preview(copy, opts) end
