package cli

import "testing"

// Windows makes no file by the name of a device, but may find one that comes from elsewhere.
func TestCheckTellsFilesThatNoLayerTakesForScripts(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+nightly)
	d.write("scripts/closing.lua", closing)
	capitals, device, lib := d.write("scripts/FECHA.LUA", closing), d.write("scripts/aux.lua", closing), d.write("scripts/lib/Con.lua", "return 1")
	const says = ": is not taken for a script by this name"
	d.run("", "check").wants(t, 2, capitals+says, device+says, lib+says, "rename it")
	d.run("", "check", capitals).wants(t, 2, capitals+says)
}
