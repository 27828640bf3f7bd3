-- Numbers as they are written and read.
for _, n in ipairs({ 0.1, 1 / 3, 100, 1e15 / 7, 1234567.89, 1e20, 2 ^ 31, 1e-10, 99.995, 12345678.9 }) do
  print(n, ("%.2f|%g|%e|%5.1f|%08.3f"):format(n, n, n, n, n))
end
print(tonumber("0x1F"), tonumber("  12  "), tonumber("1e2"), tonumber("12a"), tonumber(""), tonumber("ff", 16), tonumber("z", 36))
print("10" + 5, "3" * "4", 10 .. 20, -"2", "0x10" + 0, 10 == "10", 0.1 + 0.2 == 0.3)
print(math.floor(2.7), math.ceil(2.1), math.abs(-4), math.max(3, 9, 2), math.min(3, 9, 2), math.fmod(7, 3), math.sqrt(16))
print(math.pi, math.huge, -math.huge, math.modf(3.7))
print(("%5d|%-5d|%05d|%+d|%x|%X|%o|%c|%q"):format(42, 42, 42, 42, 255, 255, 8, 65, 'a "b"\n'))
print(1e3, 5 % 3, 2 ^ 0.5, 7 / 2, 1 / 0, -1 / 0)
