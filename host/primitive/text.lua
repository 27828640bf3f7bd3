---@meta dj

--- The text in capital letters, accented ones too.
---
--- Example:
--- ```lua
--- assert(dj.text.upper("ação") == "AÇÃO")
--- ```
---@param s string
---@return string
function dj.text.upper(s) end

--- The text in small letters, accented ones too.
---
--- Example:
--- ```lua
--- assert(dj.text.lower("AÇÃO") == "ação")
--- ```
---@param s string
---@return string
function dj.text.lower(s) end

--- Fills the text up to a width, counted in letters: on the right unless side says otherwise, with blanks unless with says
--- otherwise. A text that is longer raises text.long, unless cut is true.
---
--- Example:
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

--- The text without accents and cedillas.
---
--- Example:
--- ```lua
--- assert(dj.text.strip_accents("São João, ação") == "Sao Joao, acao")
--- ```
---@param s string
---@return string
function dj.text.strip_accents(s) end

--- A CNPJ without its mask, in capital letters; or nil and the reason. Letters are allowed.
---
--- Example:
--- ```lua
--- assert(dj.text.cnpj("12.abc.345/01de-35") == "12ABC34501DE35")
--- local number, why = dj.text.cnpj("11.222.333/0001-82")
--- assert(number == nil and #why > 0)
--- ```
---@param s string
---@return string|nil
---@return string|nil why
function dj.text.cnpj(s) end

--- A CPF without its mask, the number of a person; or nil and the reason.
---
--- Example:
--- ```lua
--- assert(dj.text.cpf("111.444.777-35") == "11144477735")
--- local number, why = dj.text.cpf("111.444.777-36")
--- assert(number == nil and #why > 0)
--- ```
---@param s string
---@return string|nil
---@return string|nil why
function dj.text.cpf(s) end
