package lua

import (
	"errors"
	"testing"
)

func TestAClosingWordThatDoesNotFitNamesTheBlockThatIsOpen(t *testing.T) {
	for source, want := range map[string]string{
		"return f { a = function()\n  if true then\n    g()\nend } }": `x.lua:2: "if" opened at line 2 is never closed`,
		"f(function()\n  g()\n)":    `x.lua:1: "function" opened at line 1 is never closed`,
		"local t = {\n  a = (1,\n}": `x.lua:2: "," was not expected here`,
		"local t = {\n  a = (1\n}":  `x.lua:2: "(" opened at line 2 is never closed`,
		"local t = 1 }":             `x.lua:1: this "}" closes nothing: the blocks before it are closed already`,
	} {
		_, err := Parse("x.lua", []byte(source))
		var wrong *SyntaxError
		if !errors.As(err, &wrong) || wrong.Error() != want {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
}
