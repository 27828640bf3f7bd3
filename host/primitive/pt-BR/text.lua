---@meta dj

--- O texto em maiúsculas, também as letras com acento.
---
--- Exemplo:
--- ```lua
--- assert(dj.text.upper("ação") == "AÇÃO")
--- ```
---@param s string
---@return string
function dj.text.upper(s) end

--- O texto em minúsculas, também as letras com acento.
---
--- Exemplo:
--- ```lua
--- assert(dj.text.lower("AÇÃO") == "ação")
--- ```
---@param s string
---@return string
function dj.text.lower(s) end

--- Completa o texto até uma largura, contada em letras: à direita, se side não disser outra coisa, com espaços, se with não disser
--- outra coisa. Um texto mais longo levanta text.long, a não ser que cut seja true.
---
--- Exemplo:
--- ```lua
--- assert(dj.text.pad("7", 3, { side = "left", with = "0" }) == "007")
--- assert(dj.text.pad("maçã", 6) == "maçã  ")
--- assert(dj.text.pad("abacate", 3, { cut = true }) == "aba")
--- ```
---@param s string
---@param width integer
---@param opts? {side?: "left"|"right", with?: string, cut?: boolean}
---@return string
function dj.text.pad(s, width, opts) end

--- O texto sem acentos e cedilhas.
---
--- Exemplo:
--- ```lua
--- assert(dj.text.strip_accents("São João, ação") == "Sao Joao, acao")
--- ```
---@param s string
---@return string
function dj.text.strip_accents(s) end

--- Um CNPJ sem a máscara, em maiúsculas; ou nil e o motivo. Letras são aceitas.
---
--- Exemplo:
--- ```lua
--- assert(dj.text.cnpj("12.abc.345/01de-35") == "12ABC34501DE35")
--- local number, why = dj.text.cnpj("11.222.333/0001-82")
--- assert(number == nil and #why > 0)
--- ```
---@param s string
---@return string|nil
---@return string|nil why
function dj.text.cnpj(s) end

--- Um CPF sem a máscara, o número de uma pessoa; ou nil e o motivo.
---
--- Exemplo:
--- ```lua
--- assert(dj.text.cpf("111.444.777-35") == "11144477735")
--- local number, why = dj.text.cpf("111.444.777-36")
--- assert(number == nil and #why > 0)
--- ```
---@param s string
---@return string|nil
---@return string|nil why
function dj.text.cpf(s) end
