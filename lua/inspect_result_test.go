package lua

import (
	"slices"
	"testing"
	"time"
)

type shelved struct {
	ID     string         `json:"id"`
	Day    string         `json:"day"`
	Made   time.Time      `json:"made"`
	Note   string         `json:"note,omitempty"`
	Rows   map[string]int `json:"rows"`
	Places []struct {
		Path string `json:"path"`
	} `json:"places"`
}

func shelf() map[string][]Func {
	return map[string][]Func{"dj": {
		Bind("copy.newest", func(*Call, *struct{}) (*shelved, error) { return nil, nil }),
		Bind("copy.list", func(*Call, *struct{}) ([]shelved, error) { return nil, nil }),
		Bind("any", func(*Call, *struct{}) (any, error) { return nil, nil }),
		Bind("when", func(*Call, *struct{}) (time.Time, error) { return time.Time{}, nil }),
	}}
}

func TestAFieldThatNoResultHas(t *testing.T) {
	const newest, each = `the result of dj.copy.newest has nothing called `, `what stands in the result of dj.copy.list has nothing called `
	for source, want := range map[string][]string{
		"local c = dj.copy.newest()\nprint(c.id, c.note, c.rows.any, c.made, c.places[1].path)": {},
		"local c = dj.copy.newest()\nprint(c.dia)":                                              {"2: " + newest + `"dia" (script.suspect)`},
		"print(dj.copy.newest().dia)":                                                           {"1: " + newest + `"dia" (script.suspect)`},
		"local newest = dj.copy.newest\nlocal c = newest()\nprint(c.places[1].pth)":             {"3: " + newest + `"pth" (script.suspect)`},
		"print(dj.copy.list()[1].dia)":                                                          {"1: " + each + `"dia" (script.suspect)`},
		"local all = dj.copy.list()\nprint(all.day, #all, all[1].day)":                          {`2: the result of dj.copy.list is a list, and has nothing called "day" (script.suspect)`},
		"for _, c in ipairs(dj.copy.list()) do print(c.dya) end":                                {"1: " + each + `"dya" (script.suspect)`},
		"local all = dj.copy.list()\nfor i, c in ipairs(all) do print(i, c.dya, c.day) end":     {"2: " + each + `"dya" (script.suspect)`},
		"for _, c in ipairs(dj.copy.list()) do for _, p in ipairs(c.places) do print(p.dir, p.path) end end": {
			"1: " + each + `"dir" (script.suspect)`,
		},
		// A script may make of its own tables what it wants.
		"local c = dj.copy.newest()\nc.dia = 1\nprint(c.dia, c.mes)":                                                  {},
		"local c = dj.copy.newest() or {}\nprint(c.dia)":                                                              {},
		"local c = dj.copy.newest()\nc = {}\nprint(c.dia)":                                                            {},
		"local all = dj.copy.list()\ntable.insert(all, { dia = 1 })\nprint(all[1].dia)":                               {},
		"for _, c in ipairs(dj.copy.list()) do c.age = 1 end\nfor _, k in ipairs(dj.copy.list()) do print(k.age) end": {},
		"local function own(t, k) t[k] = 1 end\nlocal c = dj.copy.newest()\nown(c, 'dia')\nprint(c.dia)":              {},
		"for _, c in ipairs(dj.copy.list()) do rawset(c, 'dia', 1) print(c.dia) end":                                  {},
		"local all = dj.copy.list()\nlocal same = all\nsame[#same + 1] = { dia = 1 }\nprint(all[1].dia)":              {},
		"local insert = table.insert\nlocal all = dj.copy.list()\ninsert(all, { dia = 1 })\nprint(all[1].dia)":        {},
		"local c = dj.copy.newest()\nprint(c, tostring(c), #c.places)\nprint(c.dia)":                                  {"3: " + newest + `"dia" (script.suspect)`},
		"local all = dj.copy.list()\ntable.sort(all, function(a, b) return a.id < b.id end)\nprint(all[1].dia)":       {"3: " + each + `"dia" (script.suspect)`},
		"local v = dj.any()\nprint(v.dia, dj.when().dia)":                                                             {},
		"for k, v in pairs(dj.copy.newest()) do print(k, v.any) end":                                                  {},
	} {
		if found := lines(inspect(t, Known{Modules: shelf()}, source)); !slices.Equal(found, want) {
			t.Errorf("%s\n  got %q\n want %q", source, found, want)
		}
	}
}
