package lua

import (
	"sort"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// openLists makes table. Its functions see all of a list: gopher-lua's stop at MaxArrayIndex, and its remove gives nil
// after the last element was set to nil.
func (s *State) openLists() {
	s.library("table", map[string]glua.LGFunction{
		"concat": s.listConcat, "insert": s.listInsert, "maxn": s.listMaxn, "remove": s.listRemove, "sort": s.listSort,
	})
}

// length is a border of a table: t[n] is there and t[n+1] is not. Beyond the array part it searches as Lua does.
func length(table *glua.LTable) int {
	n := table.Len()
	if n < maxArray-1 {
		return n
	}
	there := func(i int) bool { return table.RawGet(glua.LNumber(i)) != glua.LNil }
	low, high := n, n+1
	for there(high) {
		low, high = high, high*2
	}
	for high-low > 1 {
		if middle := low + (high-low)/2; there(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// length is the guarded "#".
func (s *State) length(l *glua.LState) int {
	switch value := l.Get(1).(type) {
	case glua.LString:
		l.Push(glua.LNumber(len(value)))
		return 1
	case *glua.LTable:
		if fn := metamethod(value, "__len"); fn != nil {
			l.Push(fn)
			l.Push(value)
			l.Call(1, 1)
			return 1
		}
	}
	l.Push(glua.LNumber(length(s.table(l, "#"))))
	return 1
}

func (s *State) listConcat(l *glua.LState) int {
	table := s.table(l, "concat")
	separator := ""
	if l.Get(2) != glua.LNil {
		separator = s.stringArg(l, "concat", 2)
	}
	from, to := s.optionalInteger(l, "concat", 3, 1), 0
	if l.Get(4) == glua.LNil {
		to = length(table)
	} else {
		to = s.integer(l, "concat", 4)
	}
	var b strings.Builder
	for i := from; i <= to; i++ {
		if i%listSteps == 0 {
			s.spend(l, 1)
		}
		value := table.RawGet(glua.LNumber(i))
		if !glua.LVCanConvToString(value) && asDecimal(value) == nil {
			s.known(l, value)
			s.raise(l, &fault{code: "script.failed", key: "lua.concat", args: map[string]any{"index": i, "got": s.describe(value)}})
		}
		if i > from {
			b.WriteString(separator)
		}
		b.WriteString(s.display(value))
		if b.Len() > MaxText {
			s.tooLong(l, b.Len())
		}
	}
	return s.pushText(l, b.String())
}

func (s *State) listInsert(l *glua.LState) int {
	table := s.plainTable(l, "insert", 1)
	n := length(table)
	position, value := n+1, l.Get(2)
	switch given := l.GetTop(); given {
	case 1:
		s.badArgument(l, "insert", 2, "lua.a_value")
	case 2:
	case 3:
		position, value = s.integer(l, "insert", 2), l.Get(3)
	default:
		s.raise(l, &fault{code: "arg.count", key: "lua.insert_count", args: map[string]any{"got": given}})
	}
	if position < 1 || position > n+1 {
		s.badArgument(l, "insert", 2, "lua.a_position")
	}
	s.visit(l, n+1-position)
	if position <= n && n < maxArray-2 {
		table.Insert(position, value)
		return 0
	}
	for i := n; i >= position; i-- {
		table.RawSet(glua.LNumber(i+1), table.RawGet(glua.LNumber(i)))
	}
	table.RawSet(glua.LNumber(position), value)
	return 0
}

func (s *State) listMaxn(l *glua.LState) int {
	most, count := glua.LNumber(0), 0
	s.table(l, "maxn").ForEach(func(key, _ glua.LValue) {
		count++
		if n, ok := key.(glua.LNumber); ok && n > most {
			most = n
		}
	})
	s.visit(l, count)
	l.Push(most)
	return 1
}

func (s *State) listRemove(l *glua.LState) int {
	table := s.plainTable(l, "remove", 1)
	n := length(table)
	position := s.optionalInteger(l, "remove", 2, n)
	if position < 1 || position > n {
		return 0
	}
	s.visit(l, n-position)
	removed := table.RawGet(glua.LNumber(position))
	for i := position; i < n; i++ {
		table.RawSet(glua.LNumber(i), table.RawGet(glua.LNumber(i+1)))
	}
	table.RawSet(glua.LNumber(n), glua.LNil)
	l.Push(removed)
	return 1
}

func (s *State) listSort(l *glua.LState) int {
	table := s.plainTable(l, "sort", 1)
	order := listOrder{s: s, l: l, values: make([]glua.LValue, length(table))}
	s.visit(l, len(order.values))
	for i := range order.values {
		order.values[i] = s.known(l, table.RawGet(glua.LNumber(i+1)))
	}
	if l.Get(2) != glua.LNil {
		order.before = s.function(l, "sort", 2)
	}
	sort.Sort(order)
	for i, value := range order.values {
		table.RawSet(glua.LNumber(i+1), value)
	}
	return 0
}

// compareCost is how much longer gopher-lua takes to compare a byte than a text is read.
const compareCost = 8

type listOrder struct {
	s      *State
	l      *glua.LState
	before *glua.LFunction
	values []glua.LValue
}

func (o listOrder) Len() int      { return len(o.values) }
func (o listOrder) Swap(i, j int) { o.values[i], o.values[j] = o.values[j], o.values[i] }

// Less takes a step: who compares may be a function of Go, which takes none.
func (o listOrder) Less(i, j int) bool {
	o.s.spend(o.l, 1)
	if o.before == nil {
		a, _ := o.values[i].(glua.LString)
		b, _ := o.values[j].(glua.LString)
		o.s.read(o.l, compareCost*min(len(a), len(b)))
		return o.l.LessThan(o.values[i], o.values[j])
	}
	o.l.Push(o.before)
	o.l.Push(o.values[i])
	o.l.Push(o.values[j])
	o.l.Call(2, 1)
	less := glua.LVAsBool(o.s.known(o.l, o.l.Get(-1)))
	o.l.Pop(1)
	return less
}
