---@meta dj

--- Um número decimal exato. Guarda as casas com que foi escrito, e nunca é arredondado sem que se peça: + e - mantêm as
--- casas do mais longo, * soma as casas, / arredonda para 10 casas, ou para as do mais longo. Calcula e compara com
--- números inteiros e com o que alguém escreveu, como 0.5; um número calculado, como 0.1 + 0.2, é recusado. Como texto,
--- tem um ponto antes dos centavos; em JSON, é esse texto. Dois com o mesmo valor são iguais, mas não são a mesma
--- chave de uma tabela: use tostring.
---@class dj.Num
---@field round fun(self: dj.Num, places?: integer): dj.Num  a metade se afasta do zero: 0.125 vira 0.13, -0.125 vira -0.13
---@field format fun(self: dj.Num, opts?: {decimals?: integer, decimal?: string, thousands?: string}): string  como no Brasil, se nada for dito: 2, ",", "."
---@field number fun(self: dj.Num): number  o número de Lua mais próximo

--- Faz um número decimal exato, para dinheiro. Um texto tem ponto antes dos centavos e nada entre os milhares. Levanta
--- num.bad; um cálculo levanta num.zero se dividir por zero, num.size acima de 100 algarismos.
---
--- Exemplo:
--- ```lua
--- local total = dj.num("0.10") + dj.num("0.20")
--- assert(total == dj.num("0.3") and tostring(total) == "0.30")
--- ```
---
--- Exemplo:
--- ```lua
--- local price = dj.num("1234.50") * 3
--- assert(price:format {} == "3.703,50" and price > 3000)
--- assert(tostring((price / 7):round(2)) == "529.07")
--- ```
---@param value number|string|dj.Num
---@return dj.Num
function dj.num(value) end
