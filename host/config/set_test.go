package config

import (
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestSetLeavesAllElseAsItStands(t *testing.T) {
	value := Value{"database.loja.path", "D:/novo.fdb"}
	for name, c := range map[string]struct{ text, want string }{
		"another value":   {"[database.loja]\n# fica\npath = 'C:\\velho.fdb' # aqui\nsystem = \"demo\"\n", "[database.loja]\n# fica\npath = \"D:/novo.fdb\" # aqui\nsystem = \"demo\"\n"},
		"switched off":    {"[database.loja]\n#path = \"exemplo\"\nsystem = \"demo\"\n", "[database.loja]\npath = \"D:/novo.fdb\"\n#path = \"exemplo\"\nsystem = \"demo\"\n"},
		"no line end":     {"[database.loja]", "[database.loja]\npath = \"D:/novo.fdb\"\n"},
		"no table":        {"[store]\nid = \"x\"\n", "[store]\nid = \"x\"\n\n[database.loja]\npath = \"D:/novo.fdb\"\n"},
		"a table in line": {"database = { loja = { path = \"a\" } }\n", "database = { loja = { path = \"D:/novo.fdb\" } }\n"},
		"dots":            {"database.loja.path = '''\na'''\n", "database.loja.path = \"D:/novo.fdb\"\n"},
		"quotes":          {"[ database . \"loja\" ]\r\n\"path\" = \"a\"\r\n", "[ database . \"loja\" ]\r\n\"path\" = \"D:/novo.fdb\"\r\n"},
		"nothing":         {"", "\n\n[database.loja]\npath = \"D:/novo.fdb\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Set([]byte(c.text), value)
			if err != nil || string(got) != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestSetRefusesWhatItCanNotWrite(t *testing.T) {
	for name, text := range map[string]string{
		"a table in line without the key": "database = { loja = { system = \"a\" } }\n",
		"dots without the key":            "database.loja.system = \"a\"\n",
		"no TOML":                         "[database.loja\n",
		"several databases":               "[[database]]\n",
	} {
		if got, err := Set([]byte(text), Value{"database.loja.path", "D:/novo.fdb"}); message.Code(err) != "option.value" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzSet(f *testing.F) {
	for _, text := range []string{"", "[database.loja]\npath = 'a'", "database.loja.path = \"\"\"x\"\"\"", "[database]\nloja = { path = 1 }", "a = [\n1]\n[database.loja]"} {
		f.Add(text, "D:/novo.fdb")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		got, err := Set([]byte(text), Value{"database.loja.path", path})
		if err != nil {
			return
		}
		if doc, mistakes, ok := parse("djscript.toml", got); !ok || len(mistakes) > 0 || textAt(doc, "database.loja.path") != path {
			t.Errorf("%q made %q", text, got)
		}
	})
}
