package lua

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// Decoder is a type that reads its own value: a union such as false|string[]. It is given what Value.Go gives.
type Decoder interface {
	DecodeLua(value any) error
}

// Typed lets a Decoder say its type as a stub writes it, "false|string[]".
type Typed interface {
	LuaType() string
}

// Size is a number of bytes, written "500MB" or "1GB" in a script; a MB is 1,048,576 bytes, as in Windows Explorer.
type Size int64

// kind is how values of a Go type are read from Lua, and what a person is told they must be.
type kind struct {
	stub   string // the type as a stub writes it
	want   func(s *State) string
	decode func(s *State, path string, value glua.LValue, target reflect.Value) *fault
	record func() *record // of a struct
	of     *kind          // of a list, a map or a pointer
}

var (
	functionType = reflect.TypeFor[*Function]()
	valueType    = reflect.TypeFor[Value]()
	durationType = reflect.TypeFor[time.Duration]()
	timeType     = reflect.TypeFor[time.Time]()
	sizeType     = reflect.TypeFor[Size]()
	decoderType  = reflect.TypeFor[Decoder]()
	typedType    = reflect.TypeFor[Typed]()
)

func word(key string) func(*State) string { return func(s *State) string { return s.word(key) } }

// newKind finds the kind of a Go type. It panics for a type that no script can give, such as a channel.
func newKind(typ reflect.Type, single bool, enum []string) *kind {
	switch {
	case reflect.PointerTo(typ).Implements(decoderType):
		return decoderKind(typ)
	case enum != nil:
		return enumKind(enum)
	case typ == functionType:
		return functionKind()
	case typ == valueType:
		return valueKind()
	case typ == durationType:
		return unitKind("lua.a_duration", parseDuration)
	case typ == sizeType:
		return unitKind("lua.a_size", parseSize)
	case typ == timeType:
		return timeKind()
	}
	return plainKind(typ, single)
}

func plainKind(typ reflect.Type, single bool) *kind {
	switch typ.Kind() {
	case reflect.String:
		return stringKind()
	case reflect.Bool:
		return boolKind()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integerKind()
	case reflect.Float64, reflect.Float32:
		return numberKind()
	case reflect.Interface:
		return anyKind()
	case reflect.Pointer:
		return pointerKind(typ)
	case reflect.Slice:
		return listKind(typ, single)
	case reflect.Map:
		return mapKind(typ)
	case reflect.Struct:
		return structKind(typ)
	}
	panic("lua: a script can not give a " + typ.String())
}

// wrong is a value of another type than was wanted.
func (k *kind) wrong(s *State, path string, value glua.LValue) *fault {
	return &fault{code: "option.type", key: "lua.option_type", args: map[string]any{
		"option": path, "want": k.want(s), "got": s.describe(value),
	}}
}

func refused(s *State, path, want string, value glua.LValue) *fault {
	f := &fault{code: "option.value", key: "lua.option_value", args: map[string]any{
		"option": path, "want": want, "got": s.describe(value),
	}}
	return f
}

func stringKind() *kind {
	k := &kind{stub: "string", want: word("lua.a_text")}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		text, ok := value.(glua.LString)
		if !ok {
			return k.wrong(s, path, value)
		}
		target.SetString(string(text))
		return nil
	}
	return k
}

func boolKind() *kind {
	k := &kind{stub: "boolean", want: word("lua.a_boolean")}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		truth, ok := value.(glua.LBool)
		if !ok {
			return k.wrong(s, path, value)
		}
		target.SetBool(bool(truth))
		return nil
	}
	return k
}

func integerKind() *kind {
	k := &kind{stub: "integer", want: word("lua.a_whole_number")}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		n, ok := value.(glua.LNumber)
		if !ok || float64(n) != math.Trunc(float64(n)) || math.Abs(float64(n)) > exact || target.OverflowInt(int64(n)) {
			return k.wrong(s, path, value)
		}
		target.SetInt(int64(n))
		return nil
	}
	return k
}

func numberKind() *kind {
	k := &kind{stub: "number", want: word("lua.a_number")}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		n, ok := value.(glua.LNumber)
		if !ok {
			return k.wrong(s, path, value)
		}
		target.SetFloat(float64(n))
		return nil
	}
	return k
}

