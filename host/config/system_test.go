package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProfilesOfTheStoreLieOverBuiltInOnes(t *testing.T) {
	folder := t.TempDir()
	path := write(t, folder, "djscript.toml", "[store]\nid = \"a\"\n")
	write(t, folder, "scripts/systems/djmonitor.toml", `title = "Nosso"
companies = "select 1 as id, 'x' as name, null as cnpj from rdb$database"
company_column = ["EMPRESA"]
shared_tables = ["NCM"]
archive_tables = "VENDA_{yyyy} MOV_{yyyy}{mm?}"
newest = " WITH a as (select 1 x from b) select max(x) from a"
evidence = ["select 1 from rdb$database"]
`)
	write(t, folder, "scripts/systems/meu.toml", "title = \"Meu\"\n")
	c, err := Load(path, defaults(t), systems())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Systems) != 2 || c.Systems[0].Title != "Nosso" || c.Systems[0].Unproven || c.Systems[1].Name != "meu" {
		t.Errorf("systems are %+v", c.Systems)
	}
}

func TestMistakesInProfilesAndDateFilesNameTheirOwnFile(t *testing.T) {
	folder := t.TempDir()
	path := write(t, folder, "djscript.toml", "[store]\nid = \"a\"\n[calendar.c]\nfile = \"c.txt\"\n[database.x]\npath = \"/x\"\nsystem = \"s\"\n")
	write(t, folder, "c.txt", "2027-01-01\n31/02/2027\n")
	write(t, folder, "scripts/systems/s.toml", `tilte = "S"
companies = "delete from EMPRESA"
newest = "select 1; drop table x"
archive_tables = "VENDA_{yyyy} MOV_{ano}"
evidence = ["select 1 from a",
  "update x"]
`)
	_, err := Load(path, defaults(t), nil)
	var mistakes Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatalf("told %v", err)
	}
	var got []string
	for _, m := range mistakes {
		rel, err := filepath.Rel(folder, filepath.FromSlash(m.File))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s:%d %s", filepath.ToSlash(rel), m.Line, m.Key))
	}
	want := []string{"c.txt:2 ", "scripts/systems/s.toml:0 title", "scripts/systems/s.toml:1 tilte",
		"scripts/systems/s.toml:2 companies", "scripts/systems/s.toml:3 newest", "scripts/systems/s.toml:4 archive_tables",
		"scripts/systems/s.toml:6 evidence"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBuiltInProfilesAreRight(t *testing.T) {
	_, err := build("djscript.toml", "/nowhere", []byte("[store]\nid = \"a\"\n"), defaults(t), os.DirFS("../../builtin/systems"), nil)
	if err != nil {
		t.Error(err)
	}
}
