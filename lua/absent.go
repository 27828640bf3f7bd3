package lua

import "slices"

// Absence is a name of Lua 5.1 that no script has, and the key of the sentence that says what to use instead.
type Absence struct{ Name, Why string }

// Absent are all of them, in the order of a reference: whole libraries first.
func Absent() []Absence { return slices.Clone(absences) }

var absences = []Absence{
	{"io", "lua.absent_outside"},
	{"debug", "lua.absent_debug"},
	{"package", "lua.absent_package"},
	{"module", "lua.absent_package"},
	{"_G", "lua.absent_globals"},
	{"getfenv", "lua.absent_environment"},
	{"setfenv", "lua.absent_environment"},
	{"load", "lua.absent_code"},
	{"loadstring", "lua.absent_code"},
	{"loadfile", "lua.absent_code"},
	{"dofile", "lua.absent_code"},
	{"string.dump", "lua.absent_code"},
	{"collectgarbage", "lua.absent_memory"},
	{"gcinfo", "lua.absent_memory"},
	{"newproxy", "lua.absent_memory"},
	{"os.execute", "lua.absent_outside"},
	{"os.exit", "lua.absent_exit"},
	{"os.getenv", "lua.absent_getenv"},
	{"os.remove", "lua.absent_outside"},
	{"os.rename", "lua.absent_outside"},
	{"os.setlocale", "lua.absent_locale"},
	{"os.tmpname", "lua.absent_outside"},
	{"string.gfind", "lua.absent_gfind"},
	{"table.foreach", "lua.absent_foreach"},
	{"table.foreachi", "lua.absent_foreachi"},
	{"table.getn", "lua.absent_getn"},
	{"table.setn", "lua.absent_setn"},
	{"math.mod", "lua.absent_mod"},
}

// whyAbsent is the key of the sentence, or "" for a name that Lua 5.1 does not have either.
func whyAbsent(name string) string {
	for _, absence := range absences {
		if absence.Name == name {
			return absence.Why
		}
	}
	return ""
}
