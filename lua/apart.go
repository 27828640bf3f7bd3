package lua

import (
	"slices"

	glua "github.com/yuin/gopher-lua"
)

// Apart is the function in a fresh state, which has the options of its own one as change leaves them. It is the same
// code; what it closes over is copied: texts, numbers, tables, Lua functions with what they close over in their turn. What
// the program lends is the fresh state's own. So neither state can tell the other anything, or change what the other has. A
// function that holds what can not be copied, a coroutine or the job, is refused by the name of its variable.
func (f *Function) Apart(change func(*Options)) (*Function, error) {
	options := f.state.options
	change(&options)
	fresh := New(f.state.Context(), options)
	fresh.chunks = f.state.chunks
	c := &carrier{
		from: f.state, to: fresh, tables: map[*glua.LTable]*glua.LTable{}, functions: map[*glua.LFunction]*glua.LFunction{},
		upvalues: map[*glua.Upvalue]*glua.Upvalue{},
	}
	carried := c.value(f.Name(), f.fn)
	for len(c.left) > 0 && c.mistake == nil {
		next := c.left[0]
		c.left = c.left[1:]
		next()
	}
	if c.mistake != nil {
		return nil, f.state.fromFault(c.mistake, "", "")
	}
	fn, _ := carried.(*glua.LFunction)
	return &Function{fresh, fn}, nil
}

// carrier copies values from one state into another. Each table, function and variable is copied once, so that what was one
// thing there is one thing here. Tables are filled one after the other and not one within the other: a list may be linked a
// million times.
type carrier struct {
	from, to  *State
	tables    map[*glua.LTable]*glua.LTable
	functions map[*glua.LFunction]*glua.LFunction
	upvalues  map[*glua.Upvalue]*glua.Upvalue
	lent      map[glua.LValue]glua.LValue // what the program lends: in the one state, in the other
	left      []func()                    // what is made and not filled yet
	entries   int                         // of tables, so far
	mistake   *fault
}

// value is the copy of a value that hangs in a variable, or in a field of one.
func (c *carrier) value(name string, value glua.LValue) glua.LValue {
	switch v := value.(type) {
	case *glua.LTable:
		return c.table(name, v)
	case *glua.LFunction:
		if v.Proto != nil {
			return c.function(v)
		}
		return c.borrowed(name, v)
	case *glua.LUserData:
		switch thing := v.Value.(type) {
		case *Decimal:
			return c.to.decimalValue(thing)
		case Unknown:
			return c.to.unknown
		}
		return c.borrowed(name, v)
	case *glua.LState:
		return c.refuse(name, v)
	}
	return value
}

func (c *carrier) refuse(name string, value glua.LValue) glua.LValue {
	if c.mistake == nil {
		c.mistake = &fault{code: "script.failed", key: "lua.not_carried", args: map[string]any{"name": name, "got": c.from.describe(value)}}
	}
	return glua.LNil
}

// borrowed is the fresh state's own, of what hangs in a module or a library of the old one.
func (c *carrier) borrowed(name string, value glua.LValue) glua.LValue {
	if c.lent == nil {
		c.lent = map[glua.LValue]glua.LValue{}
		c.pair(c.from.names, c.to.names)
	}
	if own, ok := c.lent[value]; ok {
		return own
	}
	return c.refuse(name, value)
}

// pair notes what two tables of names hold under the same name.
func (c *carrier) pair(from, to *glua.LTable) {
	for key, value := from.Next(glua.LNil); key != glua.LNil; key, value = from.Next(key) {
		switch own := to.RawGet(key).(type) {
		case *glua.LFunction:
			c.lent[value] = own
		case *glua.LUserData:
			module, there := own.Value.(*frozen)
			if thing, ok := value.(*glua.LUserData); ok && there {
				c.lent[value] = own
				c.pair(thing.Value.(*frozen).fields, module.fields)
			}
		}
	}
}

func (c *carrier) function(fn *glua.LFunction) glua.LValue {
	if made := c.functions[fn]; made != nil {
		return made
	}
	made := c.to.l.NewFunctionFromProto(fn.Proto)
	c.functions[fn] = made
	c.globals(fn.Proto)
	for i, variable := range fn.Upvalues {
		if c.upvalues[variable] == nil {
			own := &glua.Upvalue{}
			own.SetValue(glua.LNil)
			c.upvalues[variable] = own
			c.left = append(c.left, func() { own.SetValue(c.value(fn.Proto.DbgUpvalues[i], variable.Value())) })
		}
		made.Upvalues[i] = c.upvalues[variable]
	}
	return made
}

// globals carries what the lines of a prompt gave a name, where the function names it.
func (c *carrier) globals(proto *glua.FunctionProto) {
	for _, constant := range proto.Constants {
		name, ok := constant.(glua.LString)
		if ok && c.from.own[string(name)] && !c.to.own[string(name)] {
			c.to.own[string(name)] = true
			c.to.names.RawSetString(string(name), c.value(string(name), c.from.names.RawGetString(string(name))))
		}
	}
	for _, inner := range proto.FunctionPrototypes {
		c.globals(inner)
	}
}

func (c *carrier) table(name string, table *glua.LTable) glua.LValue {
	if table == c.from.emptyList {
		return c.to.emptyList
	}
	if made := c.tables[table]; made != nil {
		return made
	}
	c.from.whole(table)
	if c.entries += countKeys(table); c.entries > maxValueNodes {
		c.mistake = &fault{code: "script.failed", key: "lua.carried_too_much", args: map[string]any{"name": name, "most": maxValueNodes}}
		return glua.LNil
	}
	made := c.to.l.CreateTable(length(table), 0)
	c.tables[table] = made
	c.left = append(c.left, func() { c.fill(name, made, table) })
	return made
}

// fill sets the list of a table first, from its beginning, and then its other keys, in their order or the opposite one.
func (c *carrier) fill(name string, made, table *glua.LTable) {
	n := length(table)
	for i := range n {
		made.RawSet(glua.LNumber(i+1), c.value(name, table.RawGet(glua.LNumber(i+1))))
	}
	var keys []glua.LValue
	for key, _ := table.Next(glua.LNil); key != glua.LNil; key, _ = table.Next(key) {
		if at, ok := key.(glua.LNumber); !ok || at < 1 || at > glua.LNumber(n) || at != glua.LNumber(int(at)) {
			keys = append(keys, key)
		}
	}
	if c.to.options.Reversed {
		slices.Reverse(keys)
	}
	for _, key := range keys {
		within := name
		if field, ok := key.(glua.LString); ok && len(name) < longestName {
			within = join(name, cut(string(field), longestName))
		}
		if own := c.value(within, key); own != glua.LNil {
			made.RawSet(own, c.value(within, table.RawGet(key)))
		}
	}
	if c.from.rowOf(table) == nil { // a row stays behind: what is carried is a table like any other
		made.Metatable = c.value(name, table.Metatable)
	}
}
