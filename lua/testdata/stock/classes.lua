-- Objects with metatables and inheritance.
local Account = {}
Account.__index = Account
function Account.new(balance) return setmetatable({ balance = balance }, Account) end
function Account:deposit(v) self.balance = self.balance + v return self end
function Account:withdraw(v)
  if v > self:limit() then return nil, "insufficient funds" end
  self.balance = self.balance - v
  return self.balance
end
function Account:limit() return self.balance end
local Special = setmetatable({}, { __index = Account })
Special.__index = Special
function Special.new(balance, credit)
  local o = Account.new(balance)
  o.credit = credit
  return setmetatable(o, Special)
end
function Special:limit() return self.balance + self.credit end
local a, s = Account.new(100), Special.new(100, 50)
print(a:deposit(20).balance, a:withdraw(500))
print(s:withdraw(140), s:withdraw(20), getmetatable(s) == Special)
Account.__eq = function(x, y) return x.balance == y.balance end
Account.__lt = function(x, y) return x.balance < y.balance end
Account.__le = function(x, y) return x.balance <= y.balance end
Account.__tostring = function(x) return "account " .. x.balance end
Account.__concat = function(x, y) return tostring(x) .. tostring(y) end
Account.__call = function(x, n) return x.balance * n end
Account.__unm = function(x) return Account.new(-x.balance) end
local b = Account.new(120)
print(a == b, a < b, a <= b, tostring(a), a .. "!", "?" .. b, a(2), (-a).balance)
