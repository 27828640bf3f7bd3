package firebird_test

import (
	"strings"
	"testing"

	"github.com/djscript/djscript/host/firebird"
)

func TestNamedParametersBecomePlaces(t *testing.T) {
	for statement, want := range map[string]string{
		"select 1 from T where A > :from and A <= :UNTIL":               "select 1 from T where A > ? and A <= ?|from,until",
		"select ':from', \":from\", q'{:from}' from T -- :from\n/*:x*/": "select ':from', \":from\", q'{:from}' from T -- :from\n/*:x*/|",
		"select A':a' from T where B=:b":                                "select A':a' from T where B=?|b",
		"select 'it''s :no' || :yes from T":                             "select 'it''s :no' || ? from T|yes",
		"select A[1:2], ':":                                             "",
		"select : a":                                                    "",
	} {
		if want == "" {
			want = statement + "|"
		}
		text, names := firebird.Named(statement)
		if got := text + "|" + strings.Join(names, ","); got != want {
			t.Errorf("%s\n%s\n%s", statement, got, want)
		}
	}
}

// Whatever stands there, nothing but the names is changed, and there are as many places more as there are names.
func FuzzNamed(f *testing.F) {
	for _, one := range []string{"select :a", "q'(:a)'", "'", "\"", "--:a", "/*:a", ":a:b", "::a", "q'", ":é"} {
		f.Add(one)
	}
	f.Fuzz(func(t *testing.T, statement string) {
		text, names := firebird.Named(statement)
		if strings.Count(text, "?")-strings.Count(statement, "?") != len(names) {
			t.Errorf("%q: %q %v", statement, text, names)
		}
		if again, more := firebird.Named(text); again != text || len(more) > 0 {
			t.Errorf("%q became %q", text, again)
		}
	})
}