func functionKind() *kind {
	k := &kind{stub: "function", want: word("lua.a_function")}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		fn, ok := value.(*glua.LFunction)
		if !ok {
			return k.wrong(s, path, value)
		}
		target.Set(reflect.ValueOf(&Function{s, fn}))
		return nil
	}
	return k
}

func valueKind() *kind {
	return &kind{stub: "any", want: word("lua.anything"),
		decode: func(s *State, _ string, value glua.LValue, target reflect.Value) *fault {
			target.Set(reflect.ValueOf(Value{s, value}))
			return nil
		}}
}

func anyKind() *kind {
	return &kind{stub: "any", want: word("lua.anything"),
		decode: func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
			plain, mistake := s.toGo(path, value)
			if mistake == nil && plain != nil {
				target.Set(reflect.ValueOf(plain))
			}
			return mistake
		}}
}

// decoderKind lets the type read itself. What it says against a value is told in its own words.
func decoderKind(typ reflect.Type) *kind {
	stub := "any"
	if reflect.PointerTo(typ).Implements(typedType) {
		stub = reflect.New(typ).Interface().(Typed).LuaType()
	}
	return &kind{stub: stub, want: func(*State) string { return stub },
		decode: func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
			plain, mistake := s.toGo(path, value)
			if mistake != nil {
				return mistake
			}
			err := target.Addr().Interface().(Decoder).DecodeLua(plain)
			if err == nil {
				return nil
			}
			var inner *fault
			if errors.As(err, &inner) {
				return inner.under(path)
			}
			code := codeOf(err)
			if code == "host.failed" {
				code = "option.value"
			}
			return &fault{code: code, key: "lua.option_refused", cure: hintOf(err), args: map[string]any{
				"option": path, "got": s.describe(value), "text": err.Error(), "want": stub,
			}}
		}}
}

// enumKind takes one of some words; the word false stands for the value false.
func enumKind(values []string) *kind {
	shown := make([]string, len(values))
	for i, value := range values {
		shown[i] = strconv.Quote(value)
		if value == "false" {
			shown[i] = value
		}
	}
	k := &kind{stub: strings.Join(shown, "|")}
	k.want = func(s *State) string {
		return s.options.Say.speak("lua.one_of", map[string]any{"values": strings.Join(shown, ", ")})
	}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		text, isText := value.(glua.LString)
		switch {
		case value == glua.LFalse && slices.Contains(values, "false"):
			text = "false"
		case !isText:
			return k.wrong(s, path, value)
		case text == "false" || !slices.Contains(values, string(text)):
			mistake := refused(s, path, k.want(s), value)
			mistake.near = nearest(string(text), values)
			return mistake
		}
		target.SetString(string(text))
		return nil
	}
	return k
}

// unitKind takes a text with a unit and refuses a bare number, whose unit nobody knows.
func unitKind(want string, parse func(string) (int64, bool)) *kind {
	k := &kind{stub: "string", want: word(want)}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		text, ok := value.(glua.LString)
		if number, bare := value.(glua.LNumber); bare {
			return &fault{code: "option.type", key: "lua.unit", args: map[string]any{
				"option": path, "got": formatNumber(float64(number)), "want": k.want(s),
			}}
		}
		if !ok {
			return k.wrong(s, path, value)
		}
		n, ok := parse(string(text))
		if !ok {
			return refused(s, path, k.want(s), value)
		}
		target.SetInt(n)
		return nil
	}
	return k
}

func timeKind() *kind {
	k := &kind{stub: "string", want: word("lua.a_time")}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		text, ok := value.(glua.LString)
		if !ok {
			return k.wrong(s, path, value)
		}
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if t, err := time.Parse(layout, string(text)); err == nil {
				target.Set(reflect.ValueOf(t))
				return nil
			}
		}
		return refused(s, path, k.want(s), value)
	}
	return k
}

func pointerKind(typ reflect.Type) *kind {
	of := newKind(typ.Elem(), false, nil)
	return &kind{stub: of.stub, want: of.want, record: of.record, of: of.of,
		decode: func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
			target.Set(reflect.New(typ.Elem()))
			return of.decode(s, path, value, target.Elem())
		}}
}

