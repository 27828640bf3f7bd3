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
---@field shutdown_mode integer  0: aberto a todos; 1 dentro de dj.db.exclusive
---@field owner string      quem, além do SYSDBA, pode fechá-lo e abri-lo: o usuário que o criou

---@class dj.Session
---@field id string
---@field user string
---@field host string      endereço; "" de um programa no próprio servidor
---@field computer string  o nome dele, onde o programa o diz (Firebird 3.0 e mais novos)
---@field program string   o caminho dele, como ele diz
---@field since string     pelo relógio do servidor
---@field self boolean     esta mesma pergunta

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

--- Executa fn com o banco de dados fechado a todos os outros, e o abre de novo aconteça o que acontecer: depois de um erro,
--- de um tempo esgotado e de um cancelamento, na hora; onde a própria execução morre, assim que isso é percebido, o mais
--- tardar quando a próxima execução começa. Dá o que fn der.
---
--- Os programas conectados são nomeados em db.busy (código de saída 5); `wait` dá tempo para fechá-los, e quem chega
--- nesse tempo é quase sempre recusado. Com on_busy = "shutdown" eles são desconectados depois de `wait`, ou de 30 segundos onde ele não é
--- dito; o que não tinham gravado é desfeito. Enquanto fn roda ninguém entra, seja qual for o usuário; mas enquanto uma chamada
--- da própria fn trabalha no banco, programas do SYSDBA ou do dono podem conseguir entrar, e são desconectados quando ela
--- termina.
---
--- Dentro de fn as chamadas deste script entram sozinhas, uma por vez: dj.db.info, dj.db.companies, dj.db.sessions,
--- dj.db.query, dj.db.exec, dj.db.transaction, dj.db.backup, dj.copy.create; dj.db.check olha o arquivo. Não pode estar um dentro do outro para
--- o mesmo banco, e dj.copy.restore, que fecha o banco ele mesmo, não pode estar dentro.
---
--- Num ensaio nada é fechado; ele diz quem está conectado agora, e ensaia fn.
---
--- Exemplo:
--- ```lua
--- local made = dj.db.exclusive({ database = "loja", wait = "1m" }, function()
---   return dj.copy.create { to = "local", class = "closing", note = "before the closing of the year" }
--- end)
--- assert(made[1].class == "closing")
--- ```
---@param opts? {database?: string, wait?: string, on_busy?: "fail"|"shutdown"}
---@param fn function
---@return any
function dj.db.exclusive(opts, fn) end

---@class dj.Recovered
---@field path string       o novo banco de dados; restaurado, validado e contado
---@field ok boolean        tudo foi salvo, até onde se pode saber
---@field source string     o arquivo danificado, que só foi lido
---@field level "validate"|"mend"|"salvage"
---@field way? "backup"|"ignore"|"mend"|"tables"  o passo que o salvou
---@field bytes integer
---@field header {page_size: integer, ods: string, backup_state: integer, shutdown: boolean, read_only: boolean, encrypted: boolean}
---@field damaged {page: integer, kind: "unread"|"cut"|"zeroed"|"garbage", table: string?}[]  páginas
---@field against string[]  o que a validação do Firebird disse do danificado
---@field saved table<string, integer>  registros de cada tabela, contados no novo banco de dados
---@field lost table<string, string>    de uma tabela, o que não está no novo banco de dados, ou pode não estar
---@field problems string[]  o que mais não está como era
---@field steps string[]     o que foi feito, em ordem
---@field seconds number

--- Salva o que der de um banco de dados danificado, pelo nome em djscript.toml ou pelo caminho do arquivo. Antes o arquivo é
--- copiado, enquanto ninguém o tem aberto, e só lido. Na cópia, o passo menos invasivo vem primeiro: a validação do Firebird,
--- uma cópia simples, uma cópia que passa por cima das páginas danificadas, o conserto, e tabela por tabela em volta do que não
--- se lê. O nível o termina antes: "validate" não muda nada nem na cópia, "mend" para antes das tabelas. O que se perdeu degrada
--- a execução; onde nada se salva é um erro, db.corrupt. Só se grava o arquivo novo, onde nenhum outro pode estar.
---
--- Exemplo:
--- ```lua
--- local function rescue()
---   local saved = dj.db.recover("loja", { to = "C:/Resgate/LOJA.FDB" })
---   for name, what in pairs(saved.lost) do dj.log.warn(name .. ": " .. what) end
--- end
--- local ok, err = pcall(rescue)
--- assert(ok or err:is("drive.not_found") or err:is("db.busy"))
--- ```
---@param database_or_path string
---@param opts {to: string, level?: "validate"|"mend"|"salvage", copy?: dj.Copy|string}  copy: o que o banco tinha é comparado com ela; sem uma, com a mais nova provada
---@return dj.Recovered
function dj.db.recover(database_or_path, opts) end

---@class dj.RawBackup
---@field path string
---@field bytes integer
---@field sha256 string
---@field rows table<string, integer>  de cada tabela, como o gbak os leu; uma tabela que ficou de fora não está entre elas
---@field engine string     a versão do servidor

