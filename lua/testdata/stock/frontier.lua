-- Patterns of every kind.
print(("THE (quick) fox"):find("%f[%a]%a+%f[%A]"))
print(("f(a(b)c)(d)"):match("%b()"), ("if (x) { y(); } else { z }"):gsub("%b{}", "{...}"))
print(("hello hello world"):match("(%w+) %1"), ("2026-01-31T22:05"):match("^(%d+)-(%d+)-(%d+)T(%d+):(%d+)$"))
print(("  x = 10 -- note"):match("^%s*(%w+)%s*=%s*(%-?%d+)"), ("()abc"):find("()", 1, true), ("abc"):find("()b()"))
for k, v in ("a=1, b=22, c=333"):gmatch("(%w+)=(%w+)") do print(k, v) end
print(("abc"):gsub("", "-"), ("abc"):gsub("%w*", "x"), ("a,b"):gsub(",", "%%"))
print(("x\0y"):find("%z"), #("x\0y"), ("[a]"):match("^%[(.*)%]$"), ("a-b-c"):match("^(.-)%-(.*)$"))
print(("äb"):find("b"), ("\t\n "):match("^%s+$") ~= nil, ("0xFF"):match("^0[xX](%x+)$"))
