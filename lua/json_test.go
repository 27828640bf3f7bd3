package lua

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func jsonOptions() Options {
	type encode struct {
		Value *Value `lua:"value,arg,optional"`
	}
	type decode struct {
		Text string `lua:"text,arg"`
	}
	o := num()
	o.Modules["dj"] = append(o.Modules["dj"],
		Bind("encode", func(_ *Call, a *encode) (string, error) { return a.Value.JSON() }),
		Bind("decode", func(c *Call, a *decode) (Value, error) { return c.State.DecodeJSON(a.Text) }))
	return o
}

func runJSON(t *testing.T, source string) (string, error) {
	t.Helper()
	chunk, err := Parse("test.lua", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	value, err := New(t.Context(), jsonOptions()).Run(chunk)
	return value.String(), err
}

func TestJSONKeepsWhatItReads(t *testing.T) {
	for text, want := range map[string]string{
		`{"z":1,"a":[1,2,{"b":true}],"m":null}`: `{"z":1,"a":[1,2,{"b":true}]}`,
		`[]`:                                    `[]`,
		`{}`:                                    `{}`,
		` { "a" : [ ] } `:                       `{"a":[]}`,
		`"çã <&> \u00e9 \n"`:                    `"çã <&> é \n"`,
		`9007199254740992`:                      `9007199254740992`,
		`9007199254740993`:                      `"9007199254740993"`,
		`9007199254740994`:                      `"9007199254740994"`,
		`-9007199254740993`:                     `"-9007199254740993"`,
		`1234567.89`:                            `1234567.89`,
		`0.1`:                                   `0.1`,
		`0.30000000000000004`:                   `0.30000000000000004`,
		`0.1234567890123456789`:                 `"0.1234567890123456789"`,
		`1e3`:                                   `1000`,
		`-0.5`:                                  `-0.5`,
		`false`:                                 `false`,
		"\xef\xbb\xbf[1]":                       `[1]`,
	} {
		got, err := runJSON(t, "return dj.encode(dj.decode([==["+text+"]==]))")
		if err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestJSONSaysWhereItIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"a\": 1,\n}": `line 3, column 1: " is expected, not '}'`,
		`[1, 2`:             `line 1, column 6: "," / "]" is expected, not the end of the text`,
		`{"a" 1}`:           `line 1, column 6: : is expected, not '1'`,
		`{a: 1}`:            `line 1, column 2: " is expected, not 'a'`,
		`["ç", x]`:          `line 1, column 7: a value is expected, not 'x'`,
		`[1] 2`:             `line 1, column 5: the end of the text is expected, not '2'`,
		``:                  `line 1, column 1: a value is expected, not the end of the text`,
		`"open`:             `line 1, column 1: a text between quotes is not well formed`,
		`"\x"`:              `line 1, column 1: a text between quotes is not well formed`,
		`01`:                `line 1, column 1: a number is expected, not '0'`,
		`{"a": 1, "a": 2}`:  `line 1, column 10: the name "a" comes twice`,
		`1e999`:             `line 1, column 1: 1e999 is a number of too many digits`,
		`[nan]`:             `line 1, column 2: a value is expected, not 'n'`,
		`[truex]`:           `line 1, column 6: "," / "]" is expected, not 'x'`,
	} {
		_, err := runJSON(t, "return dj.decode([==[\n"+text+"]==])")
		if err == nil || err.Error() != "test.lua:1: decode: the text is no JSON: "+want+" (json.bad)" {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
	for source, want := range map[string]string{
		`dj.decode("a\nb\255")`:     `line 2, column 2: the text is not in UTF-8`,
		`dj.decode(("["):rep(65))`:  `line 1, column 65: it is nested more than 64 levels deep`,
		`dj.decode(("9"):rep(101))`: `line 1, column 1: ` + strings.Repeat("9", 60) + `... is a number of too many digits`,
	} {
		_, err := runJSON(t, "return "+source)
		if err == nil || err.Error() != "test.lua:1: decode: the text is no JSON: "+want+" (json.bad)" {
			t.Errorf("%s: %v\nwant %s", source, err, want)
		}
	}
}

func TestWhatHasNoFormInJSONIsRefused(t *testing.T) {
	for source, want := range map[string]string{
		`dj.encode(print)`:         "a function has no form in JSON (json.value)",
		`dj.encode({ 1, nil, 3 })`: "a table with the key the number 1 has no form in JSON (json.value)",
		`dj.encode({ [1.5] = 1 })`: "a table with the key the number 1.5 has no form in JSON (json.value)",
		`dj.encode(0 / 0)`:         "a number that is none (0/0) has no form in JSON (json.value)",
		`dj.encode("\255")`:        "the text is not in UTF-8 (json.value)",
		`dj.encode((function() local t = {} t.t = t return t end)())`: "a table has no form in JSON (json.value)",
		`dj.encode({ e = select(2, pcall(error, "x")) })`:             "an error has no form in JSON (json.value)",
	} {
		_, err := runJSON(t, "return "+source)
		if err == nil || err.Error() != "test.lua:1: encode: "+want {
			t.Errorf("%s: %v\nwant %s", source, err, want)
		}
	}
}

// The reference is encoding/json: what it refuses is refused, and what both take is the same value.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,-0,1e5,"x\u0041",null,true]}`, `[]`, `[1,]`, `{"a":1,}`, `"\ud800"`, `-`, `1.`, `.5`, `tru`, `[[[`, `{"":{}}`, "\"\t\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := New(t.Context(), Options{})
		value, err := s.DecodeJSON(text)
		trimmed := strings.TrimPrefix(text, "\xef\xbb\xbf")
		if err == nil && !json.Valid([]byte(trimmed)) {
			t.Fatalf("%q is taken", text)
		}
		if err != nil {
			if json.Valid([]byte(trimmed)) && utf8.ValidString(trimmed) && !excused(err.Error()) {
				t.Fatalf("%q is refused: %v", text, err)
			}
			return
		}
		again, err := value.JSON()
		if err != nil {
			if strings.Contains(trimmed, "null") { // a hole in a list
				return
			}
			t.Fatalf("%q is read, and not written: %v", text, err)
		}
		if !json.Valid([]byte(again)) {
			t.Fatalf("%q is written as %s", text, again)
		}
		third, err := s.DecodeJSON(again)
		if err != nil || third.String() != value.String() {
			t.Fatalf("%q is written as %s: %v", text, again, err)
		}
	})
}

// excused are the limits that encoding/json does not have.
func excused(text string) bool {
	for _, limit := range []string{"comes twice", "too many digits", "levels deep"} {
		if strings.Contains(text, limit) {
			return true
		}
	}
	return false
}
