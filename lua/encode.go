package lua

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// Encoder is a type that gives another value in its place.
type Encoder interface {
	EncodeLua() any
}

// Encode makes a Lua value: of structs by their lua or json tags, of slices, maps, texts, numbers, booleans and pointers.
// nil becomes nil, a slice of none an empty list, a time RFC 3339, a duration "1h30m", an error an error value, an int64 beyond 2^53 its digits as text.
// Tables are plain ones: a script may write to its own copy.
func (s *State) Encode(value any) (Value, error) {
	encoded, err := s.encode(value)
	return Value{s, encoded}, err
}

func (s *State) encode(value any) (glua.LValue, error) {
	switch v := value.(type) {
	case nil:
		return glua.LNil, nil
	case bool:
		return glua.LBool(v), nil
	case string:
		return glua.LString(v), nil
	case int:
		return encodeInteger(int64(v)), nil
	case int64:
		return encodeInteger(v), nil
	case float64:
		return glua.LNumber(v), nil
	case Value:
		return v.raw(), nil
	}
	return s.encodeReflect(reflect.ValueOf(value), 0)
}

func encodeInteger(n int64) glua.LValue {
	if n > exact || n < -exact {
		return glua.LString(strconv.FormatInt(n, 10))
	}
	return glua.LNumber(n)
}

var errDepth = errors.New("it is nested too deeply, or within itself")

func (s *State) encodeReflect(v reflect.Value, depth int) (glua.LValue, error) {
	if depth > maxValueDepth {
		return glua.LNil, errDepth
	}
	if !v.IsValid() || isNil(v) {
		return glua.LNil, nil
	}
	if v.Type() == stringType {
		return glua.LString(v.String()), nil // most of what there is, and nothing special
	}
	if value, ok, err := s.encodeSpecial(v, depth); ok || err != nil {
		return value, err
	}
	switch v.Kind() {
	case reflect.Bool:
		return glua.LBool(v.Bool()), nil
	case reflect.String:
		return glua.LString(v.String()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return encodeInteger(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > exact {
			return glua.LString(strconv.FormatUint(v.Uint(), 10)), nil
		}
		return glua.LNumber(v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return glua.LNumber(v.Float()), nil
	case reflect.Pointer, reflect.Interface:
		return s.encodeReflect(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		return s.encodeList(v, depth)
	case reflect.Map:
		return s.encodeMap(v, depth)
	case reflect.Struct:
		return s.encodeStruct(v, depth)
	}
	return glua.LNil, fmt.Errorf("a %s has no form in Lua", v.Type())
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}

// encodeSpecial are the types with a form of their own.
func (s *State) encodeSpecial(v reflect.Value, depth int) (glua.LValue, bool, error) {
	if !v.CanInterface() {
		return glua.LNil, false, nil
	}
	switch special := v.Interface().(type) {
	case Unknown:
		return s.unknown, true, nil
	case Value:
		return special.raw(), true, nil
	case *Function:
		return special.fn, true, nil
	case Func:
		return s.bound(special, nil), true, nil
	case Iterator:
		return s.iterator(special), true, nil
	case *Decimal:
		return s.decimalValue(special), true, nil
	case Encoder:
		value, err := s.encodeReflect(reflect.ValueOf(special.EncodeLua()), depth+1)
		return value, true, err
	case time.Time:
		if special.IsZero() {
			return glua.LNil, true, nil
		}
		return glua.LString(special.Format(time.RFC3339)), true, nil
	case time.Duration:
		return glua.LString(FormatDuration(special)), true, nil
	case error:
		return s.errorValue(s.newError(s.l, "", special)), true, nil
	case encoding.TextMarshaler:
		text, err := special.MarshalText()
		return glua.LString(text), true, err
	case []byte:
		return glua.LString(special), true, nil
	}
	return glua.LNil, false, nil
}

// FormatDuration writes a duration as a script does: "1h30m".
func FormatDuration(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

func (s *State) encodeList(v reflect.Value, depth int) (glua.LValue, error) {
	table := s.l.CreateTable(v.Len(), 0)
	for i := range v.Len() {
		item, err := s.encodeReflect(v.Index(i), depth+1)
		if err != nil {
			return glua.LNil, fmt.Errorf("[%d]: %w", i+1, err)
		}
		table.RawSet(glua.LNumber(i+1), item)
	}
	if v.Len() == 0 {
		table.Metatable = s.emptyList
	}
	return table, nil
}

// encodeMap sets the keys in their order, so that pairs walks the same way each time.
func (s *State) encodeMap(v reflect.Value, depth int) (glua.LValue, error) {
	table := s.l.CreateTable(0, v.Len())
	names := v.MapKeys()
	slices.SortFunc(names, compareKeys)
	if s.options.Reversed {
		slices.Reverse(names)
	}
	for _, name := range names {
		key, err := s.encodeReflect(name, depth+1)
		if err != nil {
			return glua.LNil, err
		}
		item, err := s.encodeReflect(v.MapIndex(name), depth+1)
		if err != nil {
			return glua.LNil, fmt.Errorf("%v: %w", name, err)
		}
		if key != glua.LNil {
			table.RawSet(key, item)
		}
	}
	return table, nil
}

func compareKeys(a, b reflect.Value) int {
	if a.CanInt() && b.CanInt() {
		return int(min(max(a.Int()-b.Int(), -1), 1))
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

func (s *State) encodeStruct(v reflect.Value, depth int) (glua.LValue, error) {
	fields := recordOf(v.Type()).fields
	table := s.l.CreateTable(0, len(fields))
	var late []lateField
	for i, field := range fields {
		if s.options.Reversed {
			field = fields[len(fields)-1-i]
		}
		member, err := v.FieldByIndexErr(field.index)
		if err != nil {
			continue // of an embedded pointer that is nil
		}
		if field.omit && member.IsZero() {
			continue
		}
		if s.isLate(member) {
			late = append(late, lateField{field.name, member})
			continue
		}
		item, err := s.encodeReflect(member, depth+1)
		if err != nil {
			return glua.LNil, fmt.Errorf("%s: %w", field.name, err)
		}
		if item != glua.LNil {
			table.RawSetString(field.name, item)
		}
	}
	if len(late) > 0 {
		s.late[table], table.Metatable = late, s.lateMeta
	}
	return table, nil
}
