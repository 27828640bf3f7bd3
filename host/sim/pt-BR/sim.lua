---@meta dj

---@class dj.SimError           como algo falhou, em valores simples
---@field code string
---@field message string
---@field hint? string
---@field where? string         a linha do script

---@class dj.SimStep
---@field name string           "copy.create"
---@field effect string
---@field where string

---@class dj.SimRun
---@field exit integer          0 feita, 1 falhou, 2 uso errado, 3 degradada, 4 recusada, 5 ocupado, 6 não confirmada, 7 pulada
---@field result string         o mesmo numa palavra: "done", "degraded", "failed" ...
---@field error? dj.SimError
---@field degraded dj.SimError[]
---@field steps dj.SimStep[]    as chamadas com efeito, em ordem
---@field plan? dj.SimStep[]    de um ensaio (dry run): o que ela faria
---@field value any             o que o trabalho devolveu
---@field said string[]         o que ela contou pelo caminho, como no histórico

---@class dj.SimCompany
---@field id string
---@field name string
---@field cnpj? string

---@class dj.SimSession
---@field user? string
---@field host? string
---@field computer? string
---@field program? string

---@class dj.SimNotice
---@field route string
---@field level "info"|"warning"|"critical"
---@field title string
---@field body? string

---@class dj.SimDay
---@field day string
---@field keep string[]         das cópias que ficam, a mais nova primeiro
---@field drop string[]

---@class dj.Sim                uma loja apenas simulada; cada teste tem a sua
dj.Sim = {}

dj.expect = {}

--- Declara um teste. Um arquivo NOME_test.lua ao lado de NOME.lua não contém outra coisa; `djscript test` o roda. Cada teste
--- tem a sua loja: é segunda-feira, 2 de março de 2026, 08:00; o banco "loja" tem duas empresas; há os destinos "local" e
--- "pendrive", este na unidade "DJ-BACKUP", que está conectada. Um teste que não espera nada falha.
---
--- Exemplo:
--- ```lua
--- dj.test("copies to both places", function(sim)
---   local night = sim:run("default:backup")
---   dj.expect.equal(night.exit, 0)
---   dj.expect.equal(#sim:copies { state = "verified" }, 1)
--- end)
--- ```
---@param title string
---@param fn function
function dj.test(title, fn) end

--- Dá à loja outra configuração: o caminho de um djscript.toml, a partir da pasta do teste, ou tabelas. Uma tabela toma o
--- lugar da que a loja tinha; de `store` e `limits`, só as chaves dadas.
---
--- Exemplo:
--- ```lua
--- sim:config { cron = { { name = "noite", schedule = { "0 22 * * *" }, run = "default:backup" } } }
--- sim:advance("1d")
--- dj.expect.equal(#sim:copies(), 1)
--- ```
---@param config string|table
function dj.Sim:config(config) end

--- Acerta o relógio; nada roda. "2026-03-02 22:00", só o dia, ou RFC 3339. O relógio pode voltar, como com a pilha fraca.
---
--- Exemplo:
--- ```lua
--- sim:at("2026-12-31 23:30")
--- sim:run("default:backup")
--- dj.expect.equal(sim:copies()[1].day, "2026-12-31")
--- ```
---@param time string
function dj.Sim:at(time) end

--- Deixa o tempo passar com o PC ligado: as entradas [[cron]] rodam.
---
--- Exemplo:
--- ```lua
--- sim:config { backup = { at = { "22:00" }, to = { "local" } } }
--- sim:advance("7d")
--- dj.expect.equal(#sim:copies(), 7)
--- ```
---@param duration string
function dj.Sim:advance(duration) end

--- Deixa o tempo passar com o PC desligado: nada roda.
---
--- Exemplo:
--- ```lua
--- sim:config { backup = { at = { "22:00" }, to = { "local" } } }
--- sim:off("7d")
--- dj.expect.equal(sim:copies(), {})
--- ```
---@param duration string
function dj.Sim:off(duration) end

