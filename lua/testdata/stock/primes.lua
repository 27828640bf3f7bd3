-- A sieve, the greatest common divisor and number bases.
local sieve, primes = {}, {}
for i = 2, 500 do
  if not sieve[i] then
    primes[#primes + 1] = i
    for j = i * i, 500, i do sieve[j] = true end
  end
end
print(#primes, primes[10], primes[#primes])
local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a end
print(gcd(1071, 462), gcd(17, 5), gcd(0, 9))
local function base(n, b)
  local digits, out = "0123456789abcdefghijklmnopqrstuvwxyz", ""
  repeat
    local d = n % b
    out = digits:sub(d + 1, d + 1) .. out
    n = math.floor(n / b)
  until n == 0
  return out
end
print(base(255, 2), base(255, 16), base(123456789, 36), tonumber(base(123456789, 36), 36))
print(7 % 3, -7 % 3, 7 % -3, -7 % -3, 5.5 % 2, 2 ^ 10, 7 / 2, math.floor(-3.5), math.ceil(-3.5))
