package layer

import (
	"testing"
	"testing/fstest"
)

func TestAFileThatIsAScriptToAPersonOnlyIsMisnamed(t *testing.T) {
	for file, want := range map[string]bool{
		"closing.lua": false, "auxiliar.lua": false, "com10.lua": false, "aux/closing.lua": false, "AUX.toml": false, "lib/nuls.lua": false,
		"CLOSING.LUA": true, "scripts/Closing.Lua": true, "aux.lua": true, "scripts/lib/Con.lua": true, `scripts\nul.lua`: true,
		"com1.old.lua": true,
	} {
		if got := Misnamed(file); got != want {
			t.Errorf("%s: %v", file, got)
		}
	}
}

func TestAScriptOfThePathIsCalledAsItsFileIs(t *testing.T) {
	all := Layers{
		{Name: Loose, Files: fstest.MapFS{"Mista.lua": {}, "caixa.lua": {}, "CAIXA.lua": {}}},
		{Name: Builtin, Files: fstest.MapFS{"default.lua": {}}},
	}
	for name, want := range map[string]string{
		"MISTA": "Mista", "mista": "Mista", "caixa": "caixa", "CAIXA": "CAIXA", "DEFAULT": "DEFAULT", "none": "none",
	} {
		if got := all.Spelled(name); got != want {
			t.Errorf("%s is called %s, want %s", name, got, want)
		}
	}
}