func listKind(typ reflect.Type, single bool) *kind {
	of := newKind(typ.Elem(), false, nil)
	k := &kind{stub: of.stub + "[]", of: of}
	k.want = func(s *State) string {
		return s.options.Say.speak("lua.a_list", map[string]any{"of": of.plural(s)})
	}
	if strings.Contains(of.stub, "|") {
		k.stub = "(" + of.stub + ")[]"
	}
	if single {
		k.stub = of.stub + "|" + k.stub
		k.want = word("lua.a_text_or_list")
	}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		if single && value.Type() == glua.LTString {
			target.Set(reflect.MakeSlice(typ, 1, 1))
			return of.decode(s, path, value, target.Index(0))
		}
		table, ok := value.(*glua.LTable)
		n := 0
		if ok {
			n = length(table)
		}
		if !ok || n != countKeys(table) {
			return k.wrong(s, path, value)
		}
		list := reflect.MakeSlice(typ, n, n)
		for i := range n {
			at := path + "[" + strconv.Itoa(i+1) + "]"
			if mistake := of.decode(s, at, table.RawGet(glua.LNumber(i+1)), list.Index(i)); mistake != nil {
				return mistake
			}
		}
		target.Set(list)
		return nil
	}
	return k
}

func (k *kind) plural(s *State) string {
	if k.stub == "string" {
		return s.word("lua.texts")
	}
	return s.word("lua.values")
}

func countKeys(table *glua.LTable) int {
	n := 0
	table.ForEach(func(_, _ glua.LValue) { n++ })
	return n
}

func mapKind(typ reflect.Type) *kind {
	if typ.Key().Kind() != reflect.String {
		panic("lua: a script can not give a " + typ.String())
	}
	of := newKind(typ.Elem(), false, nil)
	k := &kind{stub: "table<string, " + of.stub + ">", want: word("lua.a_table"), of: of}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		table, ok := value.(*glua.LTable)
		if !ok {
			return k.wrong(s, path, value)
		}
		made := reflect.MakeMap(typ)
		for key, item := table.Next(glua.LNil); key != glua.LNil; key, item = table.Next(key) {
			name, ok := key.(glua.LString)
			if !ok {
				return k.wrong(s, path, value)
			}
			element := reflect.New(typ.Elem()).Elem()
			if mistake := of.decode(s, join(path, string(name)), item, element); mistake != nil {
				return mistake
			}
			made.SetMapIndex(reflect.ValueOf(string(name)).Convert(typ.Key()), element)
		}
		target.Set(made)
		return nil
	}
	return k
}

// structKind reads the tags when the first value comes, so that a type may contain itself.
func structKind(typ reflect.Type) *kind {
	k := &kind{stub: "table", want: word("lua.a_table_of_options"), record: func() *record { return recordOf(typ) }}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		table, ok := value.(*glua.LTable)
		if !ok {
			return k.wrong(s, path, value)
		}
		return recordOf(typ).decode(s, path, table, target)
	}
	return k
}

// parseDuration reads "90s", "1h30m" or "2d": whole or decimal numbers, each with a unit of ms, s, m, h, d or w.
func parseDuration(text string) (int64, bool) {
	units := map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}
	total := 0.0
	if text == "" {
		return 0, false
	}
	for text != "" {
		rest := strings.TrimLeft(text, "0123456789.")
		n, err := strconv.ParseFloat(text[:len(text)-len(rest)], 64)
		after := strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz")
		unit, ok := units[rest[:len(rest)-len(after)]]
		if err != nil || !ok {
			return 0, false
		}
		total += n * float64(unit)
		text = after
	}
	return int64(total), total < math.MaxInt64
}

// parseSize reads "500MB", "1.5 GB" or "64KB".
func parseSize(text string) (int64, bool) {
	rest := strings.TrimLeft(text, "0123456789.")
	n, err := strconv.ParseFloat(text[:len(text)-len(rest)], 64)
	unit := strings.ToUpper(strings.TrimSpace(rest))
	power := map[string]int{"B": 0, "KB": 10, "MB": 20, "GB": 30, "TB": 40, "KIB": 10, "MIB": 20, "GIB": 30, "TIB": 40}
	shift, ok := power[unit]
	size := n * float64(int64(1)<<shift)
	return int64(size), err == nil && ok && size < math.MaxInt64
}
