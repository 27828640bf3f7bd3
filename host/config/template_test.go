package config

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

// switchedOn is the documented configuration with every example switched on, but those of the keys given, in their
// tables: "backup.at".
func switchedOn(t *testing.T, except ...string) string {
	t.Helper()
	table := ""
	var lines []string
	for line := range strings.SplitSeq(string(under), "\n") {
		if name := regexp.MustCompile(`^#?\[+([a-z.]+)\]`).FindStringSubmatch(line); name != nil {
			table = name[1]
		}
		key, _, _ := strings.Cut(strings.TrimPrefix(line, "#"), " =")
		if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# ") && line != "#" && !slices.Contains(except, table+"."+key) {
			line = line[1:]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestEveryExampleOfTheDocumentedConfigurationIsTaken(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "feriados.txt", "2027-03-01\n")
	write(t, folder, "revenda/revenda.toml", "")
	profiles := os.DirFS("../../builtin/systems")
	// The example of a key is none, so that nobody's copies are encrypted for a stranger.
	keys := []string{"encryption.recipients", "destination.rede.encrypt"}
	for _, except := range [][]string{
		{"backup.at", "cron.schedule"},
		{"backup.from", "backup.until", "backup.every", "cron.from", "cron.until", "cron.every"},
	} {
		text := switchedOn(t, append(except, keys...)...)
		text = strings.Replace(text, "#recipients = [\"age1...\"]", "recipients = [\""+key+"\"]", 1)
		text = strings.Replace(text, "#encrypt = true", "encrypt = true", 1)
		if _, err := build("djscript.toml", folder, []byte(text), under, profiles, nil); err != nil {
			t.Errorf("without %v: %v", except, err)
		}
	}
}

// What a table takes is what its hint offers for a key that is like none of them.
func TestEveryKeyThatIsTakenIsDocumented(t *testing.T) {
	text := switchedOn(t)
	for _, table := range []string{"[store]", "[firebird]", "[database.loja]", "[destination.pendrive]", "[backup]",
		"[encryption]", "[calendar.feriados]", "[[cron]]", "[script.default]", "[notify.dono]", "[limits]"} {
		planted := strings.Replace(text, "\n"+table+"\n", "\n"+table+"\nqqqqqqqqqqqqqqqq = 1\n", 1)
		if planted == text {
			t.Errorf("%s is not documented", table)
			continue
		}
		section := sectionsLike(planted, table)
		for _, m := range mistakesIn(t, planted) {
			if m.Code != "option.unknown" {
				continue
			}
			_, known, _ := strings.Cut(m.Hint(), "what fits here: ")
			for key := range strings.SplitSeq(known, ", ") {
				if !regexp.MustCompile(`(?m)^` + key + ` = `).MatchString(section) {
					t.Errorf("%s takes %q, which is not documented", table, key)
				}
			}
			if known == "" {
				t.Errorf("%s: %s", table, m.Hint())
			}
		}
	}
}

// sectionsLike are the table and those of its kind: what one destination shows, another need not.
func sectionsLike(text, table string) string {
	kind, _, _ := strings.Cut(strings.TrimSuffix(table, "]"), ".")
	var all strings.Builder
	for section := range strings.SplitSeq("\n"+text, "\n[") {
		if strings.HasPrefix("["+section, kind) {
			all.WriteString(section)
		}
	}
	return all.String()
}

func TestFilledInTheDocumentedConfigurationIsAStores(t *testing.T) {
	filled := Fill(under,
		Value{"store.id", "loja-2"}, Value{"store.name", `Loja "Dois" \ Pão`}, Value{"store.language", "en"},
		Value{"firebird.bin", `C:\Firebird`},
		Value{"database.loja.path", `C:\DJ\loja.fdb`}, Value{"database.loja.system", ""},
		Value{"database.pdv.path", "/srv/pdv.fdb"},
		Value{"destination.local.path", "/srv/copias"}, Value{"destination.rede.path", `\\servidor\o'copias`},
		Value{"destination.rede.optional", true},
		Value{"backup.at", []string{"22:00"}}, Value{"backup.to", []string{"local", "rede"}},
	)
	c, err := build("djscript.toml", t.TempDir(), filled, under, nil, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, filled)
	}
	if c.Store.ID != "loja-2" || c.Store.Name != `Loja "Dois" \ Pão` || c.Store.Language != message.English {
		t.Errorf("store is %+v", c.Store)
	}
	if len(c.Databases) != 2 || c.Databases[0].Path != `C:\DJ\loja.fdb` || c.Databases[1].Path != "/srv/pdv.fdb" {
		t.Errorf("databases are %+v", c.Databases)
	}
	if len(c.Destinations) != 2 || c.Destinations[1].Path != `\\servidor\o'copias` || !c.Destinations[1].Optional {
		t.Errorf("destinations are %+v", c.Destinations)
	}
	if c.Backup == nil || len(c.Backup.To) != 2 || len(c.Backup.Days) != 0 {
		t.Errorf("backup is %+v", c.Backup)
	}
	if !strings.Contains(string(filled), "# Fuso horário da loja") || strings.Contains(string(filled), "#path = \"C:/Copias\"") {
		t.Errorf("the prose is gone or an example stands beside its value:\n%s", filled)
	}
}

func TestFillSpellsAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(rapid.String(), rapid.StringMatching(`[\\'"/a-c\n]*`)).Draw(t, "text")
		filled := Fill([]byte("[store]\n#name = \"x\"\n"), Value{"store.name", want}, Value{"a.b", []string{want}})
		var got struct {
			Store struct{ Name string }
			A     struct{ B []string }
		}
		if err := toml.Unmarshal(filled, &got); err != nil || got.Store.Name != want || got.A.B[0] != want {
			t.Fatalf("%q was spelled %s: %v", want, filled, err)
		}
	})
}
