package lua

import (
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// openBase puts the basic functions into the names: those of Lua 5.1 that do not reach outside, nothing else.
func (s *State) openBase() {
	s.define(s.names, map[string]glua.LGFunction{
		"assert": s.baseAssert, "error": s.baseError, "pcall": s.basePcall, "xpcall": s.baseXpcall,
		"ipairs": s.baseIpairs, "next": s.baseNext, "pairs": s.basePairs, "select": s.baseSelect, "unpack": s.baseUnpack,
		"rawequal": s.baseRawequal, "rawget": s.baseRawget, "rawset": s.baseRawset,
		"getmetatable": s.baseGetmetatable, "setmetatable": s.baseSetmetatable,
		"print": s.basePrint, "tonumber": s.baseTonumber, "tostring": s.baseTostring, "type": s.baseType,
	})
	s.define(s.l.G.Global, map[string]glua.LGFunction{
		concatName: s.concat, concatListName: s.concatList, lengthName: s.length, compareName: s.compare,
	})
	s.names.RawSetString("_VERSION", glua.LString("Lua 5.1"))
}

func (s *State) define(table *glua.LTable, functions map[string]glua.LGFunction) {
	for name, function := range functions {
		table.RawSetString(name, s.l.NewFunction(function))
	}
}

// library is a frozen table of functions in the names.
func (s *State) library(name string, functions map[string]glua.LGFunction) *glua.LTable {
	fields := s.l.CreateTable(0, len(functions))
	s.define(fields, functions)
	s.names.RawSetString(name, s.freeze(name, fields))
	return fields
}

func (s *State) baseAssert(l *glua.LState) int {
	s.need(l, "assert", 1)
	if glua.LVAsBool(l.Get(1)) {
		return l.GetTop()
	}
	message := l.Get(2)
	if message == glua.LNil {
		message = glua.LString("assertion failed!")
	}
	s.throw(l, message, s.where(l), false)
	return 0
}

// error(value, level): the level chooses whose line is named, as in Lua.
func (s *State) baseError(l *glua.LState) int {
	level := 1
	if n, ok := l.Get(2).(glua.LNumber); ok {
		level = int(n)
	}
	s.throw(l, l.Get(1), s.whereAt(l, level), true)
	return 0
}

// throw raises what a script raises. placed: a text of its own begins with the place, as that of error does and that of
// assert does not.
func (s *State) throw(l *glua.LState, value glua.LValue, where string, placed bool) {
	e := asError(value)
	if e == nil && s.last != nil && s.last.thrown == value && !isText(value) {
		e = s.last // it was caught, and is handed on: with the place and the stack where it began
	}
	if e == nil {
		e = s.thrown(l, value, where)
		s.last = e
		if isText(value) {
			e.words = e.message
			if placed && where != "" {
				e.words = where + ": " + e.message
			}
		}
	}
	l.Error(s.errorValue(e), 0)
}

func isText(value glua.LValue) bool {
	return value.Type() == glua.LTString || value.Type() == glua.LTNumber
}

// caughtValue is what pcall gives: a value that the script raised itself, where it is no text; else the error value.
func (s *State) caughtValue(e *Error) glua.LValue {
	if value, ok := e.thrown.(glua.LValue); ok && !isText(value) {
		return value
	}
	return s.errorValue(e)
}

// whereAt counts Lua frames only: 1 is the caller, 2 is its caller, 0 is nowhere.
func (s *State) whereAt(l *glua.LState, count int) string {
	innermost := l
	for level := 0; count > 0; level++ {
		debug, ok := l.GetStack(level)
		if !ok && l.Parent == nil {
			return s.where(innermost)
		}
		if !ok {
			l, level = l.Parent, -1
			continue
		}
		if _, err := l.GetInfo("Sl", debug, glua.LNil); err != nil || !isFile(debug.Source) {
			continue
		}
		if count--; count == 0 {
			return place(debug.Source, debug.CurrentLine)
		}
	}
	return ""
}

// pcall gives true and the results, or false and what was raised. What ends a run, and the host's guards, pass it.
func (s *State) basePcall(l *glua.LState) int {
	s.need(l, "pcall", 1)
	results, failed := s.catch(l, l.Get(1), rest(l, 2))
	if failed != nil {
		l.Push(glua.LFalse)
		l.Push(s.caughtValue(failed))
		return 2
	}
	l.Push(glua.LTrue)
	return 1 + pushAll(l, results)
}

// xpcall gives the error value to the handler, after the stack was unwound.
func (s *State) baseXpcall(l *glua.LState) int {
	s.need(l, "xpcall", 2)
	results, failed := s.catch(l, l.Get(1), nil)
	if failed != nil {
		handled, broke := s.catch(l, l.Get(2), []glua.LValue{s.caughtValue(failed)})
		l.Push(glua.LFalse)
		switch {
		case broke != nil:
			l.Push(s.caughtValue(broke))
		case len(handled) == 0:
			l.Push(glua.LNil)
		default:
			l.Push(handled[0])
		}
		return 2
	}
	l.Push(glua.LTrue)
	return 1 + pushAll(l, results)
}

func (s *State) catch(l *glua.LState, fn glua.LValue, args []glua.LValue) ([]glua.LValue, *Error) {
	s.catches++
	results, failed := s.call(fn, args...)
	s.catches--
	if failed != nil {
		s.caught(l, failed)
	}
	return results, failed
}

// catchSteps is what a failure that is caught costs of the run's budget: it takes the time of so many.
const catchSteps = 100

func (s *State) caught(l *glua.LState, failed *Error) {
	if failed.final() {
		l.Error(s.errorValue(failed), 0)
	}
	s.spend(l, catchSteps)
}

func pushAll(l *glua.LState, values []glua.LValue) int {
	for _, value := range values {
		l.Push(value)
	}
	return len(values)
}

func (s *State) baseIpairs(l *glua.LState) int {
	table := s.table(l, "ipairs")
	l.Push(l.NewFunction(func(l *glua.LState) int {
		i := glua.LVAsNumber(l.Get(2)) + 1
		value := table.RawGet(i)
		if value == glua.LNil {
			return 0
		}
		l.Push(i)
		l.Push(value)
		return 2
	}))
	l.Push(l.Get(1))
	l.Push(glua.LNumber(0))
	return 3
}

func (s *State) baseNext(l *glua.LState) int {
	key, value := s.table(l, "next").Next(l.Get(2))
	l.Push(key)
	if key == glua.LNil {
		return 1
	}
	l.Push(value)
	return 2
}

// pairs walks in the order in which keys were set; over a module or an object it walks too.
func (s *State) basePairs(l *glua.LState) int {
	table := s.table(l, "pairs")
	l.Push(l.NewFunction(func(l *glua.LState) int {
		key, value := table.Next(l.Get(2))
		if key == glua.LNil {
			return 0
		}
		l.Push(key)
		l.Push(value)
		return 2
	}))
	l.Push(l.Get(1))
	l.Push(glua.LNil)
	return 3
}

func (s *State) baseSelect(l *glua.LState) int {
	count := l.GetTop() - 1
	if l.Get(1) == glua.LString("#") {
		l.Push(glua.LNumber(count))
		return 1
	}
	n := s.integer(l, "select", 1)
	if n < 0 {
		n = count + n + 1
	}
	if n < 1 {
		s.badArgument(l, "select", 1, "lua.a_position")
	}
	return max(0, count-n+1)
}

// maxUnpack is how many values unpack and select hand over: each takes room on the stack.
const maxUnpack = 1 << 17

func (s *State) baseUnpack(l *glua.LState) int {
	table := s.table(l, "unpack")
	from, to := s.optionalInteger(l, "unpack", 2, 1), 0
	if l.Get(3) == glua.LNil {
		to = length(table)
	} else {
		to = s.integer(l, "unpack", 3)
	}
	if to-from >= maxUnpack {
		s.badArgument(l, "unpack", 1, "lua.shorter_list")
	}
	s.visit(l, max(0, to-from))
	for i := from; i <= to; i++ {
		l.Push(table.RawGet(glua.LNumber(i)))
	}
	return max(0, to-from+1)
}

func (s *State) baseRawequal(l *glua.LState) int {
	l.Push(glua.LBool(l.RawEqual(l.Get(1), l.Get(2))))
	return 1
}

func (s *State) baseRawget(l *glua.LState) int {
	l.Push(s.table(l, "rawget").RawGet(s.known(l, l.Get(2))))
	return 1
}

func (s *State) baseRawset(l *glua.LState) int {
	l.RawSet(s.plainTable(l, "rawset", 1), s.known(l, l.Get(2)), l.Get(3))
	l.SetTop(1)
	return 1
}

func (s *State) baseGetmetatable(l *glua.LState) int {
	table, ok := l.Get(1).(*glua.LTable)
	if !ok {
		return 0
	}
	l.Push(l.GetMetatable(s.whole(table)))
	return 1
}

func (s *State) baseSetmetatable(l *glua.LState) int {
	table := s.plainTable(l, "setmetatable", 1)
	if meta, ok := table.Metatable.(*glua.LTable); ok && meta.RawGetString("__metatable") != glua.LNil {
		s.badArgument(l, "setmetatable", 1, "lua.own_table")
	}
	if l.Get(2) != glua.LNil {
		s.plainTable(l, "setmetatable", 2)
	}
	table.Metatable = l.Get(2)
	l.SetTop(1)
	return 1
}

func (s *State) basePrint(l *glua.LState) int {
	parts, size := make([]string, l.GetTop()), 0
	for i := range parts {
		parts[i] = s.tostring(l, l.Get(i+1))
		if size += len(parts[i]); size > MaxText {
			s.tooLong(l, size)
		}
	}
	s.read(l, size)
	if s.options.Print != nil {
		s.options.Print(strings.Join(parts, "\t"))
	}
	return 0
}

func (s *State) baseTonumber(l *glua.LState) int {
	s.need(l, "tonumber", 1)
	if l.Get(2) != glua.LNil {
		base := s.integer(l, "tonumber", 2)
		if base < 2 || base > 36 {
			s.badArgument(l, "tonumber", 2, "lua.a_base")
		}
		if base != 10 {
			return s.tonumberBase(l, base)
		}
	}
	n, ok := asNumber(l.Get(1))
	if !ok {
		l.Push(glua.LNil)
		return 1
	}
	l.Push(n)
	return 1
}

func (s *State) tonumberBase(l *glua.LState, base int) int {
	text := strings.TrimSpace(s.stringArg(l, "tonumber", 1))
	digits := strings.TrimPrefix(text, "-")
	if digits == text {
		digits = strings.TrimPrefix(text, "+")
	}
	if base == 16 {
		digits = strings.TrimPrefix(strings.TrimPrefix(digits, "0x"), "0X")
	}
	s.read(l, len(digits))
	n, ok := parseBase(digits, base)
	if !ok {
		l.Push(glua.LNil)
		return 1
	}
	if text[0] == '-' {
		n = -n
	}
	l.Push(glua.LNumber(n))
	return 1
}

func (s *State) baseTostring(l *glua.LState) int {
	s.need(l, "tostring", 1)
	l.Push(glua.LString(s.tostring(l, l.Get(1))))
	return 1
}

func (s *State) baseType(l *glua.LState) int {
	s.need(l, "type", 1)
	l.Push(glua.LString(typeName(l.Get(1))))
	return 1
}

// typeName is what type gives: a frozen module or object is a table to its reader.
func typeName(value glua.LValue) string {
	if thing, ok := value.(*glua.LUserData); ok {
		switch thing.Value.(type) {
		case *frozen:
			return "table"
		case *Error:
			return "error"
		case *Decimal:
			return "num"
		}
	}
	return value.Type().String()
}
