package lua

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestParseTakesWhatNotepadAndUnixWrite(t *testing.T) {
	for name, source := range map[string]string{
		"byte order mark":          "\xef\xbb\xbfreturn 1",
		"shebang":                  "#!/usr/bin/env djscript\nreturn 1",
		"byte order mark, shebang": "\xef\xbb\xbf#!djscript api=1\r\nreturn 1",
		"lines of Windows":         "local x = 1\r\n\r\nreturn x\r\n",
		"nothing":                  "",
		"only a comment":           "-- nothing",
		"cp1252 in a text":         "return 'a\xe7\xe3o'",
	} {
		if _, err := Parse("s.lua", []byte(source)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLinesCountAlikeWhateverEndsThem(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r"} {
		run := fails(t, host(), strings.Join([]string{"#!djscript", "", "local x = 1", "dj.copy.creat {}"}, end))
		if got, want := run.Err.Where, "store.lua:4"; got != want {
			t.Errorf("lines that end in %q: where = %q, want %q", end, got, want)
		}
		if run.Excerpt != "dj.copy.creat {}" || run.Line != 4 {
			t.Errorf("lines that end in %q: excerpt %q of line %d", end, run.Excerpt, run.Line)
		}
	}
}

func TestASyntaxErrorNamesThePlaceAndTheMistake(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"local a = 1\nif a then\n  print(a)\n", `s.lua:2: "if" opened at line 2 is never closed`},
		{"function a()\n  if x then\n    foo()\nend\n", `s.lua:2: "if" opened at line 2 is never closed`},
		{"local t = {\n  jobs = {\n    a = 1,\n  }\n", `s.lua:1: "{" opened at line 1 is never closed`},
		{"local t = f(\n  1,\n", `s.lua:1: "(" opened at line 1 is never closed`},
		{"while true\n", `s.lua:1: "while" opened at line 1 is never closed`},
		{"for i = 1, 2 do\n  print(i)\n", `s.lua:1: "for" opened at line 1 is never closed`},
		{"repeat\n  x()\n", `s.lua:1: "repeat" opened at line 1 is never closed`},
		{"do\n  local s = [[ end ]] -- end\n", `s.lua:1: "do" opened at line 1 is never closed`},
		{"local x = 1 +\n", `s.lua:1: the script ends in the middle of a statement`},
		{"local x = = 1\n", `s.lua:1: "=" was not expected here`},
		{"print('a)\n", `s.lua:1: this text has no closing quote`},
		{"local x = 3x\n", `s.lua:1: 3x is no number`},
		{"local x = 1.2.3\n", `s.lua:1: 1.2.3 is no number`},
		{"\nlocal x = 0x\n", `s.lua:2: 0x is no number`},
		{"\nbreak\n", `s.lua:2: there is no loop here that break could end`},
		{"\x1bLua", `s.lua: this is a compiled or binary file, not the text of a script`},
		{"a\x00b", `s.lua: this is a compiled or binary file, not the text of a script`},
		{strings.Repeat(" ", MaxSource+1), `s.lua: the script has 262145 bytes; at most 262144 are read`},
		{"return " + strings.Repeat("{", 500), `s.lua:1: more than 180 brackets and blocks are open at once`},
		{"return " + strings.Repeat("1+", 500) + "1", `s.lua:1: more than 200 operators in one expression`},
	} {
		_, err := Parse("s.lua", []byte(c.source))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40q: err = %v", c.source, err)
			continue
		}
		if syntax.Error() != c.want {
			t.Errorf("%.40q:\n got %s\nwant %s", c.source, syntax, c.want)
		}
		if syntax.Code() != "script.syntax" || syntax.Hint() == "" {
			t.Errorf("%.40q: code %q, hint %q", c.source, syntax.Code(), syntax.Hint())
		}
	}
}

func TestASyntaxErrorShowsTheLineAndTheColumn(t *testing.T) {
	_, err := Parse("s.lua", []byte("local a = 1\nlocal b == 2\n"))
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		t.Fatal(err)
	}
	if syntax.Line != 2 || syntax.Column != 9 || syntax.Near != "==" || syntax.SourceLine != "local b == 2" {
		t.Errorf("line %d, column %d, near %q, text %q", syntax.Line, syntax.Column, syntax.Near, syntax.SourceLine)
	}
}

func TestLongButHonestScriptsAreRead(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "local function f%d(a, b) return (a + b) * 2 - a / b end\nf%d(1, 2)\n", i%100, i%100)
		if i%100 == 99 {
			b.WriteString("do end\n")
		}
	}
	text := "do " + strings.ReplaceAll(b.String(), "do end\n", "end do\n") + " end"
	if _, err := Parse("s.lua", []byte(text)); err != nil {
		t.Error(err)
	}
	if got := out(t, Options{}, "local a = 'x' print(#("+strings.Repeat("a .. ", 1500)+"a))"); got != "1501" {
		t.Errorf("a chain of 1501 texts has %s bytes", got)
	}
}

func TestACompiledScriptIsSharedAndTheCacheIsBounded(t *testing.T) {
	first, err := Parse("same.lua", []byte("return 1"))
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Parse("same.lua", []byte("return 1")); again != first {
		t.Error("the same script was compiled twice")
	}
	if other, _ := Parse("other.lua", []byte("return 1")); other == first || other.Hash != first.Hash {
		t.Error("another name must be another chunk with the same hash")
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 100 {
				chunk, err := Parse("s.lua", fmt.Appendf(nil, "return %d", worker*50+i))
				if err != nil {
					t.Error(err)
					return
				}
				value, err := New(t.Context(), Options{}).Run(chunk)
				if err != nil || value.String() != fmt.Sprint(worker*50+i) {
					t.Errorf("%v, %v", value, err)
				}
			}
		})
	}
	group.Wait()
	if n := len(compiled.chunks); n > cachedChunks || n != len(compiled.order) {
		t.Errorf("%d chunks are kept, in %d places", n, len(compiled.order))
	}
}
