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

// Reader is a type that reads its own value as it lies in Lua: of what is large, only what it needs.
type Reader interface {
	ReadLua(value Value) error
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
	form   *kind          // of a Value: what a table of it is, alone or in a list
	typ    reflect.Type
	reads  bool // the type reads itself, so that nothing can be said of half a value
}

var (
	stringType   = reflect.TypeFor[string]()
	functionType = reflect.TypeFor[*Function]()
	valueType    = reflect.TypeFor[Value]()
	durationType = reflect.TypeFor[time.Duration]()
	timeType     = reflect.TypeFor[time.Time]()
	sizeType     = reflect.TypeFor[Size]()
	exactType    = reflect.TypeFor[*Decimal]()
	decoderType  = reflect.TypeFor[Decoder]()
	readerType   = reflect.TypeFor[Reader]()
	typedType    = reflect.TypeFor[Typed]()
)

func word(key string) func(*State) string { return func(s *State) string { return s.word(key) } }

// newKind finds the kind of a Go type. It panics for a type that no script can give, such as a channel.
func newKind(typ reflect.Type, single bool, enum []string) *kind {
	k := kindFor(typ, single, enum)
	k.typ = typ
	return k
}

func kindFor(typ reflect.Type, single bool, enum []string) *kind {
	switch {
	case typ == exactType:
		return exactKind()
	case reflect.PointerTo(typ).Implements(decoderType):
		return decoderKind(typ, func(s *State, path string, value glua.LValue, target any) (*fault, error) {
			plain, mistake := s.toGo(path, value)
			if mistake != nil {
				return mistake, nil
			}
			return nil, target.(Decoder).DecodeLua(plain)
		})
	case reflect.PointerTo(typ).Implements(readerType):
		return decoderKind(typ, func(s *State, _ string, value glua.LValue, target any) (*fault, error) {
			return nil, target.(Reader).ReadLua(Value{s, value})
		})
	case enum != nil && typ.Kind() == reflect.Slice:
		return listKind(typ, single, enum)
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
		return listKind(typ, single, nil)
	case reflect.Map:
		return mapKind(typ)
	case reflect.Struct:
		return structKind(typ)
	}
	panic("lua: a script can not give a " + typ.String())
}

// wrong is a value of another type than was wanted.
func (k *kind) wrong(s *State, path string, value glua.LValue) *fault {
	if isUnknown(value) {
		return unknownFault()
	}
	return &fault{code: "option.type", key: "lua.option_type", args: map[string]any{
		"option": path, "want": k.want(s), "got": s.describe(value),
	}}
}

func refused(s *State, path, want string, value glua.LValue) *fault {
	if isUnknown(value) {
		return unknownFault()
	}
	return &fault{code: "option.value", key: "lua.option_value", args: map[string]any{
		"option": path, "want": want, "got": s.describe(value),
	}}
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

// exactKind takes a Decimal, or a number or a text that is one.
func exactKind() *kind {
	k := &kind{stub: "dj.Num", want: word("lua.a_decimal")}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		d, mistake, wrong := toDecimal(value)
		if wrong {
			return k.wrong(s, path, value)
		}
		if mistake != nil {
			return mistake
		}
		target.Set(reflect.ValueOf(d))
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
func decoderKind(typ reflect.Type, read func(s *State, path string, value glua.LValue, target any) (*fault, error)) *kind {
	stub := "any"
	if reflect.PointerTo(typ).Implements(typedType) {
		stub = reflect.New(typ).Interface().(Typed).LuaType()
	}
	want := func(s *State) string {
		if stub == "any" {
			return s.word("lua.a_value")
		}
		return stub
	}
	return &kind{stub: stub, reads: true, want: want,
		decode: func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
			mistake, err := read(s, path, value, target.Addr().Interface())
			if err == nil {
				return mistake
			}
			if inner, ok := errors.AsType[*fault](err); ok {
				return inner.under(path)
			}
			return &fault{code: valueCode(err), key: "lua.option_refused", cure: hintOf(err), args: map[string]any{
				"option": path, "got": s.describe(value), "text": err.Error(), "want": want(s),
			}}
		}}
}

// valueCode is the code of what a type says against a value.
func valueCode(err error) string {
	if code := codeOf(err); code != "host.failed" {
		return code
	}
	return "option.value"
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
