package cli

import (
	"slices"
	"strings"
	"testing"
)

func TestTheShellIsOfferedWhatThereIs(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+`
[backup]
at = ["22:00"]
to = ["local"]

[notify.owner]
url = "secret:telegram"
levels = ["warning"]
`)
	d.write("scripts/closing.lua", `return dj.script {
  name = "closing",
  policies = { month = { monthly = 12 } },
  params = { note = { type = "text", help = "words" }, to = { type = "destination", list = true, help = "where" } },
  jobs = { monthly = function() end, yearly = function() end },
}`)
	d.run("s3cret", "secret", "set", "telegram").wants(t, 0)
	for _, c := range []struct {
		line  string
		want  []string
		never []string
	}{
		{"run |", []string{"backup\tdefault:backup", "closing", "closing:monthly", "default:prove"}, nil},
		{"run closing:|", []string{"closing:monthly", "closing:yearly"}, []string{"backup"}},
		{"run closing:monthly |", []string{"note=\twords", "to=\twhere"}, nil},
		{"run closing:monthly note=x |", []string{"to=\twhere"}, []string{"note="}},
		{"run backup cl|", []string{"class=\tthe rotation that the copies belong to"}, nil},
		{"layout show dj-k|", []string{"dj-kit"}, nil},
		{"layout check KIT.TXT --layout dj-k|", []string{"dj-kit"}, nil},
		{"docs copy.cr|", []string{"copy.create"}, []string{"copy.list"}},
		{"docs |", []string{"closing", "capabilities", "expect.equal"}, nil},
		{"docs copy |", nil, []string{"copy"}},
		{"simulate |", []string{"backup\tdefault:backup", "closing:month"}, []string{"default:prove"}},
		{"simulate backup |", nil, []string{"backup", "closing:month"}},
		{"simulate backup --fault c|", []string{"clock:-10y", "clock:2015-01-01/10d"}, []string{"full"}},
		{"secret remove |", []string{"telegram"}, nil},
		{"notify test |", []string{"owner\twarning"}, nil},
		{"diff |", []string{"store", "reseller"}, nil},
		{"diff store --as |", []string{"store", "reseller"}, nil},
		{"check --lang |", []string{"pt-BR", "en"}, nil},
		{"--lang |", []string{"pt-BR", "en"}, nil},
		{"copies list --state ver|", []string{"verified"}, []string{"sealed"}},
		{"copies list --where |", []string{"local"}, nil},
		{"adopt x.zip --database |", []string{"loja"}, nil},
		{"copies show |", nil, []string{"newest"}},
	} {
		words := strings.Split(strings.TrimSuffix(c.line, "|"), " ")
		said := d.run("", append([]string{"--lang", "en", "__complete"}, words...)...)
		lines := strings.Split(said.out, "\n")
		for _, want := range c.want {
			if !slices.ContainsFunc(lines, func(line string) bool { return line == want || strings.HasPrefix(line, want+"\t") }) {
				t.Errorf("%s: %q is not offered:\n%s", c.line, want, said.out)
			}
		}
		for _, never := range c.never {
			if slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, never) }) {
				t.Errorf("%s: %q is offered:\n%s", c.line, never, said.out)
			}
		}
	}
	d.write("djscript.toml", "broken = [")
	if said := d.run("", "--lang", "en", "__complete", "run", ""); strings.Contains(said.out, "closing") || said.exit != 0 {
		t.Errorf("of a broken store: %+v", said)
	}
}
