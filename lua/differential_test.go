package lua

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What the language does is held against Lua 5.1 itself: thousands of expressions are made, both work them out, and the
// results are compared byte by byte. That an expression fails is compared too; in which words, is not.

// difference is one thing in which the language is not Lua 5.1, on purpose. Its expression shows it; covers tells the
// expressions among the generated ones that differ for its reason.
type difference struct {
	reason     string
	expression string
	stock      string // what Lua 5.1 gives
	ours       string
	covers     func(expression, stock, ours string) bool
}

func contains(words ...string) func(expression, stock, ours string) bool {
	return func(expression, _, _ string) bool {
		for _, word := range words {
			if !strings.Contains(expression, word) {
				return false
			}
		}
		return true
	}
}

var unsigned = strings.NewReplacer("-nan", "nan", "-0 ", "0 ", "-0;", "0;", "-0,", "0,", "-0|", "0|")

// sameNumbers tells whether results differ in whole numbers alone that one of them writes with an exponent.
func sameNumbers(stock, ours string) bool {
	signs := func(r rune) bool { return strings.ContainsRune(" ;,|", r) }
	a, b := strings.FieldsFunc(stock, signs), strings.FieldsFunc(ours, signs)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, errX := strconv.ParseFloat(a[i], 64)
		y, errY := strconv.ParseFloat(b[i], 64)
		if a[i] != b[i] && (errX != nil || errY != nil || !strings.Contains(a[i], "e+1") || math.Abs(x-y) > 1e-13*math.Abs(x)) {
			return false
		}
	}
	return true
}

func never(string, string, string) bool { return false }

var differences = []difference{
	{"a whole number that a float holds exactly is written in full: it is somebody's id", "tostring(1234567890123456)", `1.2345678901235e+15`, `1234567890123456`,
		func(expression, stock, ours string) bool {
			return sameNumbers(unsigned.Replace(stock+" "), unsigned.Replace(ours+" ")) || strings.Contains(expression, " .. ") && strings.Contains(stock, "e+1")
		}},
	{"zero has no sign: nobody wants -0 on a receipt", "tostring(-0)", "-0", "0", func(_, stock, ours string) bool { return unsigned.Replace(stock+" ") == unsigned.Replace(ours+" ") }},
	{"a remainder is exact", "34.155 % 2.8", "0.55500000000001", "0.555", func(expression, _, _ string) bool {
		return strings.Contains(expression, " % ") && strings.ContainsAny(expression, ".e^")
	}},
	{"what is no number has no sign", "tostring(0/0)", `-nan`, `nan`, func(_, stock, ours string) bool { return strings.ReplaceAll(stock, "-nan", "nan") == ours }},
	{"the remainder of a division by infinity is the number itself, as in all later versions", "5 % (1/0)", "-nan", "5", contains("%", "1/0")},
	{"%d of a number with decimals would lose them", `string.format("%d", 3.7)`, `3`, "error", func(expression, _, ours string) bool {
		return ours == "error" && strings.Contains(expression, "string.format(")
	}},
	{"a number with a sign keeps it in any base", `tonumber("-7", 8)`, "1.844674407371e+19", "-7", contains(`tonumber("-`)},
	{"a text that C takes for a number and Lua's own reader does not: 0x1p4, inf, nan", `tonumber("0x1p4")`, "16", "nil", func(expression, stock, _ string) bool {
		return strings.Contains(expression, "tonumber(tostring(") && strings.Contains(stock, "inf")
	}},
	{"capitals know the letters of UTF-8", `("ação"):upper()`, `A\195\167\195\163O`, `A\195\135\195\131O`, never},
	{"a zero byte in a pattern is a byte", `("a\0b"):find("a.\0c")`, "1 2", "nil", contains(`\0`)},
	{"a % at the end of what gsub puts in stands for itself, not for a zero byte", `("x"):gsub("x", "100%")`, `100\000 1`, `100% 1`, never},
	{"a form that os.date does not know is a mistake", `os.date("%Q", 0)`, "%Q", "error", never},
	{"an error value is no text, though it can be used as one: it has code, message and hint", `type(select(2, pcall(error, "x")))`, "string", "error", never},
	{"a table prints as what is in it: an address tells nobody anything", `(tostring({ 1, a = 2 }):gsub("0x%x+", "0x"))`, "table: 0x", "{1, a = 2}", never},
	{"a function prints as where it was written", `(tostring(print):gsub("%S+$", ""))`, "function: ", "function: ", never},
	{"a library is a table that nobody can write to", `pcall(rawset, string, "x", 1)`, "true table", "false", never},
	{"every name is declared", `pcall(function() undeclared = 1 end)`, "true", "false", never},
	{"a name that was never declared is a mistake", `pcall(function() return undeclared end)`, "true nil", "false", never},
	{"the metatable of texts is out of reach", `type(getmetatable("").__index)`, "table", "error", never},
	{"a yield through pcall says so in other words", `pcall(coroutine.yield)`, "false", "false", never},
	{"pairs walks in the order in which keys were set", `(function() local t = {} for i = 1, 20 do t["k" .. i] = i end local s = "" for k in pairs(t) do s = s .. k end return #s, s:sub(1, 4) == "k1k2" end)()`, "51 false", "51 true", never},
	{"a text is no bound of a loop", `(function() local n = 0 for i = "1", 2 do n = n + i end return n end)()`, "3", "error", never},
	{"the length of a table may be its own, as in all later versions", `#setmetatable({}, { __len = function() return 7 end })`, "0", "7", never},
	{"next of a key that is not there is the end", `pcall(next, {}, "x")`, "false", "true nil", never},
	{"table.insert puts nothing where it would leave a gap", `pcall(table.insert, { 1, 2 }, 5, 9)`, "true", "false", never},
	{"error called by pcall itself names the line of the pcall", `tostring(select(2, pcall(error, "x"))) == "x"`, "true", "false", never},
	{"nothing is collected by hand", `collectgarbage("count") > 0`, "true", "error", never},
}

