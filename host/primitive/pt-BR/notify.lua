---@meta dj

--- Avisa pessoas, pelas rotas do djscript.toml que recebem esse nível: [notify.NOME]. O que não pode ser enviado agora fica
--- guardado e é tentado de novo por uma semana; isso nunca faz a execução falhar. O mesmo aviso, no mesmo dia, sai uma vez.
---
--- Exemplo:
--- ```lua
--- local copies = dj.copy.list()
--- if #copies == 0 then
---   dj.notify("critical", "no copy", { body = "this store has no copy yet" })
--- end
--- ```
---@param level "info"|"warning"|"critical"
---@param title string
---@param opts? {body?: string, to?: string[]} to: nomes de rotas, seja qual for o nível
function dj.notify(level, title, opts) end
