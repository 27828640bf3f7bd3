package cli

import (
	"strings"
	"testing"
)

// What is asked for and can not be given is refused: an answer to another question is a lie.
func TestWhatCanNotBeMeantIsRefused(t *testing.T) {
	d := newDesk(t)
	if got := d.run("", "init"); got.exit != 0 {
		t.Fatal(got.err)
	}
	for _, c := range []struct{ line, says string }{
		{"next -n 0", "-n 0 shows nothing"},
		{"history -n -3", "-n -3 shows nothing"},
		{"diff store --as reseller", "store is a layer already"},
		{"diff store --as shop", "shop"},
		{"docs copy --markdown", "not copy alone"},
	} {
		if got := d.run("", strings.Fields(c.line)...); got.exit != 2 || got.out != "" || !strings.Contains(got.err, c.says) || !strings.Contains(got.err, "→") {
			t.Errorf("%s: exit %d\n%s%s", c.line, got.exit, got.out, got.err)
		}
	}
}

// A usage line and its example are in the reader's language; what is typed as it stands is not.
func TestUsageIsInTheReadersLanguage(t *testing.T) {
	d := newDesk(t)
	for line, want := range map[string]string{
		"copies pin": "djscript copies pin CÓPIA... --reason TEXTO", "copies prune": "djscript copies prune [DESTINO...]", "run": "djscript run ENTRADA|SCRIPT[:TRABALHO] [chave=valor...]",
		"copies extract": "djscript copies extract CÓPIA --to PASTA [PARTE...]", "simulate": "djscript simulate SCRIPT:POLÍTICA|ENTRADA...", "drives eject": "djscript drives eject NOME|CAMINHO",
	} {
		s := d.run("", append(strings.Fields(line), "--help", "--lang", "pt-BR")...)
		s.wants(t, 0, want)
		for _, foreign := range []string{"COPY", "WHERE", "before the", "ENTRY", "TEXT ", "guarda sobre"} {
			if strings.Contains(s.out, foreign) {
				t.Errorf("%s says %q:\n%s", line, foreign, s.out)
			}
		}
	}
	d.run("", "copies", "pin", "--help", "--lang", "pt-BR").wants(t, 0, `--reason "antes da atualização" --last-day 2027-03-31`)
	d.run("", "copies", "pin", "--help").wants(t, 0, "djscript copies pin COPY... --reason TEXT", `--reason "audit"`, `--reason "before the update"`)
}

func TestANumberAndATimeThatAreNoneAreTold(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.run("", "simulate", "backup", "--days", "abc").wants(t, 2, `"abc" is no whole number, and --days wants one`, "--days 30")
	d.run("", "simulate", "backup", "--at-day", "x").wants(t, 2, `"x" is no whole number, and --at-day wants one`)
	d.run("", "copies", "prove", "--wait", "10").wants(t, 2, `"10" is no time, and --wait wants one`, "--wait 10m")
}

// A day is typed as the program prints it, or as yyyy-mm-dd, wherever one is wanted.
func TestADayIsTypedAsItIsPrinted(t *testing.T) {
	s := newShelf(t, "[destination.local]\npath = \"@/local\"\nkeep = { last = 9 }\n[backup]\nto = [\"local\"]\nat = [\"22:00\"]\n")
	s.nights(3, "2026-11-20")
	for _, day := range []string{"20/11/2026", "2026-11-20"} {
		got := s.run("", "copies", "list", "--since", day)
		got.wants(t, 0, "2026-11-20")
		if strings.Contains(got.out, "2026-11-19") {
			t.Errorf("--since %s lists more:\n%s", day, got.out)
		}
		s.run("", "simulate", "backup", "--days", "2", "--from", day).wants(t, 0, "2026-11-20")
	}
	s.run("", "copies", "pin", "1", "--reason", "x", "--last-day", "31/12/2099").wants(t, 0, "until 2099-12-31")
	s.run("", "copies", "pin", "1", "--reason", "x", "--last-day", "31/02/2099").wants(t, 2, "31/02/2099")
	s.run("", "copies", "list", "--since", "31/02/2026").wants(t, 2, "31/02/2026")
	s.run("", "copies", "list", "--state", "provada", "--class", "rotina", "--lang", "pt-BR").wants(t, 0, "20/11/2026")
	s.run("", "copies", "list", "--state", "RUIM", "--lang", "pt-BR").wants(t, 0, "nenhuma cópia é assim")
	s.run("", "copies", "list", "--state", "proven").wants(t, 0, "2026-11-20")
}
