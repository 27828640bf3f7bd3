package layer

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Windows makes no file of such a name, but may find one that comes from elsewhere.
func TestADeviceIsNotRead(t *testing.T) {
	store := t.TempDir()
	for _, name := range []string{"a.lua", "aux.lua", "lib/CON.lua", "systems/nul.toml", "lib/days.lua"} {
		write(t, filepath.Join(store, "scripts", name), "1")
	}
	v, err := Read(Places{Store: store}, Version{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"store/a.lua", "store/lib/days.lua"}, slices.Sorted(maps.Keys(v.files))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a"}, Of(store, "", memory{}).Scripts()); diff != "" {
		t.Error(diff)
	}
}
