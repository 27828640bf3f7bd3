package lua

import (
	"strconv"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// Frame is one function of the stack as it was when a script failed.
type Frame struct {
	File     string
	Line     int
	Function string
	Locals   []Local
}

// Local is a variable that was in sight, its value cut short and its secrets masked.
type Local struct{ Name, Value string }

const (
	maxFrames = 40
	maxLocals = 40
	maxShown  = 200 // bytes of a value
)

// where is "file:line" of the innermost Lua frame, or "".
func (s *State) where(l *glua.LState) string {
	for level := 0; l != nil; level++ {
		debug, ok := l.GetStack(level)
		if !ok {
			l, level = l.Parent, -1 // whoever resumed this coroutine
			continue
		}
		if _, err := l.GetInfo("Sl", debug, glua.LNil); err == nil && isFile(debug.Source) {
			return place(debug.Source, debug.CurrentLine)
		}
	}
	return ""
}

// isFile tells a script from a Go function, which has no source, and from what lies below a coroutine.
func isFile(source string) bool { return source != "" && source != coroutineSource }

func place(file string, line int) string { return file + ":" + strconv.Itoa(line) }

func splitPlace(where string) (string, int) {
	colon := strings.LastIndexByte(where, ':')
	if colon < 0 {
		return where, 0
	}
	line, err := strconv.Atoi(where[colon+1:])
	if err != nil {
		return where, 0
	}
	return where[:colon], line
}

// frames are the Lua functions on the stack, innermost first, with their locals: those of a coroutine, then those of
// whoever resumed it.
func (s *State) frames(l *glua.LState) []Frame {
	frames := []Frame{}
	for level := 0; l != nil && len(frames) < maxFrames; level++ {
		debug, ok := l.GetStack(level)
		if !ok {
			l, level = l.Parent, -1
			continue
		}
		at := positionOf(l, debug)
		if _, err := l.GetInfo("nSl", debug, glua.LNil); err != nil || at.proto == nil || !isFile(debug.Source) {
			continue
		}
		frames = append(frames, Frame{
			File: debug.Source, Line: debug.CurrentLine, Function: s.functionName(debug), Locals: s.locals(l, debug, at),
		})
	}
	return frames
}

func (s *State) functionName(debug *glua.Debug) string {
	switch {
	case debug.LineDefined == 0:
		return s.word("lua.main_chunk")
	case debug.Name == "" || debug.Name == "main chunk" || debug.Name[0] == '(' || debug.Name[0] == '<':
		return s.options.Say.speak("lua.function_at", map[string]any{"line": debug.LineDefined})
	}
	return debug.Name
}

func (s *State) locals(l *glua.LState, debug *glua.Debug, at position) []Local {
	locals := []Local{}
	for i, local := range at.locals() {
		if local.Name[0] == '(' || local.Name == "arg" || len(locals) == maxLocals {
			continue
		}
		_, value := l.GetLocal(debug, i+1)
		if value == nil {
			continue // its register is free again: the block ended on this very line
		}
		locals = append(locals, Local{local.Name, cut(s.mask(s.quote(value)), maxShown)})
	}
	return locals
}

// position is the instruction that a Lua frame is at; its proto is nil for a Go function.
type position struct {
	proto *glua.FunctionProto
	pc    int
}

// positionOf reads the instruction by reflection, because gopher-lua does not export it. Without it, GetLocal misses the
// variable that was declared just before: mostly the very one that is nil.
func positionOf(l *glua.LState, debug *glua.Debug) position {
	value, err := l.GetInfo("f", debug, glua.LNil)
	fn, ok := value.(*glua.LFunction)
	if err != nil || !ok || fn.Proto == nil {
		return position{}
	}
	return position{fn.Proto, frameOf(debug).pc()}
}

// locals are the variables that are declared at this instruction, in the order of their registers.
func (p position) locals() []*glua.DbgLocalInfo {
	var found []*glua.DbgLocalInfo
	for _, local := range p.proto.DbgLocals {
		if local.StartPc <= p.pc && p.pc < local.EndPc {
			found = append(found, local)
		}
	}
	return found
}

// caller is where the innermost Lua function is.
func caller(l *glua.LState) position {
	for level := 0; l != nil; level++ {
		debug, ok := l.GetStack(level)
		if !ok {
			l, level = l.Parent, -1
			continue
		}
		if at := positionOf(l, debug); at.proto != nil && isFile(at.proto.SourceName) {
			return at
		}
	}
	return position{}
}

// noFunction is the mistake of a call of something else than a function. gopher-lua calls "?" what has no name of its own.
func noFunction(l *glua.LState) *fault {
	if at := caller(l); at.proto != nil {
		for _, call := range at.proto.DbgCalls {
			if call.Pc == at.pc && call.Name != "?" {
				return &fault{code: "script.failed", key: "lua.call", args: map[string]any{"name": call.Name}}
			}
		}
	}
	return &fault{code: "script.failed", key: "lua.call_value"}
}

// noLoop is the mistake of a "for" that was given something else than a function to loop with; nil where no "for" failed.
func (s *State) noLoop(l *glua.LState) *fault {
	debug, ok := l.GetStack(0)
	if !ok {
		return nil
	}
	at := positionOf(l, debug)
	if at.proto == nil || int(at.proto.Code[at.pc]>>26) != glua.OP_TFORLOOP {
		return nil
	}
	got, name := s.word("lua.a_value"), "x"
	for n, local := range at.locals() {
		if local.Name == "(for generator)" {
			_, value := l.GetLocal(debug, n+1)
			if value != nil {
				got = s.describe(value)
			}
		}
	}
	return &fault{code: "script.failed", key: "lua.no_loop", args: map[string]any{"got": got, "name": name}}
}

// namesInSight are the variables of the innermost Lua function.
func namesInSight(l *glua.LState) []string {
	at := caller(l)
	if at.proto == nil {
		return nil
	}
	names := append([]string{}, at.proto.DbgUpvalues...)
	for _, local := range at.locals() {
		names = append(names, local.Name)
	}
	return names
}
