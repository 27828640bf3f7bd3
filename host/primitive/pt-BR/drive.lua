---@meta dj

---@class dj.Drive
---@field path string
---@field label? string
---@field serial? string
---@field filesystem string
---@field removable boolean
---@field free integer   bytes
---@field total integer  bytes
---@field state? "locked"|"read_only"|"foreign"|"clone"  o que impede o uso; sem isto: nada
---@field name? string      de uma unidade cadastrada, como as pessoas a chamam
---@field enrolled? string  o id que `djscript drives enrol` gravou nela
---@field set? string       o lugar dela em um conjunto: "wed"

---@class dj.Laid
---@field path string
---@field bytes integer
---@field sha256 string
---@field read_back "device"|"cache"

--- As unidades deste computador.
---
--- Exemplo:
--- ```lua
--- for _, drive in ipairs(dj.drive.list { min_free = "1MB" }) do
---   dj.log.info(drive.path, { free = drive.free })
--- end
--- ```
---@param opts? {removable?: boolean, min_free?: string}
---@return dj.Drive[]
function dj.drive.list(opts) end

--- A unidade conectada que foi cadastrada com esse nome ou id, que tem esse rótulo ou esse lugar em um conjunto; nil se
--- nenhuma puder ser usada. Duas unidades com o mesmo rótulo são um erro: o rótulo não distingue uma da outra.
---
--- Exemplo:
--- ```lua
--- local drive = dj.drive.find { enrolled = "AZUL" }
--- if not drive then dj.log.warn("the blue drive is not plugged in") end
--- ```
---@param opts? {enrolled?: string, label?: string, set?: string}
---@return dj.Drive|nil
function dj.drive.find(opts) end

--- A unidade em que um caminho está.
---
--- Exemplo:
--- ```lua
--- assert(dj.drive.of("/").total > 0)
--- ```
---@param path string
---@return dj.Drive
function dj.drive.of(path) end

--- Copia um arquivo, qualquer um, para uma pasta que já existe em uma unidade: nome provisório, descarga, releitura, nome
--- final. Nunca substitui um arquivo. As cópias de segurança viajam com dj.copy.send.
---
--- Exemplo:
--- ```lua
--- local drive = dj.drive.find { enrolled = "AZUL" }
--- if drive then dj.drive.copy("C:/DJ/precos.txt", drive, { name = "precos-novos.txt" }) end
--- ```
---@param path string
---@param drive dj.Drive|string  uma unidade, o caminho dela ou o nome com que foi cadastrada
---@param opts? {folder?: string, name?: string}
---@return dj.Laid
function dj.drive.copy(path, drive, opts) end

--- Descarrega uma unidade e a tira do sistema: quando isto retorna, pode remover. Se algum programa ainda a usa, o erro
--- drive.busy diz qual.
---
--- Exemplo:
--- ```lua
--- local drive = dj.drive.find { enrolled = "AZUL" }
--- if drive then dj.drive.eject(drive) end
--- ```
---@param drive dj.Drive|string  uma unidade, o caminho dela ou o nome com que foi cadastrada
function dj.drive.eject(drive) end

--- Retira as cópias antigas da unidade que é um destino agora: elas vão para a lixeira de lá. As provadas mais novas
--- ficam, e também todo arquivo que não é do djscript. A pessoa no terminal digita o rótulo da unidade; pela tabela cron é
--- recusado.
---
--- Exemplo:
--- ```lua
--- local function clear()
---   local drive = dj.drive.find { enrolled = "AZUL" }
---   if drive then dj.drive.wipe(drive) end
--- end
--- local ok, err = pcall(clear)
--- assert(ok or err:is("confirm.refused"))
--- ```
---@param drive dj.Drive|string  uma unidade, o caminho dela ou o nome com que foi cadastrada
---@return dj.Copy[]
function dj.drive.wipe(drive) end