--- Um backup puro do gbak, para um .fbk novo: não é uma cópia, não tem prova, e nenhum rodízio sabe dele. Serve para o que mais
--- precisar de um: o suporte do sistema, outro programa, um teste; aquilo com que a loja conta é dj.copy.create. O arquivo é
--- gravado ao lado com um nome provisório, descarregado no disco, lido de volta e renomeado; se algo der errado, não fica nada
--- com nenhum dos dois nomes. Tem de haver espaço para tanto quanto o banco de dados ocupa, a não ser que algo fique de fora.
--- Nunca grava por cima de um arquivo que já existe (fs.exists). Em um ensaio o banco de dados é consultado, e nada é gravado.
---
--- Example:
--- ```lua
--- local function export()
---   local made = dj.db.backup { to = "D:/Suporte/LOJA.fbk", database = "loja", timeout = "2h" }
---   dj.log.info(made.path .. " " .. made.sha256)
--- end
--- local ok, err = pcall(export)
--- assert(ok or err:is("drive.not_found") or err:is("fs.exists"))
--- ```
---@param opts {to: string, database?: string, skip_tables?: string[], metadata_only?: boolean, timeout?: string}  skip_tables: pelo nome exato, as tabelas cujos registros ficam de fora; onde registros de outras apontam para os delas, só se restaura com no_validity; metadata_only: nenhum registro
---@return dj.RawBackup
function dj.db.backup(opts) end

---@class dj.RawDatabase
---@field path string
---@field bytes integer
---@field rows table<string, integer>  de cada tabela, como o gbak os restaurou

--- Uma restauração pura do gbak, de um .fbk para um arquivo de banco de dados novo, nunca por cima de um que exista (fs.exists),
--- nem no lugar de um banco de dados da loja (guard.live_db). Ele é montado junto dos arquivos da própria loja, e então copiado
--- para o seu lugar com um nome provisório, descarregado no disco, lido de volta e renomeado; se algo der errado, não fica nada
--- com nenhum dos dois nomes. O gbak está contente com o que montou; dj.db.check o examina. Para trazer uma cópia de volta à loja
--- há dj.copy.restore. Em um ensaio nada é restaurado, e o .fbk pode ser um que ainda não existe.
---
--- Example:
--- ```lua
--- local function look()
---   local made = dj.db.restore("D:/Suporte/LOJA.fbk", { to = "D:/Suporte/LOJA.FDB", page_size = 16384 })
---   assert(dj.db.check(made.path).ok)
--- end
--- local ok, err = pcall(look)
--- assert(ok or err:is("drive.not_found") or err:is("copy.not_found"))
--- ```
---@param fbk string
---@param opts {to: string, page_size?: integer, one_at_a_time?: boolean, inactive_indexes?: boolean, no_validity?: boolean, timeout?: string}  one_at_a_time: confirma depois de cada tabela; inactive_indexes: deixa os índices desligados; no_validity: deixa de fora as restrições
---@return dj.RawDatabase
function dj.db.restore(fbk, opts) end

--- As linhas de um SELECT, de um retrato do banco que é desfeito depois; dentro da fn de dj.db.transaction, como essa
--- transação as vê. Os valores vão onde estão as interrogações, nunca no texto. Cada linha é uma tabela pelos nomes das
--- colunas, em minúsculas; NULL é nil; NUMERIC, DECIMAL e BIGINT são dj.num; uma data é "2026-03-02", um instante
--- "2026-03-02T08:00:00". Mais do que max_rows (10.000 onde ele não é dito) é o erro run.limit, nunca uma parte das linhas.
---
--- Exemplo:
--- ```lua
--- local found = dj.db.query("select count(*) as N from VENDA")
--- assert(found[1].n > dj.num(0))
--- ```
---@param sql string
---@param params? table  na ordem das interrogações; com n se algum for nil: { "x", nil, n = 2 }
---@param opts? {database?: string, max_rows?: integer, timeout?: string}
---@return table<string, any>[]
function dj.db.query(sql, params, opts) end

--- Executa um comando que altera dados ou tabelas, numa transação própria ou na de dj.db.transaction, e dá quantas linhas
--- ele alterou; onde o script diz com `rows` quantas têm de ser, qualquer outro número é db.rows e é desfeito, com a
--- transação inteira. Nada espera: db.busy onde outro segura uma linha, e para isso existe dj.retry. Não são aceitos COMMIT,
--- ROLLBACK, e o que se faz ao banco como arquivo ou aos seus usuários. Num ensaio o servidor tem de entender o comando, e nada é
--- executado.
---
--- Exemplo:
--- ```lua
--- dj.db.exec("update PRODUTO set PRECO = ? where ID = ?", { dj.num("7.90"), 12 }, { rows = 1 })
--- ```
---@param sql string
---@param params? table  como em dj.db.query
---@param opts? {database?: string, rows?: integer, timeout?: string}
---@return integer rows
function dj.db.exec(sql, params, opts) end

--- Executa fn: todo dj.db.query e dj.db.exec daquele banco, dentro dela, é uma só transação. Ela fica onde fn termina bem;
--- um erro, um tempo esgotado ou um cancelamento a desfaz inteira. Dá o que fn der. Num ensaio fn roda, e nada muda.
---
--- Exemplo:
--- ```lua
--- dj.db.transaction(function()
---   dj.db.exec("delete from PRE_VENDA_ITEM where PRE_VENDA_ID = ?", { 7 })
---   dj.db.exec("delete from PRE_VENDA where ID = ?", { 7 }, { rows = 1 })
--- end)
--- ```
---@param opts? {database?: string, timeout?: string}
---@param fn function
---@return any
function dj.db.transaction(opts, fn) end
