package run

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// What scripts keep, and the files of the calendars, go where djscript.toml goes; what holds a password goes nowhere, and so
// does what only says how this PC stands.
func TestWhatANewPCNeedsIsAlsoWhatScriptsKeep(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"loja/djscript.toml": "", "loja/dias/feriados.txt": "2026-12-31", "fora/revenda.toml": "", "fora/pontes.txt": "2026-12-30", "longe/outros.txt": "2026-12-29",
		"loja/.djscript/state/noite.json": `{"last":"7"}`, "loja/.djscript/state/conta.json": `{"senha":"s3gr3do!"}`, "loja/.djscript/once.json": `{"a":{}}`,
		"loja/.djscript/sequence": "9", "loja/.djscript/secrets.json": "{}", "loja/.djscript/drives.json": "{}", "loja/.djscript/state/nota.tmp": "x",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h := &Host{Config: &config.Config{
		Path: filepath.Join(dir, "loja", "djscript.toml"), Dir: filepath.Join(dir, "loja"), Base: filepath.Join(dir, "fora", "revenda.toml"),
		Calendars: []config.Calendar{
			{Name: "feriados", File: "dias/feriados.txt"}, {Name: "pontes", File: filepath.Join(dir, "fora", "pontes.txt")},
			{Name: "outros", File: filepath.Join(dir, "longe", "outros.txt")}, {Name: "natal"},
		},
	}}
	files, told, err := h.setup([]secret.Text{"s3gr3do!"})
	if err != nil || len(told) != 1 || message.Code(told[0]) != "copy.degraded" {
		t.Fatalf("%v, told %v", err, told)
	}
	found := map[string]string{}
	for _, f := range files {
		found[f.Name] = f.Kind
	}
	want := map[string]string{
		"djscript.toml": "", "reseller/revenda.toml": "", "dias/feriados.txt": "", "reseller/pontes.txt": "", "elsewhere/outros.txt": "",
		"state/noite.json": copies.PartState, "once.json": copies.PartState,
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
}