--- Roda uma entrada ou SCRIPT:TRABALHO, como `djscript run` faria: um script ao lado do teste, um da loja, ou um embutido. Que uma
--- execução falhe não é erro aqui: o teste olha como ela foi. Não há ninguém no terminal: `yes` dá as perguntas de
--- dj.confirm que são respondidas com sim.
---
--- Exemplo:
--- ```lua
--- local r = sim:run("default:backup", { to = "local", note = "before 4.2" })
--- dj.expect.equal(r.result, "done")
--- dj.expect.equal(r.value[1].note, "before 4.2")
---
--- local dry = sim:run("default:backup", {}, { dry = true })
--- dj.expect.equal(dry.plan[1].name, "copy.create")
--- ```
---@param entry string
---@param params? table<string, any>
---@param opts? {dry?: boolean, yes?: string|string[]}
---@return dj.SimRun
function dj.Sim:run(entry, params, opts) end

--- Conecta uma unidade, pelo rótulo: uma que a loja conhece, ou uma nova (um pen drive de 64 GB, na próxima letra livre).
--- O rótulo "" é o de uma unidade a que ninguém deu nome. As unidades de um destino que é um conjunto são "pendrive-mon",
--- "pendrive-tue" ...: alguém conecta a do dia, até que o teste mesmo conecte ou retire uma.
---
--- Exemplo:
--- ```lua
--- sim:plug("DJ-BACKUP", { free = "1MB" })
--- local r = sim:run("default:backup")
--- dj.expect.equal(r.exit, 3)
--- dj.expect.equal(r.degraded[1].code, "drive.full")
--- ```
---@param label string
---@param opts? {path?: string, serial?: string, size?: string, free?: string, removable?: boolean}
function dj.Sim:plug(label, opts) end

--- Tira uma unidade, pelo rótulo. O nome de um destino o torna inacessível, em qualquer unidade que esteja.
---
--- Exemplo:
--- ```lua
--- sim:unplug("DJ-BACKUP")
--- dj.expect.equal(sim:run("default:backup").exit, 3)
--- ```
---@param label string
function dj.Sim:unplug(label) end

--- Diz o que um banco contém de agora em diante: empresas, registros por tabela, registros que cada dia soma, quem está
--- conectado e, por isso, impede que um script o tenha só para si; o que ele responde a SQL, por uma parte do comando: linhas
--- para dj.db.query, onde um número com casas decimais é um dj.num, e para dj.db.exec quantas são alteradas; e as linhas de
--- `tables`, nas quais dj.txt.import escreve: ele procura ali, e as funções dele recebem `current` dali. Numa tabela que não está
--- entre elas, toda procura encontra algo.
---
--- Exemplo:
--- ```lua
--- sim:database("loja", { rows = { VENDA = 100 }, grow = { VENDA = 50 } })
--- sim:advance("2d")
--- sim:run("default:backup")
--- dj.expect.equal(sim:copies()[1].rows.VENDA, 200)
--- ```
---@param name string
---@param opts? {companies?: dj.SimCompany[], rows?: table<string, integer>, grow?: table<string, integer>, sessions?: dj.SimSession[], answers?: table<string, table|integer>, tables?: table<string, table[]>}
function dj.Sim:database(name, opts) end

--- Põe um arquivo na loja.
---
--- Exemplo:
--- ```lua
--- sim:file("D:/CopiaAT.zip")
--- local r = sim:run("default:adopt", { path = "D:/CopiaAT.zip", databases = "loja" })
--- dj.expect.equal(r.value.class, "extra")
--- ```
---@param path string
---@param text? string
function dj.Sim:file(path, text) end

--- O que um arquivo contém, byte a byte: um que foi posto na loja, que dj.txt.inbox mudou de pasta, ou um relatório; nil onde
--- não há nenhum.
---
--- Exemplo:
--- ```lua
--- sim:file("C:/DJ/KIT.TXT", "A")
--- dj.expect.equal(sim:read("C:/DJ/KIT.TXT"), "A")
--- dj.expect.equal(sim:read("C:/DJ/NADA.TXT"), nil)
--- ```
---@param path string
---@return string|nil
function dj.Sim:read(path) end

--- As linhas de uma tabela: as que o teste deu e as que dj.txt.import escreveu, na ordem em que vieram; como dj.db.query as dá.
--- Uma tabela de que ninguém falou está vazia.
---
--- Exemplo:
--- ```lua
--- sim:database("loja", { tables = { GRUPO = { { ID = 1, NOME = "Bebidas" } } } })
--- dj.expect.equal(sim:rows("loja", "GRUPO"), { { id = 1, nome = "Bebidas" } })
--- ```
---@param database string
---@param table string
---@return table<string, any>[]
function dj.Sim:rows(database, table) end

