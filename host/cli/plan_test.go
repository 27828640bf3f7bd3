package cli

import (
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestFlagsOfAPlanThatDoNotGoTogether(t *testing.T) {
	for _, c := range []struct {
		flags planFlags
		dry   bool
		args  []string
		want  string
	}{
		{planFlags{}, false, nil, "arg.count"},
		{planFlags{}, false, []string{""}, "arg.count"}, // an empty variable is not the backup
		{planFlags{}, false, []string{"backup"}, ""},
		{planFlags{write: "p"}, false, []string{"backup"}, "arg.value"},
		{planFlags{write: "p"}, true, []string{"backup"}, ""},
		{planFlags{apply: "p"}, true, nil, "arg.value"},
		{planFlags{apply: "p"}, false, []string{"backup"}, "arg.count"},
		{planFlags{apply: "p"}, false, nil, ""},
	} {
		if err := c.flags.check(c.dry, c.args); message.Code(err) != c.want && (err != nil || c.want != "") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
