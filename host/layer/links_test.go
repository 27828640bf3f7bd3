package layer

import (
	"errors"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestAFileWhoseNameIsNoTextIsNamed(t *testing.T) {
	all := Layers{{Name: Store, Files: memory{"a\xff.lua": nil, "b.lua": nil}}}
	var told []string
	all.Each(func(_ *File, err error) {
		if err != nil {
			told = append(told, message.Code(err)+" "+err.Error())
		}
	})
	if len(told) != 1 || !strings.HasPrefix(told[0], "arg.file a\xff.lua") {
		t.Errorf("%q", told)
	}
}

func TestANameIsNoPath(t *testing.T) {
	all := Layers{{Name: Store, Files: memory{"deep/a.lua": nil, "lib/b.lua": nil, `c\d.lua`: nil}}}
	for _, name := range []string{"deep/a", "lib/b", `c\d`, "../a", "/a", ""} {
		if f, err := all.Find(name); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}