// prelude shows a value in a way that says all of it.
const prelude = `
local function show(v)
  if type(v) == "string" then
    return (v:gsub("[^ -~]", function(c) return ("\\%03d"):format(c:byte()) end))
  elseif type(v) == "number" or type(v) == "boolean" or v == nil then
    return tostring(v)
  end
  return type(v)
end
local function all(n, ok, ...)
  if not ok then return "error" end
  local t = { ... }
  for i = 1, n - 1 do t[i] = show(t[i]) end
  return table.concat(t, " ")
end
local function try(f)
  local function counted(...) return all(select("#", ...), ...) end
  print(counted(pcall(f)))
end
`

func workOut(t *testing.T, expressions []string) (stock, ours []string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(prelude)
	for _, expression := range expressions {
		fmt.Fprintf(&b, "try(function() return %s end)\n", expression)
	}
	stock = strings.Split(strings.TrimSuffix(runLua51(t, b.String()), "\n"), "\n")
	utc := func() time.Time { return time.Unix(0, 0).UTC() }
	var lines []string
	chunk, err := Parse("differential.lua", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = New(t.Context(), Options{Now: utc, Print: func(line string) { lines = append(lines, line) }}).Run(chunk); err != nil {
		t.Fatal(err)
	}
	if len(stock) != len(expressions) || len(lines) != len(expressions) {
		t.Fatalf("%d expressions, %d results of Lua 5.1 and %d of ours", len(expressions), len(stock), len(lines))
	}
	return stock, lines
}

func TestWhereTheLanguageIsNotLua51(t *testing.T) {
	for _, d := range differences {
		stock, ours := workOut(t, []string{d.expression})
		if !strings.HasPrefix(stock[0], d.stock) || !strings.HasPrefix(ours[0], d.ours) {
			t.Errorf("%s: %s is %q in Lua 5.1 and %q here; it was %q and %q", d.reason, d.expression, stock[0], ours[0], d.stock, d.ours)
		}
	}
}

func TestTheLanguageIsOtherwiseLua51(t *testing.T) {
	const batches, size = 24, 400
	random := rand.New(rand.NewPCG(20260131, 1)) //nolint:gosec // the same numbers each time
	seen := map[string]int{}
	for range batches {
		expressions := make([]string, size)
		for i := range expressions {
			family := families[random.IntN(len(families))]
			expressions[i] = family(&maker{random})
		}
		stock, ours := workOut(t, expressions)
		for i := range expressions {
			if stock[i] == ours[i] {
				continue
			}
			if d := covering(expressions[i], stock[i], ours[i]); d != "" {
				seen[d]++
			} else if !t.Failed() || seen[""] < 40 {
				seen[""]++
				t.Errorf("%s\nLua 5.1: %s\n   ours: %s", expressions[i], stock[i], ours[i])
			}
		}
	}
}

func covering(expression, stock, ours string) string {
	for _, d := range differences {
		if d.covers(expression, stock, ours) {
			return d.reason
		}
	}
	return ""
}

// maker draws the parts of expressions.
type maker struct{ random *rand.Rand }

func pick[T any](m *maker, from []T) T { return from[m.random.IntN(len(from))] }

func (m *maker) number() string {
	switch m.random.IntN(6) {
	case 0:
		return strconv.Itoa(m.random.IntN(20) - 5)
	case 1:
		return strconv.Itoa(m.random.IntN(2_000_000_000) - 1_000_000_000)
	case 2:
		return fmt.Sprintf("%.2f", m.random.Float64()*1e7-5e6)
	case 3:
		return strconv.FormatFloat(m.random.NormFloat64(), 'g', -1, 64)
	case 4:
		return strconv.FormatFloat(m.random.NormFloat64()*1e17, 'e', 5, 64)
	}
	return pick(m, []string{"0", "-0.5", "1e15", "1e16", "1e100", "1e-7", "123456789012", "0.1", "2^53", "2^31", "-2^31", "1/3", "0x7fffffff", "1e308", "5e-324", "1/0", "-1/0", "99999999999999", "999999999999999"})
}

// whole is a small whole number, for positions and counts.
func (m *maker) whole() string { return strconv.Itoa(m.random.IntN(14) - 5) }

func (m *maker) text() string {
	if m.random.IntN(3) == 0 {
		return strconv.Quote(pick(m, []string{"", " ", "a", "hello world", "key = value", "  trim  ", "10", "0x10", "1e3", " 5 ", "-7", "1,5", "a(b(c)d)e", "x=1;y=2", "THE (quick) fox", "\\", "\"q\"", "%d", "1.5e-3", "0x", "1 2", "+3", "--3", ".5", "5.", "1e", "a\nb"}))
	}
	bytes := make([]byte, m.random.IntN(12))
	for i := range bytes {
		bytes[i] = pick(m, []byte("aab b1(2)x.-_"))
	}
	return `"` + string(bytes) + `"`
}

func (m *maker) pattern() string {
	parts := []string{"a", "b", "x", ".", "%a", "%d", "%s", "%w", "%p", "%S", "[ab]", "[^a]", "[a-c1]", "[%d%s]", "%b()", "%f[%a]", "%f[%A]", "()", "(a)", "(.-)", "(%w+)", "%1", "%2", " ", "%(", "%.", "(", ")", "[", "]", "%", "$", "^"}
	suffixes := []string{"", "", "", "*", "+", "-", "?"}
	var b strings.Builder
	if m.random.IntN(6) == 0 {
		b.WriteByte('^')
	}
	for range 1 + m.random.IntN(4) {
		most := len(parts)
		if m.random.IntN(4) > 0 {
			most -= 7 // mostly well formed
		}
		b.WriteString(parts[m.random.IntN(most)])
		b.WriteString(pick(m, suffixes))
	}
	if m.random.IntN(6) == 0 {
		b.WriteByte('$')
	}
	return strconv.Quote(b.String())
}

func (m *maker) form() string {
	var b strings.Builder
	b.WriteString("%")
	for _, flag := range "-+ #0" {
		if m.random.IntN(5) == 0 {
			b.WriteRune(flag)
		}
	}
	if m.random.IntN(2) == 0 {
		b.WriteString(strconv.Itoa(1 + m.random.IntN(14)))
	}
	if m.random.IntN(3) == 0 {
		b.WriteString("." + strconv.Itoa(m.random.IntN(8)))
	}
	return b.String()
}

// list is a list of some parts, made one after the other.
func (m *maker) list(part func() string) string {
	parts := make([]string, m.random.IntN(7))
	for i := range parts {
		parts[i] = part()
	}
	return strings.Join(parts, ", ")
}

var families = []func(m *maker) string{
	func(m *maker) string { return "tostring(" + m.number() + ")" },
	func(m *maker) string { return "tonumber(" + m.text() + ")" },
	func(m *maker) string { return "tonumber(tostring(" + m.number() + "))" },
	func(m *maker) string {
		return fmt.Sprintf("tonumber(%q, %d)", pick(m, []string{"10", "ff", "FF", "-ff", "0x1F", "zz", "8", "777", " 12 ", "1 2", "", "-", "9999999", "1.5", "+5"}), 2+m.random.IntN(35))
	},
	func(m *maker) string { return m.number() + " .. " + m.text() + " .. " + m.number() },
	func(m *maker) string {
		return m.number() + pick(m, []string{" + ", " - ", " * ", " / ", " % "}) + m.number()
	},
	func(m *maker) string { return m.whole() + " % " + m.whole() },
	func(m *maker) string {
		return fmt.Sprintf("%d %% %d, math.floor(%d / %d)", m.random.IntN(2000)-1000, m.random.IntN(40)-20, m.random.IntN(2000)-1000, m.random.IntN(40)-20)
	},
	func(m *maker) string {
		return fmt.Sprintf("%.3f %% %.3f", m.random.NormFloat64()*100, m.random.NormFloat64()*10)
	},
	func(m *maker) string { return m.text() + pick(m, []string{" + ", " * ", " - "}) + m.number() },
	func(m *maker) string {
		return m.number() + pick(m, []string{" < ", " <= ", " == ", " ~= ", " > "}) + m.number()
	},
	func(m *maker) string { return m.text() + pick(m, []string{" < ", " <= ", " == ", " > "}) + m.text() },
	func(m *maker) string { return "string.rep(" + m.text() + ", " + m.whole() + ")" },
	func(m *maker) string { return "string.sub(" + m.text() + ", " + m.whole() + ", " + m.whole() + ")" },
	func(m *maker) string { return "string.sub(" + m.text() + ", " + m.whole() + ")" },
	func(m *maker) string { return "string.byte(" + m.text() + ", " + m.whole() + ", " + m.whole() + ")" },
	func(m *maker) string {
		return "string.char(" + m.list(func() string { return strconv.Itoa(m.random.IntN(262) - 2) }) + ")"
	},
	func(m *maker) string {
		return pick(m, []string{"string.len", "string.reverse", "string.lower", "string.upper", "#"}) + "(" + m.text() + ")"
	},
	func(m *maker) string { return "string.find(" + m.text() + ", " + m.pattern() + ")" },
	func(m *maker) string {
		return "string.find(" + m.text() + ", " + m.pattern() + ", " + m.whole() + pick(m, []string{"", ", true"}) + ")"
	},
	func(m *maker) string { return "string.match(" + m.text() + ", " + m.pattern() + ")" },
	func(m *maker) string { return "string.match(" + m.text() + ", " + m.pattern() + ", " + m.whole() + ")" },
	func(m *maker) string {
		return "(function() local t = {} for a, b in string.gmatch(" + m.text() + ", " + m.pattern() + ") do t[#t + 1] = tostring(a) .. ':' .. tostring(b) end return table.concat(t, '|') end)()"
	},
	func(m *maker) string {
		with := pick(m, []string{`"<%0>"`, `"%1"`, `"[%2]"`, `"%%"`, `""`, `"x%0y"`, "function(a, b) return b end", "function() end", "function(a) return false end", "{ a = 'A', b = 2 }", "string.upper", "12", "function(a) return a end"})
		return "string.gsub(" + m.text() + ", " + m.pattern() + ", " + with + pick(m, []string{"", "", ", " + m.whole()}) + ")"
	},
	func(m *maker) string {
		return "string.format(" + strconv.Quote(m.form()+pick(m, []string{"d", "i", "x", "X", "o", "u"})) + ", " + strconv.Itoa(m.random.IntN(200_000)-50_000) + ")"
	},
	func(m *maker) string {
		return "string.format(" + strconv.Quote(m.form()+pick(m, []string{"f", "e", "g", "E", "G"})) + ", " + m.number() + ")"
	},
	func(m *maker) string {
		return "string.format(" + strconv.Quote("["+m.form()+pick(m, []string{"f", "e", "g", "G"})+"]") + pick(m, []string{", 1/0)", ", -1/0)"})
	},
	func(m *maker) string {
		return "pcall(string.format, " + strconv.Quote("%"+strings.Repeat("-", m.random.IntN(8))+"5d") + ", 1) and 1"
	},
	func(m *maker) string {
		return "string.format(" + strconv.Quote(pick(m, []string{"[%c]", "[%5c]", "[%-5c]"})) + ", " + strconv.Itoa(32+m.random.IntN(90)) + ")"
	},
	func(m *maker) string { return "select('#', table.remove({" + m.list(m.whole) + "}))" },
	func(m *maker) string {
		return "math." + pick(m, []string{"max", "min"}) + "(" + m.whole() + ", " + pick(m, []string{"0/0", m.whole()}) + ", " + m.whole() + ")"
	},
	func(m *maker) string {
		return "string.format(" + strconv.Quote("["+m.form()+"s]") + ", " + m.text() + ")"
	},
	func(m *maker) string { return "string.format('%q', " + m.text() + ")" },
	func(m *maker) string { return "string.format('%s|%s', " + m.number() + ", " + m.text() + ")" },
	func(m *maker) string { return "table.concat({" + m.list(m.text) + "}, ',')" },
	func(m *maker) string {
		return "table.concat({" + m.list(m.number) + "}, ';', " + m.whole() + ", " + m.whole() + ")"
	},
	func(m *maker) string {
		return "(function() local t = {" + m.list(m.number) + "} table.sort(t" + pick(m, []string{"", ", function(a, b) return a > b end"}) + ") return unpack(t) end)()"
	},
	func(m *maker) string {
		return "(function() local t = {" + m.list(m.text) + "} table.sort(t) return table.concat(t, '|') end)()"
	},
	func(m *maker) string {
		return "(function() local t = {" + m.list(m.whole) + "} table.insert(t, " + m.whole() + ") return #t, table.remove(t, 1), #t, table.maxn(t), table.concat(t, ' ') end)()"
	},
	func(m *maker) string { return "select(" + m.whole() + ", " + m.number() + ", " + m.text() + ", nil)" },
	func(m *maker) string {
		return "unpack({" + m.list(m.whole) + "}, " + pick(m, []string{"1", "2", "0", "3"}) + ", " + m.whole() + ")"
	},
	func(m *maker) string {
		return "string.format('%.11g', math." + pick(m, []string{"abs", "ceil", "floor", "sqrt", "exp", "log", "log10", "sin", "cos", "atan", "deg", "rad"}) + "(" + m.number() + "))"
	},
	func(m *maker) string {
		return fmt.Sprintf("math.floor(math.log10(1e%d)), math.log10(5e-324)", m.random.IntN(300))
	},
	func(m *maker) string {
		return "math." + pick(m, []string{"max", "min"}) + "(" + m.number() + ", " + m.number() + ", " + m.number() + ")"
	},
	func(m *maker) string { return pick(m, []string{"math.modf", "math.frexp"}) + "(" + m.number() + ")" },
	func(m *maker) string {
		return pick(m, []string{"math.fmod", "math.ldexp"}) + "(" + m.number() + ", " + m.whole() + ")"
	},
	func(m *maker) string {
		return "string.format('%.11g', math." + pick(m, []string{"pow", "atan2"}) + "(" + m.whole() + ", " + m.whole() + "))"
	},
	func(m *maker) string {
		form := pick(m, []string{"%c", "!%c", "%x %X", "%Y-%m-%d %H:%M:%S", "%j %U %W %w", "%a %A %b %B %d", "%I %p %y", "%%", "%V %G %g %u", "%e %D %F %R %T %C", "!%Z", "%Z", "%h%n%t%r"})
		return fmt.Sprintf("os.date(%q, %d)", form, m.random.Int64N(4_000_000_000)-800_000_000)
	},
	func(m *maker) string {
		return fmt.Sprintf("os.time({ year = %d, month = %d, day = %d, hour = %d, min = %d, sec = %d })", 1950+m.random.IntN(150), m.random.IntN(30)-8, m.random.IntN(80)-20, m.random.IntN(60)-20, m.random.IntN(120)-30, m.random.IntN(120)-30)
	},
	func(m *maker) string {
		return fmt.Sprintf("(function() local d = os.date('!*t', %d) return d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst end)()", m.random.Int64N(4_000_000_000)-800_000_000)
	},
	func(m *maker) string {
		return pick(m, []string{"0x1F", "0XfF", ".5", "5.", "1e3", "1E-2", "3.14e+2", "00012", "0x10 + 0", "1e0", "123456789.125", "08.5"})
	},
}