--- Faz uma primitiva falhar, de agora em diante ou tantas vezes. "copy.bad" deixa uma cópia ruim, como deixaria numa loja;
--- "copy.suspect" uma que restaura e não se parece com as anteriores; "copy.degraded" de copy.create deixa uma que não
--- pôde ser provada.
---
--- Exemplo:
--- ```lua
--- sim:fail("copy.create", "db.busy", { times = 1 })
--- dj.expect.equal(sim:run("default:backup").error.code, "db.busy")
--- dj.expect.equal(sim:run("default:backup").exit, 0)
--- ```
---@param op string
---@param code string
---@param opts? {times?: integer}
function dj.Sim:fail(op, code, opts) end

--- Estraga os bytes de uma cópia num destino: da mais nova de lá, ou da que tem esse id, número ou nome. Ninguém sabe até
--- que eles sejam lidos: dj.copy.check e dj.copy.prove da cópia olham cada lugar, os de um caminho só aquele.
---
--- Exemplo:
--- ```lua
--- sim:run("default:backup")
--- sim:spoil("pendrive")
--- dj.expect.equal(sim:copies()[1].state, "verified")
--- ```
---@param where string
---@param copy? string
function dj.Sim:spoil(where, copy) end

--- As cópias que estão onde podem ser alcançadas, a mais nova primeiro, como dj.copy.list as dá.
---
--- Exemplo:
--- ```lua
--- sim:run("default:backup", { verify = "later" })
--- dj.expect.equal(sim:copies()[1].state, "sealed")
--- dj.expect.equal(sim:copies { state = "verified" }, {})
--- ```
---@param filter? dj.Filter
---@return dj.Copy[]
function dj.Sim:copies(filter) end

--- O que foi avisado, do mais antigo ao mais novo: um para cada rota do djscript.toml que o recebe. A loja tem a rota "dono".
---
--- Exemplo:
--- ```lua
--- sim:run("default:backup")
--- dj.expect.equal(sim:notices(), {})
--- ```
---@return dj.SimNotice[]
function dj.Sim:notices() end

--- Deixa uma rotação seguir por tantos dias, uma cópia por dia ou a cada `every`, com as guardas de uma loja de verdade, e diz
--- de cada dia o que ficou e o que saiu, pelos dias das cópias. A política é escrita como `keep` do djscript.toml: regras, uma
--- lista delas, ou "script:politica". As falhas vêm no meio, ou num dia só delas: "off:10d", "failing:10d@20", "bad:10d",
--- "clock:-10y", "clock:+9y/5d", "stamp:+9y", "manual:60", "absent:local:10d", "full",
--- "zone:America/Manaus". `djscript simulate` explica cada uma.
---
--- Exemplo:
--- ```lua
--- local days = sim:policy({ daily = 3, min = 1 }, { days = 10, fault = "failing:2d" })
--- dj.expect.equal(days[5].keep, { "2026-03-06", "2026-03-05", "2026-03-04" })
--- dj.expect.equal(days[7].drop, {})
--- ```
---@param policy string|table
---@param opts {days: integer, every?: string, fault?: string|string[]}
---@return dj.SimDay[]
function dj.Sim:policy(policy, opts) end

--- Os dois têm de ser iguais, tabelas pelo que contêm. Mostra os dois, e onde diferem primeiro.
---
--- Exemplo:
--- ```lua
--- dj.expect.equal({ day = "2026-03-02", n = { 1, 2 } }, { n = { 1, 2 }, day = "2026-03-02" })
--- ```
---@param got? any
---@param want? any
function dj.expect.equal(got, want) end

--- Um texto tem de conter esse trecho, uma lista esse elemento.
---
--- Exemplo:
--- ```lua
--- dj.expect.contains("loja-000012.zip", "000012")
--- dj.expect.contains({ "local", "pendrive" }, "pendrive")
--- ```
---@param got? any
---@param part? any
function dj.expect.contains(got, part) end

--- A função tem de falhar com um erro desse código, ou dessa família ("drive"). Devolve o erro.
---
--- Exemplo:
--- ```lua
--- local err = dj.expect.error("option.value", function() sim:unplug("nothing of that name") end)
--- dj.expect.contains(err.hint, "DJ-BACKUP")
--- ```
---@param code string
---@param fn function
---@return dj.Error
function dj.expect.error(code, fn) end
